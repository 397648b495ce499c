/**
 * R23: the laws of merging, over random work of two people who saw nothing of each other: it does not matter in which
 * order their changes arrive, how they are grouped, or whether they come twice.
 */

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Record, RecordOf } from "#electron/core/record.ts";
import { type Entity, fieldOf, registersOf } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { longTestMs, scaled } from "#tests/hostile/scale.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const uuids = [1, 2, 3, 4, 5].map(uuidOf);
/** The last two hang below the first. */
const [top] = uuids as [Uuid];
const children = uuids.slice(3);

type Change = UpMessageOf<"change">;

const fields = fc.oneof(
  fc.record({ translation: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.constant(0), fc.constant(0)) }),
  fc.record({ visible: fc.boolean() }),
  fc.record({ name: fc.constantFrom("A", "B") }),
  fc.record({ parent: fc.constantFrom(null, ...uuids) }),
) as fc.Arbitrary<Fields>;
const edit = fc.oneof(
  { weight: 6, arbitrary: fc.record({ uuid: fc.constantFrom(...uuids), fields }) },
  { weight: 1, arbitrary: fc.record({ uuid: fc.constantFrom(...uuids), fields: fc.constant(null) }) },
);
/** Null fields: it is deleted, with what hangs below it. */
type Edit = { readonly uuid: Uuid; readonly fields: Fields | null };
type Work = { readonly [Name in Role]: readonly Edit[] };
const work = fc.record({
  blender: fc.array(edit, { maxLength: 4 }),
  unity: fc.array(edit, { maxLength: 4 }),
}) as fc.Arbitrary<Work>;
/** Whose change comes next. */
const order = fc.array(fc.constantFrom<Role>(...roles), { minLength: 8, maxLength: 8 });

/** What an editor says of its user's edits, each under a number and a stamp of its own; the user sees his own scene. */
function changesOf(role: Role, edits: readonly Edit[], base: number): Change[] {
  const parents = new Map<Uuid, Uuid | null>(uuids.map((uuid) => [uuid, children.includes(uuid) ? top : null]));
  const below = (uuid: Uuid): Uuid[] => {
    const own = [...parents].filter(([, parent]) => parent === uuid).map(([child]) => child);
    return [...own.flatMap(below), uuid];
  };
  const shown = new Map<string, unknown>(uuids.map((uuid) => [`${uuid} visible`, true]));
  const changes: Change[] = [];
  for (const { uuid, fields: values } of edits) {
    const parent = values?.parent as Uuid | null | undefined;
    const [name] = Object.keys(values ?? {});
    const before = name === "parent" ? parents.get(uuid) : shown.get(`${uuid} ${name}`);
    // What changes nothing is not said ([WIRE-18]).
    if (name !== undefined && isSameValue(name as FieldName, before as FieldValue, values?.[name as FieldName]))
      continue;
    shown.set(`${uuid} ${name}`, values?.[name as FieldName]);
    if (!parents.has(uuid) || (parent && (!parents.has(parent) || below(uuid).includes(parent)))) continue;
    const ops: Operation[] = values
      ? [{ op: "set", uuid, fields: values }]
      : below(uuid).map((each) => ({ op: "delete", uuid: each }));
    if (parent !== undefined) parents.set(uuid, parent);
    if (values === null) for (const { uuid: gone } of ops) parents.delete(gone);
    // Blender has made the scene with its first change.
    const seq = changes.length + (role === "blender" ? 2 : 1);
    const stamp = stampOf(1_000 + seq, role);
    changes.push({ kind: "change", epoch: 1, seq, stamp, base, ops });
  }
  return changes;
}

/** Two editors with one scene, of which neither hears anything from now on: the link is paused. */
function paused(): Desk {
  const desk = new Desk();
  desk.boot();
  for (const role of roles) desk.link(role);
  const made = uuids.map((uuid): Operation => {
    const parent = children.includes(uuid) ? top : null;
    return { op: "create", uuid, kind: "object", fields: objectFields({ name: uuid.slice(-2), parent }) };
  });
  desk.change("blender", ...made);
  for (const role of roles) desk.verify(role);
  desk.take({ kind: "pause", paused: true });
  return desk;
}

/** The desk after all of it has arrived, in this order; `twice`: every message came again. */
function deskAfter({ blender, unity }: Work, turns: readonly Role[], twice = false) {
  const desk = paused();
  const base = desk.state.head.lsn;
  const waiting = { blender: changesOf("blender", blender, base), unity: changesOf("unity", unity, base) };
  for (const role of [...turns, ...Array<Role>(8).fill("blender"), ...Array<Role>(8).fill("unity")]) {
    const change = waiting[role].shift();
    if (!change) continue;
    desk.say(role, change);
    if (twice) desk.say(role, change);
  }
  expect(waiting).toEqual({ blender: [], unity: [] });
  return desk;
}

/** What is there, what is held back, and what the hub had to move or to put back. */
function outcome({ state, records }: Desk) {
  const held = [...state.quarantine.keys()].sort();
  const living = [...state.entities.keys()].filter((uuid) => !state.quarantine.has(uuid)).sort();
  const moved = new Set(records.flatMap((record) => (isRepair(record) ? record.ops.map(({ uuid }) => uuid) : [])));
  return { held, living, moved, state };
}

function isRepair(record: Record): record is RecordOf<"edit"> {
  return record.type === "edit" && (record.reason === "repair" || record.reason === "revoke");
}

/** Of what the hub moved or put back, its word stands against later ones that had not heard it. */
function expectSame(one: ReturnType<typeof outcome>, other: ReturnType<typeof outcome>): void {
  expect(one.held).toEqual(other.held);
  expect(one.living).toEqual(other.living);
  for (const uuid of one.living) {
    if (one.moved.has(uuid) || other.moved.has(uuid)) continue;
    const [mine, theirs] = [one, other].map(({ state }) => state.entities.get(uuid) as Entity) as [Entity, Entity];
    for (const [name, { value }] of registersOf(mine))
      expect(isSameValue(name, value, fieldOf(theirs, name)), `${name} of ${uuid}`).toBe(true);
  }
}

/** Whoever closes a circle first has closed it: the other is refused, and that is a matter of order. */
function isCircular({ records }: Desk): boolean {
  return records.some((record) => record.type === "fault" && record.code === "E_CYCLE");
}

/** Who does by chance what the other does agrees with him, and it matters when. */
function isCoincidence({ blender, unity }: Work): boolean {
  const doneIn = (changes: readonly Change[]) =>
    changes.flatMap(({ ops }) => ops.map((op) => JSON.stringify([op.uuid, op.op === "delete" ? null : op.fields])));
  const done = new Set(doneIn(changesOf("blender", blender, 0)));
  return doneIn(changesOf("unity", unity, 0)).some((one) => done.has(one));
}

const runs = { numRuns: scaled(400, 100_000) };

describe("R23: merging", { timeout: longTestMs }, () => {
  it("[ENG-36] [WIRE-9] any order of arrival gives the same scene, and holds the same things back", () => {
    fc.assert(
      fc.property(work, order, order, (edits, first, second) => {
        fc.pre(!isCoincidence(edits));
        const [one, other] = [deskAfter(edits, first), deskAfter(edits, second)];
        fc.pre(!isCircular(one) && !isCircular(other));
        expectSame(outcome(one), outcome(other));
      }),
      runs,
    );
  });

  it("[WIRE-10] what comes twice counts once", () => {
    fc.assert(
      fc.property(work, order, (edits, turns) => {
        const [once, twice] = [deskAfter(edits, turns), deskAfter(edits, turns, true)];
        expectSame(outcome(once), outcome(twice));
        expect(twice.records).toEqual(once.records);
      }),
      runs,
    );
  });
});
