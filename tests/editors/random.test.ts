import { strict as assert } from "node:assert";
import { afterAll, beforeAll, describe, it } from "vitest";
import { editAtRandom } from "./random-edits.ts";
import { expectEditorsEqual, Studio } from "./studio.ts";

/** SEED=n runs that one alone. */
const onlySeed = process.env.SEED === undefined ? null : Number(process.env.SEED);
const seeds = onlySeed === null ? Array.from({ length: 20 }, (_, index) => 501 + index) : [onlySeed];
const editsPerSeed = 200;

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
});

afterAll(async () => {
  await studio?.close();
});

describe("two artists at once", () => {
  for (const seed of seeds) {
    it(`[ENG-7] agree after ${editsPerSeed} edits, seed ${seed}`, async () => {
      await editAtRandom(studio, { seed, edits: editsPerSeed });
      const scene = await expectEditorsEqual(studio);
      for (const [uuid, { parent }] of scene)
        assert(parent == null || scene.has(parent as string), `${uuid} has a parent`);
      const status = await studio.status();
      assert.equal(status.verdict, "live", await studio.report());
      await clear();
    });
  }
});

/** An empty scene for the next seed. */
async function clear(): Promise<void> {
  for (const [uuid, fields] of await studio.unityScene()) {
    if (fields["translation"] !== undefined)
      await studio.unity.do({ do: "delete", object: uuid }).catch(() => undefined);
  }
  await studio.settled();
}
