/**
 * An artist with one pair of hands and both editors open never meets a conflict: she goes on in the other editor as
 * soon as it shows what she did, whatever the hub still has to verify, to repair or to move by itself.
 */
import { expect, it } from "vitest";
import { checkInvariants } from "./invariants.ts";
import { editRandomly, settle } from "./script.ts";
import { type SimEditor, World } from "./world.ts";

/** All that was said reaches whom it was meant for; nothing is waited for. */
function arrive(world: World): void {
  for (const editor of world.editors) world.capture(editor);
  for (let round = 0; round < 4; round += 1) {
    for (const editor of world.editors) world.deliverUp(editor, 50);
    world.flush();
    for (const editor of world.editors)
      for (let count = editor.down.length; count > 0; count -= 1) world.deliverDown(editor);
  }
}

function work(seed: number): World {
  const world = new World(seed);
  for (const editor of world.editors) world.connect(editor);
  arrive(world);
  for (let step = 0; step < 200; step += 1) {
    const editor = world.dice.pick(world.editors) as SimEditor;
    for (let edits = 1 + world.dice.below(3); edits > 0; edits -= 1) editRandomly(world, editor);
    for (const { model, up } of world.editors) up.push(...model.release());
    arrive(world);
    if (world.dice.chance(0.5)) world.tick(world.dice.below(400));
  }
  return world;
}

it("[ENG-36] [WIRE-35] one pair of hands in two editors meets no conflict, however fast", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const world = work(seed);
    expect(world.records.filter(({ type }) => type === "hold" || type === "quarantine")).toEqual([]);
    settle(world);
    checkInvariants(world);
  }
}, 120_000);
