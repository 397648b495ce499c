/** What each editor goes on showing of what is held back: its own version, whatever it comes back with ([ENG-37]). */
import { beforeEach, describe, expect, it } from "vitest";
import type { Uuid } from "#shared/ids.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import { objectFields, uuidOf } from "./desk.ts";
import { child, create, one, remove, set, TwoPeople, three, two } from "./two-people.ts";

let desk: TwoPeople;
beforeEach(() => {
  desk = new TwoPeople();
});

it("[ENG-37] what the hub changes of it, as where it hangs, is shown to both, above all that they have of it", () => {
  desk.atOnce("blender", [set(child, { name: "A" })], [set(child, { name: "B" })]);
  desk.change("unity", set(child, { visible: false }));
  const stamps = Object.values(desk.sidesOf(child) ?? {}).map(({ stamp }) => stamp);
  desk.change("blender", set(one, { translation: [1, 0, 0] }));
  desk.confirm();
  desk.change("blender", remove(one));
  expect([desk.value(child, "parent"), desk.value(child, "translation")]).toEqual([null, [1, 0, 0]]);
  for (const [role, name] of [["blender", "A"] as const, ["unity", "B"] as const]) {
    const shown = desk.toldOf(role, child).at(-1);
    expect(shown).toMatchObject({ op: "create", fields: { name, parent: null, translation: [1, 0, 0] } });
    expect(shown?.stamp).toBeGreaterThan(Math.max(...stamps));
  }
});

it("[ENG-37] an edit from before its editor was shown something newer is kept as its side, and shown above that", () => {
  desk.atOnce("blender", [set(child, { name: "A" })], [set(child, { name: "B" })]);
  desk.confirm();
  const shown = desk.toldOf("unity", child).at(-1);
  const late = desk.changeOf("unity", [set(child, { name: "C" })]);
  desk.say("unity", { ...late, stamp: stampOf(lamportOf(shown?.stamp ?? 0), "unity") });
  expect(desk.sidesOf(child)?.unity).toMatchObject({ fields: { name: "C" } });
  const again = desk.toldOf("unity", child).at(-1);
  expect(again).toMatchObject({ op: "create", fields: { name: "C" } });
  expect(again?.stamp).toBeGreaterThan(shown?.stamp ?? 0);
  const count = desk.toldOf("unity", child).length;
  desk.change("unity", set(child, { name: "D" }));
  expect([desk.sidesOf(child)?.unity, desk.toldOf("unity", child).length]).toMatchObject([
    { fields: { name: "D" } },
    count,
  ]);
  desk.decide(child, "agreed");
  expect(desk.toldOf("unity", child).at(-1)?.stamp).toBeGreaterThan(again?.stamp ?? 0);
});

it("[ENG-37] an editor that was behind when a conflict came about gets its own version when it is told anything", () => {
  desk.take({ kind: "safe-mode", on: true, reason: "Turned on by you." });
  const four = uuidOf(105);
  desk.change("blender", create(four, { name: "Four" }));
  desk.atOnce("blender", [set(child, { name: "A", visible: false })], [set(child, { name: "B" })]);
  desk.atOnce("blender", [remove(four)], []);
  desk.take({ kind: "safe-mode", on: false, reason: "" });
  expect(desk.toldOf("unity", child).at(-1)).toMatchObject({ op: "create", fields: { name: "B" } });
  expect(desk.toldOf("blender", child).at(-1)).toMatchObject({ op: "create", fields: { name: "A", visible: false } });
});

describe("an editor that comes back while something of its is held back", () => {
  const listedAs = (uuid: Uuid, stamp: number, fields: Fields) => {
    return { uuid, kind: "object" as const, stamp, fields: objectFields(fields) };
  };
  const agreedScene = () => [
    listedAs(two, 0, { name: "Two" }),
    listedAs(three, 0, { name: "Three" }),
    listedAs(child, 0, { name: "Child", parent: one }),
  ];
  const comeBack = (...of: IndexedEntity[]) => {
    desk.die("unity");
    desk.link("unity", [...agreedScene(), ...of]);
  };
  /** Stamps of an editor's writes before everything here. */
  const early = stampOf(1, "unity");

  beforeEach(() => {
    desk.atOnce("blender", [set(one, { name: "A" })], [set(one, { name: "B", parent: two })]);
    expect(desk.sidesOf(one)?.unity).toMatchObject({ kind: "alive", fields: { name: "B", parent: two } });
  });

  it("[ENG-37] with an older document: keeps its side, and shows it again", () => {
    const before = desk.sidesOf(one);
    comeBack(listedAs(one, early, { name: "One" }));
    expect(desk.sidesOf(one)).toEqual(before);
    expect(desk.toldOf("unity", one).at(-1)).toMatchObject({ op: "create", fields: { name: "B", parent: two } });
    desk.decide(one, "unity");
    expect([desk.value(one, "name"), desk.value(one, "parent")]).toEqual(["B", two]);
  });

  it("[ENG-37] with a document in which it is not: is shown its own version, below what it hangs from", () => {
    comeBack();
    expect(desk.sidesOf(one)?.unity).toMatchObject({ fields: { name: "B", parent: two } });
    const shown = desk.toldOf("unity", one).filter(({ op }) => op === "create");
    expect(shown.at(-1)).toMatchObject({ fields: { name: "B", parent: two } });
  });

  it("[ENG-37] with a document in which neither it is nor what it hangs from in its version: both come, that first", () => {
    desk.change("unity", set(two, { parent: three }));
    desk.confirm();
    desk.atOnce("blender", [set(two, { name: "C" })], [set(two, { name: "D" })]);
    desk.die("unity");
    desk.link("unity", agreedScene().slice(1));
    const repairs = desk.told("unity", "apply").filter(({ reason }) => reason === "repair");
    const shown = repairs.flatMap(({ ops }) => ops).map((op) => [op.uuid, op.op === "create" && op.fields.parent]);
    expect(shown).toEqual([
      [two, three],
      [one, two],
    ]);
  });

  it("[ENG-37] having gone on with it meanwhile: that is its side, with what it had said of other fields", () => {
    const stamp = stampOf(desk.state.head.lamport + 5, "unity");
    comeBack({ ...listedAs(one, early, { name: "C" }), stamps: { name: stamp } });
    expect(desk.sidesOf(one)?.unity).toMatchObject({ stamp, fields: { name: "C", parent: two } });
    expect(desk.toldOf("unity", one).at(-1)).toMatchObject({ fields: { name: "C", parent: two } });
  });

  it("[ENG-37] showing what it had: nothing is written, neither there nor in the log", () => {
    const stamp = desk.sidesOf(one)?.unity?.stamp ?? 0;
    const claims = desk.recordsOf("claim").length;
    comeBack(listedAs(one, stamp, { name: "B", parent: two }));
    expect(desk.recordsOf("claim").length).toBe(claims);
    expect(desk.toldOf("unity", one)).toEqual([]);
  });

  it("[ENG-37] showing what it had deleted: the deletion stays its side until it is made again", () => {
    desk.change("unity", remove(one));
    const gone = desk.sidesOf(one)?.unity;
    expect(gone).toMatchObject({ kind: "gone" });
    comeBack(listedAs(one, early, { name: "One" }));
    expect(desk.sidesOf(one)?.unity).toEqual(gone);
    comeBack(listedAs(one, stampOf(desk.state.head.lamport + 5, "unity"), { name: "Again" }));
    expect(desk.sidesOf(one)?.unity).toMatchObject({ kind: "alive", fields: { name: "Again" } });
  });
});
