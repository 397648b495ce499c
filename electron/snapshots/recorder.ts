/**
 * Turns final batches into snapshots at the pace of pace.ts, and takes the ones that somebody asked for.
 *
 * Owns: which commit is under way, which snapshot the changes refer to, and the one timer for the next. Every outcome
 * is told to `onOutcome`, which counts; a failure needs nothing else from anybody, the next commit takes its changes
 * up. The first commit, and one whose base the history lost, carries the whole state [SNAP-12].
 * Must never: hold up whoever notes a batch. `note` returns at once.
 */
import type { Clock } from "#electron/ports/clock.ts";
import type { SnapshotInfo, Snapshots } from "#electron/ports/snapshots.ts";
import { type Result, success } from "#shared/result.ts";
import { type FinalBatch, type SnapshotOrder, SnapshotPace } from "./pace.ts";

export interface SnapshotRecorderParts {
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  /** Hands over the complete final state, once: as it is at that moment, with an LSN that no noted batch is above. */
  readonly wholeState: (take: (whole: Omit<FinalBatch, "whole">) => void) => Promise<void>;
  readonly onOutcome: (result: Result<SnapshotInfo>) => void;
}

export class SnapshotRecorder {
  readonly #parts: SnapshotRecorderParts;
  readonly #pace = new SnapshotPace();
  /** The snapshot that the noted changes refer to; null while only the whole state will do. */
  #base: string | null = null;
  #underWay: Promise<unknown> = Promise.resolve();
  #timer: NodeJS.Timeout | null = null;
  #isStopped = false;

  constructor(parts: SnapshotRecorderParts) {
    this.#parts = parts;
  }

  /** Objects that no snapshot has yet. */
  get unsavedCount(): number {
    return this.#pace.unsavedCount;
  }

  note(batch: FinalBatch): void {
    this.#pace.note(batch);
    this.#schedule();
  }

  /** Takes a snapshot now, after the one under way; the value is null when there is nothing new to take. */
  take(order: SnapshotOrder): Promise<Result<SnapshotInfo | null>> {
    const turn = this.#underWay.then(() => this.#commit(order));
    this.#underWay = turn.catch(() => undefined);
    return turn;
  }

  /** From now on only `take` commits. What is unsaved stays in the log and is taken up after the next start. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async #commit(order: SnapshotOrder): Promise<Result<SnapshotInfo | null>> {
    const { clock, snapshots, wholeState, onOutcome } = this.#parts;
    if (this.#base === null) await wholeState((whole) => this.#pace.note({ ...whole, whole: true }));
    const paced = this.#pace.start(order, clock.monotonicMs());
    if (paced === null) return success(null);
    const base = paced.whole === true || this.#base === null ? {} : { base: this.#base };
    const result = await snapshots.commit({ ...paced, ...base, timeMs: clock.nowMs() });
    this.#pace.finish(result.ok);
    if (result.ok) this.#base = result.value.oid;
    else if (result.failure.code === "E_SNAPSHOT_UNKNOWN") this.#base = null;
    onOutcome(result);
    this.#schedule();
    return result;
  }

  #schedule(): void {
    const waitMs = this.#pace.waitMsOrNull(this.#parts.clock.monotonicMs());
    if (waitMs === null || this.#timer !== null || this.#isStopped) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      void this.take({ reason: "final" });
    }, waitMs);
  }
}
