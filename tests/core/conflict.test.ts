/** Two people at one thing without knowing of each other: what the table says, and what the core makes of it. */
import { beforeEach, describe, expect, it } from "vitest";
import { type Author, authorOf, doMeet, isUnseen, type Ruling, ruling, type Weight } from "#electron/core/conflict.ts";
import { limits } from "#electron/core/limits.ts";
import { reviewQueue } from "#electron/core/review.ts";
import { fieldOf, finalOf, type State } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { Choice } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import { type FieldName, type Fields, fieldNames, transformFields } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

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

const [one, two, three, child] = [uuidOf(101), uuidOf(102), uuidOf(103), uuidOf(104)];
const set = (uuid: Uuid, fields: Fields): Operation => ({ op: "set", uuid, fields });
const create = (uuid: Uuid, fields: Fields = {}): Operation => {
  return { op: "create", uuid, kind: "object", fields: objectFields(fields) };
};
const remove = (uuid: Uuid): Operation => ({ op: "delete", uuid });

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", create(one, { name: "One" }), create(two, { name: "Two" }), create(three, { name: "Three" }));
  desk.change("blender", create(child, { name: "Child", parent: one }));
  confirm();
});

/** Both editors show what was agreed. */
function confirm(): void {
  for (let round = 0; round < 6; round += 1) {
    for (const role of ["blender", "unity"] as const) if (desk.told(role, "verify").length > 0) desk.verify(role);
    desk.tick(limits.batchWindowMaxMs);
  }
}

/** Both at once: the second had not seen the first. */
function atOnce(first: Role, ofFirst: readonly Operation[], ofSecond: readonly Operation[]): void {
  const second = first === "blender" ? "unity" : "blender";
  const base = desk.state.head.lsn;
  desk.change(first, ...ofFirst);
  desk.say(second, { ...desk.changeOf(second, [...ofSecond]), base });
}

const value = (uuid: Uuid, name: FieldName) => fieldOf(desk.state.entities.get(uuid), name);
const sidesOf = (uuid: Uuid) => desk.state.quarantine.get(uuid)?.sides;
const decide = (uuid: Uuid, keep: Choice) => desk.take({ kind: "release", uuids: [uuid], keep });
/** What an editor was told to do with an entity since the mark. */
const toldOf = (role: Role, uuid: Uuid, from = 0) =>
  desk
    .told(role, "apply")
    .slice(from)
    .flatMap(({ ops }) => ops.filter((op) => op.uuid === uuid));

describe.each(["blender", "unity"] as const)("both at once, %s first", (first) => {
  const second = first === "blender" ? "unity" : "blender";

  it("[ENG-36] one cosmetic field: the higher stamp; different fields: both", () => {
    atOnce(first, [set(one, { visible: false })], [set(one, { visible: true, translation: [1, 2, 3] })]);
    expect([value(one, "visible"), value(one, "translation")]).toEqual([true, [1, 2, 3]]);
    expect(desk.state.quarantine.size).toBe(0);
  });

  it("[ENG-36] the same value within its tolerance is no conflict, and neither are two deletions", () => {
    atOnce(first, [set(one, { name: "Same" })], [set(one, { name: "Same" })]);
    atOnce(first, [remove(two)], [remove(two)]);
    expect(desk.state.quarantine.size).toBe(0);
    expect(desk.state.entities.has(two)).toBe(false);
  });

  it("[ENG-36] a move against another parent: the parent counts, the move is put back for everybody", () => {
    atOnce(first, [set(one, { parent: two, translation: [5, 5, 5] })], [set(one, { translation: [9, 9, 9] })]);
    expect([value(one, "parent"), value(one, "translation")]).toEqual([two, [5, 5, 5]]);
    expect(toldOf(second, one).at(-1)).toMatchObject({ fields: { translation: [5, 5, 5] } });
  });

  it("[ENG-36] another parent against a move: the parent counts, and what was final goes back", () => {
    atOnce(first, [set(one, { translation: [9, 9, 9] })], [set(one, { parent: two })]);
    expect([value(one, "parent"), value(one, "translation")]).toEqual([two, [0, 0, 0]]);
    expect(toldOf(first, one).at(-1)).toMatchObject({ fields: { translation: [0, 0, 0] } });
  });

  it("[ENG-36] [ENG-37] two parents: held back with both sides, the last final one stays agreed", () => {
    atOnce(first, [set(one, { parent: two })], [set(one, { parent: three })]);
    expect(value(one, "parent")).toBe(null);
    expect(sidesOf(one)).toMatchObject({
      [first]: { kind: "alive", fields: { parent: two } },
      [second]: { kind: "alive", fields: { parent: three } },
    });
    expect(toldOf(second, one).at(-1)).toMatchObject({ op: "create", fields: { parent: three } });
    expect(toldOf(first, one).some((op) => op.op !== "delete" && op.fields.parent === three)).toBe(false);
  });

  it.each<Choice>(["agreed", first, second])("[ENG-38] two parents, decided for %s: both editors get it", (keep) => {
    atOnce(first, [set(one, { parent: two })], [set(one, { parent: three })]);
    decide(one, keep);
    const chosen = keep === "agreed" ? null : keep === first ? two : three;
    expect(value(one, "parent")).toBe(chosen);
    for (const role of ["blender", "unity"] as const)
      expect(toldOf(role, one).at(-1)).toMatchObject({ fields: { parent: chosen } });
    confirm();
    expect([desk.state.quarantine.size, desk.state.provisional.size]).toEqual([0, 0]);
  });

  it("[ENG-37] what a side goes on doing is kept, goes no further, and what it says again changes nothing", () => {
    atOnce(first, [set(one, { name: "A" })], [set(one, { name: "B" })]);
    const told = desk.told(second, "apply").length;
    desk.change(first, set(one, { name: "A2", visible: false }));
    expect(sidesOf(one)?.[first]).toMatchObject({ fields: { name: "A2", visible: false } });
    expect(desk.told(first, "accepted").at(-1)?.refused).toEqual([]);
    expect(toldOf(second, one, told)).toEqual([]);
    expect(value(one, "name")).toBe("One");
    decide(one, first);
    expect([value(one, "name"), value(one, "visible")]).toEqual(["A2", false]);
  });
});

it("[ENG-37] what the hub changes of it, as where it hangs, is shown to both, above all that they have of it", () => {
  atOnce("blender", [set(child, { name: "A" })], [set(child, { name: "B" })]);
  desk.change("unity", set(child, { visible: false }));
  const stamps = Object.values(sidesOf(child) ?? {}).map(({ stamp }) => stamp);
  desk.change("blender", set(one, { translation: [1, 0, 0] }));
  confirm();
  desk.change("blender", remove(one));
  expect([value(child, "parent"), value(child, "translation")]).toEqual([null, [1, 0, 0]]);
  for (const [role, name] of [["blender", "A"] as const, ["unity", "B"] as const]) {
    const shown = toldOf(role, child).at(-1);
    expect(shown).toMatchObject({ op: "create", fields: { name, parent: null, translation: [1, 0, 0] } });
    expect(shown?.stamp).toBeGreaterThan(Math.max(...stamps));
  }
});

it("[ENG-37] an edit from before its editor was shown something newer is kept as its side, and shown above that", () => {
  atOnce("blender", [set(child, { name: "A" })], [set(child, { name: "B" })]);
  confirm();
  const shown = toldOf("unity", child).at(-1);
  const late = desk.changeOf("unity", [set(child, { name: "C" })]);
  desk.say("unity", { ...late, stamp: stampOf(lamportOf(shown?.stamp ?? 0), "unity") });
  expect(sidesOf(child)?.unity).toMatchObject({ fields: { name: "C" } });
  const again = toldOf("unity", child).at(-1);
  expect(again).toMatchObject({ op: "create", fields: { name: "C" } });
  expect(again?.stamp).toBeGreaterThan(shown?.stamp ?? 0);
  const count = toldOf("unity", child).length;
  desk.change("unity", set(child, { name: "D" }));
  expect([sidesOf(child)?.unity, toldOf("unity", child).length]).toMatchObject([{ fields: { name: "D" } }, count]);
  decide(child, "agreed");
  expect(toldOf("unity", child).at(-1)?.stamp).toBeGreaterThan(again?.stamp ?? 0);
});

it("[ENG-37] an editor that was behind when a conflict came about gets its own version when it is told anything", () => {
  desk.take({ kind: "safe-mode", on: true, reason: "Turned on by you." });
  const four = uuidOf(105);
  desk.change("blender", create(four, { name: "Four" }));
  atOnce("blender", [set(child, { name: "A", visible: false })], [set(child, { name: "B" })]);
  atOnce("blender", [remove(four)], []);
  desk.take({ kind: "safe-mode", on: false, reason: "" });
  expect(toldOf("unity", child).at(-1)).toMatchObject({ op: "create", fields: { name: "B" } });
  expect(toldOf("blender", child).at(-1)).toMatchObject({ op: "create", fields: { name: "A", visible: false } });
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
    atOnce("blender", [set(one, { name: "A" })], [set(one, { name: "B", parent: two })]);
    expect(sidesOf(one)?.unity).toMatchObject({ kind: "alive", fields: { name: "B", parent: two } });
  });

  it("[ENG-37] with an older document: keeps its side, and shows it again", () => {
    const before = sidesOf(one);
    comeBack(listedAs(one, early, { name: "One" }));
    expect(sidesOf(one)).toEqual(before);
    expect(toldOf("unity", one).at(-1)).toMatchObject({ op: "create", fields: { name: "B", parent: two } });
    decide(one, "unity");
    expect([value(one, "name"), value(one, "parent")]).toEqual(["B", two]);
  });

  it("[ENG-37] with a document in which it is not: is shown its own version, below what it hangs from", () => {
    comeBack();
    expect(sidesOf(one)?.unity).toMatchObject({ fields: { name: "B", parent: two } });
    const shown = toldOf("unity", one).filter(({ op }) => op === "create");
    expect(shown.at(-1)).toMatchObject({ fields: { name: "B", parent: two } });
  });

  it("[ENG-37] with a document in which neither it is nor what it hangs from in its version: both come, that first", () => {
    desk.change("unity", set(two, { parent: three }));
    confirm();
    atOnce("blender", [set(two, { name: "C" })], [set(two, { name: "D" })]);
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
    expect(sidesOf(one)?.unity).toMatchObject({ stamp, fields: { name: "C", parent: two } });
    expect(toldOf("unity", one).at(-1)).toMatchObject({ fields: { name: "C", parent: two } });
  });

  it("[ENG-37] showing what it had: nothing is written, neither there nor in the log", () => {
    const stamp = sidesOf(one)?.unity?.stamp ?? 0;
    const claims = desk.recordsOf("claim").length;
    comeBack(listedAs(one, stamp, { name: "B", parent: two }));
    expect(desk.recordsOf("claim").length).toBe(claims);
    expect(toldOf("unity", one)).toEqual([]);
  });

  it("[ENG-37] showing what it had deleted: the deletion stays its side until it is made again", () => {
    desk.change("unity", remove(one));
    const gone = sidesOf(one)?.unity;
    expect(gone).toMatchObject({ kind: "gone" });
    comeBack(listedAs(one, early, { name: "One" }));
    expect(sidesOf(one)?.unity).toEqual(gone);
    comeBack(listedAs(one, stampOf(desk.state.head.lamport + 5, "unity"), { name: "Again" }));
    expect(sidesOf(one)?.unity).toMatchObject({ kind: "alive", fields: { name: "Again" } });
  });
});

describe("a deletion that the other had not seen", () => {
  const cases = [
    ["first", () => atOnce("blender", [remove(child), remove(one)], [set(child, { name: "Mine" })])],
    ["second", () => atOnce("unity", [set(child, { name: "Mine" })], [remove(child), remove(one)])],
  ] as const;

  it.each(cases)("[ENG-36] coming %s, holds its whole closure: nothing is lost, nothing is half gone", (_, happen) => {
    happen();
    expect([...desk.state.quarantine.keys()].sort()).toEqual([one, child].sort());
    expect([sidesOf(one)?.blender?.kind, sidesOf(child)?.blender?.kind]).toEqual(["gone", "gone"]);
    expect(sidesOf(child)?.unity).toMatchObject({ kind: "alive", fields: { name: "Mine" } });
    expect([value(child, "name"), value(child, "parent")]).toEqual(["Child", one]);
  });

  it.each(cases)("[ENG-38] coming %s: keeping it deletes all of it in both editors", (_, happen) => {
    happen();
    decide(child, "blender");
    expect([one, child].map((uuid) => desk.state.entities.has(uuid))).toEqual([false, false]);
    expect(toldOf("unity", one).at(-1)).toMatchObject({ op: "delete" });
    expect(toldOf("unity", child).at(-1)).toMatchObject({ op: "delete" });
    expect(desk.state.quarantine.size).toBe(0);
  });

  it.each(cases)("[ENG-38] coming %s: refusing it brings all of it back where it is missing", (_, happen) => {
    happen();
    decide(one, "unity");
    expect([value(child, "name"), value(child, "parent")]).toEqual(["Mine", one]);
    for (const uuid of [one, child]) expect(toldOf("blender", uuid).some(({ op }) => op === "create")).toBe(true);
  });

  it.each(cases)("[ENG-37] coming %s: nothing new hangs below what an editor lacks", (_, happen) => {
    happen();
    confirm();
    desk.change("unity", create(uuidOf(900), { parent: one }), set(three, { parent: child }));
    confirm();
    expect([value(uuidOf(900), "parent"), value(three, "parent")]).toEqual([null, null]);
    expect(toldOf("unity", three).at(-1)).toMatchObject({ fields: { parent: null } });
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
    confirm();
    desk.change("unity", set(one, { name: "B" }));
    expect([value(one, "name"), desk.state.quarantine.size]).toEqual(["B", 0]);
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
    expect(toldOf("unity", three)).not.toEqual([]);
    desk.say("unity", { ...desk.changeOf("unity", [set(one, { parent: two, name: "B" })]), base: 0 });
    expect([value(one, "name"), desk.state.quarantine.size]).toEqual(["B", 0]);
  });

  it("[ENG-36] what the hub wrote itself: a repair is nobody's side", () => {
    const base = desk.state.head.lsn;
    desk.change("blender", remove(one));
    expect(value(child, "parent")).toBe(null);
    desk.say("unity", { ...desk.changeOf("unity", [set(child, { parent: two })]), base });
    expect([value(child, "parent"), desk.state.quarantine.size]).toEqual([null, 0]);
  });
});

function finalsIn({ provisional }: State) {
  return [...provisional.entries()].flatMap(([uuid, fields]) =>
    (Object.keys(fields) as FieldName[]).map((name) => [uuid, name, fields[name]?.batch, finalOf(fields, name)]),
  );
}

it("[ENG-2] [ENG-37] what is held back is in a checkpoint as it is, whatever of it was agreed", () => {
  atOnce("unity", [set(child, { name: "Mine" })], [remove(child), remove(one)]);
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
    atOnce("blender", [set(one, { name: "A" })], [set(one, { name: "B" })]);
    desk.change("blender", set(two, { name: "Held" }));
    expect([...reviewQueue(desk.state, desk.links).keys()]).toEqual([two]);
    decide(one, "unity");
    for (const role of ["blender", "unity"] as const)
      expect(toldOf(role, one).at(-1)).toMatchObject({ fields: { name: "B" } });
    expect(toldOf("unity", two).some((op) => op.op !== "delete" && op.fields.name === "Held")).toBe(false);
    expect([...reviewQueue(desk.state, desk.links).keys()]).toEqual([two]);
    confirm();
    expect([...desk.state.provisional.keys()]).toEqual([two]);
  });

  it("[ENG-38] a chosen deletion deletes in both, and what hung there moves up only where it is known", () => {
    atOnce("blender", [remove(child), remove(one)], [set(child, { name: "Mine" })]);
    decide(one, "blender");
    for (const uuid of [one, child]) expect(toldOf("unity", uuid).at(-1)).toMatchObject({ op: "delete" });
    expect(reviewQueue(desk.state, desk.links).size).toBe(0);
    confirm();
    desk.take({ kind: "safe-mode", on: false, reason: "" });
    expect([one, child].map((uuid) => desk.state.entities.has(uuid))).toEqual([false, false]);
  });
});
