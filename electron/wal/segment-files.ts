/**
 * The files of the log: `00000001.wal`, `00000002.wal` … in the project's `wal` folder.
 *
 * Owns: their names, their list, and the making of new ones: full size, zeros, synced, under their final name before
 * they are needed, so that a commit allocates nothing and its sync has no metadata to write.
 * Must never: look inside them, or make a file under its final name before its zeros and its size are complete.
 */
import { join } from "node:path";
import { type Disk, isMissing, writeAll } from "#electron/ports/disk.ts";

/** A segment holds 60 to 170 thousand small records; small enough to read whole at start, big enough to be rare. */
export const segmentBytesDefault = 16_777_216;

const numberDigits = 8;
const segmentName = /^\d{8}\.wal$/;
/** A segment that is being made; rubbish after a crash. */
export const makingName = "making.tmp";
/** One step of making a segment ahead of need: about 0.1 ms of the main thread, and a sync that holds up no commit. */
export const zerosBytes = 262_144;
const zeros = new Uint8Array(zerosBytes);

export interface OpenSegment {
  readonly segment: number;
  readonly path: string;
  readonly fd: number;
}

export function segmentPath(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(numberDigits, "0")}.wal`);
}

/** Segment numbers in rising order; files of other names are none of ours. */
export function listSegments(disk: Disk, folder: string): readonly number[] {
  return disk
    .readdir(folder)
    .filter((name) => segmentName.test(name))
    .map((name) => Number(name.slice(0, numberDigits)))
    .sort((a, b) => a - b);
}

/** Makes sure that a folder is there, durably. Its parent must exist. */
export function ensureFolder(disk: Disk, folder: string, parent: string): void {
  if (!isMissing(disk, folder)) return;
  disk.mkdir(folder);
  disk.syncDirectory(parent);
}

/** Overwrites [from, to) with zeros. */
export function writeZeros(disk: Disk, fd: number, [from, to]: readonly [number, number]): void {
  for (let at = from; at < to; at += zerosBytes) {
    writeAll(disk, fd, to - at < zerosBytes ? zeros.subarray(0, to - at) : zeros, at);
  }
}

/** A segment that a crash left half made. */
export function removeLeftover(disk: Disk, folder: string): void {
  const path = join(folder, makingName);
  if (!isMissing(disk, path)) disk.unlink(path);
}
