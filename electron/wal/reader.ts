/**
 * Reads records out of a log that is in use: pages for the timeline, newest first, and ranges for export.
 *
 * Owns: a sparse index of the segments (one waypoint every 64 KiB), so that a page costs a few blocks, not a segment,
 * and memory stays bounded by one window however long the log is.
 * Must never: write, or return a record whose checksum or link is wrong.
 */
import {
  type Chain,
  type Frame,
  follows,
  frameAt,
  frameBytes,
  frameBytesMax,
  frameHeaderBytes,
  type Lsn,
  lsnAt,
  markType,
  type StoredRecord,
  viewOf,
} from "#electron/core/wal-frame.ts";
import { decodeHeader, isZero, logSeed, segmentHeaderBytes } from "#electron/core/wal-segment.ts";
import { type Disk, errnoOf, readAll } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { listSegments, segmentPath } from "./segment-files.ts";

const waypointEveryBytes = 65_536;
const windowBytesInitial = 131_072;

export interface NewestFirst {
  /** Records before this one, the newest of them first. */
  readonly beforeLsn: Lsn;
  readonly recordsMax: number;
  /** The page ends with the record whose payload passes this. */
  readonly payloadBytesMax: number;
}

export interface Range {
  readonly fromLsn: Lsn;
  /** Included; at most the log's `lastLsn`. */
  readonly toLsn: Lsn;
}

/** A frame begins at `offset`, and `chain` is what it must follow. */
interface Waypoint {
  readonly offset: number;
  readonly chain: Chain;
}

interface IndexedSegment {
  readonly path: string;
  readonly seed: number;
  readonly firstLsn: Lsn;
  readonly waypoints: Waypoint[];
}

/** Thrown inside this file only: the log in use is damaged. */
class DamageError extends Error {}

export class LogReader {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #segments = new Map<number, IndexedSegment>();
  #window = new Uint8Array(windowBytesInitial);

  constructor(disk: Disk, folder: string) {
    this.#disk = disk;
    this.#folder = folder;
  }

  /** Fewer records than asked for means that the oldest one kept was reached. */
  newestFirst(request: NewestFirst): Result<readonly StoredRecord[]> {
    return this.#guarded(() => {
      const page: StoredRecord[] = [];
      let payloadBytes = 0;
      for (const record of this.#backwards(request.beforeLsn)) {
        page.push(record);
        payloadBytes += record.payload.length;
        if (page.length === request.recordsMax || payloadBytes > request.payloadBytesMax) break;
      }
      return page;
    });
  }

  /** The records before `lsn`, newest first; holds one block of them at a time. */
  *#backwards(lsn: Lsn): Generator<StoredRecord> {
    let beforeLsn = lsn;
    for (const segment of this.#startedBefore(lsn).toReversed()) {
      for (const waypoint of this.#waypointsBefore(segment, beforeLsn).toReversed()) {
        yield* this.#block(segment, waypoint, beforeLsn - 1).toReversed();
        beforeLsn = waypoint.chain.lsn + 1;
      }
    }
  }

  /** Oldest first, one call for each; the payload is valid during the call. */
  visit(range: Range, each: (record: StoredRecord) => void): Result<void> {
    return this.#guarded(() => {
      const segments = this.#startedBefore(range.toLsn + 1);
      for (const [index, segment] of segments.entries()) {
        if ((segments[index + 1]?.firstLsn ?? Number.POSITIVE_INFINITY) <= range.fromLsn) continue;
        const waypoint = this.#waypointsBefore(segment, range.fromLsn + 1).at(-1) ?? segment.waypoints[0];
        if (waypoint === undefined) continue;
        this.#walk(segment, waypoint, (frame) => {
          if (frame.lsn > range.toLsn) return false;
          if (frame.type !== markType && frame.lsn >= range.fromLsn) each(frame);
          return true;
        });
      }
    });
  }

  #guarded<T>(read: () => T): Result<T> {
    try {
      return success(read());
    } catch (error) {
      if (error instanceof DamageError) return failure("E_WAL_CORRUPT", error.message);
      return diskFailure(error, "E_DISK", `Could not read the log in ${this.#folder}`);
    }
  }

  /** The segments that hold a record before `lsn`, oldest first; those deleted behind a checkpoint are forgotten. */
  #startedBefore(lsn: Lsn): readonly IndexedSegment[] {
    const numbers = listSegments(this.#disk, this.#folder);
    for (const known of this.#segments.keys()) {
      if (!numbers.includes(known)) this.#segments.delete(known);
    }
    return numbers.flatMap((number) => {
      const segment = this.#indexed(number);
      return segment !== undefined && segment.firstLsn < lsn ? [segment] : [];
    });
  }

  #indexed(number: number): IndexedSegment | undefined {
    const known = this.#segments.get(number);
    if (known !== undefined) return known;
    const path = segmentPath(this.#folder, number);
    const outcome = decodeHeader(this.#read(path, { offset: 0, sizeBytes: segmentHeaderBytes }));
    if (outcome.kind === "blank") return undefined;
    if (outcome.kind !== "header") throw new DamageError(`The header of ${path} cannot be read.`);
    const { logId, firstLsn, prevLastLsn, crc } = outcome.header;
    const waypoints = [{ offset: segmentHeaderBytes, chain: { lsn: prevLastLsn, crc } }];
    const segment = { path, seed: logSeed(logId), firstLsn, waypoints };
    this.#segments.set(number, segment);
    return segment;
  }

  /** The waypoints of blocks that hold a record before `lsn`; looks on from the last one known where that is needed. */
  #waypointsBefore(segment: IndexedSegment, lsn: Lsn): readonly Waypoint[] {
    const last = segment.waypoints.at(-1);
    if (last !== undefined && last.chain.lsn + 1 < lsn) this.#skim(segment, last, lsn);
    return segment.waypoints.filter((waypoint) => waypoint.chain.lsn + 1 < lsn);
  }

  /** Finds waypoints by the frames' lengths alone; the block that is read from one is checked then. */
  #skim(segment: IndexedSegment, last: Waypoint, beforeLsn: Lsn): void {
    let newest = last;
    let offset = last.offset;
    for (;;) {
      const bytes = this.#read(segment.path, { offset, sizeBytes: this.#window.length });
      const view = viewOf(bytes);
      let at = 0;
      while (at + frameHeaderBytes <= bytes.length) {
        const { length, lsn, chain } = linkAt(view, at);
        if (length < frameHeaderBytes || length > frameBytesMax || lsn >= beforeLsn) return;
        if (offset + at - newest.offset >= waypointEveryBytes) {
          newest = { offset: offset + at, chain };
          segment.waypoints.push(newest);
        }
        at += frameBytes(length - frameHeaderBytes);
      }
      if (at === 0) return;
      offset += at;
    }
  }

  /** Copies of the records from a waypoint up to `toLsn`. */
  #block(segment: IndexedSegment, waypoint: Waypoint, toLsn: Lsn): readonly StoredRecord[] {
    const records: StoredRecord[] = [];
    this.#walk(segment, waypoint, (frame) => {
      if (frame.lsn > toLsn) return false;
      const { lsn, type, schema } = frame;
      if (type !== markType) records.push({ lsn, type, schema, payload: frame.payload.slice() });
      return true;
    });
    return records;
  }

  /** Frame by frame from `start`, until `each` says no or nothing more is written. */
  #walk(segment: IndexedSegment, start: Waypoint, each: (frame: Frame) => boolean): void {
    const chain = { ...start.chain };
    let offset = start.offset;
    for (;;) {
      const bytes = this.#read(segment.path, { offset, sizeBytes: this.#window.length });
      const view = viewOf(bytes);
      let at = 0;
      for (;;) {
        const frame = frameAt(bytes, view, { offset: at, seed: segment.seed });
        if (frame === undefined) break;
        if (!follows(frame, chain)) throw new DamageError(`${segment.path} is damaged after record ${chain.lsn}.`);
        if (!each(frame)) return;
        at += frame.sizeBytes;
        chain.crc = frame.crc;
        chain.lsn = frame.lsn;
      }
      if (at === 0 && !this.#mayGrow(bytes, segment.path, chain)) return;
      offset += at;
    }
  }

  /** No frame at the start of the window: the end of what is written, a frame larger than the window, or damage. */
  #mayGrow(bytes: Uint8Array, path: string, chain: Chain): boolean {
    const length = bytes.length < 4 ? 0 : viewOf(bytes).getUint32(0, true);
    if (length === 0 && isZero(bytes, 0)) return false;
    if (length > frameBytesMax || length <= this.#window.length - 8) {
      throw new DamageError(`${path} is damaged after record ${chain.lsn}.`);
    }
    this.#window = new Uint8Array(length + 8);
    return true;
  }

  /** A view of the window; less at the end of the file, nothing when the file was deleted meanwhile. */
  #read(path: string, { offset, sizeBytes }: { offset: number; sizeBytes: number }): Uint8Array {
    let fd: number;
    try {
      fd = this.#disk.open(path, "r");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return this.#window.subarray(0, 0);
      throw error;
    }
    try {
      const target = this.#window.subarray(0, sizeBytes);
      return target.subarray(0, readAll(this.#disk, fd, target, offset));
    } finally {
      this.#disk.close(fd);
    }
  }
}

/** What a frame says about itself and the one before it, unchecked. */
function linkAt(view: DataView, at: number): { length: number; lsn: Lsn; chain: Chain } {
  const lsn = lsnAt(view, at + 8);
  const isMark = view.getUint16(at + 28, true) === markType;
  const chain = { lsn: isMark ? lsn : lsn - 1, crc: view.getUint32(at + 24, true) };
  return { length: view.getUint32(at, true), lsn, chain };
}
