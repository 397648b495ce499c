/**
 * One record on disk: a frame of the write-ahead log (docs/wal.md).
 *
 * Owns: the bytes of a frame, in both directions. Stage before: electron/wal/writer.ts fills a FrameEncoder; stage
 * after: wal-segment.ts walks the frames of a segment.
 * Must never: accept a frame whose checksum, place in the order or link to its predecessor is wrong, or know what a
 * payload means.
 *
 *   0 u32 length     header and payload, without padding; 0 means that nothing was written here
 *   4 u32 crc32c     of the length and of everything from 8 to the end of the padding, seeded with the log's id
 *   8 u64 lsn        dense, from 1
 *  16 u64 durableLsn everything up to here was on the medium when this frame was written: the proof that tells a rotten
 *                    record from one that a power cut tore
 *  24 u32 prevCrc    the crc32c of the frame before; of the segment's header for the first one
 *  28 u16 type       0 is a mark (below), everything else belongs to the engine
 *  30 u16 schema     version of the payload's layout
 *  32    payload     then zeros up to a multiple of 8
 *
 * A *mark* is a frame without payload that takes no LSN of its own: it repeats the last one and proves it durable.
 */
import { assert } from "#shared/assert.ts";
import { crc32c } from "./crc32c.ts";

/** A place in the log; dense, from 1. 0 stands for "before the first record". */
export type Lsn = number;

/** What the engine hands in. */
export interface LogRecord {
  /** 1 … 65,535. */
  readonly type: number;
  readonly schema: number;
  readonly payload: Uint8Array;
}

/** What comes back. The payload may be a view that is valid only until the next record is read. */
export interface StoredRecord extends LogRecord {
  readonly lsn: Lsn;
}

/** The end of a log, as far as the next frame must know it. */
export interface Chain {
  /** Of the last record. */
  lsn: Lsn;
  /** Of the last frame or segment header. */
  crc: number;
}

export interface Frame extends StoredRecord {
  readonly durableLsn: Lsn;
  readonly prevCrc: number;
  readonly crc: number;
  /** With padding. */
  readonly sizeBytes: number;
}

export const frameHeaderBytes = 32;
export const frameAlignmentBytes = 8;
/** Larger things (meshes, images) are blobs, named by the record. */
export const payloadBytesMax = 1_048_576;
export const frameBytesMax = frameHeaderBytes + payloadBytesMax;
export const markType = 0;

const typeMax = 0xffff;
const twoTo32 = 2 ** 32;
const noPayload = new Uint8Array(0);

export function frameBytes(payloadBytes: number): number {
  const unpadded = frameHeaderBytes + payloadBytes;
  return unpadded + (-unpadded & (frameAlignmentBytes - 1));
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** LSNs stay below 2^53, so that a JavaScript number holds them exactly. */
export function putLsn(view: DataView, offset: number, lsn: Lsn): void {
  // A view keeps the low 32 bits of what it is given; a remainder would cost as much as the rest of a frame's header.
  view.setUint32(offset, lsn, true);
  view.setUint32(offset + 4, Math.floor(lsn / twoTo32), true);
}

/** NaN for what no LSN can be; it compares unequal to everything. */
export function lsnAt(view: DataView, offset: number): Lsn {
  const lsn = view.getUint32(offset + 4, true) * twoTo32 + view.getUint32(offset, true);
  return lsn <= Number.MAX_SAFE_INTEGER ? lsn : Number.NaN;
}

/** Encodes frames one behind the other into a buffer of its own that is used again and again. */
export class FrameEncoder {
  /** The last record and frame encoded; set back by the writer when a write failed. */
  readonly chain: Chain;
  readonly #seed: number;
  #bytes: Uint8Array;
  #view: DataView;
  #used = 0;

  /** `seed` is the log's (see `logSeed`). */
  constructor(seed: number, chain: Chain, capacityBytes: number) {
    this.#seed = seed;
    this.chain = { ...chain };
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = viewOf(this.#bytes);
  }

  get usedBytes(): number {
    return this.#used;
  }

  /** The encoded bytes; a view that `clear` gives free. */
  get encoded(): Uint8Array {
    return this.#bytes.subarray(0, this.#used);
  }

  clear(): void {
    this.#used = 0;
  }

  /** Takes bytes as they are: a segment's header, whose checksum the next frame links to. */
  addHeader(header: Uint8Array, crc: number): void {
    this.#reserve(header.length);
    this.#bytes.set(header, this.#used);
    this.#used += header.length;
    this.chain.crc = crc;
  }

  addRecord(record: LogRecord, durableLsn: Lsn): void {
    assert(record.type > markType && record.type <= typeMax, "[WAL-3] a record's type is 1 to 65535");
    assert(record.payload.length <= payloadBytesMax, "[WAL-3] a payload is at most 1 MiB");
    this.chain.lsn += 1;
    assert(durableLsn < this.chain.lsn, "[WAL-5] nothing is durable before it is written");
    this.#put(record, durableLsn);
  }

  /** Proves everything so far durable. The caller has synced it. */
  addMark(): void {
    this.#put({ type: markType, schema: 0, payload: noPayload }, this.chain.lsn);
  }

  #put(record: LogRecord, durableLsn: Lsn): void {
    const length = frameHeaderBytes + record.payload.length;
    const sizeBytes = frameBytes(record.payload.length);
    this.#reserve(sizeBytes);
    const at = this.#used;
    const view = this.#view;
    view.setUint32(at, length, true);
    putLsn(view, at + 8, this.chain.lsn);
    putLsn(view, at + 16, durableLsn);
    view.setUint32(at + 24, this.chain.crc, true);
    view.setUint16(at + 28, record.type, true);
    view.setUint16(at + 30, record.schema, true);
    this.#bytes.set(record.payload, at + frameHeaderBytes);
    if (length < sizeBytes) this.#bytes.fill(0, at + length, at + sizeBytes);
    const crc = frameCrc(view, [at, at + sizeBytes], this.#seed);
    view.setUint32(at + 4, crc, true);
    this.chain.crc = crc;
    this.#used += sizeBytes;
  }

  #reserve(sizeBytes: number): void {
    const needed = this.#used + sizeBytes;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.encoded);
    this.#bytes = grown;
    this.#view = viewOf(grown);
  }
}

function frameCrc(view: DataView, [from, to]: readonly [number, number], seed: number): number {
  return crc32c(view, [from + 8, to], crc32c(view, [from, from + 4], seed));
}

/** True when a frame could begin at `offset`, judged by its length alone. */
function mayBeFrame(view: DataView, offset: number): boolean {
  if (offset + frameHeaderBytes > view.byteLength) return false;
  const length = view.getUint32(offset, true);
  if (length < frameHeaderBytes || length > frameBytesMax) return false;
  return offset + frameBytes(length - frameHeaderBytes) <= view.byteLength;
}

/** The frame at `offset`, when its checksum is right; its place in the chain is the caller's to check. */
export function frameAt(bytes: Uint8Array, view: DataView, { offset, seed }: FramePlace): Frame | undefined {
  if (!mayBeFrame(view, offset)) return undefined;
  const length = view.getUint32(offset, true);
  const sizeBytes = frameBytes(length - frameHeaderBytes);
  const crc = view.getUint32(offset + 4, true);
  if (crc !== frameCrc(view, [offset, offset + sizeBytes], seed)) return undefined;
  return {
    lsn: lsnAt(view, offset + 8),
    durableLsn: lsnAt(view, offset + 16),
    prevCrc: view.getUint32(offset + 24, true),
    type: view.getUint16(offset + 28, true),
    schema: view.getUint16(offset + 30, true),
    payload: bytes.subarray(offset + frameHeaderBytes, offset + length),
    crc,
    sizeBytes,
  };
}

/** Whether `frame` is the one that comes next after `chain`. */
export function follows(frame: Frame, chain: Chain): boolean {
  const lsn = frame.type === markType ? chain.lsn : chain.lsn + 1;
  return frame.prevCrc === chain.crc && frame.lsn === lsn && frame.durableLsn <= chain.lsn;
}

export interface FramePlace {
  readonly offset: number;
  readonly seed: number;
}

/**
 * Whether a whole frame from `offset` on proves that the record `lsn` was once on the medium. Looks at every place
 * where a frame may begin: between damage and proof anything may stand. Where the log's id is lost with the first
 * header there is no seed; then a frame that looks like one is proof enough: better to stop once too often than to
 * cut.
 */
export function hasProof(bytes: Uint8Array, place: { offset: number; seed: number | undefined }, lsn: Lsn): boolean {
  const view = viewOf(bytes);
  const { seed } = place;
  for (let at = place.offset; at + frameHeaderBytes <= bytes.length; at += frameAlignmentBytes) {
    // The claim is read first: it is cheap and almost always absent, the checksum is neither.
    if (!mayBeFrame(view, at) || !claims(view, at, lsn)) continue;
    if (seed === undefined || frameAt(bytes, view, { offset: at, seed }) !== undefined) return true;
  }
  return false;
}

function claims(view: DataView, offset: number, lsn: Lsn): boolean {
  const durableLsn = lsnAt(view, offset + 16);
  return durableLsn >= lsn && durableLsn <= lsnAt(view, offset + 8);
}
