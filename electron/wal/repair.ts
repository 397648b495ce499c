/**
 * Makes a log fit to append to after whatever happened. Stage before: lock.ts; stage after: writer.ts.
 *
 * Owns: the only changes ever made to bytes that are in the log: the rest of a torn write is copied aside, overwritten
 * with zeros and synced; the records that no frame proves durable are written and synced once more.
 * Must never: touch a log that scanLog calls corrupt, or remove a byte before its copy is durable.
 *
 * Every step may be interrupted and done again: until the first zeros of the oldest damaged segment are durable, the
 * next start finds the same hole.
 */
import { join } from "node:path";
import type { Lsn } from "#electron/core/wal-frame.ts";
import { decodeHeader, SegmentScan, usedBytes } from "#electron/core/wal-segment.ts";
import { type Disk, readFile, writeAll } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { assert } from "#shared/assert.ts";
import { type Result, success } from "#shared/result.ts";
import { type LogPlace, type LogScan, type ScanRequest, scanLog } from "./log-scan.ts";
import { quarantineFolder, quarantinePath, type TornPart, thinQuarantine } from "./quarantine.ts";
import { ensureFolder, listSegments, removeLeftover, segmentPath, writeZeros } from "./segment-files.ts";
import type { LogEnd } from "./writer.ts";

export interface RecoverRequest extends ScanRequest {
  /** The id for a log that does not exist yet: 16 random bytes. */
  readonly newLogId: Uint8Array;
}

/** What a crash left half written, for the person and the counters (E_WAL_TORN). */
export interface TornTail {
  /** The record that would have come next; it and what followed was never confirmed. */
  readonly lsn: Lsn;
  readonly bytes: number;
  /** Where the bytes were put aside. */
  readonly files: readonly string[];
}

export interface Recovery {
  readonly end: LogEnd;
  readonly tornTail: TornTail | undefined;
}

/** Reads, repairs and settles the log in `folder`, whose parent exists. Everything visited is durable afterwards. */
export function recoverLog(disk: Disk, request: RecoverRequest): Result<Recovery> {
  const { folder } = request;
  try {
    ensureFolder(disk, folder, join(folder, ".."));
    removeLeftover(disk, folder);
    // A name that an earlier run made but had no time to sync is a name that a power cut may still take away.
    disk.syncDirectory(folder);
    const scanned = scanLog(disk, request);
    if (!scanned.ok) return scanned;
    const scan = scanned.value;
    const torn = scan.isTorn ? cutTornTail(disk, folder, scan.end) : success(undefined);
    if (!torn.ok) return torn;
    settle(disk, folder, scan);
    const end = { folder, logId: scan.logId ?? request.newLogId, provenLsn: scan.provenLsn, ...scan.end };
    return success({ end, tornTail: torn.value });
  } catch (error) {
    return diskFailure(error, "E_WAL_WRITE", `Could not open the log in ${folder}`);
  }
}

function cutTornTail(disk: Disk, folder: string, end: LogPlace): Result<TornTail> {
  const parts = tornParts(disk, folder, end);
  const files: string[] = [];
  ensureFolder(disk, join(folder, quarantineFolder), folder);
  for (const part of parts) {
    const path = quarantinePath(folder, part);
    const saved = durableReplace(disk, { path, bytes: part.bytes, code: "E_WAL_WRITE" });
    if (!saved.ok) return saved;
    files.push(path);
  }
  for (const part of parts) {
    const to = part.from + part.bytes.length;
    changeSegment(disk, segmentPath(folder, part.segment), (fd) => writeZeros(disk, fd, [part.from, to]));
  }
  thinQuarantine(disk, folder, files);
  const bytes = parts.reduce((sum, part) => sum + part.bytes.length, 0);
  return success({ lsn: end.chain.lsn + 1, bytes, files });
}

/** What stands behind the end of the log, oldest segment first. */
function tornParts(disk: Disk, folder: string, end: LogPlace): readonly TornPart[] {
  const parts: TornPart[] = [];
  for (const segment of listSegments(disk, folder)) {
    if (segment < end.segment) continue;
    const whole = readFile(disk, segmentPath(folder, segment));
    const from = segment === end.segment ? end.offset : 0;
    const bytes = whole.subarray(from, usedBytes(whole, from));
    if (bytes.length > 0) parts.push({ segment, from, bytes });
  }
  return parts;
}

/**
 * After a kill the last records may stand in the page cache only, and after a failed sync in pages that the kernel
 * takes for clean. Writing the same bytes again makes them dirty, syncing makes them durable.
 */
function settle(disk: Disk, folder: string, scan: LogScan): void {
  for (const started of scan.segments) {
    if (started.lastLsn <= scan.provenLsn) continue;
    const path = segmentPath(folder, started.segment);
    const bytes = readFile(disk, path);
    const from = firstUnproven(bytes, scan.provenLsn);
    changeSegment(disk, path, (fd) => writeAll(disk, fd, bytes.subarray(from, started.endOffset), from));
  }
}

/**
 * Where a segment's first record behind `provenLsn` stands; 0 when that is its first one, so that the header is
 * included.
 */
function firstUnproven(bytes: Uint8Array, provenLsn: Lsn): number {
  const outcome = decodeHeader(bytes);
  assert(outcome.kind === "header", "[WAL-11] a segment that was just read has a header");
  if (outcome.header.firstLsn > provenLsn) return 0;
  const scan = new SegmentScan(bytes, outcome.header);
  let step = scan.next();
  while (step.kind === "record" && step.frame.lsn <= provenLsn) step = scan.next();
  return step.offset;
}

/** Changes bytes of a segment and makes the change durable. */
function changeSegment(disk: Disk, path: string, change: (fd: number) => void): void {
  const fd = disk.open(path, "r+");
  try {
    change(fd);
    disk.sync(fd);
  } finally {
    disk.close(fd);
  }
}
