/**
 * What the demo pair plays: building a small castle together, then living in it.
 *
 * Owns: the script alone. Every step is one thing that a person would do in one of the two editors; chance comes from
 * the caller's seeded source, so that a run can be repeated.
 */
import type { Uuid } from "#shared/ids.ts";
import { turn } from "#shared/math/quaternion.ts";
import type { Fields } from "#shared/scene/fields.ts";
import type { ScriptedEditor } from "./scripted-editor.ts";

/** A number from 0 up to 1. */
export type Chance = () => number;
/** An object to be dragged somewhere, a little every frame. */
export type Drag = { readonly uuid: Uuid; readonly to: readonly number[] };
/** Does its part at once; what takes time is given back. */
export type Step = (editor: ScriptedEditor, chance: Chance) => Drag | null;

const castleName = "Castle";
const guestName = "Guest";
/** Few enough to stay a picture that a person can follow. */
const guestsMax = 6;
const fieldM = 12;

export function isBuilt(editor: ScriptedEditor): boolean {
  return find(editor, castleName) !== undefined;
}

const towers = [
  block("North tower", [2, 6, 2], [5, 3, -5]),
  block("East tower", [2, 6, 2], [5, 3, 5]),
  block("South tower", [2, 6, 2], [-5, 3, 5]),
  block("West tower", [2, 6, 2], [-5, 3, -5]),
];

/** Played once, in turns: the first by Blender, the next by Unity … */
export const building: readonly Step[] = [
  (editor) => {
    const grounds = editor.user.createCollection("Castle grounds");
    return create(editor, { name: castleName, collections: [grounds] });
  },
  block("Keep", [3, 8, 3], [0, 4, 0]),
  ...towers,
  block("North wall", [8, 3, 0.6], [0, 1.5, -5]),
  block("South wall", [8, 3, 0.6], [0, 1.5, 5]),
  (editor) => {
    const rotation = turn([1, 0, 0], -0.9);
    return create(editor, { name: "Sun", type: "light", "light.type": "sun", "light.intensity": 1_500, rotation });
  },
  (editor) => {
    const rotation = turn([0, 1, 0], 0.6);
    return create(editor, { name: "Painter's eye", type: "camera", translation: [12, 6, 16], rotation });
  },
  block("Gate", [2, 2.5, 0.3], [0, 1.25, 5.2]),
  (editor) =>
    create(editor, { name: "Torch", type: "light", translation: [1.5, 2, 5.5], "light.color": [1, 0.6, 0.25] }),
];

/** Played for ever; chance says which. */
export const living: readonly Step[] = [
  (editor, chance) => dragTo(find(editor, "Gate"), [0, 1.25 + 2.5 * Math.round(chance()), 5.2]),
  (editor, chance) => dragTo(find(editor, "Painter's eye"), [12 - 8 * chance(), 5 + 3 * chance(), 16]),
  (editor, chance) => set(editor, "Torch", { "light.intensity": 30 + 60 * chance() }),
  (editor, chance) => set(editor, "Keep", { visible: chance() < 0.7 }),
  (editor, chance) => set(editor, "Sun", { rotation: turn([1, 0, 0], -0.4 - chance()) }),
  inviteGuest,
  (editor, chance) => {
    const guests = guestsOf(editor);
    return dragTo(guests[Math.floor(chance() * guests.length)], somewhere(chance));
  },
  (editor) => {
    const guests = guestsOf(editor);
    const leaving = guests.length > 1 ? guests.at(-1) : undefined;
    if (leaving) editor.user.delete(leaving);
    return null;
  },
];

function block(name: string, size: readonly number[], translation: readonly number[]): Step {
  return (editor) => {
    const data = editor.user.createMesh(`${name} mesh`, size);
    return create(editor, { name, type: "mesh", data, parent: find(editor, castleName) ?? null, translation });
  };
}

function create(editor: ScriptedEditor, fields: Fields): null {
  editor.user.createObject(fields);
  return null;
}

function set(editor: ScriptedEditor, name: string, fields: Fields): null {
  const uuid = find(editor, name);
  if (uuid) editor.user.set(uuid, fields);
  return null;
}

function dragTo(uuid: Uuid | undefined, to: readonly number[]): Drag | null {
  return uuid === undefined ? null : { uuid, to };
}

function inviteGuest(editor: ScriptedEditor, chance: Chance): null {
  const guests = guestsOf(editor);
  const first = guests[0];
  if (guests.length >= guestsMax) return null;
  const fields = { name: `${guestName} ${guests.length + 1}`, translation: somewhere(chance) };
  if (first === undefined) return create(editor, fields);
  editor.user.set(editor.user.duplicate(first), fields);
  return null;
}

function somewhere(chance: Chance): number[] {
  return [fieldM * (chance() - 0.5), 0, fieldM * (chance() + 0.7)];
}

function guestsOf({ model: { scene } }: ScriptedEditor): Uuid[] {
  return scene.uuids().filter((uuid) => String(scene.nativeOf(uuid)?.name ?? "").startsWith(guestName));
}

function find({ model: { scene } }: ScriptedEditor, name: string): Uuid | undefined {
  return scene.uuids().find((uuid) => scene.kindOf(uuid) === "object" && scene.nativeOf(uuid)?.name === name);
}
