/** The one way in which files are replaced, under power cuts and refusing disks. */
import { describe, expect, it } from "vitest";
import { readFile } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { type DiskImage, FakeDisk, type Fault, keepAll, loseAll, randomFate } from "./fake-disk.ts";

const path = "/folder/file";
const old = new Uint8Array(700).fill(1);
const next = new Uint8Array(3_000).fill(2);
const image: DiskImage = new Map([
  ["/folder", null],
  [path, old],
]);

const replaceOn = (disk: FakeDisk) => durableReplace(disk, { path, bytes: next, code: "E_DISK" });

/** Which of the two a file is; anything else is the bug this file is about. */
function versionOf(bytes: Uint8Array): "old" | "next" {
  if (Buffer.compare(bytes, old) === 0) return "old";
  if (Buffer.compare(bytes, next) === 0) return "next";
  throw new Error(`a mixture of ${bytes.length} bytes`);
}

describe("durableReplace", () => {
  it("[WAL-14] a power cut at any operation leaves the old file or the new one", () => {
    for (let cut = 0; ; cut += 1) {
      const disk = new FakeDisk(image);
      disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
      const replaced = replaceOn(disk);
      for (const fate of [keepAll, loseAll, ...Array.from({ length: 30 }, (_, seed) => randomFate(cut * 100 + seed))]) {
        const version = versionOf(readFile(new FakeDisk(disk.crash(fate)), path));
        if (replaced.ok) expect(version).toBe("next");
      }
      if (replaced.ok) {
        expect(cut).toBeGreaterThanOrEqual(8);
        return;
      }
    }
  });

  it("[WAL-14] an error at any operation is reported, leaves a whole file and nothing else", () => {
    const faults: readonly Fault[] = [
      { kind: "error", errno: "ENOSPC" },
      { kind: "error", errno: "EIO" },
      { kind: "short" },
    ];
    for (const fault of faults) {
      for (let at = 0; at < 12; at += 1) {
        const disk = new FakeDisk(image);
        let isHit = false;
        let failedOn = "";
        disk.onOperation = ({ index, name }) => {
          if (index !== at) return undefined;
          isHit = true;
          failedOn = name;
          return fault;
        };
        const replaced = replaceOn(disk);
        disk.onOperation = () => undefined;
        expect(replaced.ok).toBe(!isHit || fault.kind === "short");
        const version = versionOf(readFile(disk, path));
        if (replaced.ok) expect(version).toBe("next");
        else expect(version).toBe(failedOn === "syncDirectory" ? "next" : "old");
        expect(disk.readdir("/folder")).toEqual(["file"]);
        expect(disk.openCount).toBe(0);
      }
    }
  });

  it("[WAL-14] the rest of an interrupted replacement is removed by the next", () => {
    const disk = new FakeDisk(new Map([...image, [`${path}.tmp`, new Uint8Array(9)]]));
    expect(replaceOn(disk).ok).toBe(true);
    expect(disk.readdir("/folder")).toEqual(["file"]);
  });
});
