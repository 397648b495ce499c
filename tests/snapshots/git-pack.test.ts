/** Packs, indexes and stored streams as bytes, judged by zlib and by real git. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oidOf } from "#electron/snapshots/git-object.ts";
import { decodeEntryOrNull, decodeIndexOrNull, encodeEntry, packOf } from "#electron/snapshots/git-pack.ts";
import { store, unstoreOrNull } from "#electron/snapshots/stored-stream.ts";
import { tempProject } from "./temp-project.ts";

const sizes = [0, 1, 15, 16, 2_047, 2_048, 65_534, 65_535, 65_536, 131_070, 200_000];

describe("a stored stream", () => {
  it("[SNAP-2] is what zlib reads, whatever its length, and comes back", () => {
    for (const size of sizes) {
      const body = randomBytes(size);
      expect(inflateSync(store(body)).equals(body)).toBe(true);
      expect(unstoreOrNull(store(body))?.equals(body)).toBe(true);
    }
  });

  it("[SNAP-5] with any byte turned or cut off is not handed out altered", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (body, place, turn) => {
          const stream = Buffer.from(store(body));
          expect(unstoreOrNull(stream.subarray(0, place % stream.length))).toBeNull();
          stream[place % stream.length] = (stream[place % stream.length] ?? 0) ^ turn;
          expect(unstoreOrNull(stream)).toBeNull();
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe("a pack", () => {
  const bodies = sizes.map((size) => randomBytes(size));
  const entries = bodies.map((body) => encodeEntry(oidOf("blob", body), "blob", body));
  const { name, pack, index } = packOf(entries);

  it("[SNAP-1] is taken by git, object by object, with its index", () => {
    const folder = tempProject();
    writeFileSync(join(folder, `${name}.pack`), pack);
    writeFileSync(join(folder, `${name}.idx`), index);
    const shown = execFileSync("git", ["verify-pack", "-v", join(folder, `${name}.idx`)], { encoding: "utf8" });
    for (const { oid } of entries) expect(shown).toContain(oid);
    const rebuilt = join(folder, "rebuilt.idx");
    execFileSync("git", ["index-pack", "--strict", "-o", rebuilt, join(folder, `${name}.pack`)], { stdio: "pipe" });
    expect(execFileSync("cmp", [rebuilt, join(folder, `${name}.idx`)], { encoding: "utf8" })).toBe("");
  });

  it("[SNAP-2] gives back each object at the place that its index names, and none that it does not hold", () => {
    const found = decodeIndexOrNull(index);
    for (const [order, { oid, bytes }] of entries.entries()) {
      const offset = found?.offsetAt(found.placeOf(oid)) ?? -1;
      const entry = decodeEntryOrNull(pack.subarray(offset, offset + bytes.length));
      expect(entry).toEqual({ kind: "blob", body: bodies[order] });
    }
    expect(found?.placeOf("ab".repeat(20))).toBe(-1);
  });

  it("[SNAP-5] an index with any byte turned does not exist", () => {
    for (let at = 0; at < index.length; at += 7) {
      const bytes = Buffer.from(index);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(decodeIndexOrNull(bytes)).toBeNull();
    }
  });
});
