/** The loop around the core: what may leave when, what a refusing log means, and what a bug stops. */
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limits } from "#electron/core/limits.ts";
import { Links } from "#electron/core/links.ts";
import { State } from "#electron/core/state.ts";
import type { LogRecord } from "#electron/core/wal-frame.ts";
import { Engine } from "#electron/engine/engine.ts";
import { Inbox } from "#electron/engine/inbox.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Log, LsnRange } from "#electron/ports/log.ts";
import type { Wire } from "#electron/ports/wire.ts";
import { laneReadBack, laneTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import type { DownKind, DownMessage } from "#shared/protocol/down.ts";
import type { Failure, Result } from "#shared/result.ts";
import { failure, success } from "#shared/result.ts";
import { Desk, helloOf, objectFields, stateOf, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";

const one = uuidOf(1);

/** A log in memory whose syncs end when a test says so, and which refuses when a test says so. */
class PatientLog implements Log {
  lastLsn = 0;
  durableLsn = 0;
  refusal: Result<never> | null = null;
  syncRefusal: Result<never> | null = null;
  #waiting: (() => void)[] = [];

  append(records: readonly LogRecord[]): Result<LsnRange> {
    if (this.refusal) return this.refusal;
    const firstLsn = this.lastLsn + 1;
    this.lastLsn += records.length;
    return success({ firstLsn, lastLsn: this.lastLsn });
  }

  async flush(): Promise<Result<number>> {
    const target = this.lastLsn;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.syncRefusal) return this.syncRefusal;
    this.durableLsn = Math.max(this.durableLsn, target);
    return success(this.durableLsn);
  }

  /** Ends the sync in flight, and those that follow from it. */
  async sync(): Promise<void> {
    for (let round = 0; round < 5; round += 1) {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const resolve of waiting) resolve();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  close(): Promise<Result<number>> {
    return Promise.resolve(success(this.durableLsn));
  }
}

class Wires implements Wire {
  readonly port = 1;
  readonly sent: { connection: number; message: DownMessage | TransformFrame }[] = [];
  readonly closed: number[] = [];
  send = (connection: number, message: DownMessage) => void this.sent.push({ connection, message });
  sendFrame = (connection: number, message: TransformFrame) => void this.sent.push({ connection, message });
  bufferedBytes = () => 0;
  close = (connection: number) => void this.closed.push(connection);
  stop = () => Promise.resolve();

  kinds(connection: number): (DownKind | "frame")[] {
    const mine = this.sent.filter((one) => one.connection === connection);
    return mine.map(({ message }) => ("kind" in message ? message.kind : "frame"));
  }
}

let log: PatientLog;
let wires: Wires;
let engine: Engine;
let state: State;
let halts: Failure[];
/** Makes the messages; its own core is not asked. */
let script: Desk;

beforeEach(async () => {
  log = new PatientLog();
  wires = new Wires();
  state = new State();
  halts = [];
  script = new Desk();
  engine = new Engine({
    state,
    links: new Links(),
    log,
    clock: realClock,
    newUuid: randomUUID,
    project: { id: uuidOf(10), name: "Test" },
    logId: uuidOf(11),
    onEffect: (effect) => {
      if (effect.kind !== "paired-snapshot") return;
      const { role, epoch } = effect;
      engine.push({ kind: "paired-snapshot", role, epoch, code: null });
    },
    onRecords: () => undefined,
    onHalt: (reason) => halts.push(reason),
  });
  engine.now({ kind: "boot", pid: 1, version: "test", recovered: "", crashed: false });
  engine.start(wires);
  for (const role of ["blender", "unity"] as const) {
    script.greet(role);
    greet(role);
    say(role, stateOf(1));
    say(role, { kind: "index", epoch: 1, page: 0, last: true, entities: [], deleted: [] });
  }
  await log.sync();
  wires.sent.length = 0;
});
afterEach(async () => {
  const stopped = engine.stop();
  await log.sync();
  await stopped;
});

type Role = "blender" | "unity";

function greet(role: Role): void {
  const connection = script.connectionOf(role);
  const hello = helloOf(role, uuidOf(connection));
  engine.now({ kind: "wire", event: { kind: "greeted", connection, hello, protocol: 1 } });
}

function say(role: Role, message: Parameters<Desk["say"]>[1]): void {
  engine.now({ kind: "wire", event: { kind: "message", connection: script.connectionOf(role), message } });
}

const createOne = () => {
  const op = { op: "create", uuid: one, kind: "object", fields: objectFields() } as const;
  return script.changeOf("blender", [op]);
};
const told = (role: Role) => wires.kinds(script.connectionOf(role)).filter((kind) => kind !== "status");
const text = () => stateText(state);

describe("what leaves", () => {
  it("[ENG-1] nothing structural and no acknowledgement before the sync that covers it", async () => {
    say("blender", createOne());
    expect(state.entities.has(one)).toBe(true);
    expect(told("blender")).toEqual([]);
    expect(told("unity")).toEqual([]);
    await log.sync();
    expect(told("blender")).toContain("accepted");
    expect(told("unity")[0]).toBe("apply");
  });

  it("[ENG-1] a preview as soon as its record is written, its acknowledgement after the sync", async () => {
    say("blender", createOne());
    await log.sync();
    for (const role of ["unity", "blender"] as const) {
      const asked = wires.sent.findLast(({ message }) => "kind" in message && message.kind === "verify")?.message;
      const batch = asked && "batch" in asked ? asked.batch : 0;
      const fields = objectFields();
      say(role, { kind: "verified", epoch: 1, batch, items: [{ uuid: one, fields }] } as Parameters<Desk["say"]>[1]);
    }
    await log.sync();
    wires.sent.length = 0;
    const values = [1, 2, 3, 0, 0, 0, 0, 0, 0, 0];
    const rows = [{ uuid: one, mask: 1, flags: 0, values }];
    const frame = { lane: 1, seq: 2, epoch: 1, lsn: 0, stamp: 16 * 1_000 + 1, rows };
    engine.now({ kind: "wire", event: { kind: "frame", connection: script.connectionOf("blender"), frame } });
    expect(told("unity")).toEqual(["frame"]);
    expect(told("blender")).toEqual([]);
    await log.sync();
    expect(told("blender")).toContain("accepted");
  });
});

describe("a log that refuses", () => {
  it.each(["E_DISK_FULL", "E_WAL_WRITE", "E_READ_ONLY"] as const)(
    "[ENG-1] [ENG-27] %s: the turn never happened, the editors are told to keep their changes",
    async (code) => {
      const before = text();
      log.refusal = failure(code, "The disk said no.");
      say("blender", createOne());
      expect(text()).toBe(before);
      expect(halts).toMatchObject([{ code, message: "The disk said no." }]);
      expect(told("blender")).toEqual(["refused"]);
      expect(wires.closed).toEqual([script.connectionOf("blender"), script.connectionOf("unity")]);
      log.refusal = null;
      say("blender", createOne());
      await log.sync();
      expect(text()).toBe(before);
      expect(engine.push({ kind: "tick" })).toBe(false);
    },
  );

  it("[ENG-1] [ENG-27] a sync that fails: nothing that waited for it ever leaves", async () => {
    log.syncRefusal = failure("E_WAL_FSYNC", "The disk did not confirm.");
    say("blender", createOne());
    await log.sync();
    expect(halts).toMatchObject([{ code: "E_WAL_FSYNC" }]);
    expect(told("unity")).not.toContain("apply");
    expect(told("blender")).not.toContain("accepted");
  });
});

describe("a bug", () => {
  it("[ENG-27] stops the engine with E_BUG, drops the turn and tells the editors; it throws at nobody", () => {
    const before = text();
    log.lastLsn += 1;
    say("blender", createOne());
    expect(halts).toMatchObject([{ code: "E_BUG" }]);
    expect(halts[0]?.message).toContain("[ENG-4]");
    expect(text()).toBe(before);
    expect(told("blender")).toEqual(["refused"]);
  });
});

describe("the inbox", () => {
  const change = { kind: "wire", event: { kind: "message", connection: 1, message: { kind: "change" } } } as const;

  it("[ENG-18] turns changes away at its limit and nothing else, and gives a turn a bounded piece", () => {
    const inbox = new Inbox();
    const input = change as unknown as Parameters<Inbox["push"]>[0];
    for (let count = 0; count < limits.inboxMax; count += 1) expect(inbox.push(input)).toBe(true);
    expect(inbox.push(input)).toBe(false);
    expect(inbox.push({ kind: "tick" })).toBe(true);
    expect(inbox.push({ kind: "safe-mode", on: true, reason: "" })).toBe(true);
    expect(inbox.size).toBe(limits.inboxMax + 2);
    expect(inbox.take()).toHaveLength(limits.inputsPerTurnMax);
    expect(inbox.push(input)).toBe(true);
  });

  it("[ENG-18] a change that is turned away is answered with E_BUSY, to be sent again", () => {
    const connection = script.connectionOf("blender");
    for (let count = 0; count < limits.inboxMax; count += 1) engine.push({ kind: "tick" });
    const rows = [{ uuid: one, mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0] }];
    const frame = { lane: laneTransforms, seq: 6, epoch: 3, lsn: 0, stamp: 17, rows };
    engine.onWire({ kind: "message", connection, message: { ...createOne(), epoch: 3, seq: 5 } });
    engine.onWire({ kind: "frame", connection, frame });
    engine.onWire({ kind: "frame", connection, frame: { ...frame, lane: laneReadBack } });
    const busy = wires.sent.map(({ message }) => message);
    const named = [5, 6, null].map((seq) => ({ kind: "rejected", code: "E_BUSY", retry: true, epoch: 3, seq }));
    expect(busy.slice(-3)).toMatchObject(named);
  });
});
