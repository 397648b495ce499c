/**
 * When to take a snapshot, and of what: the coalescing of final batches.
 *
 * Owns: what differs from the newest snapshot. Batches are laid over each other, last write per UUID; what a commit
 * takes with it comes back under everything newer when the commit fails, so nothing is lost by a failure and the next
 * commit takes it up [SNAP-12]. Size is bounded by the number of objects, not by time.
 * Must never: know a clock, a timer or a disk. Time comes in as `nowMs`, monotonic.
 *
 * Pace of final batches: at most one commit in `gapMs`, doubled for every failure in a row up to `gapMsMax`; one commit
 * at a time. A commit that somebody asked for (idle, exit, safe mode, manual, before …) waits for no gap.
 */
import type { SnapshotAttachment, SnapshotReason, SnapshotRequest } from "#electron/ports/snapshots.ts";
import { assert } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";

export const gapMs = 2_000;
export const gapMsMax = 60_000;

/** A state that became final, by what it changed. */
export type FinalBatch = Pick<SnapshotRequest, "lsn" | "stateHash" | "changed" | "whole">;

export interface SnapshotOrder {
  readonly reason: SnapshotReason;
  readonly label?: string;
  readonly attachments?: readonly SnapshotAttachment[];
}

/** A request but for what only the recorder knows: wall time and the snapshot before. */
export type PacedRequest = Omit<SnapshotRequest, "timeMs" | "base">;

interface Load {
  readonly texts: Map<Uuid, string | null>;
  isWhole: boolean;
}

const needsNews: ReadonlySet<SnapshotReason> = new Set(["final", "idle", "exit", "safe-mode", "before-delete"]);

export class SnapshotPace {
  #pending: Load = { texts: new Map(), isWhole: false };
  #underWay: Load | null = null;
  #newest: FinalBatch | null = null;
  #isDue = false;
  #lastStartMs = Number.NEGATIVE_INFINITY;
  #failuresInRow = 0;

  get failuresInRow(): number {
    return this.#failuresInRow;
  }

  get isUnderWay(): boolean {
    return this.#underWay !== null;
  }

  /** Objects that no snapshot has yet, a commit under way included. */
  get unsavedCount(): number {
    return this.#pending.texts.size + (this.#underWay?.texts.size ?? 0);
  }

  note(batch: FinalBatch): void {
    assert(this.#newest === null || batch.lsn >= this.#newest.lsn, "[SNAP-12] final batches come in the log's order");
    this.#newest = batch;
    this.#isDue = true;
    if (batch.whole === true) this.#pending = { texts: new Map(), isWhole: true };
    for (const { uuid, json } of batch.changed) this.#pending.texts.set(uuid, json);
  }

  /** How long until a final commit is due; 0 is now, null is not before something happens. */
  waitMsOrNull(nowMs: number): number | null {
    if (!this.#isDue || this.#underWay !== null) return null;
    const neededMs = Math.min(gapMs * 2 ** this.#failuresInRow, gapMsMax);
    return Math.max(0, this.#lastStartMs + neededMs - nowMs);
  }

  /** Starts a commit of everything noted; null when it would say nothing new, or nothing was ever noted. */
  start(order: SnapshotOrder, nowMs: number): PacedRequest | null {
    assert(this.#underWay === null, "[SNAP-12] one commit is under way at a time");
    if (this.#newest === null || (!this.#isDue && needsNews.has(order.reason))) return null;
    const load = this.#pending;
    this.#underWay = load;
    this.#pending = { texts: new Map(), isWhole: false };
    this.#isDue = false;
    this.#lastStartMs = nowMs;
    const { lsn, stateHash } = this.#newest;
    const changed = Array.from(load.texts, ([uuid, json]) => ({ uuid, json }));
    return { ...order, lsn, stateHash, changed, ...(load.isWhole ? { whole: true } : {}) };
  }

  finish(hasSucceeded: boolean): void {
    const load = this.#underWay;
    assert(load !== null, "[SNAP-12] only a commit that was started can finish");
    this.#underWay = null;
    this.#failuresInRow = hasSucceeded ? 0 : this.#failuresInRow + 1;
    if (hasSucceeded) return;
    this.#isDue = true;
    if (this.#pending.isWhole) return;
    for (const [uuid, json] of this.#pending.texts) load.texts.set(uuid, json);
    this.#pending = load;
  }
}
