/** Safe mode as a review queue: what is held, what goes together, what an approval or a refusal sends to whom. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { crashReason } from "#electron/core/links.ts";
import { heldCount, type ReviewItem, reviewQueue } from "#electron/core/review.ts";
import { fieldOf, parentOf, State } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, stateOf, uuidOf } from "./desk.ts";

const [house, door, tree, moon, star] = [1, 2, 3, 4, 5].map(uuidOf) as [string, string, string, string, string];

/** House with a door, and a tree, agreed by both editors; then safe mode. */
function safeDesk(): Desk {
  const desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  create(desk, house, { name: "House" });
  create(desk, door, { name: "Door", parent: house });
  create(desk, tree, { name: "Tree" });
  desk.take({ kind: "safe-mode", on: true, reason: "Turned on by you." });
  desk.effects.length = 0;
  return desk;
}

function create(desk: Desk, uuid: string, fields: Fields): void {
  desk.change("blender", { op: "create", uuid, kind: "object", fields: objectFields(fields) });
  if (desk.state.head.mode === "live") settle(desk);
}

/** Both editors answer what they were asked. */
function settle(desk: Desk): void {
  desk.tick(300);
  for (const role of ["blender", "unity"] as const) {
    if (desk.told(role, "verify").length > 0) desk.verify(role);
  }
  desk.tick(10);
}

function set(desk: Desk, uuid: string, fields: Fields): void {
  desk.change("blender", { op: "set", uuid, fields });
}

/** The count that every status says is the list's length, whatever happened. */
function queue(desk: Desk): ReviewItem[] {
  const items = [...reviewQueue(desk.state, desk.links).values()];
  expect(heldCount(desk.state, desk.links)).toBe(items.length);
  return items;
}

const changes = (desk: Desk) => queue(desk).map(({ name, change }) => `${name} ${change}`);
const applied = (desk: Desk, role: Role) => desk.told(role, "apply").flatMap(({ ops }) => ops);
const appliedTo = (desk: Desk, role: Role) => applied(desk, role).map(({ op, uuid }) => `${op} ${uuid}`);

describe("what is held", () => {
  it("[ENG-41] is listed with who, what, before and after; nothing of it is sent", () => {
    const desk = safeDesk();
    set(desk, tree, { translation: [1, 2, 3], name: "Oak" });
    desk.change("unity", { op: "set", uuid: door, fields: { parent: null } });
    create(desk, moon, { name: "Moon" });
    desk.change("blender", { op: "delete", uuid: house });
    expect(changes(desk)).toEqual(["Oak changed", "Door moved", "Moon created", "House deleted"]);
    const [oak, , , gone] = queue(desk);
    expect(oak).toMatchObject({ uuid: tree, kind: "object", by: "blender", timeMs: desk.nowMs });
    expect(oak?.fields).toEqual([
      { name: "name", before: "Tree", after: "Oak" },
      { name: "translation", before: [0, 0, 0], after: [1, 2, 3] },
    ]);
    expect(gone?.fields).toContainEqual({ name: "name", before: "House", after: undefined });
    expect([...applied(desk, "blender"), ...applied(desk, "unity")]).toEqual([]);
  });

  it("[ENG-41] is nothing in any other mode, and nothing where all came back to what it was", () => {
    const desk = safeDesk();
    set(desk, tree, { translation: [1, 2, 3] });
    set(desk, tree, { translation: [0, 0, 0] });
    create(desk, moon, {});
    desk.change("blender", { op: "delete", uuid: moon });
    expect(queue(desk)).toEqual([]);
    set(desk, tree, { translation: [1, 2, 3] });
    desk.take({ kind: "safe-mode", on: false, reason: "" });
    expect(queue(desk)).toEqual([]);
  });

  it("[ENG-41] outlives a restart: the fold of the log and a checkpoint give the same list", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak" });
    desk.change("blender", { op: "delete", uuid: tree });
    desk.change("blender", { op: "delete", uuid: door });
    const folded = new State();
    for (const [index, record] of desk.records.entries()) evolve(folded, index + 1, record);
    const decoded = decodeState(encodeState(desk.state));
    if (!decoded.ok) throw new Error(decoded.failure.message);
    for (const state of [folded, decoded.value]) {
      expect([...reviewQueue(state, new Desk().links).values()]).toEqual(queue(desk));
    }
  });

  it("[ENG-41] a thing deleted and brought back is a change at most: it was never gone elsewhere", () => {
    const desk = safeDesk();
    desk.change("blender", { op: "delete", uuid: tree });
    create(desk, tree, { name: "Tree" });
    expect(queue(desk)).toEqual([]);
    desk.change("blender", { op: "delete", uuid: tree });
    create(desk, tree, { name: "Stump" });
    expect(changes(desk)).toEqual(["Stump changed"]);
    expect(queue(desk)[0]?.fields).toEqual([{ name: "name", before: "Tree", after: "Stump" }]);
  });
});

describe("approving", () => {
  it("[ENG-41] sends exactly that object to the other editor, verifies it, makes it final; the rest stays", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak" });
    set(desk, house, { name: "Villa" });
    const before = desk.recordsOf("final").length;
    desk.take({ kind: "approve", uuids: [tree] });
    expect(applied(desk, "unity")).toEqual([
      expect.objectContaining({ op: "set", uuid: tree, fields: { name: "Oak" } }),
    ]);
    expect(changes(desk)).toEqual(["Villa changed"]);
    settle(desk);
    expect(desk.recordsOf("final").length).toBe(before + 1);
    expect(desk.state.provisional.has(tree)).toBe(false);
    expect(desk.state.provisional.has(house)).toBe(true);
    expect([desk.state.head.mode, changes(desk)]).toEqual(["safe", ["Villa changed"]]);
    expect(appliedTo(desk, "unity")).toEqual([`set ${tree}`]);
  });

  it("[ENG-41] brings along what it needs: parents that are new, moved ancestors, what left before it goes", () => {
    const desk = safeDesk();
    create(desk, moon, { name: "Moon" });
    create(desk, star, { name: "Star", parent: moon });
    set(desk, tree, { parent: star });
    desk.take({ kind: "approve", uuids: [tree] });
    expect(appliedTo(desk, "unity").filter((line) => line.startsWith("create"))).toEqual([
      `create ${moon}`,
      `create ${star}`,
    ]);
    expect(appliedTo(desk, "unity").at(-1)).toBe(`set ${tree}`);
    expect(queue(desk)).toEqual([]);
  });

  it("[ENG-41] of a deletion moves the children up first, and takes deleted children along, leaves first", () => {
    const desk = safeDesk();
    desk.change("blender", { op: "delete", uuid: house });
    expect(changes(desk)).toEqual(["Door moved", "House deleted"]);
    desk.take({ kind: "approve", uuids: [house] });
    expect(appliedTo(desk, "unity")).toEqual([`set ${door}`, `delete ${house}`]);
    const both = safeDesk();
    both.change("blender", { op: "delete", uuid: door }, { op: "delete", uuid: house });
    both.take({ kind: "approve", uuids: [house] });
    expect(appliedTo(both, "unity")).toEqual([`delete ${door}`, `delete ${house}`]);
    settle(both);
    expect(both.state.tombstones.get(house)?.pending).toBe(undefined);
  });

  it("[ENG-41] two that changed places go together, the one above first", () => {
    const desk = safeDesk();
    set(desk, door, { parent: null });
    set(desk, house, { parent: door });
    desk.take({ kind: "approve", uuids: [house] });
    expect(appliedTo(desk, "unity")).toEqual([`set ${door}`, `set ${house}`]);
  });

  it("[ENG-41] puts a wrong answer right, in safe mode, too", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak" });
    desk.take({ kind: "approve", uuids: [tree] });
    desk.tick(300);
    desk.verify("blender");
    desk.verify("unity", { name: "Tree" });
    desk.tick(10);
    expect(applied(desk, "unity").map((operation) => operation.op === "set" && operation.fields.name)).toEqual([
      "Oak",
      "Oak",
    ]);
  });

  it("[ENG-10] means nothing outside of safe mode, nor for what is not held", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak" });
    const { lsn } = desk.state.head;
    desk.take({ kind: "approve", uuids: [house, uuidOf(99)] }, { kind: "refuse", uuids: [] });
    expect(desk.state.head.lsn).toBe(lsn);
    desk.take({ kind: "safe-mode", on: false, reason: "" });
    settle(desk);
    const live = desk.state.head.lsn;
    desk.take({ kind: "refuse", uuids: [tree] });
    expect(desk.state.head.lsn).toBe(live);
  });
});

describe("refusing", () => {
  it("[ENG-42] puts the last final values back in the editor that made the edit", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak", translation: [1, 2, 3] });
    set(desk, tree, { name: "Elm" });
    desk.take({ kind: "refuse", uuids: [tree] });
    const back = { name: "Tree", translation: [0, 0, 0] };
    expect(applied(desk, "blender")).toEqual([expect.objectContaining({ op: "set", uuid: tree, fields: back })]);
    expect(desk.told("blender", "apply")[0]).toMatchObject({ reason: "revoke" });
    settle(desk);
    expect([queue(desk), desk.state.provisional.size, desk.state.head.mode]).toEqual([[], 0, "safe"]);
  });

  it("[ENG-42] of a creation deletes it there, with what hangs below it; the other editor hears nothing of it", () => {
    const desk = safeDesk();
    create(desk, moon, { name: "Moon" });
    create(desk, star, { name: "Star", parent: moon });
    set(desk, tree, { parent: star });
    desk.take({ kind: "refuse", uuids: [moon] });
    expect(appliedTo(desk, "blender")).toEqual([`set ${tree}`, `delete ${star}`, `delete ${moon}`]);
    expect(appliedTo(desk, "unity")).toEqual([`set ${tree}`]);
    expect([desk.state.entities.has(moon), desk.state.entities.get(tree)?.registers.parent?.value]).toEqual([
      false,
      null,
    ]);
    settle(desk);
    expect(queue(desk)).toEqual([]);
  });

  it("[ENG-42] [ENG-37] leaves what is held back below nothing that goes", () => {
    const desk = safeDesk();
    const base = desk.state.head.lsn;
    create(desk, star, { name: "Star" });
    set(desk, tree, { parent: star });
    // Unity had not heard of it, and hung the tree elsewhere.
    desk.say("unity", { ...desk.changeOf("unity", [{ op: "set", uuid: tree, fields: { parent: house } }]), base });
    expect([...desk.state.quarantine.keys()]).toEqual([tree]);
    set(desk, door, { parent: star });
    desk.take({ kind: "refuse", uuids: [star] });
    expect(desk.state.entities.has(star)).toBe(false);
    for (const uuid of [tree, door]) expect(parentOf(desk.state.entities.get(uuid))).not.toBe(star);
  });

  it("[ENG-42] [ENG-37] puts nothing back below what an editor lacks until a person decides", () => {
    const desk = safeDesk();
    const base = desk.state.head.lsn;
    set(desk, door, { parent: null });
    set(desk, house, { name: "Villa" });
    desk.say("unity", { ...desk.changeOf("unity", [{ op: "delete", uuid: house }]), base });
    expect(desk.state.quarantine.get(house)?.sides.unity).toMatchObject({ kind: "gone" });
    desk.take({ kind: "refuse", uuids: [door] });
    expect(parentOf(desk.state.entities.get(door))).toBe(null);
  });

  it("[ENG-42] of a deletion brings it back as it was agreed, not as it was edited before it went", () => {
    const desk = safeDesk();
    set(desk, tree, { name: "Oak" });
    desk.change("blender", { op: "delete", uuid: tree });
    desk.take({ kind: "refuse", uuids: [tree] });
    expect(applied(desk, "blender")[0]).toMatchObject({ op: "create", uuid: tree, fields: { name: "Tree" } });
    settle(desk);
    expect([queue(desk), desk.state.provisional.size]).toEqual([[], 0]);
  });

  it("[ENG-42] of a deleted child brings its deleted parent back, too, and first", () => {
    const desk = safeDesk();
    desk.change("blender", { op: "delete", uuid: door }, { op: "delete", uuid: house });
    desk.take({ kind: "refuse", uuids: [door] });
    expect(appliedTo(desk, "blender")).toEqual([`create ${house}`, `create ${door}`]);
  });
});

describe("after a crash", () => {
  /** Unity shows another name for the tree, with the stamp of the one agreed. */
  function crashed(): Desk {
    const desk = new Desk();
    desk.boot();
    const entity = {
      uuid: tree,
      kind: "object" as const,
      fields: objectFields({ name: "Tree" }),
      stamp: stampOf(1, "blender"),
    };
    desk.link("blender", [entity]);
    settle(desk);
    desk.boot(true);
    desk.effects.length = 0;
    desk.link("unity", [{ ...entity, fields: { ...entity.fields, name: "Bush" } }]);
    return desk;
  }

  it("[ENG-15] what differs without a reason waits in the queue, with both values, and safe mode stays", () => {
    const desk = crashed();
    expect(desk.state.head).toMatchObject({ mode: "safe", modeReason: crashReason });
    expect(queue(desk)).toMatchObject([
      { change: "differs", by: "unity", fields: [{ name: "name", before: "Tree", after: "Bush" }] },
    ]);
  });

  it("[ENG-15] approved, the editor's value counts; refused, the agreed one goes back; leaving puts back the rest", () => {
    const taken = crashed();
    taken.take({ kind: "approve", uuids: [tree] });
    expect(taken.state.entities.get(tree)?.registers.name?.value).toBe("Bush");
    const put = crashed();
    put.take({ kind: "refuse", uuids: [tree] });
    expect(applied(put, "unity")).toMatchObject([{ op: "set", fields: { name: "Tree" } }]);
    const left = crashed();
    left.take({ kind: "safe-mode", on: false, reason: "" });
    expect(applied(left, "unity").at(-1)).toMatchObject({ uuid: tree, fields: { name: "Tree" } });
    for (const desk of [taken, put, left]) expect(queue(desk)).toEqual([]);
  });

  it("[ENG-15] approved, what an editor showed below something that is gone stays where it was, at the nearest home", () => {
    const desk = new Desk();
    desk.boot();
    const known = (uuid: string, fields: Fields) => {
      return { uuid, kind: "object" as const, fields: objectFields(fields), stamp: stampOf(1, "blender") };
    };
    const [below, above] = [known(tree, { translation: [0, 1, 0] }), known(house, { translation: [3, 0, 0] })];
    desk.link("blender", [above, below]);
    settle(desk);
    desk.change("blender", { op: "delete", uuid: house });
    settle(desk);
    desk.boot(true);
    desk.link("unity", [above, { ...below, fields: { ...below.fields, parent: house } }]);
    expect(queue(desk)).toMatchObject([{ change: "differs", fields: [{ name: "parent", after: house }] }]);
    desk.take({ kind: "approve", uuids: [tree] });
    const stands = desk.state.entities.get(tree);
    expect([parentOf(stands), fieldOf(stands, "translation")]).toEqual([null, [3, 1, 0]]);
  });
});

describe("a person's word and an editor that cannot be told yet", () => {
  const names = (desk: Desk, role: Role) =>
    applied(desk, role).flatMap((operation) => (operation.op === "delete" ? [] : [operation.fields.name]));
  const asSeen = (desk: Desk, uuid: string) =>
    ({ uuid, kind: desk.state.entities.get(uuid)?.kind, fields: {} }) as const;

  /** The tree as an editor lists it that knows the name agreed on. */
  const listed = (name: string) => {
    return { uuid: tree, kind: "object" as const, fields: objectFields({ name }), stamp: stampOf(1, "blender") };
  };

  function rolledBackTo(desk: Desk, name: string): void {
    const target = [house, door, tree].map(
      (uuid) => [uuid, { ...asSeen(desk, uuid), kind: "object" as const }] as const,
    );
    const wanted = target.map(([uuid, one]) => [uuid, uuid === tree ? { ...one, fields: { name } } : one] as const);
    desk.take({ kind: "rollback", oid: "", target: new Map(wanted) });
  }

  it.each(["safe", "paused"])("[ENG-21] a rollback reaches an editor that is just listing its scene (%s)", (mode) => {
    const desk = safeDesk();
    if (mode === "paused") desk.take({ kind: "safe-mode", on: false, reason: "" }, { kind: "pause", paused: true });
    desk.drop("unity");
    desk.greet("unity");
    desk.say("unity", stateOf(1));
    rolledBackTo(desk, "Older");
    expect(names(desk, "blender")).toContain("Older");
    desk.say("unity", { kind: "index", epoch: 1, page: 0, last: true, entities: [listed("Tree")], deleted: [] });
    expect(names(desk, "unity")).toEqual([]);
    desk.take({ kind: "paired-snapshot", role: "unity", epoch: 1, code: null });
    expect(names(desk, "unity")).toContain("Older");
    expect(desk.state.head.mode).toBe(mode);
    const told = applied(desk, "unity").length;
    desk.tick(1_000);
    expect(applied(desk, "unity").length).toBe(told);
  });

  it("[ENG-21] [ENG-10] one that was away is told, without what was edited and is held since", () => {
    const desk = safeDesk();
    desk.drop("unity");
    rolledBackTo(desk, "Older");
    desk.tick(300);
    desk.verify("blender");
    set(desk, tree, { name: "Held", visible: false });
    desk.resume("unity");
    expect(names(desk, "unity")).toContain("Older");
    expect(names(desk, "unity")).not.toContain("Held");
    const last = applied(desk, "unity").filter(
      (operation) => operation.op !== "delete" && "visible" in operation.fields,
    );
    expect(last.at(-1)).toMatchObject({ fields: { visible: true } });
    expect(changes(desk)).toEqual(["Held changed"]);
  });

  it("[ENG-41] what was approved while it was away is sent when it is back, and safe mode stays", () => {
    const desk = safeDesk();
    desk.drop("unity");
    set(desk, tree, { name: "Oak" });
    desk.take({ kind: "approve", uuids: [tree] });
    desk.tick(300);
    desk.verify("blender");
    desk.resume("unity");
    expect(names(desk, "unity")).toContain("Oak");
    expect(desk.state.head.mode).toBe("safe");
  });
});
