/**
 * Has the snapshot history tidied some time after commits, and says what a person must know about it.
 *
 * Owns: that one tidying is under way at a time, that it waits until a start is over, in which editors wait for their
 * snapshots, and how long to leave a history alone that could not be tidied. A failure is counted like any other;
 * nothing is lost by it, it comes again. What the history wants to say is told once a run.
 */
import type { Clock } from "#electron/ports/clock.ts";
import type { Snapshots, SnapshotTidying } from "#electron/ports/snapshots.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";

/** After the first snapshot that asks for it: editors that link now are waiting for snapshots of their own. */
const calmMs = 30_000;
/** Between a failure and the next try; doubled for every failure in a row. */
const retryMs = 60_000;
const retryMsMax = 3_600_000;

export type TidyingReport = {
  readonly level: "warning" | "error";
  readonly code: ErrorCode;
  readonly message: string;
};

export type HistoryTidyingParts = {
  readonly snapshots: Pick<Snapshots, "tidy">;
  readonly clock: Clock;
  readonly onReport: (report: TidyingReport) => void;
  /** Some snapshots are not in the list any more. */
  readonly onDropped: () => void;
};

export class HistoryTidying {
  readonly #parts: HistoryTidyingParts;
  readonly #told = new Set<SnapshotTidying["notice"]>([null]);
  #isUnderWay = false;
  #failuresInRow = 0;
  #notBeforeMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;

  constructor(parts: HistoryTidyingParts) {
    this.#parts = parts;
  }

  /** A snapshot was taken. */
  soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      void this.now();
    }, calmMs);
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  async now(): Promise<void> {
    const { snapshots, clock, onReport, onDropped } = this.#parts;
    if (this.#isUnderWay || clock.monotonicMs() < this.#notBeforeMs) return;
    this.#isUnderWay = true;
    const tidied = await snapshots.tidy();
    this.#isUnderWay = false;
    this.#failuresInRow = tidied.ok ? 0 : this.#failuresInRow + 1;
    if (!tidied.ok) {
      const waitMs = Math.min(retryMs * 2 ** (this.#failuresInRow - 1), retryMsMax);
      this.#notBeforeMs = clock.monotonicMs() + waitMs;
      return onReport({ level: "error", code: tidied.failure.code, message: tidied.failure.message });
    }
    const { dropped, notice } = tidied.value;
    if (dropped > 0) onDropped();
    if (this.#told.has(notice)) return;
    this.#told.add(notice);
    if (notice !== null) onReport({ level: "warning", code: "E_SNAPSHOT", message: sentences[notice] });
  }
}

const sentences: { readonly [Notice in Exclude<SnapshotTidying["notice"], null>]: string } = {
  full: "The snapshot history has reached its limit. Old snapshots that you neither took nor named go before their time.",
  "foreign-ref":
    "A branch or tag that VibeSync did not make keeps the whole snapshot history. Delete it to save space.",
};
