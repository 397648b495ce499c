/** Two people at one thing without knowing of each other: what the table says, and what the core makes of it. */
import { beforeEach, describe, expect, it } from "vitest";
import { type Author, authorOf, doMeet, isUnseen, type Ruling, ruling, type Weight } from "#electron/core/conflict.ts";
import { reviewQueue } from "#electron/core/review.ts";
import { finalOf, type State } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { Choice } from "#shared/choice.ts";
import { type FieldName, fieldNames, transformFields } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { objectFields, uuidOf } from "./desk.ts";
import { child, create, one, remove, set, TwoPeople, three, two } from "./two-people.ts";

const weights = ["cosmetic", "structural", "destructive"] as const satisfies readonly Weight[];
const authors = ["human", "automation"] as const satisfies readonly Author[];

/** The specification's words, cell by cell: what is there, what comes, who counts between equals. */
const people: readonly (readonly [Weight, Weight, Ruling])[] = [
  ["cosmetic", "cosmetic", "newer"],
  ["cosmetic", "structural", "comes"],
  ["cosmetic", "destructive", "hold"],
  ["structural", "cosmetic", "there"],
  ["structural", "structural", "hold"],
  ["structural", "destructive", "hold"],
  ["destructive", "cosmetic", "hold"],
  ["destructive", "structural", "hold"],
  ["destructive", "destructive", "newer"],
];
const cells = people.flatMap(([there, comes, between]) =>
  authors.flatMap((owner) =>
    authors.map((author) => {
      const expected: Ruling = owner === author ? between : owner === "human" ? "there" : "comes";
      return { there, owner, comes, author, expected };
    }),
  ),
);

describe("the table of conflicts", () => {
  it("[ENG-36] has every cell", () => {
    expect(new Set(cells.map(({ there, owner, comes, author }) => [there, owner, comes, author].join())).size).toBe(
      weights.length ** 2 * authors.length ** 2,
    );
  });

  it.each(cells)("[ENG-36] $there by a $owner is there, $comes by a $author comes: $expected", (cell) => {
    const comes = { weight: cell.comes, author: cell.author };
    expect(ruling({ weight: cell.there, author: cell.owner }, comes)).toBe(cell.expected);
  });

  it("[ENG-36] fields meet when they are the same, or a parent and a transform", () => {
    const isPart = (name: FieldName) => (transformFields as readonly FieldName[]).includes(name);
    for (const one of fieldNames)
      for (const other of fieldNames) {
        const isPair = (one === "parent" && isPart(other)) || (other === "parent" && isPart(one));
        expect(doMeet(one, other), `${one} and ${other}`).toBe(one === other || isPair);
      }
  });

  it("[ENG-36] [WIRE-35] only the other's write behind the base was not seen; the hub's own is nobody's intent", () => {
    const seen = { role: "unity", base: 10 } as const;
    const by = (writer: Parameters<typeof stampOf>[1], lsn: number) => ({ stamp: stampOf(5, writer), lsn });
    expect(isUnseen(by("blender", 11), seen)).toBe(true);
    expect(isUnseen(by("assistant", 11), seen)).toBe(true);
    expect(isUnseen(by("blender", 10), seen)).toBe(false);
    for (const writer of ["unity", "hub", "none"] as const) expect(isUnseen(by(writer, 11), seen)).toBe(false);
    expect([authorOf("assistant"), authorOf("blender"), authorOf("unity")]).toEqual(["automation", "human", "human"]);
  });
});

let desk: TwoPeople;
beforeEach(() => {
  desk = new TwoPeople();
});

describe.each(["blender", "unity"] as const)("both at once, %s first", (first) => {
  const second = first === "blender" ? "unity" : "blender";

  it("[ENG-36] one cosmetic field: the higher stamp; different fields: both", () => {
    desk.atOnce(first, [set(one, { visible: false })], [set(one, { visible: true, translation: [1, 2, 3] })]);
    expect([desk.value(one, "visible"), desk.value(one, "translation")]).toEqual([true, [1, 2, 3]]);
    expect(desk.state.quarantine.size).toBe(0);
  });

  it("[ENG-36] the same value within its tolerance is no conflict, and neither are two deletions", () => {
    desk.atOnce(first, [set(one, { name: "Same" })], [set(one, { name: "Same" })]);
    desk.atOnce(first, [remove(two)], [remove(two)]);
    expect(desk.state.quarantine.size).toBe(0);
    expect(desk.state.entities.has(two)).toBe(false);
  });

  it("[ENG-36] a move against another parent: the parent counts, the move is put back for everybody", () => {
    desk.atOnce(first, [set(one, { parent: two, translation: [5, 5, 5] })], [set(one, { translation: [9, 9, 9] })]);
    expect([desk.value(one, "parent"), desk.value(one, "translation")]).toEqual([two, [5, 5, 5]]);
    expect(desk.toldOf(second, one).at(-1)).toMatchObject({ fields: { translation: [5, 5, 5] } });
  });

  it("[ENG-36] another parent against a move: the parent counts, and what was final goes back", () => {
    desk.atOnce(first, [set(one, { translation: [9, 9, 9] })], [set(one, { parent: two })]);
    expect([desk.value(one, "parent"), desk.value(one, "translation")]).toEqual([two, [0, 0, 0]]);
    expect(desk.toldOf(first, one).at(-1)).toMatchObject({ fields: { translation: [0, 0, 0] } });
  });

  it("[ENG-36] [ENG-37] two parents: held back with both sides, the last final one stays agreed", () => {
    desk.atOnce(first, [set(one, { parent: two })], [set(one, { parent: three })]);
    expect(desk.value(one, "parent")).toBe(null);
    expect(desk.sidesOf(one)).toMatchObject({
      [first]: { kind: "alive", fields: { parent: two } },
      [second]: { kind: "alive", fields: { parent: three } },
    });
    expect(desk.toldOf(second, one).at(-1)).toMatchObject({ op: "create", fields: { parent: three } });
    expect(desk.toldOf(first, one).some((op) => op.op !== "delete" && op.fields.parent === three)).toBe(false);
  });

  it.each<Choice>(["agreed", first, second])("[ENG-38] two parents, decided for %s: both editors get it", (keep) => {
    desk.atOnce(first, [set(one, { parent: two })], [set(one, { parent: three })]);
    desk.decide(one, keep);
    const chosen = keep === "agreed" ? null : keep === first ? two : three;
    expect(desk.value(one, "parent")).toBe(chosen);
    for (const role of ["blender", "unity"] as const)
      expect(desk.toldOf(role, one).at(-1)).toMatchObject({ fields: { parent: chosen } });
    desk.confirm();
    expect([desk.state.quarantine.size, desk.state.provisional.size]).toEqual([0, 0]);
  });

  it("[ENG-37] what a side goes on doing is kept, goes no further, and what it says again changes nothing", () => {
    desk.atOnce(first, [set(one, { name: "A" })], [set(one, { name: "B" })]);
    const told = desk.told(second, "apply").length;
    desk.change(first, set(one, { name: "A2", visible: false }));
    expect(desk.sidesOf(one)?.[first]).toMatchObject({ fields: { name: "A2", visible: false } });
    expect(desk.told(first, "accepted").at(-1)?.refused).toEqual([]);
    expect(desk.toldOf(second, one, told)).toEqual([]);
    expect(desk.value(one, "name")).toBe("One");
    desk.decide(one, first);
    expect([desk.value(one, "name"), desk.value(one, "visible")]).toEqual(["A2", false]);
  });
});

describe("a deletion that the other had not seen", () => {
  const cases = [
    ["first", () => desk.atOnce("blender", [remove(child), remove(one)], [set(child, { name: "Mine" })])],
    ["second", () => desk.atOnce("unity", [set(child, { name: "Mine" })], [remove(child), remove(one)])],
  ] as const;

  it.each(cases)("[ENG-36] coming %s, holds its whole closure: nothing is lost, nothing is half gone", (_, happen) => {
    happen();
    expect([...desk.state.quarantine.keys()].sort()).toEqual([one, child].sort());
    expect([desk.sidesOf(one)?.blender?.kind, desk.sidesOf(child)?.blender?.kind]).toEqual(["gone", "gone"]);
    expect(desk.sidesOf(child)?.unity).toMatchObject({ kind: "alive", fields: { name: "Mine" } });
    expect([desk.value(child, "name"), desk.value(child, "parent")]).toEqual(["Child", one]);
  });

  it.each(cases)("[ENG-38] coming %s: keeping it deletes all of it in both editors", (_, happen) => {
    happen();
    desk.decide(child, "blender");
    expect([one, child].map((uuid) => desk.state.entities.has(uuid))).toEqual([false, false]);
    expect(desk.toldOf("unity", one).at(-1)).toMatchObject({ op: "delete" });
    expect(desk.toldOf("unity", child).at(-1)).toMatchObject({ op: "delete" });
    expect(desk.state.quarantine.size).toBe(0);
  });

  it.each(cases)("[ENG-38] coming %s: refusing it brings all of it back where it is missing", (_, happen) => {
    happen();
    desk.decide(one, "unity");
    expect([desk.value(child, "name"), desk.value(child, "parent")]).toEqual(["Mine", one]);
    for (const uuid of [one, child]) expect(desk.toldOf("blender", uuid).some(({ op }) => op === "create")).toBe(true);
  });

  it.each(cases)("[ENG-37] coming %s: nothing new hangs below what an editor lacks", (_, happen) => {
    happen();
    desk.confirm();
    desk.change("unity", create(uuidOf(900), { parent: one }), set(three, { parent: child }));
    desk.confirm();
    expect([desk.value(uuidOf(900), "parent"), desk.value(three, "parent")]).toEqual([null, null]);
    expect(desk.toldOf("unity", three).at(-1)).toMatchObject({ fields: { parent: null } });
  });

  it.each(cases)("[ENG-37] coming %s: when both took it away, nothing is left to decide", (_, happen) => {
    happen();
    desk.change("unity", remove(child), remove(one));
    expect(desk.state.quarantine.size).toBe(0);
    expect([one, child].map((uuid) => desk.state.entities.has(uuid))).toEqual([false, false]);
  });
});

describe("what is no conflict", () => {
  it("[WIRE-35] an edit made after the other's was applied, and one of an editor that was told everything", () => {
    desk.change("blender", set(one, { name: "A" }));
    desk.confirm();
    desk.change("unity", set(one, { name: "B" }));
    expect([desk.value(one, "name"), desk.state.quarantine.size]).toEqual(["B", 0]);
  });

  it("[WIRE-35] what an editor did while it was brought up to date with its listing, and said with a base of before", () => {
    desk.drop("unity");
    const listed = [one, two, child].map((uuid) => ({
      uuid,
      kind: "object" as const,
      stamp: 0,
      fields: objectFields(),
    }));
    desk.link("unity", listed);
    expect(desk.toldOf("unity", three)).not.toEqual([]);
    desk.say("unity", { ...desk.changeOf("unity", [set(one, { parent: two, name: "B" })]), base: 0 });
    expect([desk.value(one, "name"), desk.state.quarantine.size]).toEqual(["B", 0]);
  });

  it("[ENG-36] what the hub wrote itself: a repair is nobody's side", () => {
    const base = desk.state.head.lsn;
    desk.change("blender", remove(one));
    expect(desk.value(child, "parent")).toBe(null);
    desk.say("unity", { ...desk.changeOf("unity", [set(child, { parent: two })]), base });
    expect([desk.value(child, "parent"), desk.state.quarantine.size]).toEqual([null, 0]);
  });
});

function finalsIn({ provisional }: State) {
  return [...provisional.entries()].flatMap(([uuid, fields]) =>
    (Object.keys(fields) as FieldName[]).map((name) => [uuid, name, fields[name]?.batch, finalOf(fields, name)]),
  );
}

it("[ENG-2] [ENG-37] what is held back is in a checkpoint as it is, whatever of it was agreed", () => {
  desk.atOnce("unity", [set(child, { name: "Mine" })], [remove(child), remove(one)]);
  expect(desk.state.quarantine.size).toBe(2);
  const saved = decodeState(encodeState(desk.state));
  const again = saved.ok ? saved.value : null;
  for (const name of ["quarantine", "entities", "tombstones"] as const)
    expect([...(again?.[name].entries() ?? [])]).toEqual([...desk.state[name].entries()]);
  expect(again && finalsIn(again)).toEqual(finalsIn(desk.state));
});

describe("in safe mode", () => {
  beforeEach(() => desk.take({ kind: "safe-mode", on: true, reason: "Turned on by you." }));

  it("[ENG-38] [ENG-41] what is in conflict is not in the review queue, and a decision reaches both editors at once", () => {
    desk.atOnce("blender", [set(one, { name: "A" })], [set(one, { name: "B" })]);
    desk.change("blender", set(two, { name: "Held" }));
    expect([...reviewQueue(desk.state, desk.links).keys()]).toEqual([two]);
    desk.decide(one, "unity");
    for (const role of ["blender", "unity"] as const)
      expect(desk.toldOf(role, one).at(-1)).toMatchObject({ fields: { name: "B" } });
    expect(desk.toldOf("unity", two).some((op) => op.op !== "delete" && op.fields.name === "Held")).toBe(false);
    expect([...reviewQueue(desk.state, desk.links).keys()]).toEqual([two]);
    desk.confirm();
    expect([...desk.state.provisional.keys()]).toEqual([two]);
  });

  it("[ENG-38] a chosen deletion deletes in both, and what hung there moves up only where it is known", () => {
    desk.atOnce("blender", [remove(child), remove(one)], [set(child, { name: "Mine" })]);
    desk.decide(one, "blender");
    for (const uuid of [one, child]) expect(desk.toldOf("unity", uuid).at(-1)).toMatchObject({ op: "delete" });
    expect(reviewQueue(desk.state, desk.links).size).toBe(0);
    desk.confirm();
    desk.take({ kind: "safe-mode", on: false, reason: "" });
    expect([one, child].map((uuid) => desk.state.entities.has(uuid))).toEqual([false, false]);
  });
});
