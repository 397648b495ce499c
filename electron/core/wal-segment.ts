/**
 * One segment of the log: a header of 64 bytes, then frames, then zeros (docs/wal.md).
 *
 * Owns: the bytes of the header and the walk over the frames behind it, with one precise verdict at its end.
 * Must never: skip anything. The first byte that is not as it must be ends the walk.
 *
 *   0  8 magic "VSYNCWAL"       8 u32 format version       12 u32 segment number, from 1
 *  16 16 log id                32 u64 first LSN            40 u64 last LSN of the segment before
 *  48 u64 durable LSN when the segment was begun 56 u32 last CRC of the segment before 60 u32 crc32c of 0–60
 */
import { assert } from "#shared/assert.ts";
import { crc32c } from "./crc32c.ts";
import {
  type Chain,
  type Frame,
  follows,
  frameAt,
  hasProof,
  type Lsn,
  lsnAt,
  markType,
  putLsn,
  viewOf,
} from "./wal-frame.ts";

export const segmentHeaderBytes = 64;
export const logIdBytes = 16;
export const formatVersion = 1;

const magic = [0x56, 0x53, 0x59, 0x4e, 0x43, 0x57, 0x41, 0x4c] as const;
const crcOffset = 60;

export interface SegmentHeader {
  readonly logId: Uint8Array;
  readonly segment: number;
  readonly firstLsn: Lsn;
  readonly prevLastLsn: Lsn;
  readonly durableLsn: Lsn;
  readonly prevCrc: number;
  /** Of the header itself; the first frame links to it. */
  readonly crc: number;
}

export type HeaderOutcome =
  | { readonly kind: "header"; readonly header: SegmentHeader }
  | { readonly kind: "blank" }
  | { readonly kind: "version"; readonly version: number }
  | { readonly kind: "broken" };

/** Frames are seeded with it, so that bytes of another log (or inside a payload) never pass for a frame of this one. */
export function logSeed(logId: Uint8Array): number {
  assert(logId.length === logIdBytes, "[WAL-2] a log's id has 128 bits");
  return crc32c(viewOf(logId), [0, logIdBytes]);
}

export function encodeHeader(header: Omit<SegmentHeader, "crc" | "firstLsn">): { bytes: Uint8Array; crc: number } {
  const bytes = new Uint8Array(segmentHeaderBytes);
  const view = viewOf(bytes);
  bytes.set(magic);
  view.setUint32(8, formatVersion, true);
  view.setUint32(12, header.segment, true);
  bytes.set(header.logId, 16);
  putLsn(view, 32, header.prevLastLsn + 1);
  putLsn(view, 40, header.prevLastLsn);
  putLsn(view, 48, header.durableLsn);
  view.setUint32(56, header.prevCrc, true);
  const crc = crc32c(view, [0, crcOffset]);
  view.setUint32(crcOffset, crc, true);
  return { bytes, crc };
}

/** Reads the header of a segment. `blank` is a segment made ahead of need: zeros, or nothing at all. */
export function decodeHeader(bytes: Uint8Array): HeaderOutcome {
  if (isZero(bytes, 0)) return { kind: "blank" };
  if (bytes.length < segmentHeaderBytes) return { kind: "broken" };
  const view = viewOf(bytes);
  const crc = view.getUint32(crcOffset, true);
  if (crc !== crc32c(view, [0, crcOffset]) || magic.some((byte, index) => bytes[index] !== byte)) {
    return { kind: "broken" };
  }
  const version = view.getUint32(8, true);
  if (version !== formatVersion) return { kind: "version", version };
  const header = {
    logId: bytes.slice(16, 16 + logIdBytes),
    segment: view.getUint32(12, true),
    firstLsn: lsnAt(view, 32),
    prevLastLsn: lsnAt(view, 40),
    durableLsn: lsnAt(view, 48),
    prevCrc: view.getUint32(56, true),
    crc,
  };
  return header.firstLsn === header.prevLastLsn + 1 ? { kind: "header", header } : { kind: "broken" };
}

/** True when only zeros stand from `offset` on. */
export function isZero(bytes: Uint8Array, offset: number): boolean {
  return usedBytes(bytes, offset) === offset;
}

/** Where the zeros at the end begin, at least `from`. Eight bytes a step: segments are 16 MiB. */
export function usedBytes(bytes: Uint8Array, from: number): number {
  const view = viewOf(bytes);
  let end = bytes.length;
  while (end - 8 >= from && view.getUint32(end - 4, true) === 0 && view.getUint32(end - 8, true) === 0) end -= 8;
  while (end > from && bytes[end - 1] === 0) end -= 1;
  return end;
}

/**
 * `torn`: the bytes at `offset` are no frame of this log, and nothing behind them proves that one was ever durable
 * there: a write that a crash interrupted. `corrupt`: something behind them does prove it.
 */
export type ScanStep =
  | { readonly kind: "record"; readonly offset: number; readonly frame: Frame }
  | { readonly kind: "end" | "torn" | "corrupt"; readonly offset: number };

/** Walks the frames of one segment in order. */
export class SegmentScan {
  /** The last record and frame seen; the start for the next segment. */
  readonly chain: Chain;
  /** The highest LSN that a frame proved durable. */
  provenLsn: Lsn;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #seed: number;
  #offset = segmentHeaderBytes;

  /** `bytes` begin with `header`, which the caller has checked against the segment before. */
  constructor(bytes: Uint8Array, header: SegmentHeader) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.#seed = logSeed(header.logId);
    this.chain = { lsn: header.prevLastLsn, crc: header.crc };
    this.provenLsn = header.durableLsn;
  }

  /** The next record; marks are taken in on the way. */
  next(): ScanStep {
    for (;;) {
      const offset = this.#offset;
      const frame = frameAt(this.#bytes, this.#view, { offset, seed: this.#seed });
      if (frame === undefined || !follows(frame, this.chain)) return this.#stop();
      this.#offset += frame.sizeBytes;
      this.chain.crc = frame.crc;
      this.provenLsn = Math.max(this.provenLsn, frame.durableLsn);
      if (frame.type === markType) continue;
      this.chain.lsn = frame.lsn;
      return { kind: "record", offset, frame };
    }
  }

  #stop(): ScanStep {
    const offset = this.#offset;
    if (isZero(this.#bytes, offset)) return { kind: "end", offset };
    const isProven = hasProof(this.#bytes, { offset, seed: this.#seed }, this.chain.lsn + 1);
    return { kind: isProven ? "corrupt" : "torn", offset };
  }
}
