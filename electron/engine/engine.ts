/**
 * The loop: drain → plan → append → commit → perform. The only place where the core meets the world.
 *
 *   inputs ──▶ inbox ──▶ plan (pure) ──▶ log.append ──▶ state.commit ──▶ previews leave
 *                                            └────▶ log.flush ──▶ what waited for durability leaves
 *
 * Owns: the order log → state → world ([ENG-1]), and what a failure means: nothing of the turn happened, the engine
 * halts, sockets are told, the window lives on.
 * Must never: know what an input means.
 */
import type { Effect, WorldEffect } from "#electron/core/effect.ts";
import type { Facts, Input } from "#electron/core/input.ts";
import type { Links } from "#electron/core/links.ts";
import { plan } from "#electron/core/plan.ts";
import type { Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import type { Clock } from "#electron/ports/clock.ts";
import type { Log } from "#electron/ports/log.ts";
import type { ConnectionId, Wire, WireEvent } from "#electron/ports/wire.ts";
import { assert, BugError } from "#shared/assert.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import { causeText, type Failure } from "#shared/result.ts";
import { Inbox } from "./inbox.ts";
import { Outbox } from "./perform.ts";
import { encodeRecord } from "./record-codec.ts";

export type EngineParts = {
  readonly state: State;
  readonly links: Links;
  readonly log: Log;
  readonly clock: Clock;
  readonly newUuid: Facts["newUuid"];
  readonly project: Facts["project"];
  readonly logId: string;
  /** Effects that are not messages: snapshots, sidecars, notices. */
  readonly onEffect: (effect: WorldEffect) => void;
  /** The turn's records are in the log and in the state. */
  readonly onRecords: (records: readonly Record[], firstLsn: number) => void;
  readonly onHalt: (failure: Failure) => void;
  readonly buggify?: Buggify;
};

/** How often time is told to the core: finer than the shortest window it keeps. */
const tickIntervalMs = 25;
/** Only in a simulation. */
const lateTurnMs = 120;

export class Engine {
  readonly #parts: EngineParts;
  readonly #inbox: Inbox;
  readonly #buggify: Buggify;
  readonly #startWallMs: number;
  readonly #startMonotonicMs: number;
  #outbox: Outbox | null = null;
  #wire: Wire | null = null;
  #isScheduled = false;
  /** The last turn left work over. */
  #hasMore = false;
  #isFlushing = false;
  #ticker: NodeJS.Timeout | null = null;
  #halted: Failure | null = null;
  #isStopped = false;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    this.#buggify = parts.buggify ?? neverBuggify;
    this.#inbox = new Inbox(this.#buggify);
    this.#startWallMs = parts.clock.nowMs();
    this.#startMonotonicMs = parts.clock.monotonicMs();
  }

  get halted(): Failure | null {
    return this.#halted;
  }

  get inboxSize(): number {
    return this.#inbox.size;
  }

  /** Wall time that never goes back within a run: deadlines are safe on it, and people can read it. */
  nowMs(): number {
    return this.#startWallMs + (this.#parts.clock.monotonicMs() - this.#startMonotonicMs);
  }

  start(wire: Wire): void {
    this.#wire = wire;
    this.#outbox = new Outbox(wire, (connection) => this.#onClogged(connection));
    this.#outbox.durable(this.#parts.log.durableLsn);
    this.#ticker = setInterval(() => this.push({ kind: "tick" }), tickIntervalMs);
  }

  onWire(event: WireEvent): void {
    if (event.kind === "closed") this.#outbox?.forget(event.connection);
    if (this.push({ kind: "wire", event })) return;
    const { connection } = event;
    const busy = { kind: "rejected", code: "E_BUSY", message: errorSentence.E_BUSY, retry: true } as const;
    if (connection !== null) this.#wire?.send(connection, { ...busy, ...nameOf(event) });
  }

  /** Takes an input for the next turn. False: the engine is halted, stopped or full. */
  push(input: Input): boolean {
    if (this.#halted || this.#isStopped || !this.#inbox.push(input)) return false;
    this.#schedule();
    return true;
  }

  /** Runs a turn now, for inputs whose outcome the caller needs at once. */
  now(input: Input): void {
    if (this.#halted || this.#isStopped) return;
    this.#inbox.push(input);
    while (this.#inbox.size > 0 && !this.#halted) this.#turn();
  }

  /** Takes nothing any more, and waits for the last flush: what was logged last stays last. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#ticker) clearInterval(this.#ticker);
    this.#ticker = null;
    if (!this.#halted) await this.#parts.log.flush();
  }

  halt(failure: Failure): void {
    if (this.#halted) return;
    this.#halted = failure;
    this.#parts.state.drop();
    this.#inbox.clear();
    if (this.#ticker) clearInterval(this.#ticker);
    this.#ticker = null;
    for (const { connection } of this.#parts.links.byRole.values()) {
      if (connection === null) continue;
      this.#wire?.send(connection, { kind: "refused", code: "E_HALTED", message: errorSentence.E_HALTED });
      this.#wire?.close(connection);
    }
    this.#parts.onHalt(failure);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    const run = () => {
      this.#isScheduled = false;
      if (!this.#halted) this.#turn();
      if (this.#inbox.size > 0 || this.#hasMore) this.#schedule();
    };
    if (this.#buggify("late turn")) setTimeout(run, lateTurnMs);
    else setImmediate(run);
  }

  #turn(): void {
    const { state, links, log, project, logId, newUuid } = this.#parts;
    try {
      const facts: Facts = { nowMs: this.nowMs(), newUuid, durableLsn: log.durableLsn, project, logId };
      const draft = plan(state, links, { inputs: this.#inbox.take(), facts });
      this.#hasMore = draft.hasMore;
      if (draft.records.length > 0) {
        const appended = log.append(draft.records.map(encodeRecord));
        if (!appended.ok) return this.halt(appended.failure);
        assert(appended.value.lastLsn === state.head.lsn, "[ENG-4] the log and the state count alike");
        state.commit();
        this.#flush();
        this.#parts.onRecords(draft.records, appended.value.firstLsn);
      }
      for (const effect of draft.effects) this.#perform(effect);
    } catch (error) {
      this.#haltFor(error);
    }
  }

  #haltFor(error: unknown): void {
    const message = error instanceof BugError ? error.message : `An unexpected error: ${causeText(error)}`;
    this.halt({ code: "E_BUG", message: message.slice(0, 1_000), cause: stackOf(error) });
  }

  #perform(effect: Effect): void {
    if ("connection" in effect) this.#outbox?.post(effect);
    else this.#parts.onEffect(effect);
  }

  /** One flush in flight; what was appended meanwhile is the next group. */
  #flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    const flushed = this.#parts.log.flush().then((result) => {
      this.#isFlushing = false;
      if (!result.ok) return this.halt(result.failure);
      this.#outbox?.durable(result.value);
      if (this.#parts.log.durableLsn < this.#parts.log.lastLsn) this.#flush();
    });
    flushed.catch((error) => this.#haltFor(error));
  }

  #onClogged(connection: ConnectionId): void {
    const link = this.#parts.links.ofConnection(connection);
    if (link) link.clogged = true;
  }
}

/** How the answer names what came; null for what is no change. */
function nameOf(event: WireEvent): Pick<DownMessageOf<"rejected">, "epoch" | "seq"> {
  const said = event.kind === "message" ? event.message : event.kind === "frame" ? event.frame : null;
  if (said === null || !("epoch" in said)) return { epoch: null, seq: null };
  const isChange = "kind" in said ? said.kind === "change" : said.lane === laneTransforms;
  return { epoch: said.epoch, seq: isChange && "seq" in said ? said.seq : null };
}

function stackOf(error: unknown): string {
  return error instanceof Error && error.stack ? error.stack : causeText(error);
}
