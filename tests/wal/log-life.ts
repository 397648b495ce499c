/**
 * One life of a log, for the tests that cut the power or fail the disk in the middle of it.
 *
 * Owns: the script of the life, what the world was told during it, and the check of what a recovery finds afterwards.
 */
import type { Lsn } from "#electron/core/wal-frame.ts";
import { type DiskImage, FakeDisk, loseAll } from "./fake-disk.ts";
import { checkpointAt, isPrefix, must, openWriter, project, readProject, recordsAfter } from "./log-script.ts";

export const freshProject: DiskImage = new Map([[project, null]]);

/** What the world had been told when the power went. */
export interface Told {
  appendedLsn: Lsn;
  confirmedLsn: Lsn;
}

/**
 * Groups of several sizes, some unflushed, some flushed while others arrive, over several segments, with checkpoints
 * and restarts. Returns early when the disk dies or the project cannot be opened.
 */
export async function life(disk: FakeDisk, told: Told): Promise<void> {
  for (const session of [0, 1, 2]) {
    const opened = readProject(disk);
    if (!opened.ok) return;
    const writer = openWriter(disk, opened.value.recovery);
    if (!writer.ok) return;
    const log = writer.value;
    let failedSync = false;
    for (let group = 0; group < 14 && !disk.isDead; group += 1) {
      const records = recordsAfter(log.lastLsn, 1 + ((group * 5 + session) % 7));
      const appended = log.append(records);
      if (appended.ok) told.appendedLsn = log.lastLsn;
      if (appended.ok && failedSync) throw new Error("appended after a failed sync");
      const flushing = group % 3 === 0 ? undefined : log.flush();
      if (group % 4 === 1 && log.append(recordsAfter(log.lastLsn, 2)).ok) told.appendedLsn = log.lastLsn;
      const flushed = await flushing;
      failedSync ||= flushed?.ok === false && flushed.failure.code === "E_WAL_FSYNC";
      if (flushed?.ok && !disk.isDead) told.confirmedLsn = Math.max(told.confirmedLsn, flushed.value);
      if (group % 5 === 4 && log.durableLsn > 0) checkpointAt(disk, log.durableLsn);
    }
    const closed = await log.close();
    if (closed.ok && !disk.isDead) told.confirmedLsn = Math.max(told.confirmedLsn, closed.value);
  }
}

/** Recovers, compares with what was told, and returns what the medium then holds at least. */
export function recoverAndCheck(image: DiskImage, told: Told, place: string): FakeDisk {
  const disk = new FakeDisk(image);
  const opened = readProject(disk);
  if (!opened.ok) throw new Error(`${place}: ${opened.failure.code} ${opened.failure.message}`);
  const { texts } = opened.value;
  if (!isPrefix(texts)) throw new Error(`${place}: not a prefix of what was appended`);
  if (texts.length < told.confirmedLsn) throw new Error(`${place}: ${texts.length} of ${told.confirmedLsn} confirmed`);
  if (texts.length > told.appendedLsn + 9) throw new Error(`${place}: ${texts.length} recovered, never appended`);
  return disk;
}

/** Everything visited by a recovery is durable, and a second recovery changes nothing. */
export function checkSettled(disk: FakeDisk, place: string): void {
  const texts = must(readProject(disk)).texts;
  const again = new FakeDisk(disk.crash(loseAll));
  const second = must(readProject(again));
  if (second.texts.length !== texts.length) throw new Error(`${place}: recovery was not durable`);
  if (second.recovery.tornTail !== undefined) throw new Error(`${place}: repaired twice`);
}
