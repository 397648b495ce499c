/**
 * R23: transport, engine and log in any order. What editors send, syncs that end or fail, and cables that break are
 * handed to fast-check's scheduler, which decides what happens next; the promises of [ENG-1] hold at every message.
 */
import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { Links } from "#electron/core/links.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import type { LogRecord } from "#electron/core/wal-frame.ts";
import type { EditorMessage } from "#electron/core/wire-event.ts";
import { Engine } from "#electron/engine/engine.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Log, LsnRange } from "#electron/ports/log.ts";
import type { Wire } from "#electron/ports/wire.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { Desk, helloOf, objectFields, stateOf, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";
import { longTestMs, scaled } from "#tests/hostile/scale.ts";

const runs = scaled(500, 100_000);
const stepsMax = 12;
const roles = ["blender", "unity"] as const;
type Role = (typeof roles)[number];

/** A log whose syncs end when the scheduler says so; the one numbered `failsAt` fails, and every later one. */
class ScheduledLog implements Log {
  lastLsn = 0;
  durableLsn = 0;
  hasFailed = false;
  readonly #scheduler: fc.Scheduler;
  readonly #failsAt: number;
  #syncs = 0;
  #inFlight = 0;

  constructor(scheduler: fc.Scheduler, failsAt: number) {
    this.#scheduler = scheduler;
    this.#failsAt = failsAt;
  }

  append(records: readonly LogRecord[]): Result<LsnRange> {
    const firstLsn = this.lastLsn + 1;
    this.lastLsn += records.length;
    return success({ firstLsn, lastLsn: this.lastLsn });
  }

  async flush(): Promise<Result<number>> {
    const target = this.lastLsn;
    this.#inFlight += 1;
    expect(this.#inFlight, "[ENG-1] one flush is in flight").toBe(1);
    await this.#scheduler.schedule(Promise.resolve(), "sync");
    this.#inFlight -= 1;
    this.#syncs += 1;
    if (this.#syncs >= this.#failsAt) this.hasFailed = true;
    if (this.hasFailed) return failure("E_WAL_FSYNC", "The disk did not confirm.");
    this.durableLsn = target;
    return success(target);
  }

  close = () => Promise.resolve(success(this.durableLsn));
}

/** Looks at every message as it leaves. */
class WatchedWire implements Wire {
  readonly port = 1;
  readonly acceptedSeqs = new Map<number, number>();
  readonly closed = new Set<number>();
  readonly #log: ScheduledLog;

  constructor(log: ScheduledLog) {
    this.#log = log;
  }

  send = (connection: number, message: DownMessage): void => {
    const { durableLsn, hasFailed } = this.#log;
    if (hasFailed) expect(message.kind, "[ENG-27] nothing but a refusal follows a failed sync").toBe("refused");
    if (message.kind === "accepted") {
      expect(message.lsn, "[WIRE-12] what is accepted is durable").toBeLessThanOrEqual(durableLsn);
      const before = this.acceptedSeqs.get(connection) ?? 0;
      expect(message.seq, "answers come in order").toBeGreaterThan(before);
      this.acceptedSeqs.set(connection, message.seq);
    }
    const isStructural = message.kind === "apply" && message.ops.some(({ op }) => op !== "set");
    if (isStructural) expect(message.lsn, "[ENG-1] what is structural is durable").toBeLessThanOrEqual(durableLsn);
  };
  sendFrame = (): void => expect(this.#log.hasFailed).toBe(false);
  bufferedBytes = () => 0;
  close = (connection: number) => void this.closed.add(connection);
  stop = () => Promise.resolve();
}

type Step = "create" | "rename" | "delete" | "cut" | "tick";

/** An engine with both editors linked, and what each of them will say. */
class Stage {
  readonly records: Record[] = [];
  readonly state = new State();
  readonly log: ScheduledLog;
  readonly wire: WatchedWire;
  readonly engine: Engine;
  /** Makes the messages; its own core is not asked. */
  readonly #script = new Desk();

  constructor(scheduler: fc.Scheduler, failsAt: number) {
    this.log = new ScheduledLog(scheduler, failsAt);
    this.wire = new WatchedWire(this.log);
    this.engine = new Engine({
      state: this.state,
      links: new Links(),
      log: this.log,
      clock: realClock,
      newUuid: randomUUID,
      project: { id: uuidOf(10), name: "Test" },
      logId: uuidOf(11),
      onEffect: (effect) => {
        if (effect.kind !== "paired-snapshot") return;
        const { role, epoch } = effect;
        void scheduler.schedule(Promise.resolve(), "snapshot").then(() => {
          this.engine.now({ kind: "paired-snapshot", role, epoch, code: null });
        });
      },
      onRecords: (records) => void this.records.push(...records),
      onHalt: () => undefined,
    });
    this.engine.now({ kind: "boot", pid: 1, version: "test", recovered: "", crashed: false });
    this.engine.start(this.wire);
    for (const role of roles) this.#link(role);
  }

  take(role: Role, step: Step): void {
    const connection = this.#script.connectionOf(role);
    if (step === "tick") this.engine.now({ kind: "tick" });
    else if (this.wire.closed.has(connection)) return;
    else if (step === "cut") this.#cut(connection);
    else this.#say(role, this.#script.changeOf(role, [operationOf(step, role)]));
  }

  #cut(connection: number): void {
    this.wire.closed.add(connection);
    this.engine.onWire({ kind: "closed", connection });
    this.engine.now({ kind: "tick" });
  }

  #say(role: Role, message: EditorMessage): void {
    this.engine.now({ kind: "wire", event: { kind: "message", connection: this.#script.connectionOf(role), message } });
  }

  #link(role: Role): void {
    this.#script.greet(role);
    const connection = this.#script.connectionOf(role);
    const hello = helloOf(role, uuidOf(connection));
    this.engine.now({ kind: "wire", event: { kind: "greeted", connection, hello, protocol: 1 } });
    this.#say(role, stateOf(1));
    this.#say(role, { kind: "index", epoch: 1, page: 0, last: true, entities: [], deleted: [] });
  }
}

function operationOf(step: "create" | "rename" | "delete", role: Role) {
  const uuid = uuidOf(role === "blender" ? 1 : 2);
  if (step === "delete") return { op: "delete", uuid } as const;
  if (step === "create") return { op: "create", uuid, kind: "object", fields: objectFields() } as const;
  return { op: "create", uuid, kind: "object", fields: objectFields({ name: step }) } as const;
}

const script = fc.array(fc.constantFrom<Step>("create", "rename", "delete", "cut", "tick"), { maxLength: stepsMax });

it(
  `R23: [ENG-1] [ENG-2] [ENG-27] ${runs} interleavings of editors, syncs and cables: every promise is kept in each`,
  async () => {
    const property = fc.asyncProperty(
      fc.scheduler(),
      fc.record({ blender: script, unity: script, failsAt: fc.integer({ min: 1, max: 40 }) }),
      async (scheduler, { failsAt, ...scripts }) => {
        const stage = new Stage(scheduler, failsAt);
        for (const role of roles) {
          scheduler.scheduleSequence(
            scripts[role].map((step) => ({ label: `${role} ${step}`, builder: async () => stage.take(role, step) })),
          );
        }
        await scheduler.waitIdle();
        const { engine, log, records, state } = stage;
        if (engine.halted === null) expect(log.durableLsn).toBe(log.lastLsn);
        else expect(engine.halted.code).toBe("E_WAL_FSYNC");
        const stopped = engine.stop();
        await scheduler.waitIdle();
        await stopped;
        expect(records).toHaveLength(log.lastLsn);
        const folded = new State();
        for (const [index, record] of records.entries()) evolve(folded, index + 1, record);
        folded.commit();
        expect(stateText(folded)).toBe(stateText(state));
      },
    );
    await fc.assert(property, { numRuns: runs });
  },
  longTestMs,
);
