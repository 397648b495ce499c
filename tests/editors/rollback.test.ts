/**
 * One click back to a snapshot with a real Blender and the Unity package live, and Undo brings everything back.
 */
import { strict as assert } from "node:assert";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectEditorsEqual, expectFields, type Scene, Studio } from "./studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
});

afterAll(async () => {
  await studio?.close();
});

/** What both editors show, after they came to rest. */
async function shown(): Promise<Scene> {
  return new Map([...(await expectEditorsEqual(studio))].filter(([, fields]) => fields["translation"] !== undefined));
}

function expectScene(found: Scene, wanted: Scene): void {
  assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
  for (const [uuid, fields] of wanted) expectFields(uuid, found.get(uuid) ?? {}, fields);
}

describe("rolling back", () => {
  it("brings both editors back to the snapshot, and Undo forward again", async () => {
    await studio.blender.do({ do: "create", type: "cube", name: "Tower", location: [0, 0, 5] });
    await studio.unity.do({ do: "create", name: "Yard", type: "empty", translation: [1, 2, 3] });
    await studio.blender.do({ do: "create", type: "camera", name: "Eye", location: [7, -7, 5] });
    const then = await shown();
    const { oid } = await studio.ask("snapshot-take", { label: "Good" });

    await studio.blender.do({ do: "move", object: "Tower", by: [3, 0, 0] });
    await studio.unity.do({ do: "delete", object: "Yard" });
    await studio.blender.do({ do: "create", type: "empty", name: "Mistake" });
    const now = await shown();

    const preview = await studio.ask("snapshot-preview", { oid });
    assert.deepEqual(preview.counts, { comeBack: 1, goAway: 1, change: 1 });
    const { undo } = await studio.ask("snapshot-rollback", { oid });
    expectScene(await shown(), then);
    await studio.ask("snapshot-rollback", { oid: undo });
    expectScene(await shown(), now);
    await studio.expectQuiet();
  });
});
