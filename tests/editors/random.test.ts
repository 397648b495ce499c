/**
 * Twenty pairs of seeded artists, two hundred edits each, in a real Blender and the Unity package at once: both
 * scenes and the hub end up the same, without orphans, without a duplicate; of what they did to one thing at once, a
 * person decides.
 */
import { strict as assert } from "node:assert";
import { describe, it, onTestFinished } from "vitest";
import { editAtRandom } from "./random-edits.ts";
import { expectEditorsEqual, Studio } from "./studio.ts";

/** SEED=n runs that one alone. */
const onlySeed = process.env.SEED === undefined ? null : Number(process.env.SEED);
const seeds = onlySeed === null ? Array.from({ length: 20 }, (_, index) => 501 + index) : [onlySeed];
const editsPerSeed = 200;

describe("two artists at once", () => {
  for (const seed of seeds) {
    it(`[ENG-7] agree after ${editsPerSeed} edits, seed ${seed}`, async () => {
      const studio = await Studio.open();
      onTestFinished(() => studio.close());
      studio.person = () => studio.decideAll();
      await editAtRandom(studio, { seed, edits: editsPerSeed });
      const scene = await expectEditorsEqual(studio);
      for (const [uuid, { parent }] of scene)
        assert(parent == null || scene.has(parent as string), `${uuid} has a parent`);
      const status = await studio.status();
      assert.equal(status.verdict, "live", await studio.report());
    });
  }
});
