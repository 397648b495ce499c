/** What records and states become on their way through the log and back. */
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";

/** The fold of a log, through the checkpoint's codec. */
export function foldOf(records: readonly Record[]): State {
  const state = new State();
  for (const [index, record] of records.entries()) evolve(state, index + 1, record);
  state.commit();
  const again = decodeState(encodeState(state));
  if (!again.ok) throw new Error(again.failure.message);
  return again.value;
}

export function throughCodec(record: Record): Record {
  const decoded = decodeRecord(encodeRecord(record));
  if (!decoded.ok) throw new Error(`${decoded.failure.message} ${decoded.failure.cause ?? ""}`);
  return decoded.value;
}
