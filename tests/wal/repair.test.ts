/** What recovery makes of torn tails, and what it refuses to touch. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeHeader } from "#electron/core/wal-segment.ts";
import type { Result } from "#shared/result.ts";
import { type DiskImage, FakeDisk, keepAll } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import {
  checkpointAt,
  isPrefix,
  must,
  type OpenedLog,
  openWriter,
  readProject,
  recordsAfter,
  segmentBytes,
  testLogId,
  walFolder,
} from "./log-script.ts";

const segment = (number: number): string => join(walFolder(), `0000000${number}.wal`);

/** A log of 60 records over several segments, in flushed groups of five; closed, or killed after the last flush. */
async function longLog({ isClosed }: { isClosed: boolean }): Promise<Map<string, Uint8Array | null>> {
  const disk = new FakeDisk(freshProject);
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  for (let lsn = 0; lsn < 60; lsn += 5) {
    must(log.append(recordsAfter(lsn, 5)));
    must(await log.flush());
  }
  if (isClosed) must(await log.close());
  return new Map(disk.crash(keepAll));
}

function fileOf(image: DiskImage, path: string): Uint8Array {
  const bytes = image.get(path);
  if (!bytes) throw new Error(`no file ${path}`);
  return bytes.slice();
}

/** Recovers and, when the log is refused, checks that not a byte was changed. */
function open(image: DiskImage): Result<OpenedLog> {
  const disk = new FakeDisk(image);
  const opened = readProject(disk);
  if (!opened.ok) expect(disk.crash(keepAll)).toEqual(image);
  return opened;
}

function expectCorrupt(image: DiskImage): void {
  expect(open(image)).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
}

describe("damage that is not a torn tail", () => {
  it("[WAL-12] a missing segment, first, middle or last but one", async () => {
    const image = await longLog({ isClosed: true });
    for (const missing of [1, 2, 3]) {
      const without = new Map(image);
      without.delete(segment(missing));
      expectCorrupt(without);
    }
  });

  it("[WAL-12] swapped, doubled and foreign segments", async () => {
    const image = await longLog({ isClosed: true });
    const second = fileOf(image, segment(2));
    expectCorrupt(new Map(image).set(segment(3), second));
    expectCorrupt(new Map(image).set(segment(2), fileOf(image, segment(3))).set(segment(3), second));
    const foreign = second.slice();
    const otherId = testLogId.map((byte) => byte ^ 0xff);
    foreign.set(encodeHeader({ logId: otherId, segment: 2, prevLastLsn: 18, durableLsn: 0, prevCrc: 0 }).bytes);
    expectCorrupt(new Map(image).set(segment(2), foreign));
  });

  it("[WAL-12] an older version of the last segment (restored from a backup)", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 10)));
    must(await log.flush());
    const old = fileOf(disk.crash(keepAll), segment(1));
    must(log.append(recordsAfter(10, 30)));
    must(await log.flush());
    must(await log.close());
    expectCorrupt(new Map(disk.crash(keepAll)).set(segment(1), old));
  });

  it("[WAL-12] a zeroed sector anywhere in a closed log", async () => {
    const image = await longLog({ isClosed: true });
    for (const number of [1, 2, 3]) {
      for (let at = 0; at < segmentBytes; at += 512) {
        const bytes = fileOf(image, segment(number));
        if (bytes.subarray(at, at + 512).every((byte) => byte === 0)) continue;
        expectCorrupt(new Map(image).set(segment(number), bytes.fill(0, at, at + 512)));
      }
    }
  });

  it("[WAL-12] damage that lies wholly before the checkpoint's segment is not needed and not read", async () => {
    const disk = new FakeDisk(await longLog({ isClosed: true }));
    must(checkpointAt(disk, 50));
    const image = new Map(disk.crash(keepAll));
    const bytes = fileOf(image, segment(1)).fill(0, 512, 1_024);
    expect(must(open(image.set(segment(1), bytes))).texts.length).toBe(60);
  });

  it("[WAL-18] a log of a newer format is refused unread", async () => {
    const image = await longLog({ isClosed: true });
    const bytes = fileOf(image, segment(1));
    const view = new DataView(bytes.buffer);
    view.setUint32(8, 2, true);
    const { crc32c } = await import("#electron/core/crc32c.ts");
    view.setUint32(60, crc32c(view, [0, 60]), true);
    expect(open(new Map(image).set(segment(1), bytes))).toMatchObject({ failure: { code: "E_WAL_VERSION" } });
  });
});

describe("torn tails", () => {
  it("[WAL-10] truncated at every byte of the last segment: a prefix, the rest copied aside (R1)", async () => {
    const image = await longLog({ isClosed: false });
    const last = [...image.keys()].filter((path) => path.endsWith(".wal") && fileOf(image, path)[0] !== 0).at(-1) ?? "";
    const bytes = fileOf(image, last);
    const whole = must(open(image)).texts.length;
    expect(whole).toBe(60);
    for (let cut = 0; cut < bytes.length; cut += 1) {
      const disk = new FakeDisk(new Map(image).set(last, bytes.slice(0, cut)));
      const { texts, recovery } = must(readProject(disk));
      if (!isPrefix(texts)) throw new Error(`cut at ${cut}`);
      const torn = recovery.tornTail;
      if (torn === undefined) continue;
      const saved = torn.files.map((file) => fileOf(disk.crash(keepAll), file).length);
      expect(saved.reduce((sum, size) => sum + size, 0)).toBe(torn.bytes);
      expect(torn.lsn).toBe(texts.length + 1);
    }
  });

  it("[WAL-10] [WAL-1] after a repair the log goes on, and nothing torn is seen again", async () => {
    const image = await longLog({ isClosed: false });
    const disk = new FakeDisk(image);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(60, 8)));
    const path = [...image.keys()].filter((each) => each.endsWith(".wal") && fileOf(image, each)[0] !== 0).at(-1) ?? "";
    const torn = new Map(disk.crash(keepAll));
    const bytes = fileOf(torn, path);
    const end = must(open(image)).recovery.end.offset;
    bytes[end + 40] = (bytes[end + 40] ?? 0) ^ 1;
    const repaired = new FakeDisk(torn.set(path, bytes));
    const { recovery, texts } = must(readProject(repaired));
    expect(texts.length).toBe(60);
    expect(recovery.tornTail?.lsn).toBe(61);
    const next = must(openWriter(repaired, recovery));
    expect(must(next.append(recordsAfter(60, 1)))).toEqual({ firstLsn: 61, lastLsn: 61 });
    must(await next.close());
    const again = must(readProject(repaired));
    expect(again.texts.length).toBe(61);
    expect(isPrefix(again.texts)).toBe(true);
    expect(again.recovery.tornTail).toBeUndefined();
  });

  it("[WAL-9] [WAL-11] segments that a power cut left short stand there until longer ones take their names", async () => {
    const image = await longLog({ isClosed: false });
    const last = [...image.keys()].filter((path) => path.endsWith(".wal")).length;
    for (const number of [last, last + 1, last + 2]) image.set(segment(number), new Uint8Array(segmentBytes / 2));
    const disk = new FakeDisk(image);
    const { recovery, texts } = must(readProject(disk));
    const states: DiskImage[] = [];
    disk.onOperation = () => {
      states.push(disk.crash(keepAll));
      return undefined;
    };
    const log = must(openWriter(disk, recovery));
    must(log.append(recordsAfter(texts.length, 100)));
    must(await log.close());
    expect(states.length).toBeGreaterThan(20);
    for (const state of states) expect(isPrefix(must(open(state)).texts)).toBe(true);
  });

  it("[WAL-11] recovery of a closed log writes nothing", async () => {
    const image = await longLog({ isClosed: true });
    const disk = new FakeDisk(image);
    const writes: string[] = [];
    disk.onOperation = ({ name }) => {
      if (["write", "rename", "unlink", "mkdir", "truncate"].includes(name)) writes.push(name);
      return undefined;
    };
    must(readProject(disk));
    expect(writes.filter((name) => name !== "mkdir")).toEqual([]);
  });
});
