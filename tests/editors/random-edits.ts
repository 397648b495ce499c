/** A seeded artist on each side: what they do, and only what a person could do in that editor. */
import { Dice } from "#tests/sim/random.ts";
import type { Studio } from "./studio.ts";

export type RandomEdits = { readonly seed: number; readonly edits: number };

export async function editAtRandom(studio: Studio, { seed, edits }: RandomEdits): Promise<void> {
  const dice = new Dice(seed);
  const half = Math.ceil(edits / 2);
  await Promise.all([
    blenderArtist(studio, new Dice(dice.below(1e9)), half),
    unityArtist(studio, new Dice(dice.below(1e9)), half),
  ]);
}

async function blenderArtist(studio: Studio, dice: Dice, edits: number): Promise<void> {
  for (let index = 0; index < edits; index += 1) {
    const command = blenderCommand(dice, await objectsIn(studio, "blender"));
    await studio.blender.do(command).catch(unlessGone);
  }
}

async function unityArtist(studio: Studio, dice: Dice, edits: number): Promise<void> {
  for (let index = 0; index < edits; index += 1) {
    const command = unityCommand(dice, await objectsIn(studio, "unity"));
    await studio.unity.do(command).catch(unlessGone);
  }
}

/** The other artist may have deleted it between looking and doing: then nothing was done. */
function unlessGone(error: Error): void {
  if (!/no object|There is no object|not in collection|Cannot|loop/i.test(error.message)) throw error;
}

async function objectsIn(studio: Studio, side: "blender" | "unity"): Promise<string[]> {
  const scene = side === "blender" ? await studio.blenderScene() : await studio.unityScene();
  return [...scene].filter(([, fields]) => fields["translation"] !== undefined).map(([uuid]) => uuid);
}

function blenderCommand(dice: Dice, objects: readonly string[]): { do: string; [member: string]: unknown } {
  const object = dice.pick(objects);
  const roll = dice.next();
  const place = [offset(dice), offset(dice), offset(dice)];
  if (object === undefined || roll < 0.2) {
    const type = dice.pick(["empty", "cube", "camera", "point", "spot"]);
    return { do: "create", type, name: `B${dice.below(1_000)}`, location: place };
  }
  if (roll < 0.5) return { do: "move", object, by: place };
  if (roll < 0.6) return { do: "rename", object, name: `Renamed ${dice.below(1_000)}` };
  if (roll < 0.7) return { do: dice.chance(0.5) ? "hide" : "show", object };
  if (roll < 0.8) return { do: "parent", object, to: dice.chance(0.3) ? null : (dice.pick(objects) ?? null) };
  if (roll < 0.87) return { do: dice.chance(0.5) ? "duplicate" : "linked-duplicate", object, by: place };
  if (roll < 0.94) return { do: "delete", object };
  return { do: dice.chance(0.6) ? "undo" : "redo" };
}

function unityCommand(dice: Dice, objects: readonly string[]): { do: string; [member: string]: unknown } {
  const object = dice.pick(objects);
  const roll = dice.next();
  const by = [offset(dice), offset(dice), offset(dice)];
  if (object === undefined || roll < 0.2) {
    const parent = dice.chance(0.3) ? (object ?? null) : null;
    return {
      do: "create",
      type: dice.pick(["empty", "camera", "light"]),
      name: `U${dice.below(1_000)}`,
      parent,
      translation: by,
    };
  }
  if (roll < 0.5) return { do: "move", object, by };
  if (roll < 0.6) return { do: "rename", object, name: `Named ${dice.below(1_000)}` };
  if (roll < 0.7) return { do: "toggle", object, visible: dice.chance(0.5) };
  if (roll < 0.8) return { do: "parent", object, parent: dice.chance(0.3) ? null : (dice.pick(objects) ?? null) };
  if (roll < 0.87) return { do: "duplicate", object };
  if (roll < 0.94) return { do: "delete", object };
  return { do: dice.chance(0.6) ? "undo" : "redo" };
}

function offset(dice: Dice): number {
  return Math.round((dice.next() - 0.5) * 400) / 100;
}
