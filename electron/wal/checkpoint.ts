/**
 * The saved state beside the log: opaque bytes that stand for every record up to one LSN.
 *
 * Owns: `checkpoints/<lsn>.checkpoint`, the choice of the one to start from, and what may be deleted once a new one is
 * safe. Saving a large one goes in steps, between which the process does other things.
 * Must never: delete anything before the newest checkpoint was read back equal, or a segment that the older of the two
 * kept checkpoints still needs.
 *
 *   0  8 magic "VSYNCCKP"   8 u32 format version   12 u32 1 when it begins the log, else 0   16 16 log id
 *  32 u64 lsn              40 u64 length of the state   48 the state, then 32 bytes SHA-256 of everything before
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type Lsn, lsnAt, putLsn, viewOf } from "#electron/core/wal-frame.ts";
import { logIdBytes } from "#electron/core/wal-segment.ts";
import { closeQuietly, type Disk, readAll, readFile } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { replacing, temporarySuffix } from "#electron/ports/durable-replace.ts";
import { runAtOnce, runInSteps, type Steps } from "#electron/ports/steps.ts";
import { type Failure, failure, type Result, success } from "#shared/result.ts";
import { readHeader } from "./log-scan.ts";
import { ensureFolder, listSegments, segmentPath } from "./segment-files.ts";

export interface Checkpoint {
  readonly logId: Uint8Array;
  /** The last record whose effect is in the state. It was durable before the checkpoint was begun. */
  readonly lsn: Lsn;
  readonly state: Uint8Array;
  /**
   * True for the one that a log begins with: what was saved out of a damaged log, under a new log id, before that one
   * is set aside. Nothing is deleted behind it.
   */
  readonly beginsLog?: boolean;
}

/** A state on its way: the parts are made one by one, as they are asked for. */
export interface ComingCheckpoint extends Omit<Checkpoint, "state"> {
  readonly parts: Iterable<Uint8Array>;
  /** Lets the rest of the process run between two steps. */
  readonly pause?: (() => Promise<void>) | undefined;
}

export interface CheckpointFolders {
  readonly checkpoints: string;
  readonly wal: string;
}

export interface FoundCheckpoint {
  /** Undefined when there is none yet. */
  readonly checkpoint: Checkpoint | undefined;
  /** Newer ones that could not be used; the log replaces them. */
  readonly damaged: readonly Failure[];
}

const magic = [0x56, 0x53, 0x59, 0x4e, 0x43, 0x43, 0x4b, 0x50] as const;
/** What is written; of the first version only the state within is another, and the state says so itself. */
const formatVersion = 2;
const formatsRead = [1, formatVersion];
const headerBytes = 48;
const digestBytes = 32;
const checkpointsKept = 2;
const lsnDigits = 16;
const checkpointName = /^\d{16}\.checkpoint$/;

/** Saves a checkpoint, reads it back, then deletes what it makes superfluous. */
export function saveCheckpoint(disk: Disk, folders: CheckpointFolders, checkpoint: Checkpoint): Result<void> {
  return runAtOnce(disk, saving(disk, folders, { ...checkpoint, parts: [checkpoint.state] }));
}

/** The same, without holding up the process for longer than one part takes. One at a time. */
export function saveCheckpointInSteps(
  disk: Disk,
  folders: CheckpointFolders,
  checkpoint: ComingCheckpoint,
): Promise<Result<void>> {
  return runInSteps(disk, saving(disk, folders, checkpoint), checkpoint.pause);
}

function* saving(disk: Disk, folders: CheckpointFolders, checkpoint: ComingCheckpoint): Steps<Result<void>> {
  const path = checkpointPath(folders.checkpoints, checkpoint.lsn);
  try {
    ensureFolder(disk, folders.checkpoints, join(folders.checkpoints, ".."));
    const file = yield* encoding(checkpoint);
    yield* replacing(disk, path, file);
    if (!(yield* readingBack(disk, path, file))) {
      return failure("E_CHECKPOINT", `${path} reads back differently from what was written. Check the disk.`);
    }
    if (!checkpoint.beginsLog) yield* deletingSuperfluous(disk, folders);
    return success(undefined);
  } catch (error) {
    return diskFailure(error, "E_CHECKPOINT", `Could not save the state in ${folders.checkpoints}`);
  }
}

/** The newest checkpoint whose bytes are whole; `olderThan` passes over those whose state turned out to be useless. */
export function findCheckpoint(
  disk: Disk,
  folder: string,
  olderThan: Lsn = Number.POSITIVE_INFINITY,
): Result<FoundCheckpoint> {
  const damaged: Failure[] = [];
  try {
    ensureFolder(disk, folder, join(folder, ".."));
    const candidates = listCheckpoints(disk, folder).filter((lsn) => lsn < olderThan);
    for (const lsn of candidates.toReversed()) {
      const read = decodeCheckpoint(readFile(disk, checkpointPath(folder, lsn)), lsn);
      if (read.ok) return success({ checkpoint: read.value, damaged });
      damaged.push(read.failure);
    }
    return success({ checkpoint: undefined, damaged });
  } catch (error) {
    return diskFailure(error, "E_CHECKPOINT", `Could not read the state in ${folder}`);
  }
}

export function checkpointPath(folder: string, lsn: Lsn): string {
  return join(folder, `${String(lsn).padStart(lsnDigits, "0")}.checkpoint`);
}

/** LSNs in rising order. */
export function listCheckpoints(disk: Disk, folder: string): readonly Lsn[] {
  const names = disk.readdir(folder).filter((name) => checkpointName.test(name));
  return names.map((name) => Number(name.slice(0, lsnDigits))).sort((a, b) => a - b);
}

/** The whole file: header, the state's parts, digest. */
function* encoding({ logId, lsn, parts, beginsLog }: ComingCheckpoint): Steps<readonly Uint8Array[]> {
  const header = new Uint8Array(headerBytes);
  const file: Uint8Array[] = [header];
  let stateBytes = 0;
  for (const part of parts) {
    file.push(part);
    stateBytes += part.length;
    yield "pause";
  }
  const view = viewOf(header);
  header.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, beginsLog ? 1 : 0, true);
  header.set(logId, 16);
  putLsn(view, 32, lsn);
  putLsn(view, 40, stateBytes);
  const hash = createHash("sha256");
  for (const part of file) {
    hash.update(part);
    yield "pause";
  }
  return [...file, hash.digest()];
}

function* readingBack(disk: Disk, path: string, file: readonly Uint8Array[]): Steps<boolean> {
  const fd = disk.open(path, "r");
  try {
    const buffer = new Uint8Array(Math.max(...file.map((part) => part.length)));
    let position = 0;
    for (const part of file) {
      const found = buffer.subarray(0, part.length);
      if (readAll(disk, fd, found, position) < part.length || !isEqual(found, part)) return false;
      position += part.length;
      yield "pause";
    }
    return disk.sizeOf(fd) === position;
  } finally {
    closeQuietly(disk, fd);
  }
}

function decodeCheckpoint(bytes: Uint8Array, lsn: Lsn): Result<Checkpoint> {
  const refuse = (reason: string): Result<Checkpoint> =>
    failure("E_CHECKPOINT", `The saved state of record ${lsn} ${reason}; an older one and the log are used instead.`);
  if (bytes.length < headerBytes + digestBytes) return refuse("is cut short");
  if (!isEqual(digestOf(bytes), bytes.subarray(bytes.length - digestBytes))) return refuse("is damaged");
  const view = viewOf(bytes);
  if (magic.some((byte, index) => bytes[index] !== byte)) return refuse("is no checkpoint");
  if (!formatsRead.includes(view.getUint32(8, true))) return refuse("was written by another version of VibeSync");
  if (lsnAt(view, 32) !== lsn) return refuse("carries the name of another one");
  if (lsnAt(view, 40) !== bytes.length - headerBytes - digestBytes) return refuse("has the wrong length");
  const state = bytes.subarray(headerBytes, bytes.length - digestBytes);
  const beginsLog = view.getUint32(12, true) === 1;
  return success({ logId: bytes.slice(16, 16 + logIdBytes), lsn, state, beginsLog });
}

function digestOf(bytes: Uint8Array): Uint8Array {
  return createHash("sha256")
    .update(bytes.subarray(0, bytes.length - digestBytes))
    .digest();
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

/** Keeps the two newest checkpoints and every segment that the older of them needs. */
function* deletingSuperfluous(disk: Disk, folders: CheckpointFolders): Steps<void> {
  const checkpoints = listCheckpoints(disk, folders.checkpoints);
  const kept = checkpoints.slice(-checkpointsKept);
  const oldestKept = kept[0];
  if (kept.length < checkpointsKept || oldestKept === undefined) return;
  // Segments first: a checkpoint without its segments is useless, segments without their checkpoint are only space.
  yield* deletingSegments(disk, folders.wal, oldestKept);
  for (const lsn of checkpoints.slice(0, -checkpointsKept)) disk.unlink(checkpointPath(folders.checkpoints, lsn));
  for (const name of disk.readdir(folders.checkpoints)) {
    if (name.endsWith(temporarySuffix)) disk.unlink(join(folders.checkpoints, name));
  }
}

/** Deletes, oldest first, the segments whose every record is at or before `lsn`; never the newest. */
function* deletingSegments(disk: Disk, folder: string, lsn: Lsn): Steps<void> {
  const started = listSegments(disk, folder).flatMap((segment) => {
    const outcome = readHeader(disk, segmentPath(folder, segment));
    return outcome.kind === "header" ? [{ segment, firstLsn: outcome.header.firstLsn }] : [];
  });
  for (const [index, { segment }] of started.entries()) {
    const next = started[index + 1];
    if (next === undefined || next.firstLsn > lsn + 1) return;
    disk.unlink(segmentPath(folder, segment));
    // One at a time: a gap in the middle would be a missing segment, that is, damage.
    disk.syncDirectory(folder);
    yield "pause";
  }
}
