/**
 * Records as bytes: JSON for everything but transforms, whose payload is the wire's own binary layout behind a
 * prefix.
 *
 * Bytes read back from the log are checked by the same schemas as when they were made ([ENG-3]). A transforms payload
 * is
 *   0 f64 time, 8 u32 batch, 12 u8 role (index in `roles`), zeros up to 24, then a frame of shared/protocol/binary.ts.
 */
import { jsonRecordSchemas, type Record, recordTypes, type TransformsRecord } from "#electron/core/record.ts";
import type { LogRecord } from "#electron/core/wal-frame.ts";
import { decodeTransforms, encodeTransforms, laneTransforms } from "#shared/protocol/binary.ts";
import { roles } from "#shared/protocol/handshake.ts";
import { failure, type Result, success } from "#shared/result.ts";

export const recordSchema = 1;

const prefixBytes = 24;
const typeNames: ReadonlyMap<number, Record["type"]> = new Map(
  Object.entries(recordTypes).map(([name, number]) => [number, name as Record["type"]]),
);

export function encodeRecord(record: Record): LogRecord {
  const type = recordTypes[record.type];
  if (record.type === "transforms") return { type, schema: recordSchema, payload: encodeTransformsRecord(record) };
  const { type: _type, ...body } = record;
  return { type, schema: recordSchema, payload: Buffer.from(JSON.stringify(body), "utf8") };
}

export function decodeRecord({ type, schema, payload }: LogRecord): Result<Record> {
  const name = typeNames.get(type);
  if (name === undefined || schema !== recordSchema) {
    const kind = `a record of an unknown kind (${type}, layout ${schema})`;
    return failure("E_WAL_VERSION", `The log holds ${kind}: a newer VibeSync wrote it. Install that version.`);
  }
  if (name === "transforms") return decodeTransformsRecord(payload);
  try {
    const text = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength).toString("utf8");
    const parsed = jsonRecordSchemas[name].safeParse({ type: name, ...(JSON.parse(text) as object) });
    if (parsed.success) return success(parsed.data);
    return failure("E_WAL_CORRUPT", `A ${name} record does not fit its schema.`, { cause: parsed.error });
  } catch (cause) {
    return failure("E_WAL_CORRUPT", `A ${name} record is not readable.`, { cause });
  }
}

function encodeTransformsRecord(record: TransformsRecord): Uint8Array {
  const { stamp, rows } = record;
  const bytes = encodeTransforms({ lane: laneTransforms, seq: 0, epoch: 0, lsn: 0, stamp, rows }, prefixBytes);
  const view = new DataView(bytes.buffer);
  view.setFloat64(0, record.timeMs, true);
  view.setUint32(8, record.batch, true);
  view.setUint8(12, roles.indexOf(record.role));
  return bytes;
}

function decodeTransformsRecord(payload: Uint8Array): Result<Record> {
  if (payload.length < prefixBytes) return failure("E_WAL_CORRUPT", "A transforms record is too short.");
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const frame = decodeTransforms(payload.subarray(prefixBytes));
  const role = roles[view.getUint8(12)];
  if (!frame.ok || role === undefined) return failure("E_WAL_CORRUPT", "A transforms record is not readable.");
  const { stamp, rows } = frame.value;
  const timeMs = view.getFloat64(0, true);
  return success({ type: "transforms", timeMs, batch: view.getUint32(8, true), role, stamp, rows });
}
