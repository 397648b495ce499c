/** A big scene is taken in, and an editor brought up to date, some objects a turn: nobody waits for thousands. */
import { beforeEach, describe, expect, it } from "vitest";
import { limits } from "#electron/core/limits.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import { Desk, objectFields, stateOf, uuidOf } from "./desk.ts";

const slices = 5;
const count = slices * limits.scanSliceMax;
const set = (uuid: string, fields: object): Operation => ({ op: "set", uuid, fields });

/** The first three hang below the last three: parents are listed after their children. */
const scene = Array.from({ length: count }, (_, at): IndexedEntity => {
  const parent = at < 3 ? uuidOf(count - at) : null;
  return { uuid: uuidOf(at + 1), kind: "object", fields: objectFields({ name: `Brick ${at + 1}`, parent }), stamp: 0 };
});

let desk: Desk;
/** What each turn did, oldest first: how many operations it logged, and sent to Unity. */
let turns: { logged: number; sent: number }[];
beforeEach(() => {
  desk = new Desk();
  turns = [];
  desk.onTurn = ({ records, effects }) => {
    const logged = records.reduce((sum, record) => sum + (record.type === "edit" ? record.ops.length : 0), 0);
    const applies = effects.flatMap((effect) =>
      effect.kind === "send" && effect.message.kind === "apply" ? effect.message.ops.length : 0,
    );
    turns.push({ logged, sent: applies.reduce((sum, one) => sum + one, 0) });
  };
  desk.boot();
});

function list(entities: readonly IndexedEntity[]): void {
  desk.greet("blender");
  desk.say("blender", stateOf(1));
  desk.say("blender", { kind: "index", epoch: 1, page: 0, last: true, entities: [...entities], deleted: [] });
}

describe("a big listing", () => {
  it("[ENG-51] is merged some objects a turn, parents before children, and is whole before the snapshot", () => {
    list(scene);
    expect(Math.max(...turns.map(({ logged }) => logged))).toBeLessThanOrEqual(limits.scanSliceMax);
    expect(turns.filter(({ logged }) => logged > 0)).toHaveLength(slices);
    expect(desk.state.entities.size).toBe(count);
    expect(desk.state.entities.get(uuidOf(1))?.registers.parent?.value).toBe(uuidOf(count));
    expect(desk.recordsOf("edit").every(({ reason }) => reason === "index")).toBe(true);
    const snapshots = desk.effects.filter(({ kind }) => kind === "paired-snapshot");
    expect(snapshots).toMatchObject([{ entities: { length: count } }]);
  });

  it("[ENG-51] what its user changes meanwhile waits for the rest of it, and counts", () => {
    desk.hasPatience = true;
    list(scene);
    expect(desk.state.entities.size).toBe(limits.scanSliceMax);
    const last = uuidOf(count - slices);
    desk.change("blender", set(last, { name: "Keystone" }));
    expect(desk.state.entities.has(last)).toBe(false);
    desk.hasPatience = false;
    desk.tick(0);
    expect(desk.state.entities.get(last)?.registers.name?.value).toBe("Keystone");
    expect(desk.recordsOf("fault")).toEqual([]);
    expect(desk.told("blender", "accepted").map(({ seq }) => seq)).toEqual([1]);
  });

  it("[ENG-51] is begun anew when the editor goes in the middle of it", () => {
    desk.hasPatience = true;
    list(scene);
    desk.drop("blender");
    desk.hasPatience = false;
    desk.tick(0);
    expect(desk.effects.some(({ kind }) => kind === "paired-snapshot")).toBe(false);
    desk.link("blender", scene);
    expect(desk.state.entities.size).toBe(count);
    expect(desk.recordsOf("edit").flatMap(({ ops }) => ops)).toHaveLength(count);
  });
});

describe("an editor that lacks a big scene", () => {
  beforeEach(() => {
    desk.link("blender", scene);
    turns = [];
  });

  it("[ENG-51] gets it some objects a turn, each after what it hangs below", () => {
    desk.link("unity");
    expect(Math.max(...turns.map(({ sent }) => sent))).toBeLessThanOrEqual(limits.scanSliceMax + 3);
    const told = desk.told("unity", "apply").flatMap(({ ops }) => ops);
    const order = new Map(told.map(({ uuid }, at) => [uuid, at]));
    expect(order.size).toBe(count);
    for (const at of [1, 2, 3]) expect(order.get(uuidOf(at))).toBeGreaterThan(order.get(uuidOf(count + 1 - at)) ?? -1);
  });

  it("[ENG-51] and hears what came about meanwhile, before it is asked about any of it", () => {
    desk.hasPatience = true;
    desk.link("unity");
    desk.change("blender", set(uuidOf(1), { name: "Arch" }), { op: "delete", uuid: uuidOf(2) });
    desk.tick(limits.batchWindowMaxMs);
    expect(desk.told("unity", "verify")).toEqual([]);
    desk.hasPatience = false;
    desk.tick(0);
    const names = new Map<string, unknown>();
    for (const { ops } of desk.told("unity", "apply"))
      for (const op of ops) names.set(op.uuid, op.op === "delete" ? null : (op.fields.name ?? names.get(op.uuid)));
    expect([names.get(uuidOf(1)), names.get(uuidOf(2)), names.get(uuidOf(3))]).toEqual(["Arch", null, "Brick 3"]);
    const kinds = desk.allTold("unity").map(({ kind }) => kind);
    expect(kinds.indexOf("verify")).toBeGreaterThan(kinds.lastIndexOf("apply"));
    expect(desk.told("unity", "apply").at(-1)?.lsn).toBe(desk.links.byRole.get("unity")?.cursor);
  });

  it("[WIRE-16] and has no place to resume from before it got all of it, also where it had one before", () => {
    desk.link("unity", scene);
    desk.drop("unity");
    desk.resume("unity");
    expect(desk.told("unity", "welcome").at(-1)?.resumed).toBe(true);
    // A page at the wrong moment: it is asked for its scene again, and shows next to nothing of it.
    desk.say("unity", { kind: "index", epoch: 1, page: 7, last: true, entities: [], deleted: [] });
    desk.hasPatience = true;
    desk.list("unity");
    const places = desk.told("unity", "apply").map(({ lsn }) => lsn);
    expect(places.length).toBeGreaterThan(0);
    expect(new Set(places)).toEqual(new Set([0]));
    desk.drop("unity");
    desk.resume("unity");
    expect(desk.told("unity", "welcome").at(-1)?.resumed).toBe(false);
  });

  it("[ENG-51] and what it made since it listed, as it was corrected", () => {
    desk.take({ kind: "safe-mode", on: true, reason: "Turned on by you." });
    desk.link("unity", scene);
    const [made, above] = [uuidOf(count + 1), uuidOf(count)];
    desk.change("unity", { op: "create", uuid: made, kind: "object", fields: objectFields({ parent: above }) });
    desk.change("blender", { op: "delete", uuid: above });
    desk.take({ kind: "safe-mode", on: false, reason: "" });
    const told = desk.told("unity", "apply").flatMap(({ ops }) => ops.filter((op) => op.uuid === made));
    expect(told.flatMap((op) => (op.op !== "delete" && "parent" in op.fields ? [op.fields.parent] : []))).toEqual([
      null,
    ]);
  });

  it("[ENG-51] and is up to date soon although everything moves all the time", () => {
    desk.hasPatience = true;
    desk.link("unity");
    const unity = desk.links.byRole.get("unity");
    let turn = 0;
    while (unity?.cursor !== desk.state.head.lsn) {
      turn += 1;
      expect(turn).toBeLessThan(5 * slices);
      const place = [turn, 0, 0];
      desk.change("blender", ...scene.map(({ uuid }) => set(uuid, { translation: place })));
    }
    const places = new Map<string, unknown>();
    for (const { ops } of desk.told("unity", "apply")) {
      for (const op of ops) if (op.op !== "delete" && op.fields.translation) places.set(op.uuid, op.fields.translation);
    }
    expect(places.size).toBe(count);
    expect(new Set([...places.values()].map(String))).toEqual(new Set([`${turn},0,0`]));
    // From here on it hears every move as it is made, and nothing waits for ever for a question.
    desk.hasPatience = false;
    desk.change("blender", set(uuidOf(1), { translation: [7, 7, 7] }));
    expect(desk.told("unity", "apply").at(-1)).toMatchObject({ reason: "edit", ops: [{ uuid: uuidOf(1) }] });
    desk.tick(limits.batchWindowMaxMs);
    expect(desk.told("unity", "verify").length).toBeGreaterThan(0);
  });
});
