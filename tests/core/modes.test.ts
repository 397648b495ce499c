/**
 * R26: the modes as a machine, exhaustively. Every mode meets every kind of input; then every state that a run of
 * failures, people, crashes, restarts and listings can reach is walked, and what no step may do is checked at each.
 */
import { describe, expect, it } from "vitest";
import type { Effect } from "#electron/core/effect.ts";
import { evolve } from "#electron/core/evolve.ts";
import type { Input } from "#electron/core/input.ts";
import { limits } from "#electron/core/limits.ts";
import { crashReason } from "#electron/core/links.ts";
import { inputKindOf, modeTable } from "#electron/core/mode-table.ts";
import { registersOf, State } from "#electron/core/state.ts";
import { sentenceOf } from "#electron/core/verdict.ts";
import type { EditorMessage, WireEvent } from "#electron/core/wire-event.ts";
import { encodeState } from "#electron/engine/state-codec.ts";
import { choices } from "#shared/choice.ts";
import { laneReadBack, laneTransforms } from "#shared/protocol/binary.ts";
import { type Mode, type Role, roles } from "#shared/protocol/handshake.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, stateOf, uuidOf } from "./desk.ts";

const thing = uuidOf(1);
const modes = Object.keys(modeTable) as Mode[];

/** The agreed scene as an editor lists it, or with another name under the agreed stamp. */
function listingOf(state: State, name?: string): IndexedEntity[] {
  return [...state.entities.values()].map((entity) => {
    const registers = registersOf(entity);
    const fields = { ...Object.fromEntries(registers.map(([key, { value }]) => [key, value])), ...(name && { name }) };
    const stamps = Object.fromEntries(registers.map(([key, { stamp }]) => [key, stamp]));
    return { uuid: entity.uuid, kind: entity.kind, fields, stamp: entity.createdStamp, stamps };
  });
}

function replayed(desk: Desk): State {
  const state = new State();
  for (const [index, record] of desk.records.entries()) evolve(state, index + 1, record);
  state.commit();
  return state;
}

/** Both editors linked with one object that is agreed, then an edit that nobody has confirmed, in this mode. */
function worldIn(mode: Mode): Desk {
  const desk = new Desk();
  desk.boot();
  desk.link("blender", [{ uuid: thing, kind: "object", fields: objectFields(), stamp: stampOf(1, "blender") }]);
  desk.link("unity", listingOf(desk.state));
  const record = { type: "mode", timeMs: desk.nowMs, mode, reason: "" } as const;
  evolve(desk.state, desk.state.head.lsn + 1, record);
  desk.state.commit();
  desk.records.push(record);
  desk.effects.length = 0;
  return desk;
}

type MessageKind = EditorMessage["kind"];
const batch = 99;
const messages: { readonly [Kind in MessageKind]: readonly Extract<EditorMessage, { kind: Kind }>[] } = {
  index: [{ kind: "index", epoch: 1, page: 0, last: true, entities: [], deleted: [] }],
  change: [
    { kind: "change", epoch: 1, seq: 1, stamp: stampOf(900, "blender"), base: 0, ops: [{ op: "delete", uuid: thing }] },
  ],
  verified: [{ kind: "verified", epoch: 1, batch, items: [] }],
  held: [{ kind: "held", epoch: 1, uuids: [thing] }],
  state: [stateOf(1, "playing"), stateOf(2)],
  request: (["pause", "resume", "safe-mode", "resync"] as const).map((action) => ({ kind: "request", action })),
  fault: [{ kind: "fault", code: "E_APPLY", message: "no" }],
  bye: [
    { kind: "bye", reason: "quit" },
    { kind: "bye", reason: "reload" },
  ],
};

function wireEvents(connection: number): { readonly [Kind in WireEvent["kind"]]: readonly WireEvent[] } {
  const row = { uuid: thing, mask: 1, flags: 0, values: [5, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
  const frame = { seq: 1, epoch: 1, lsn: 0, stamp: stampOf(901, "blender"), rows: [row] };
  return {
    greeted: [],
    refusal: [{ kind: "refusal", connection, code: "E_MALFORMED", message: "no" }],
    message: Object.values(messages).flatMap((all) => all.map((message) => ({ kind: "message", connection, message }))),
    frame: [laneTransforms, laneReadBack].map((lane) => ({ kind: "frame", connection, frame: { ...frame, lane } })),
    "round-trip": [{ kind: "round-trip", connection, ms: 3 }],
    drained: [{ kind: "drained", connection }],
    closed: [{ kind: "closed", connection }],
  };
}

/** At least one input of every kind; a kind without one does not compile. */
function inputsFor(desk: Desk): { readonly [Kind in Input["kind"]]: readonly Input[] } {
  const connection = desk.connectionOf("blender");
  const events = Object.values(wireEvents(connection)).flat();
  return {
    wire: events.map((event) => ({ kind: "wire", event })),
    tick: [{ kind: "tick" }],
    pause: [true, false].map((paused) => ({ kind: "pause", paused })),
    "safe-mode": [true, false].map((on) => ({ kind: "safe-mode", on, reason: "asked" })),
    release: choices.map((keep) => ({ kind: "release", uuids: [thing], keep })),
    forget: [{ kind: "forget", counter: { operation: "apply", code: "E_APPLY", uuid: null, role: null } }],
    approve: [{ kind: "approve", uuids: [thing] }],
    refuse: [{ kind: "refuse", uuids: [thing] }],
    rollback: [{ kind: "rollback", oid: "", target: new Map() }],
    "paired-snapshot": [null, "E_DISK" as const].map((code) => ({
      kind: "paired-snapshot",
      role: "blender",
      epoch: 1,
      code,
    })),
    "snapshot-taken": [{ kind: "snapshot-taken", oid: "0".repeat(40), reason: "manual", label: "", lsn: 1 }],
    failed: [{ kind: "failed", operation: "snapshot", code: "E_SNAPSHOT", message: "no" }],
    boot: [true, false].map((crashed) => ({ kind: "boot", pid: 1, version: "", recovered: "", crashed })),
    close: [{ kind: "close" }],
  };
}

/** The only inputs that lead from one mode to another, and where to; every other one leaves it as it is. */
function modeAfter(mode: Mode, input: Input): Mode {
  if (modeTable[mode][inputKindOf(input)] !== "run") return mode;
  const asked = input.kind === "wire" && input.event.kind === "message" ? input.event.message : undefined;
  const action = asked?.kind === "request" ? asked.action : undefined;
  const isPause = action === "pause" || (input.kind === "pause" && input.paused);
  const isResume = action === "resume" || (input.kind === "pause" && !input.paused);
  const isSafe = action === "safe-mode" || (input.kind === "safe-mode" && input.on);
  if (isSafe) return "safe";
  if (input.kind === "safe-mode" && mode === "safe") return "live";
  if (isPause && mode === "live") return "paused";
  if (isResume && mode === "paused") return "live";
  if (input.kind === "boot" && input.crashed && mode === "live") return "safe";
  return mode;
}

const writes = (effect: Effect) =>
  effect.kind === "send-frame" || (effect.kind === "send" && effect.message.kind === "apply");
const persons: readonly Input["kind"][] = ["rollback", "approve", "refuse"];

describe.each(modes)("R26: in the mode %s", (mode) => {
  const kinds = Object.keys(inputsFor(new Desk())) as Input["kind"][];

  it.each(kinds)("[ENG-10] [ENG-46] every %s has the outcome of the table, and the log says the same", (kind) => {
    const count = inputsFor(worldIn(mode))[kind].length;
    expect(count).toBeGreaterThan(0);
    for (let index = 0; index < count; index += 1) {
      const desk = worldIn(mode);
      const input = inputsFor(desk)[kind][index] as Input;
      const records = desk.records.length;
      desk.take(input);
      const outcome = modeTable[mode][inputKindOf(input)];
      const what = JSON.stringify(input);
      expect(desk.state.head.mode, what).toBe(modeAfter(mode, input));
      if (outcome === "refuse" || outcome === "ignore") expect(desk.records.length, what).toBe(records);
      if (outcome === "refuse" && input.kind === "wire") {
        expect(desk.effects.slice(0, 2)).toMatchObject([{ message: { kind: "refused" } }, { kind: "close" }]);
      }
      const isWritten = desk.effects.some(writes);
      if (mode !== "live" && desk.state.head.mode !== "live" && !persons.includes(kind))
        expect(isWritten, what).toBe(false);
      expect(encodeState(replayed(desk))).toEqual(encodeState(desk.state));
    }
  });
});

/** A run of the hub, and what of it decides whether it may leave safe mode by itself. */
class Run {
  desk = new Desk();
  /** Roles whose whole scene was listed since the last start and that are still linked. */
  readonly compared = new Set<Role>();

  constructor() {
    this.desk.boot();
    this.list("blender");
    this.desk.change("blender", { op: "create", uuid: thing, kind: "object", fields: objectFields() });
    this.list("unity");
  }

  list(role: Role, name?: string): void {
    if (this.desk.links.byRole.get(role)?.connection) this.desk.drop(role);
    const { state } = this.desk;
    this.desk.greet(role);
    this.desk.say(role, stateOf(1));
    const entities = listingOf(state, name);
    this.desk.say(role, { kind: "index", epoch: 1, page: 0, last: true, entities, deleted: [] });
    this.compared.add(role);
    this.desk.take({ kind: "paired-snapshot", role, epoch: 1, code: null });
    this.desk.tick(0);
  }

  leave(role: Role): void {
    if (!this.desk.links.byRole.get(role)?.connection) return;
    this.compared.delete(role);
    this.desk.drop(role);
  }

  /** The same log under a new process. */
  restart(isClean: boolean): void {
    if (isClean) this.desk.take({ kind: "close" });
    const next = new Desk();
    next.nowMs = this.desk.nowMs + 1_000;
    next.records.push(...this.desk.records);
    for (const [index, record] of this.desk.records.entries()) evolve(next.state, index + 1, record);
    next.state.commit();
    this.desk = next;
    this.compared.clear();
    next.boot(!isClean);
  }

  fail(times: number): void {
    const fault = { kind: "failed", operation: "apply", code: "E_APPLY", message: "no" } as const;
    this.desk.take(...Array.from({ length: times }, () => fault));
  }

  /** What tells two runs apart, as far as modes go. */
  key(): string {
    const { state, links } = this.desk;
    const editors = roles.map((role) => {
      const link = links.byRole.get(role);
      return [Boolean(link?.connection), this.compared.has(role)];
    });
    const failures = [...state.counters.values()].find(({ operation }) => operation === "apply")?.windowCount ?? 0;
    const { mode, modeReason } = state.head;
    const asked = [links.crashCheck, links.isAskedAfterCrash, links.unexplained.size];
    return JSON.stringify([mode, modeReason, editors, Math.min(failures, 32), asked]);
  }
}

const steps: { readonly [name: string]: (run: Run) => void } = {
  "sixteen failures": (run) => run.fail(16),
  "a minute": (run) => run.desk.tick(limits.failureWindowMs),
  pause: (run) => run.desk.take({ kind: "pause", paused: true }),
  resume: (run) => run.desk.take({ kind: "pause", paused: false }),
  "safe mode on": (run) => run.desk.take({ kind: "safe-mode", on: true, reason: "asked" }),
  "safe mode off": (run) => run.desk.take({ kind: "safe-mode", on: false, reason: "" }),
  crash: (run) => run.restart(false),
  restart: (run) => run.restart(true),
  "Blender lists": (run) => run.list("blender"),
  "Unity lists": (run) => run.list("unity"),
  "Unity lists something else": (run) => run.list("unity", "Other"),
  "Blender goes": (run) => run.leave("blender"),
};

/** Mode before → mode after → the steps that may do it. Staying is always allowed. */
const allowed: { readonly [Before in Mode]?: { readonly [After in Mode]?: readonly string[] } } = {
  live: {
    paused: ["pause", "sixteen failures"],
    safe: ["safe mode on", "sixteen failures", "crash"],
  },
  paused: { live: ["resume"], safe: ["safe mode on"] },
  safe: { live: ["safe mode off", "Blender lists", "Unity lists"] },
};

function walked(path: readonly string[]): Run {
  const run = new Run();
  for (const name of path) steps[name]?.(run);
  return run;
}

function check(path: readonly string[], name: string): Run {
  const run = walked(path);
  const before = run.desk.state.head;
  const { crashCheck } = run.desk.links;
  const records = run.desk.records.length;
  steps[name]?.(run);
  const { desk } = run;
  const after = desk.state.head;
  const what = `${[...path, name].join(" → ")}: ${before.mode} → ${after.mode}`;
  if (before.mode !== after.mode) expect(allowed[before.mode]?.[after.mode], what).toContain(name);
  if (before.mode === "safe" && after.mode === "live" && name !== "safe mode off") {
    expect([before.modeReason, crashCheck], what).toEqual([crashReason, true]);
    expect([...run.compared].sort(), what).toEqual([...roles].sort());
    expect(desk.links.unexplained.size, what).toBe(0);
  }
  const changes = desk.records.slice(records).filter(({ type }) => type === "mode");
  expect(changes.length, what).toBeLessThanOrEqual(1);
  expect(encodeState(replayed(desk)), what).toEqual(encodeState(desk.state));
  return run;
}

describe("R26: everything that can be reached", () => {
  it("[ENG-46] [ENG-15] no step does what it may not, and nothing goes on by itself afterwards", () => {
    const seen = new Map<string, readonly string[]>([[new Run().key(), []]]);
    let tried = 0;
    for (const path of seen.values()) {
      for (const name of Object.keys(steps)) {
        const run = check(path, name);
        tried += 1;
        const key = run.key();
        if (!seen.has(key)) seen.set(key, [...path, name]);
        const { mode } = run.desk.state.head;
        for (let second = 0; second < 3; second += 1) run.desk.tick(1_000);
        expect(run.desk.state.head.mode, `${[...path, name].join(" → ")}, then time`).toBe(mode);
      }
    }
    expect(seen.size).toBeGreaterThan(50);
    expect(tried).toBe(seen.size * Object.keys(steps).length);
  }, 60_000);
});

describe("R26: too many failures", () => {
  it("[ENG-23] [ENG-46] lead through care and one pause to safe mode, however often a person resumes", () => {
    const run = new Run();
    const { desk } = run;
    const told: string[] = [];
    for (let count = 1; count <= limits.operationFailuresMax; count += 1) {
      run.fail(1);
      told.push(desk.state.head.mode);
      if (desk.state.head.mode === "paused") desk.take({ kind: "pause", paused: false });
    }
    const care = desk.links.carefulUntilMs - desk.nowMs;
    expect(care).toBe(limits.failureWindowMs);
    expect(told.indexOf("paused") + 1).toBe(limits.operationFailuresBeforePause);
    expect(told.filter((mode) => mode === "paused").length).toBe(1);
    expect(told.indexOf("safe") + 1).toBe(limits.operationFailuresMax);
    run.restart(true);
    expect(run.desk.state.head).toMatchObject({ mode: "safe" });
    run.list("blender");
    run.list("unity");
    expect(run.desk.state.head).toMatchObject({ mode: "safe" });
  });

  it("[ENG-46] slowly over hours lead nowhere, and care outlives a restart but not its minute", () => {
    const run = new Run();
    for (let count = 0; count < 3 * limits.operationFailuresMax; count += 1) {
      run.fail(1);
      run.desk.tick(limits.failureWindowMs);
    }
    expect(run.desk.state.head.mode).toBe("live");
    run.fail(limits.operationFailuresBeforeCare);
    run.restart(true);
    expect(run.desk.links.carefulUntilMs).toBeGreaterThan(run.desk.nowMs);
    run.desk.tick(limits.failureWindowMs + 1);
    expect(run.desk.links.carefulUntilMs).toBeLessThan(run.desk.nowMs);
  });
});

describe("after a crash", () => {
  function crashed(): Run {
    const run = new Run();
    run.restart(false);
    return run;
  }

  it("[ENG-15] safe mode ends by itself with both scenes compared, not with one, in either order", () => {
    for (const order of [["blender", "unity"] as const, ["unity", "blender"] as const]) {
      const run = crashed();
      run.list(order[0]);
      run.desk.tick(60_000);
      expect(run.desk.state.head.mode).toBe("safe");
      run.list(order[1]);
      expect(run.desk.state.head.mode).toBe("live");
    }
  });

  it("[ENG-15] with one editor alone a person ends it; the status says that the other is waited for", () => {
    const run = crashed();
    run.list("blender");
    expect(sentenceOf(run.desk.state, run.desk.links)).toContain("Open the scene in Unity");
    run.desk.take({ kind: "safe-mode", on: false, reason: "" });
    expect(run.desk.state.head.mode).toBe("live");
  });

  it("[ENG-15] an editor that was compared and left does not match any more; when it is back, it does", () => {
    const run = crashed();
    run.list("blender");
    run.leave("blender");
    run.list("unity");
    expect(run.desk.state.head.mode).toBe("safe");
    run.list("blender");
    expect(run.desk.state.head.mode).toBe("live");
  });
});
