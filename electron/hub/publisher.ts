/**
 * Tells the window what changed: gathered, at most ten times a second, nothing when nothing did.
 *
 * Owns: the ledger of objects, the rows not told yet, the rate of edits, the notices.
 * Must never: slow a turn; noting is adding to a list.
 */
import type { Links } from "#electron/core/links.ts";
import type { Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import type { PushListener } from "#electron/ports/hub.ts";
import type { FailureRow, Notice, TimelineRow } from "#shared/ipc/view.ts";
import { type ErrorCode, errorCodes } from "#shared/protocol/error-code.ts";
import { ObjectLedger } from "./object-ledger.ts";
import { PacedWork } from "./paced-work.ts";
import { timelineRowOf } from "./timeline-view.ts";

const tellIntervalMs = 100;
const noticesMax = 50;
const rowsWaitingMax = 500;
const rateWindowMs = 2_000;

export type PublisherParts = {
  readonly state: State;
  readonly links: Links;
  readonly nowMs: () => number;
  readonly push: PushListener;
  /** Pushes the status; the hub makes it. */
  readonly pushStatus: () => void;
  readonly failures: () => readonly FailureRow[];
};

export class Publisher {
  readonly ledger: ObjectLedger;
  readonly #parts: PublisherParts;
  #rows: TimelineRow[] = [];
  #hasFailures = false;
  #failuresText = "";
  #edits: { atMs: number; count: number }[] = [];
  #notices: Notice[] = [];
  #noticeId = 0;
  readonly #telling = new PacedWork(tellIntervalMs, () => this.#tell());
  #isStarted = false;
  #statusText = "";

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.ledger = new ObjectLedger(parts.state, parts.links);
  }

  start(): void {
    this.#isStarted = true;
    this.#telling.soon();
  }

  stop(): void {
    this.#isStarted = false;
    this.#telling.stop();
  }

  note(records: readonly Record[], firstLsn: number): void {
    this.ledger.note(records);
    let edited = 0;
    for (const [index, record] of records.entries()) {
      if (record.type === "transforms") edited += record.rows.length;
      else if (record.type === "edit") edited += record.ops.length;
      else if (failureRecords.has(record.type)) this.#hasFailures = true;
      this.#rows.push(timelineRowOf(this.#parts.state, firstLsn + index, record));
    }
    if (this.#rows.length > rowsWaitingMax) this.#rows = this.#rows.slice(-rowsWaitingMax);
    if (edited > 0) this.#edits.push({ atMs: this.#parts.nowMs(), count: edited });
  }

  notice(
    level: Notice["level"],
    { code, message, uuid }: { code: string | null; message: string; uuid: string | null },
  ): void {
    this.#noticeId += 1;
    const known = errorCodes.find((candidate): candidate is ErrorCode => candidate === code) ?? null;
    const timeMs = this.#parts.nowMs();
    this.#notices = [...this.#notices, { id: this.#noticeId, timeMs, level, code: known, message, uuid }].slice(
      -noticesMax,
    );
  }

  get notices(): readonly Notice[] {
    return this.#notices;
  }

  editsPerSecond(): number {
    const fromMs = this.#parts.nowMs() - rateWindowMs;
    this.#edits = this.#edits.filter(({ atMs }) => atMs >= fromMs);
    return this.#edits.reduce((sum, { count }) => sum + count, 0) / (rateWindowMs / 1_000);
  }

  /** `statusText` is the status as text, to tell it only when it changed. */
  isNewStatus(statusText: string): boolean {
    if (statusText === this.#statusText) return false;
    this.#statusText = statusText;
    return true;
  }

  tellFailures(): void {
    const { push, failures } = this.#parts;
    const rows = [...failures()];
    const text = JSON.stringify(rows);
    if (text !== this.#failuresText) push("failures-changed", { rows });
    this.#failuresText = text;
    // What follows from some of them ends with time alone.
    this.#hasFailures = rows.some(({ consequence }) => consequence === "waiting" || consequence === "care");
  }

  /** Now, for who just acted and waits to see it. */
  tell(): void {
    this.#telling.now();
  }

  /** What became of the objects comes first: the status counts them. */
  *#tell(): Generator<void, void> {
    const { push, pushStatus } = this.#parts;
    for (const delta of this.ledger.takeDeltas()) {
      push("objects-changed", { reset: false, ...delta });
      yield;
    }
    if (this.#rows.length > 0) push("timeline-grew", { rows: this.#rows });
    this.#rows = [];
    if (this.#hasFailures) this.tellFailures();
    pushStatus();
    if (this.#isStarted) this.#telling.soon();
  }
}

/** What changes a failure's row: how often, and what follows from it. */
const failureRecords: ReadonlySet<Record["type"]> = new Set(["fault", "boot", "memory", "quarantine", "release"]);
