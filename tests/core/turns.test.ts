/** The core turn by turn: which changes wait, when a batch is final, and what a wrong answer leads to. */
import { beforeEach, describe, expect, it } from "vitest";
import { noteChange } from "#electron/core/batches.ts";
import { limits } from "#electron/core/limits.ts";
import { isReachable } from "#electron/core/links.ts";
import { Turn } from "#electron/core/turn.ts";
import { BugError } from "#shared/assert.ts";
import { laneReadBack, laneTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { IndexedEntity, UpMessageOf } from "#shared/protocol/up.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, stateOf, uuidOf } from "./desk.ts";

const [one, two] = [uuidOf(1), uuidOf(2)];
const set = (uuid: string, fields: object): Operation => ({ op: "set", uuid, fields });
const create = (uuid: string, fields: object = {}): Operation => {
  return { op: "create", uuid, kind: "object", fields: objectFields(fields) };
};

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
});

/** Both editors linked, with two objects that everybody has confirmed. */
function inStep(): void {
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", create(one), create(two));
  desk.verify("blender");
  desk.verify("unity");
  expect(desk.state.provisional.size).toBe(0);
}

function frame(seq: number, x: number, uuids: readonly string[] = [one]): TransformFrame {
  const rows = uuids.map((uuid) => ({ uuid, mask: 1, flags: 0, values: [x, 0, 0, 0, 0, 0, 0, 0, 0, 0] }));
  return { lane: laneTransforms, seq, epoch: 1, lsn: 0, stamp: stampOf(1_000 + seq, "blender"), rows };
}

const move = (seq: number, x: number) => {
  const connection = desk.connectionOf("blender");
  return { kind: "wire", event: { kind: "frame", connection, frame: frame(seq, x) } } as const;
};

describe("coming in", () => {
  it("[ENG-8] a change of an editor that has not listed its scene is turned away, to be sent again", () => {
    desk.greet("blender");
    desk.say("blender", stateOf(1));
    desk.change("blender", create(one));
    expect(desk.told("blender", "rejected")).toMatchObject([{ seq: 1, code: "E_UNEXPECTED", retry: true }]);
    expect(desk.state.entities.size).toBe(0);
  });

  it("[ENG-18] what one editor moved several times within a turn is one record, and every number is answered", () => {
    inStep();
    const before = desk.recordsOf("transforms").length;
    desk.take(move(2, 1), move(3, 2), move(4, 3));
    const records = desk.recordsOf("transforms").slice(before);
    expect(records.map(({ rows }) => rows.map(({ values }) => values[0]))).toEqual([[3]]);
    expect(desk.told("blender", "accepted").map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  });

  it("[ENG-19] structural operations over the rate are to be sent again later; moving is never limited", () => {
    inStep();
    const flood = (from: number) => Array.from({ length: 2_000 }, (_, index) => create(uuidOf(from + index)));
    const rounds = limits.structuralBurst / 2_000 + 1;
    for (let round = 0; round < rounds; round += 1) desk.change("unity", ...flood(10_000 * (round + 1)));
    const rejected = desk.told("unity", "rejected");
    expect(rejected.length).toBeGreaterThan(0);
    expect(rejected[0]).toMatchObject({ code: "E_RATE", retry: true });
    desk.take(move(2, 5));
    expect(desk.told("blender", "accepted").at(-1)?.seq).toBe(2);
    desk.tick(1_000);
    const again = desk.changeOf("unity", [create(uuidOf(9))]);
    desk.say("unity", { ...again, seq: rejected[0]?.seq ?? 0 });
    expect(desk.state.entities.has(uuidOf(9))).toBe(true);
  });
});

describe("a change that comes again", () => {
  it("[WIRE-10] is answered as it was the first time, refusals included, and changes nothing", () => {
    inStep();
    const wrong = { op: "create", uuid: two, kind: "collection", fields: { name: "Group", parent: null } } as const;
    const late = desk.changeOf("blender", [wrong, set(one, { visible: false })]);
    desk.say("blender", late);
    const records = desk.records.length;
    desk.say("blender", late);
    const [first, again] = desk.told("blender", "accepted").slice(-2);
    expect(first?.refused).toMatchObject([{ uuid: two, code: "E_KIND" }]);
    expect(again).toMatchObject({ seq: first?.seq, refused: first?.refused });
    expect(desk.records.length).toBe(records);
  });
});

describe("another document", () => {
  const page: UpMessageOf<"index"> = { kind: "index", epoch: 1, page: 0, last: true, entities: [], deleted: [] };

  it("[WIRE-10] [WIRE-11] answers name the epoch of the change; what is about the one before has no effect", () => {
    inStep();
    const before = desk.changeOf("blender", [set(one, { visible: false })]);
    desk.say("blender", { kind: "held", epoch: 1, uuids: [two] });
    desk.say("blender", stateOf(2));
    expect(desk.links.byRole.get("blender")?.held.size).toBe(0);
    desk.say("blender", { ...page, epoch: 2 });
    desk.take({ kind: "paired-snapshot", role: "blender", epoch: 2, code: null });
    const change = { ...desk.changeOf("blender", [set(two, { visible: false })]), epoch: 2, seq: 1 };
    for (const message of [change, change]) desk.say("blender", message);
    expect(desk.told("blender", "accepted").map(({ epoch, seq }) => [epoch, seq])).toEqual([
      [1, 1],
      [2, 1],
      [2, 1],
    ]);
    const records = desk.records.filter(({ type }) => type !== "fault").length;
    const readBack = { lane: laneReadBack, seq: 1, epoch: 1, lsn: 0, stamp: 0, rows: [] };
    desk.say("blender", before);
    desk.say("blender", page);
    desk.say("blender", { kind: "held", epoch: 1, uuids: [one] });
    desk.say("blender", { kind: "verified", epoch: 1, batch: 1, items: [] });
    desk.take({ kind: "wire", event: { kind: "frame", connection: desk.connectionOf("blender"), frame: readBack } });
    const refused = { epoch: 1, code: "E_STALE_EPOCH", retry: false };
    const told = [before.seq, null, null, null, null].map((seq) => ({ ...refused, seq }));
    expect(desk.told("blender", "rejected")).toMatchObject(told);
    expect(desk.links.byRole.get("blender")).toMatchObject({ phase: "linked", held: new Set() });
    expect(desk.records.filter(({ type }) => type !== "fault")).toHaveLength(records);
  });
});

describe("a change that was turned away before any was taken in", () => {
  it("[WIRE-10] [WIRE-12] counts when it comes again behind a younger one, once", () => {
    desk.link("blender");
    desk.link("unity");
    const [turnedAway, younger] = [create(one), create(two)].map((operation) => desk.changeOf("blender", [operation]));
    if (!turnedAway || !younger) throw new Error("two changes");
    desk.say("blender", younger);
    desk.say("blender", turnedAway);
    expect([...desk.state.entities.keys()].sort()).toEqual([one, two].sort());
    expect(desk.told("blender", "accepted").map(({ seq }) => seq)).toEqual([younger.seq, turnedAway.seq]);
    const edits = desk.recordsOf("edit").length;
    desk.say("blender", turnedAway);
    expect(desk.recordsOf("edit").length).toBe(edits);
  });
});

describe("a listing", () => {
  const listed = (uuid: string, more: Partial<IndexedEntity> = {}): IndexedEntity => {
    return { uuid, kind: "object", fields: objectFields(), stamp: 0, ...more };
  };

  it("[ENG-16] with one uuid twice, or for another kind of thing, keeps the first and counts the other", () => {
    desk.link("blender", [listed(one, { fields: objectFields({ name: "First" }) }), listed(one)]);
    desk.link("unity", [listed(one, { kind: "collection", fields: { name: "Group", parent: null } })]);
    expect(desk.recordsOf("fault").map(({ code }) => code)).toEqual(["E_DUPLICATE_UUID", "E_KIND"]);
    expect(desk.state.entities.get(one)).toMatchObject({ kind: "object", registers: { name: { value: "First" } } });
  });

  it("[ENG-16] a value that differs without a stamp to say why gives way to the agreed one, and a person is told", () => {
    desk.link("blender", [listed(one)]);
    desk.link("unity", [listed(one, { fields: objectFields({ name: "Another" }) })]);
    expect(desk.state.entities.get(one)?.registers.name?.value).toBe("Thing");
    const names = desk.told("unity", "apply").flatMap(({ ops }) => ops.map((op) => "fields" in op && op.fields.name));
    expect(names).toContain("Thing");
    expect(desk.effects.some((effect) => effect.kind === "notice" && effect.code === "E_VERIFY_MISMATCH")).toBe(true);
  });

  it("[ENG-33] an editor that plays or compiles is shown so, and is not written to until it is idle", () => {
    inStep();
    const link = desk.links.byRole.get("unity");
    for (const activity of ["playing", "compiling", "reloading", "loading", "rendering"] as const) {
      desk.say("unity", stateOf(1, activity));
      expect(link).toMatchObject({ activity });
      expect(link && isReachable(link)).toBe(false);
    }
    const before = desk.allTold("unity").filter(({ kind }) => kind === "apply").length;
    desk.change("blender", set(one, { name: "Meanwhile" }));
    expect(desk.told("unity", "apply").length).toBe(before);
    desk.say("unity", stateOf(1, "idle"));
    expect(desk.told("unity", "apply").at(-1)).toMatchObject({
      reason: "resync",
      ops: [{ fields: { name: "Meanwhile" } }],
    });
  });
});

describe("batches", () => {
  it("[ENG-28] what became final in a turn is told before a snapshot that the same turn asks for", () => {
    inStep();
    desk.change("blender", set(one, { visible: false }));
    desk.tick(limits.batchWindowMs);
    desk.verify("blender");
    const { batch = 0 } = desk.told("unity", "verify").at(-1) ?? {};
    const items = [{ uuid: one, fields: { visible: false } }];
    const message: UpMessageOf<"verified"> = { kind: "verified", epoch: 1, batch, items };
    const from = desk.effects.length;
    desk.take(
      { kind: "safe-mode", on: true, reason: "" },
      { kind: "wire", event: { kind: "message", connection: desk.connectionOf("unity"), message } },
    );
    const kinds = desk.effects.slice(from).map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "finalised" || kind === "snapshot")).toEqual(["finalised", "snapshot"]);
    expect(desk.effects.slice(from)).toContainEqual({ kind: "finalised", uuids: [one] });
  });

  it("[ENG-9] an editor has no more questions before it than it may have; the rest wait for its answers", () => {
    inStep();
    const asked = () => desk.told("unity", "verify").length;
    const before = asked();
    for (let index = 0; index < limits.batchesInFlightMax + 5; index += 1)
      desk.change("blender", create(uuidOf(100 + index)));
    expect(asked() - before).toBe(limits.batchesInFlightMax);
    desk.verify("blender");
    desk.verify("unity");
    desk.tick(1);
    expect(asked() - before).toBe(limits.batchesInFlightMax + 1);
  });

  it("[ENG-9] cosmetic changes gather for 250 ms and are final when both editors have confirmed them", () => {
    inStep();
    const asked = desk.told("unity", "verify").length;
    const finals = desk.recordsOf("final").length;
    desk.take(move(2, 1));
    desk.tick(100);
    desk.take(move(3, 2));
    desk.tick(100);
    expect(desk.told("unity", "verify").length).toBe(asked);
    desk.tick(limits.batchWindowMs);
    expect(desk.told("unity", "verify").length).toBe(asked + 1);
    desk.verify("unity");
    expect(desk.recordsOf("final").length).toBe(finals);
    desk.verify("blender");
    expect(desk.recordsOf("final").length).toBe(finals + 1);
    expect(desk.state.provisional.size).toBe(0);
    expect(desk.told("unity", "final").at(-1)?.lsn).toBe(desk.state.head.finalLsn);
  });

  it("[ENG-9] a change that belongs to no open batch is a bug", () => {
    const facts = { nowMs: 0, newUuid: () => one, durableLsn: 0, project: { id: one, name: "" }, logId: two };
    const turn = new Turn(desk.state, desk.links, facts);
    expect(() => noteChange(turn, 999, [[one, ["name"]]])).toThrow(BugError);
  });

  it("[ENG-20] what touches an unverified structural change waits for it; everything else passes", () => {
    inStep();
    desk.change("blender", set(one, { name: "Renamed" }));
    desk.change("unity", set(two, { visible: false }));
    expect(desk.told("unity", "accepted").map(({ seq }) => seq)).toEqual([1]);
    desk.change("unity", set(one, { visible: false }));
    expect(desk.told("unity", "accepted").map(({ seq }) => seq)).toEqual([1]);
    desk.verify("unity");
    desk.verify("blender");
    expect(desk.told("unity", "accepted").map(({ seq }) => seq)).toEqual([1, 2]);
    expect(desk.state.entities.get(one)?.registers).toMatchObject({
      name: { value: "Renamed" },
      visible: { value: false },
    });
  });

  it("[ENG-20] a cosmetic change leaves at once, before anybody has confirmed it", () => {
    inStep();
    desk.take(move(2, 7));
    const sent = desk.effects.filter((effect) => effect.kind === "send-frame");
    expect(sent.at(-1)).toMatchObject({ connection: desk.connectionOf("unity"), durableLsn: 0 });
    expect(desk.state.provisional.has(one)).toBe(true);
  });
});

describe("a wrong answer", () => {
  const wrong = { visible: true };

  function hideAndAsk(): void {
    desk.change("blender", set(one, { visible: false }));
    desk.tick(limits.batchWindowMs);
    desk.verify("blender");
  }

  const reasons = () => desk.told("unity", "apply").map(({ reason }) => reason);

  it("[ENG-25] once: the agreed value is sent again, and then counts", () => {
    inStep();
    hideAndAsk();
    desk.verify("unity", wrong);
    expect(reasons().at(-1)).toBe("repair");
    desk.tick(limits.lookAgainMs);
    desk.verify("unity");
    desk.verify("blender");
    expect(desk.state.entities.get(one)?.registers.visible?.value).toBe(false);
    expect(desk.state.provisional.size).toBe(0);
  });

  it("[ENG-25] [ENG-23] always: the value goes back for everybody, and in the end the object is held back", () => {
    inStep();
    hideAndAsk();
    for (let round = 0; round < 4 && desk.state.quarantine.size === 0; round += 1) {
      desk.verify("unity", { visible: desk.state.entities.get(one)?.registers.visible?.value !== true });
      desk.verify("blender");
      desk.tick(limits.lookAgainMs * 3);
    }
    expect(reasons()).toContain("repair");
    expect(desk.state.quarantine.get(one)?.code).toBe("E_VERIFY_MISMATCH");
    desk.change("unity", set(one, { name: "X" }));
    expect(desk.told("unity", "accepted").at(-1)?.refused).toEqual([]);
    expect(desk.state.quarantine.get(one)?.sides.unity).toMatchObject({ kind: "alive", fields: { name: "X" } });
    expect(desk.state.entities.get(one)?.registers.name?.value).toBe("Thing");
    desk.take({ kind: "release", uuids: [one], keep: "agreed" });
    expect(desk.state.quarantine.size).toBe(0);
  });

  it("[ENG-25] none at all for 5 s: the editor counts as busy, the other's word is enough, and nothing is taken away", () => {
    inStep();
    hideAndAsk();
    desk.tick(limits.verifyTimeoutMs + 1);
    expect(desk.recordsOf("fault").at(-1)).toMatchObject({ code: "E_TIMEOUT", role: "unity" });
    expect(desk.state.provisional.size).toBe(0);
    expect(desk.state.entities.get(one)?.registers.visible?.value).toBe(false);
    expect(desk.told("unity", "status").at(-1)?.verdict).toBe("waiting");
    desk.verify("unity");
    expect(desk.told("unity", "status").at(-1)?.verdict).toBe("live");
  });

  it("[ENG-25] to a question that a slow disk keeps back: the 5 s begin when it leaves", () => {
    inStep();
    desk.durableLsn = desk.state.head.lsn;
    hideAndAsk();
    desk.tick(limits.verifyTimeoutMs * 3);
    desk.durableLsn = desk.state.head.lsn;
    desk.tick(limits.verifyTimeoutMs - 1);
    expect(desk.recordsOf("fault")).toEqual([]);
    desk.tick(1);
    expect(desk.recordsOf("fault")).toMatchObject([{ code: "E_TIMEOUT", role: "unity" }]);
  });
});

describe("one change with a hierarchy in it", () => {
  it("[WIRE-17] hangs what was there below what it creates", () => {
    inStep();
    desk.change("blender", create(uuidOf(7)), set(one, { parent: uuidOf(7) }));
    expect(desk.state.entities.get(one)?.registers.parent?.value).toBe(uuidOf(7));
  });

  it("[WIRE-20] refuses a circle that only its own operations make", () => {
    inStep();
    desk.change("blender", set(one, { parent: two }), set(two, { parent: one }));
    expect(desk.state.entities.get(one)?.registers.parent?.value).toBe(two);
    expect(desk.state.entities.get(two)?.registers.parent?.value ?? null).toBe(null);
  });
});

describe("a listing without stamps", () => {
  it("[WIRE-14] never outranks the editor's own next edit, which cannot know what it was given", () => {
    desk.link("unity", [{ uuid: one, kind: "object", fields: objectFields(), stamp: 0 }]);
    const stamp = stampOf(1, "unity");
    desk.say("unity", { kind: "change", epoch: 1, seq: 1, stamp, base: 0, ops: [set(one, { visible: false })] });
    expect(desk.state.entities.get(one)?.registers.visible).toMatchObject({ value: false, stamp });
  });
});

describe("too many failures", () => {
  it("[ENG-23] of one operation lead to safe mode, with the reason; fewer do not", () => {
    inStep();
    const many = Array.from({ length: limits.operationFailuresMax }, (_, index) => uuidOf(100 + index));
    desk.change("blender", ...many.map((uuid) => create(uuid)));
    desk.verify("unity");
    desk.verify("blender");
    const hide = (uuids: readonly string[]) => {
      desk.change("blender", ...uuids.map((uuid) => set(uuid, { visible: false })));
      desk.tick(limits.batchWindowMs);
      for (let look = 1; look <= 2; look += 1) {
        const { batch = 0, items = [] } = desk.told("unity", "verify").at(-1) ?? {};
        const failed = items.map(({ uuid }) => ({ uuid, fields: {}, failed: "E_APPLY" }) as const);
        desk.verify("blender");
        desk.say("unity", { kind: "verified", epoch: 1, batch, items: failed });
        desk.tick(limits.lookAgainMs);
      }
    };
    hide(many.slice(0, limits.operationFailuresBeforePause - 1));
    expect(desk.state.head.mode).toBe("live");
    hide(many.slice(limits.operationFailuresBeforePause - 1, -1));
    expect(desk.state.head.mode).toBe("paused");
    desk.take({ kind: "pause", paused: false });
    hide(many.slice(-1));
    expect(desk.state.head.mode).toBe("safe");
    expect(desk.state.head.modeReason).toMatch(/^Too many failures: /);
    expect(desk.told("blender", "status").at(-1)).toMatchObject({ mode: "safe", verdict: "safe-mode" });
  });
});
