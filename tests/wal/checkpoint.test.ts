/** Checkpoints: which are kept, which one a start uses, and that nothing goes before a new one is safe. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findCheckpoint } from "#electron/wal/checkpoint.ts";
import { listSegments } from "#electron/wal/segment-files.ts";
import { FakeDisk, keepAll } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import {
  checkpointAt,
  must,
  openWriter,
  project,
  readProject,
  recordsAfter,
  testLogId,
  walFolder,
} from "./log-script.ts";

const folder = join(project, "checkpoints");

/** A closed log of 120 records over several segments, with checkpoints at 30, 60 and 90. */
async function checkpointedLog(): Promise<FakeDisk> {
  const disk = new FakeDisk(freshProject);
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  for (let lsn = 30; lsn <= 120; lsn += 30) {
    must(log.append(recordsAfter(lsn - 30, 30)));
    must(await log.flush());
    if (lsn < 120) must(checkpointAt(disk, lsn));
  }
  must(await log.close());
  return disk;
}

/** The same disk with one byte of a file changed. */
function damage(disk: FakeDisk, path: string, at: number): FakeDisk {
  const image = new Map(disk.crash(keepAll));
  const bytes = (image.get(path) ?? new Uint8Array(0)).slice();
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return new FakeDisk(image.set(path, bytes));
}

function nameOf(lsn: number): string {
  return `${String(lsn).padStart(16, "0")}.checkpoint`;
}

describe("checkpoints", () => {
  it("[WAL-13] the two newest are kept, and every segment that the older of them needs", async () => {
    const disk = await checkpointedLog();
    expect(disk.readdir(folder)).toEqual([nameOf(60), nameOf(90)]);
    expect(listSegments(disk, walFolder())[0]).toBeGreaterThan(1);
    expect(must(readProject(disk)).texts.length).toBe(120);
  });

  it("[WAL-13] with the newest damaged at any byte, the older one and the log give the same state", async () => {
    const disk = await checkpointedLog();
    const path = join(folder, nameOf(90));
    const { sizeBytes } = disk.stat(path);
    for (let at = 0; at < sizeBytes; at += 37) {
      const damaged = damage(disk, path, at);
      const found = must(findCheckpoint(damaged, folder));
      expect(found.checkpoint?.lsn).toBe(60);
      expect(found.damaged.map(({ code }) => code)).toEqual(["E_CHECKPOINT"]);
      expect(must(readProject(damaged)).texts.length).toBe(120);
    }
  });

  it("[WAL-12] with both damaged the log alone is not enough, and says so", async () => {
    const disk = await checkpointedLog();
    const damaged = damage(damage(disk, join(folder, nameOf(90)), 50), join(folder, nameOf(60)), 50);
    const before = damaged.crash(keepAll);
    const opened = readProject(damaged);
    expect(opened).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
    expect(damaged.crash(keepAll)).toEqual(before);
  });

  it("[WAL-13] what reads back differently deletes nothing", async () => {
    const disk = await checkpointedLog();
    const before = disk.readdir(folder);
    const read = disk.read.bind(disk);
    disk.read = (fd, into, position) => {
      const count = read(fd, into, position);
      if (count > 0) into[0] = (into[0] ?? 0) ^ 1;
      return count;
    };
    expect(checkpointAt(disk, 120)).toMatchObject({ ok: false, failure: { code: "E_CHECKPOINT" } });
    expect(disk.readdir(folder)).toEqual([...before, nameOf(120)]);
  });

  it("[WAL-13] on a full disk the old ones stay", async () => {
    const disk = await checkpointedLog();
    const before = disk.readdir(folder);
    disk.capacityBytes = 0;
    expect(checkpointAt(disk, 120)).toMatchObject({ ok: false, failure: { code: "E_DISK_FULL" } });
    expect(disk.readdir(folder)).toEqual(before);
    expect(must(readProject(disk)).texts.length).toBe(120);
  });

  it("[WAL-13] a checkpoint of another log, or one ahead of the log, is damage", async () => {
    const disk = await checkpointedLog();
    must(checkpointAt(disk, 121));
    expect(readProject(disk)).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
    expect(must(findCheckpoint(disk, folder)).checkpoint?.logId).toEqual(testLogId);
  });
});
