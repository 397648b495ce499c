/** What is kept of half-written records, and for how long. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { quarantinedFilesMax, quarantineFolder, quarantinePath, thinQuarantine } from "#electron/wal/quarantine.ts";
import { FakeDisk, loseAll } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import { must, openWriter, readProject, recordsAfter, walFolder } from "./log-script.ts";

const folder = join(walFolder(), quarantineFolder);

/** A log, killed by a power cut that keeps the middle of its last write and not the beginning. */
async function tornAgain(disk: FakeDisk): Promise<FakeDisk> {
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  must(log.append(recordsAfter(log.lastLsn, 1)));
  must(await log.flush());
  must(log.append(recordsAfter(log.lastLsn, 12)));
  return new FakeDisk(disk.crash({ keepsName: () => true, keepsSector: (sector) => sector !== 0 }));
}

describe("the quarantine", () => {
  it("[WAL-10] keeps the last twenty torn tails, however often the power goes", async () => {
    let disk = new FakeDisk(freshProject);
    const seen = new Set<string>();
    for (let cut = 0; cut < quarantinedFilesMax + 10; cut += 1) {
      disk = await tornAgain(disk);
      const fresh = must(readProject(disk)).recovery.tornTail?.files ?? [];
      const kept = disk.readdir(folder).map((name) => join(folder, name));
      expect(kept).toEqual(expect.arrayContaining([...fresh]));
      for (const path of fresh) seen.add(path);
      expect(kept.length).toBe(Math.min(seen.size, quarantinedFilesMax));
    }
    expect(seen.size).toBeGreaterThan(quarantinedFilesMax + 5);
  });

  it("[WAL-10] weighs them too, but what was just put there stays, and so does what somebody else put there", () => {
    const huge = new Uint8Array(120 * 1024 * 1024);
    const part = (segment: number) => quarantinePath(walFolder(), { segment, from: 64, bytes: Uint8Array.of(segment) });
    const image = new Map(freshProject).set(walFolder(), null).set(folder, null);
    for (const segment of [1, 2, 3]) image.set(part(segment), huge);
    const disk = new FakeDisk(image.set(join(folder, "notes.txt"), huge));
    thinQuarantine(disk, walFolder(), [part(1)]);
    expect(disk.readdir(folder)).toEqual(
      [part(1), part(3), join(folder, "notes.txt")].map((path) => path.slice(folder.length + 1)),
    );
  });

  it("[WAL-10] that cannot be thinned does not keep the log from opening", async () => {
    let disk = new FakeDisk(freshProject);
    for (let cut = 0; cut <= quarantinedFilesMax; cut += 1) disk = await tornAgain(disk);
    disk.onOperation = ({ name, path }) =>
      name === "unlink" && path.endsWith(".torn") ? { kind: "error", errno: "EACCES" } : undefined;
    expect(must(readProject(disk)).recovery.tornTail).toBeDefined();
    expect(must(readProject(new FakeDisk(disk.crash(loseAll)))).recovery.tornTail).toBeUndefined();
  });
});
