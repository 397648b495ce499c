/**
 * The binary lane: transforms, in a fixed little-endian layout that costs no parsing.
 *
 *   header, 32 bytes            row, 64 bytes each
 *   0  u8  lane                 0  16 bytes uuid
 *   1  u8  layout version (1)   16 u32 mask: 1 translation, 2 rotation, 4 scale
 *   2  u16 rows                 20 u32 flags (read-back only): 1 missing, 2 held, 4 pending, 8 failed
 *   4  u32 seq | batch          24 f32 × 3 translation, metres
 *   8  u32 epoch                36 f32 × 4 rotation, xyzw
 *   12 u32 zero                 52 f32 × 3 scale
 *   16 u64 lsn (of a change: its base; of a read-back: 0)
 *   24 u64 stamp
 *
 * Lane 1 carries changed transforms (up: a change, down: an apply); lane 2 (up only) the read-back of a verify batch.
 * Values not named by the mask are zero. Rows are checked here, once: after `decodeTransforms` they are trusted.
 */
import { type Uuid, uuidFromBytes, uuidToBytes } from "../ids.ts";
import { failure, type Result, success } from "../result.ts";
import { transformFields } from "../scene/fields.ts";
import { wireLimits } from "./limits.ts";

export const laneTransforms = 1;
export const laneReadBack = 2;
export const layoutVersion = 1;
export const headerBytes = 32;
export const rowBytes = 64;

export const maskBit = { translation: 1, rotation: 2, scale: 4 } as const;
/** All three parts. */
export const maskAll = 7;
/** The fields that each mask names. */
const namesOfMask: readonly (readonly (keyof typeof maskBit)[])[] = Array.from({ length: maskAll + 1 }, (_, mask) =>
  transformFields.filter((name) => mask & maskBit[name]),
);
export const rowFlag = { missing: 1, held: 2, pending: 4, failed: 8 } as const;
const flagsAll = 15;

/** A quaternion further than this from unit length was not made by a healthy plugin. */
const unitLengthSlack = 1e-3;

export type TransformRow = {
  readonly uuid: Uuid;
  readonly mask: number;
  readonly flags: number;
  /** translation xyz, rotation xyzw, scale xyz. */
  readonly values: readonly number[];
};

export type TransformFrame = {
  readonly lane: number;
  /** seq of a change, batch of a read-back, 0 going down. */
  readonly seq: number;
  readonly epoch: number;
  readonly lsn: number;
  readonly stamp: number;
  readonly rows: readonly TransformRow[];
};

export function fieldNamesOf(mask: number): (typeof namesOfMask)[number] {
  return namesOfMask[mask] ?? [];
}

/** `room`: bytes left free before the frame, for who puts something of his own there. */
export function encodeTransforms(frame: TransformFrame, room = 0): Uint8Array {
  const rows = bytesOfRows(frame.rows);
  const bytes = new Uint8Array(room + headerBytes + rows.length);
  const view = new DataView(bytes.buffer, room);
  view.setUint8(0, frame.lane);
  view.setUint8(1, layoutVersion);
  view.setUint16(2, frame.rows.length, true);
  view.setUint32(4, frame.seq, true);
  view.setUint32(8, frame.epoch, true);
  setSafeInteger(view, 16, frame.lsn);
  setSafeInteger(view, 24, frame.stamp);
  bytes.set(rows, room + headerBytes);
  return bytes;
}

/**
 * Rows never change, so that those that go to the log and to an editor are encoded once, and rows that came are passed
 * on as the bytes they came in.
 */
const rowsEncoded = new WeakMap<readonly TransformRow[], Uint8Array>();

/** Passes the rows of a frame on as they came. Nobody may write to its bytes any more. */
export function keepEncoded({ rows }: TransformFrame, frameBytes: Uint8Array): void {
  rowsEncoded.set(rows, frameBytes.subarray(headerBytes));
}

/** The rows of several lists, one list behind the other. */
export function joinRows(lists: readonly (readonly TransformRow[])[]): readonly TransformRow[] {
  const rows: TransformRow[] = [];
  const bytes = new Uint8Array(lists.reduce((sum, list) => sum + list.length, 0) * rowBytes);
  for (const list of lists) {
    bytes.set(bytesOfRows(list), rows.length * rowBytes);
    for (const row of list) rows.push(row);
  }
  rowsEncoded.set(rows, bytes);
  return rows;
}

function bytesOfRows(rows: readonly TransformRow[]): Uint8Array {
  const known = rowsEncoded.get(rows);
  if (known) return known;
  const bytes = new Uint8Array(rows.length * rowBytes);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const row of rows) {
    uuidToBytes(row.uuid, bytes, at);
    view.setUint32(at + 16, row.mask, true);
    view.setUint32(at + 20, row.flags, true);
    for (let index = 0; index < 10; index += 1) view.setFloat32(at + 24 + index * 4, row.values[index] ?? 0, true);
    at += rowBytes;
  }
  rowsEncoded.set(rows, bytes);
  return bytes;
}

/** Decodes and checks a whole frame; one bad row refuses it. */
export function decodeTransforms(bytes: Uint8Array): Result<TransformFrame> {
  if (bytes.length < headerBytes) return failure("E_MALFORMED", "A transform frame is shorter than its header.");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lane = view.getUint8(0);
  const count = view.getUint16(2, true);
  if (lane !== laneTransforms && lane !== laneReadBack)
    return failure("E_MALFORMED", `There is no binary lane ${lane}.`);
  if (view.getUint8(1) !== layoutVersion)
    return failure("E_PROTOCOL_VERSION", "The transform layout is of another version.");
  if (count > wireLimits.rowsPerFrameMax) return failure("E_OVERSIZED", `A transform frame holds ${count} rows.`);
  if (bytes.length !== headerBytes + count * rowBytes || count === 0) {
    return failure("E_MALFORMED", "A transform frame's length does not match its row count.");
  }
  const lsn = getSafeInteger(view, 16);
  const stamp = getSafeInteger(view, 24);
  if (lsn === undefined || stamp === undefined)
    return failure("E_MALFORMED", "A transform frame's position is too large.");
  const rows: TransformRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const row = decodeRow(bytes, view, headerBytes + index * rowBytes);
    if ("ok" in row) return row;
    rows.push(row);
  }
  return success({ lane, seq: view.getUint32(4, true), epoch: view.getUint32(8, true), lsn, stamp, rows });
}

function decodeRow(
  bytes: Uint8Array,
  view: DataView,
  at: number,
): TransformRow | Extract<Result<never>, { ok: false }> {
  const uuid = uuidFromBytes(bytes, at);
  const mask = view.getUint32(at + 16, true);
  const flags = view.getUint32(at + 20, true);
  if (mask > maskAll || flags > flagsAll || (mask === 0 && flags === 0)) {
    return failure("E_MALFORMED", "A transform row's mask is not valid.", { uuid });
  }
  const x = view.getFloat32(at + 24, true);
  const y = view.getFloat32(at + 28, true);
  const z = view.getFloat32(at + 32, true);
  const qx = view.getFloat32(at + 36, true);
  const qy = view.getFloat32(at + 40, true);
  const qz = view.getFloat32(at + 44, true);
  const qw = view.getFloat32(at + 48, true);
  const sx = view.getFloat32(at + 52, true);
  const sy = view.getFloat32(at + 56, true);
  const sz = view.getFloat32(at + 60, true);
  // Zero times what is finite is zero, times anything else it is not.
  if ((x + y + z) * 0 + (qx + qy + qz + qw) * 0 + (sx + sy + sz) * 0 !== 0)
    return failure("E_NOT_FINITE", "A transform has a value that is not a finite number.", { uuid });
  if (mask & maskBit.rotation && Math.abs(qx * qx + qy * qy + qz * qz + qw * qw - 1) > unitLengthSlack) {
    return failure("E_MALFORMED", "A rotation is not of unit length.", { uuid });
  }
  // Spelt out: a list made at once is of numbers from the start.
  return { uuid, mask, flags, values: [x, y, z, qx, qy, qz, qw, sx, sy, sz] };
}

function setSafeInteger(view: DataView, at: number, value: number): void {
  view.setUint32(at, value >>> 0, true);
  view.setUint32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}

function getSafeInteger(view: DataView, at: number): number | undefined {
  const value = view.getUint32(at + 4, true) * 0x1_0000_0000 + view.getUint32(at, true);
  return value <= Number.MAX_SAFE_INTEGER ? value : undefined;
}
