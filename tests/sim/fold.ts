/**
 * A log and the state it makes, kept by somebody who is not the hub: folded as it grows, not anew at each look.
 *
 * Owns: every record as it reads back from the disk's bytes, and one state that follows it. What a power cut took is
 * taken back by folding again from the beginning.
 */
import { strict as assert } from "node:assert";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";

/** Records that are forgotten at a time: what they made is kept as a saved state. */
const forgottenAtOnce = 500;

export class FoldedLog {
  /** Behind `#base`, oldest first. */
  #records: Record[] = [];
  #base = { lsn: 0, state: encodeState(new State()) };
  #folded = new State();

  get lastLsn(): number {
    return this.#base.lsn + this.#records.length;
  }

  append(record: Record): void {
    this.#records.push(throughCodec(record));
  }

  /** All that are still there, oldest first, by number. */
  *entries(): Generator<[number, Record]> {
    for (const [index, record] of this.#records.entries()) yield [this.#base.lsn + 1 + index, record];
  }

  /** The record as it reads back. */
  at(lsn: number): Record {
    const record = this.#records[lsn - this.#base.lsn - 1];
    assert(record !== undefined, `record ${lsn} of ${this.#base.lsn + 1} to ${this.lastLsn}`);
    return record;
  }

  /** A power cut took everything behind `lsn`. */
  cutBehind(lsn: number): void {
    assert(lsn >= this.#base.lsn);
    this.#records.length = lsn - this.#base.lsn;
    if (this.#folded.head.lsn > lsn) this.#folded = stateOf(this.#base.state);
  }

  /** Nobody will ask for anything before `lsn`: days of records need not be kept. Tells whether it was worth it. */
  forgetBefore(lsn: number): boolean {
    if (lsn - this.#base.lsn < forgottenAtOnce) return false;
    const state = encodeState(this.stateAt(lsn));
    this.#records = this.#records.slice(lsn - this.#base.lsn);
    this.#base = { lsn, state };
    return true;
  }

  /** The state at that record. It goes on from there: look at it and let go. */
  stateAt(lsn: number): State {
    if (this.#folded.head.lsn > lsn) this.#folded = stateOf(this.#base.state);
    for (let next = this.#folded.head.lsn + 1; next <= lsn; next += 1) evolve(this.#folded, next, this.at(next));
    this.#folded.commit();
    return this.#folded;
  }

  /** What recovery would find, through the checkpoint's codec: the caller's own. */
  recovered(): State {
    return stateOf(encodeState(this.stateAt(this.lastLsn)));
  }

  /** The same, folded anew from the beginning. */
  refolded(): State {
    this.#folded = stateOf(this.#base.state);
    return this.recovered();
  }
}

function stateOf(bytes: Uint8Array): State {
  const decoded = decodeState(bytes);
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}

function throughCodec(record: Record): Record {
  const decoded = decodeRecord(encodeRecord(record));
  if (!decoded.ok) throw new Error(`${decoded.failure.message} ${decoded.failure.cause ?? ""}`);
  return decoded.value;
}
