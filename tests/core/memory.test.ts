/** The operational memory: what is remembered of failures and crashes, and what the hub does because of it. */
import { beforeEach, describe, expect, it } from "vitest";
import { newestAnswered } from "#electron/core/answered.ts";
import { evolve } from "#electron/core/evolve.ts";
import { limits } from "#electron/core/limits.ts";
import { standingOf } from "#electron/core/memory.ts";
import { State } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { failureRows } from "#electron/hub/failure-view.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const [one, two] = [uuidOf(1), uuidOf(2)];
const set = (uuid: string, fields: object): Operation => ({ op: "set", uuid, fields });
const create = (uuid: string): Operation => ({ op: "create", uuid, kind: "object", fields: objectFields() });

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", create(one), create(two));
  confirm();
});

/** Both editors show what was agreed, until there is nothing left to ask. */
function confirm(): void {
  for (let round = 0; round < 20 && desk.state.provisional.size > 0; round += 1) {
    for (const role of ["blender", "unity"] as const) {
      const open = desk.told(role, "verify").filter(({ batch }) => desk.links.batches.get(batch)?.waiting.has(role));
      for (const asked of open) desk.verify(role, {}, asked);
    }
    desk.tick(limits.batchWindowMs);
  }
  expect(desk.state.provisional.size).toBe(0);
}

/** Unity answers twice that it cannot apply the change; then everybody shows what was agreed before. */
function failOnce(uuid = one): void {
  desk.change("blender", set(uuid, { visible: desk.state.head.lsn % 2 === 0 }));
  desk.tick(limits.batchWindowMs);
  for (let look = 1; look <= 2; look += 1) {
    const { batch = 0 } = desk.told("unity", "verify").at(-1) ?? {};
    desk.verify("blender");
    desk.say("unity", { kind: "verified", epoch: 1, batch, items: [{ uuid, fields: {}, failed: "E_APPLY" }] });
    desk.tick(limits.lookAgainMs);
  }
  confirm();
}

const standing = (uuid = one) => standingOf(desk.state, uuid, desk.nowMs);
const rowOf = (uuid: string | null, operation = "apply") => {
  const rows = failureRows({ state: desk.state, links: desk.links, nowMs: desk.nowMs, stop: null });
  return rows.find((row) => row.uuid === uuid && row.operation === operation);
};

function move(seq: number, uuids: readonly string[]) {
  const rows = uuids.map((uuid) => ({ uuid, mask: 1, flags: 0, values: [seq, 0, 0, 0, 0, 0, 0, 0, 0, 0] }));
  const stamp = stampOf(desk.state.head.lamport + 1, "blender");
  const frame = { lane: laneTransforms, seq, epoch: 1, lsn: 0, stamp, rows } as const;
  desk.take({ kind: "wire", event: { kind: "frame", connection: desk.connectionOf("blender"), frame } });
}

const nextSeq = () => newestAnswered(desk.links.byRole.get("blender")?.answered ?? []) + 1;

describe("one failure", () => {
  it("[ENG-44] puts an object on the slow path: no preview, alone in its batch, one at a time; others are not touched", () => {
    failOnce();
    expect([standing(), standing(two)]).toEqual(["slow", "good"]);
    const [frames, edits] = [desk.recordsOf("transforms").length, desk.recordsOf("edit").length];
    const effects = desk.effects.length;
    move(nextSeq(), [one, two]);
    expect(desk.recordsOf("transforms").slice(frames)).toMatchObject([{ rows: [{ uuid: two }] }]);
    const edit = desk.recordsOf("edit").slice(edits);
    expect(edit).toMatchObject([{ reason: "edit", ops: [{ op: "set", uuid: one }] }]);
    expect([...(desk.links.batches.get(edit[0]?.batch ?? 0)?.items.keys() ?? [])]).toEqual([one]);
    const sent = desk.effects.slice(effects).filter((effect) => effect.kind === "send");
    const apply = sent.find(({ message }) => message.kind === "apply");
    expect(apply?.durableLsn).toBeGreaterThan(0);
    const frame = desk.effects.slice(effects).find((effect) => effect.kind === "send-frame");
    expect(frame).toMatchObject({ durableLsn: 0, frame: { rows: [{ uuid: two }] } });
    // The next one waits until this one is verified, and what is moved meanwhile is one move.
    for (let step = 1; step <= 3; step += 1) move(nextSeq() + step - 1, [one]);
    expect(desk.recordsOf("edit").length).toBe(edits + 1);
    confirm();
    expect(desk.recordsOf("edit").length).toBe(edits + 2);
  });

  it("[ENG-44] is over after so many clean verifications by the editor that failed, and not before", () => {
    failOnce();
    for (let edit = 0; edit < limits.cleanVerificationsMin; edit += 1) {
      expect(standing()).toBe("slow");
      desk.change("blender", set(one, { name: `Name ${edit}` }));
      confirm();
    }
    expect(standing()).toBe("good");
    expect(rowOf(one)).toMatchObject({ count: 1, consequence: "none" });
    expect(desk.recordsOf("memory").length).toBe(limits.cleanVerificationsMin);
  });

  it("[ENG-44] is not forgiven by the other editor's word alone", () => {
    failOnce();
    desk.drop("unity");
    desk.change("blender", set(one, { name: "Alone" }));
    confirm();
    expect(desk.recordsOf("memory")).toEqual([]);
    expect(standing()).toBe("slow");
  });

  it("[ENG-44] outlives a restart, from the log and from a checkpoint alike", () => {
    failOnce();
    const replayed = new State();
    for (const [index, record] of desk.records.entries()) evolve(replayed, index + 1, record);
    const decoded = decodeState(encodeState(desk.state));
    if (!decoded.ok) throw new Error(decoded.failure.message);
    for (const state of [replayed, decoded.value]) {
      expect(standingOf(state, one, desk.nowMs)).toBe("slow");
      expect(encodeState(state)).toEqual(encodeState(desk.state));
    }
  });
});

describe("two failures", () => {
  function failTwice(): void {
    failOnce();
    failOnce();
  }

  it("[ENG-44] make it wait, with a notice: its edits are taken in and kept, all else is sent", () => {
    failTwice();
    expect(standing()).toBe("waiting");
    const notices = desk.effects.filter((effect) => effect.kind === "notice");
    expect(notices.at(-1)).toMatchObject({ level: "warning", uuid: one });
    const told = desk.told("unity", "apply").length;
    desk.change("blender", set(one, { name: "Later" }), set(two, { name: "Now" }));
    expect(desk.told("unity", "accepted")).toEqual([]);
    expect(desk.told("unity", "apply").slice(told)).toMatchObject([{ ops: [{ uuid: two }] }]);
    expect(rowOf(one)).toMatchObject({ consequence: "waiting", count: 2 });
    const effects = desk.effects.length;
    for (let turn = 0; turn < 8; turn += 1) desk.tick(500);
    const said = desk.effects.slice(effects).flatMap((effect) => (effect.kind === "send" ? [effect.message.kind] : []));
    expect(said.filter((kind) => kind === "final" || kind === "apply")).toEqual([]);
    desk.tick(limits.entityWaitMs);
    expect(standing()).toBe("slow");
    expect(desk.told("unity", "apply").at(-1)?.ops).toContainEqual(
      expect.objectContaining({ uuid: one, fields: { name: "Later" } }),
    );
    confirm();
  });

  it("[ENG-44] a deletion does not wait", () => {
    failTwice();
    desk.change("blender", { op: "delete", uuid: one });
    expect(desk.told("unity", "apply").at(-1)).toMatchObject({ ops: [{ op: "delete", uuid: one }] });
  });

  it("[ENG-44] an editor that was away is told when the wait is over, not before", () => {
    failTwice();
    desk.drop("unity");
    desk.change("blender", set(one, { name: "Later" }), set(two, { name: "Now" }));
    desk.resume("unity");
    const names = () => desk.told("unity", "apply").flatMap(({ ops }) => ops.map(({ uuid }) => uuid));
    expect(names()).toContain(two);
    expect(names()).not.toContain(one);
    desk.tick(limits.entityWaitMs);
    expect(names()).toContain(one);
    confirm();
  });

  it("[ENG-44] [ENG-23] and a third within the minute hold it back; a release begins on the slow path", () => {
    failTwice();
    desk.tick(limits.entityWaitMs);
    desk.change("blender", set(one, { visible: true, name: "Third" }));
    desk.tick(limits.batchWindowMs);
    for (let look = 1; look <= 2; look += 1) {
      const { batch = 0 } = desk.told("unity", "verify").at(-1) ?? {};
      desk.verify("blender");
      desk.say("unity", { kind: "verified", epoch: 1, batch, items: [{ uuid: one, fields: {}, failed: "E_APPLY" }] });
      desk.tick(limits.lookAgainMs);
    }
    expect(desk.state.quarantine.has(one)).toBe(true);
    expect(rowOf(one)).toMatchObject({ consequence: "held" });
    desk.take({ kind: "release", uuids: [one], keep: "agreed" });
    expect(standing()).toBe("slow");
  });

  it("[ENG-45] forgotten by a person, it is handled like any other", () => {
    failTwice();
    const counter = { operation: "apply", code: "E_APPLY", uuid: one, role: null } as const;
    desk.take({ kind: "forget", counter });
    expect(standing()).toBe("good");
    expect(rowOf(one)).toBeUndefined();
    const records = desk.records.length;
    desk.take({ kind: "forget", counter });
    expect(desk.records.length).toBe(records);
  });
});

describe("a clock that was put back before a restart", () => {
  it("[ENG-44] R15: keeps nothing waiting for longer, and counts no window for ever", () => {
    failOnce();
    failOnce();
    expect(standing()).toBe("waiting");
    desk.take({ kind: "close" });
    desk.nowMs -= 24 * 3_600_000;
    desk.boot();
    desk.link("blender");
    desk.link("unity");
    expect(standing()).toBe("slow");
    failOnce();
    expect(rowOf(one)).toMatchObject({ count: 3, quarantined: false });
    expect(standing()).toBe("slow");
  });
});

describe("a crash", () => {
  /** The hub dies with this under way, and starts again on the same log. */
  function crash(): void {
    desk.boot(true);
    desk.link("blender");
  }
  const crashRow = (uuid: string | null) => rowOf(uuid, "crash");

  it("[ENG-44] is remembered with what was under way and with the editor that was written to; it goes alone then", () => {
    desk.change("blender", set(one, { name: "Boom" }));
    const records = desk.records.length;
    crash();
    expect(crashRow(one)).toMatchObject({ count: 1, code: "E_CRASHED" });
    expect(crashRow(null)).toMatchObject({ role: "unity", count: 1 });
    expect([standing(), standing(two)]).toEqual(["slow", "good"]);
    expect(desk.records.slice(records).filter(({ type }) => type === "fault" || type === "memory")).toEqual([]);
  });

  it("[ENG-44] with nothing under way, or after a clean end, accuses nobody", () => {
    desk.take({ kind: "close" });
    desk.boot();
    expect(crashRow(null)).toBeUndefined();
    crash();
    expect(crashRow(null)).toMatchObject({ role: null, count: 1 });
    expect(desk.state.marked.size).toBe(0);
  });

  it("[ENG-44] with many under way suspects none of them", () => {
    const many = Array.from({ length: limits.suspectsPerCrashMax + 1 }, (_, index) => uuidOf(50 + index));
    desk.change("blender", ...many.map(create));
    crash();
    expect(crashRow(null)).toMatchObject({ role: "unity" });
    expect(desk.state.marked.size).toBe(0);
  });

  it("[ENG-44] again and again with the same one alone under way holds it back; one clean verification clears it", () => {
    desk.change("blender", set(one, { name: "Boom" }));
    for (let time = 1; time < limits.crashesAloneMax; time += 1) {
      crash();
      // Nothing is written to an editor while the scenes are compared: a crash then says nothing about it.
      crash();
      desk.take({ kind: "safe-mode", on: false, reason: "" });
    }
    expect(desk.state.quarantine.size).toBe(0);
    const cleared = new State();
    for (const [index, record] of desk.records.entries()) evolve(cleared, index + 1, record);
    const clean = { type: "memory", timeMs: desk.nowMs, what: { event: "clean", uuid: one } } as const;
    evolve(cleared, cleared.head.lsn + 1, clean);
    expect(cleared.marked.has(one)).toBe(false);
    crash();
    expect(desk.state.quarantine.get(one)).toMatchObject({ code: "E_CRASHED" });
  });

  it("[ENG-44] in safe mode, or paused, was not brought about by what is only kept", () => {
    desk.take({ kind: "pause", paused: true });
    desk.change("blender", set(one, { name: "Kept" }));
    crash();
    expect(crashRow(one)).toBeUndefined();
    expect(crashRow(null)).toMatchObject({ role: null });
  });
});

it("[ENG-44] the memory is bounded: the kind of failure that was longest not seen is forgotten first", () => {
  const fault = { type: "fault", code: "E_APPLY", operation: "apply", message: "no", role: "unity" } as const;
  const state = new State();
  for (let index = 1; index <= limits.countersMax + 5; index += 1) {
    evolve(state, index, { ...fault, timeMs: index, uuid: uuidOf(index) });
  }
  expect([state.counters.size, state.marked.size]).toEqual([limits.countersMax, limits.countersMax]);
  expect([5, 6].map((index) => state.marked.has(uuidOf(index)))).toEqual([false, true]);
});
