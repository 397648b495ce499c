/** Reading a log that is in use: pages backwards, ranges, bounds, rot. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { frameBytes, type Lsn } from "#electron/core/wal-frame.ts";
import { LogReader } from "#electron/wal/reader.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { FakeDisk, keepAll } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import { checkpointAt, must, openWriter, readProject, recordsAfter, textOf, walFolder } from "./log-script.ts";

const decode = (payload: Uint8Array): string => new TextDecoder().decode(payload);

async function closedLog(count: Lsn): Promise<FakeDisk> {
  const disk = new FakeDisk(freshProject);
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  for (let lsn = 0; lsn < count; lsn += 10) {
    must(log.append(recordsAfter(lsn, 10)));
    must(await log.flush());
  }
  must(await log.close());
  return disk;
}

describe("reading a log in use", () => {
  it("[WAL-17] pages, newest first, are the whole log backwards, whatever their size", async () => {
    const disk = await closedLog(200);
    for (const recordsMax of [1, 7, 50, 1_000]) {
      const reader = new LogReader(disk, walFolder());
      const seen: string[] = [];
      for (let beforeLsn = 201; beforeLsn > 1; ) {
        const page = must(reader.newestFirst({ beforeLsn, recordsMax, payloadBytesMax: 1_000_000 }));
        expect(page[0]?.lsn).toBe(beforeLsn - 1);
        expect(page.length).toBe(Math.min(recordsMax, beforeLsn - 1));
        seen.push(...page.map(({ payload }) => decode(payload)));
        beforeLsn = page.at(-1)?.lsn ?? 0;
      }
      expect(seen).toEqual(Array.from({ length: 200 }, (_, index) => textOf(200 - index)));
    }
  });

  it("[WAL-17] a page ends with the record that passes its size", async () => {
    const reader = new LogReader(await closedLog(50), walFolder());
    const page = must(reader.newestFirst({ beforeLsn: 51, recordsMax: 50, payloadBytesMax: 300 }));
    const sizes = page.map(({ payload }) => payload.length);
    const total = sizes.reduce((sum, size) => sum + size, 0);
    expect(total).toBeGreaterThan(300);
    expect(total - (sizes.at(-1) ?? 0)).toBeLessThanOrEqual(300);
  });

  it("[WAL-17] ranges, from any record to any other", async () => {
    const reader = new LogReader(await closedLog(90), walFolder());
    for (const [fromLsn, toLsn] of [
      [1, 90],
      [1, 1],
      [90, 90],
      [17, 63],
      [40, 41],
    ] as const) {
      const seen: string[] = [];
      must(reader.visit({ fromLsn, toLsn }, ({ payload }) => seen.push(decode(payload))));
      expect(seen).toEqual(Array.from({ length: toLsn - fromLsn + 1 }, (_, index) => textOf(fromLsn + index)));
    }
  });

  it("[WAL-17] sees what is appended later, and forgets what a checkpoint deletes", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    const reader = new LogReader(disk, walFolder());
    expect(must(reader.newestFirst({ beforeLsn: 1, recordsMax: 9, payloadBytesMax: 9 }))).toEqual([]);
    for (let lsn = 0; lsn < 120; lsn += 3) {
      must(log.append(recordsAfter(lsn, 3)));
      const page = must(reader.newestFirst({ beforeLsn: lsn + 4, recordsMax: 5, payloadBytesMax: 10_000 }));
      expect(page.map((record) => record.lsn)).toEqual(
        [3, 2, 1, 0, -1].map((back) => lsn + back).filter((at) => at > 0),
      );
    }
    must(await log.flush());
    for (const lsn of [60, 80, 100]) must(checkpointAt(disk, lsn));
    const rest = must(reader.newestFirst({ beforeLsn: 121, recordsMax: 1_000, payloadBytesMax: 1_000_000 }));
    expect(rest.length).toBeLessThan(120);
    expect(rest.at(-1)?.lsn).toBeLessThanOrEqual(81);
    must(await log.close());
  });

  it("[WAL-17] records larger than the window, and many blocks in one segment", async () => {
    const disk = new FakeDisk(freshProject);
    const options = { segmentBytes: 2 ** 21 };
    const log = must(LogWriter.open(disk, must(readProject(disk)).recovery.end, options));
    const sizes = [10, 400_000, 20, 131_072, 70_000, 1_000_000, 5];
    for (const size of sizes) must(log.append([{ type: 1, schema: 1, payload: new Uint8Array(size).fill(size) }]));
    const reader = new LogReader(disk, walFolder());
    const page = must(reader.newestFirst({ beforeLsn: 8, recordsMax: 100, payloadBytesMax: 10_000_000 }));
    expect(page.map(({ payload }) => payload.length)).toEqual(sizes.toReversed());
    must(await log.close());
  });

  it("[WAL-17] a zeroed length in the middle is damage, not the end", async () => {
    const disk = await closedLog(40);
    const image = new Map(disk.crash(keepAll));
    const path = join(walFolder(), "00000001.wal");
    const bytes = image.get(path)?.slice() ?? new Uint8Array(0);
    const secondFrame = 64 + frameBytes(textOf(1).length);
    bytes.fill(0, secondFrame, secondFrame + 4);
    const reader = new LogReader(new FakeDisk(image.set(path, bytes)), walFolder());
    const page = reader.newestFirst({ beforeLsn: 5, recordsMax: 9, payloadBytesMax: 1_000 });
    expect(page).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
  });

  it("[WAL-4] [WAL-17] a record that rotted since is refused, and those before it are still read", async () => {
    const disk = await closedLog(40);
    const image = new Map(disk.crash(keepAll));
    const path = join(walFolder(), "00000002.wal");
    const bytes = image.get(path)?.slice() ?? new Uint8Array(0);
    bytes[300] = (bytes[300] ?? 0) ^ 4;
    const reader = new LogReader(new FakeDisk(image.set(path, bytes)), walFolder());
    const newest = reader.newestFirst({ beforeLsn: 41, recordsMax: 100, payloadBytesMax: 1_000_000 });
    expect(newest).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
    const oldest = reader.newestFirst({ beforeLsn: 10, recordsMax: 100, payloadBytesMax: 1_000_000 });
    expect(must(oldest).map(({ lsn }) => lsn)).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1]);
  });
});
