/**
 * What an artist does in a real Blender, one kind of edit a test, as seen in the Unity package on Mono. One studio
 * serves all: the scene grows, as it does in a day of work.
 */
import { strict as assert } from "node:assert";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectEditorsEqual, type Scene, Studio } from "./studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
});

afterAll(async () => {
  await studio?.close();
});

function named(scene: Scene, name: string): string {
  const found = [...scene].filter(([, fields]) => fields["name"] === name);
  assert.equal(found.length, 1, `there is one ${name}`);
  return found[0]?.[0] as string;
}

const blender = (command: Parameters<Studio["blender"]["do"]>[0]) => studio.blender.do(command);

describe("an artist in Blender", () => {
  it("creates objects of every type, and Unity has them", async () => {
    await blender({ do: "create", type: "empty", name: "Root", location: [1, 2, 3] });
    await blender({ do: "create", type: "cube", name: "Tower", location: [0, 0, 5] });
    await blender({ do: "create", type: "camera", name: "Camera", location: [7, -7, 5] });
    for (const type of ["point", "spot", "sun", "area"]) await blender({ do: "create", type, name: type });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Root"))?.["type"], "empty");
    assert.deepEqual(scene.get(named(scene, "Root"))?.["translation"], [1, 3, -2]);
  });

  it("moves, turns and scales, also mirrored", async () => {
    await blender({ do: "move", object: "Tower", by: [1, 2, 3] });
    await blender({ do: "set", object: "Tower", values: { rotation_euler: [0.5, 0.7, 0.9], scale: [1, -2, 0.5] } });
    await expectEditorsEqual(studio);
  });

  it("parents, keeping the place and not", async () => {
    await blender({ do: "parent", object: "Tower", to: "Root" });
    await blender({ do: "parent", object: "Camera", to: "Tower", keep: false });
    await blender({ do: "parent", object: "spot", to: "Camera", keep: false });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Tower"))?.["parent"], named(scene, "Root"));
    await blender({ do: "parent", object: "Tower", to: null });
    await expectEditorsEqual(studio);
  });

  it("renames, and identity stays", async () => {
    const before = named(await studio.blenderScene(), "Tower");
    await blender({ do: "rename", object: "Tower", name: "Gate" });
    const scene = await expectEditorsEqual(studio);
    assert.equal(named(scene, "Gate"), before);
  });

  it("hides and shows, by both switches", async () => {
    await blender({ do: "hide", object: "Gate" });
    await blender({ do: "disable", object: "sun" });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Gate"))?.["visible"], false);
    await blender({ do: "show", object: "Gate" });
    await blender({ do: "show", object: "sun" });
    await expectEditorsEqual(studio);
  });

  it("[WIRE-21] duplicates, linked and not, with identities of their own", async () => {
    await blender({ do: "duplicate", object: "Gate", name: "Gate copy", by: [3, 0, 0] });
    await blender({ do: "linked-duplicate", object: "Gate", name: "Gate twin", by: [6, 0, 0] });
    const scene = await expectEditorsEqual(studio);
    const data = (name: string) => scene.get(named(scene, name))?.["data"];
    assert.equal(data("Gate twin"), data("Gate"));
    assert.notEqual(data("Gate copy"), data("Gate"));
  });

  it("sorts objects into collections", async () => {
    await blender({ do: "collection-create", name: "Props" });
    await blender({ do: "collection-move", object: "Gate copy", collection: "Props" });
    await expectEditorsEqual(studio);
  });

  it("changes a camera's lens and a light's strength", async () => {
    await blender({ do: "set", object: "Camera", values: { "data.lens": 85 } });
    await blender({ do: "set", object: "point", values: { "data.energy": 250, "data.color": [1, 0.5, 0.25] } });
    await blender({ do: "set", object: "spot", values: { "data.spot_size": 0.9, "data.spot_blend": 0.3 } });
    await expectEditorsEqual(studio);
  });

  it("deletes a parent, and its children stay", async () => {
    await blender({ do: "parent", object: "Gate twin", to: "Root" });
    await blender({ do: "delete", object: "Root" });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Gate twin"))?.["parent"], null);
  });

  it("undoes and redoes, and identity comes back", async () => {
    const before = named(await studio.blenderScene(), "Gate copy");
    await blender({ do: "delete", object: "Gate copy" });
    await expectEditorsEqual(studio);
    await blender({ do: "undo" });
    assert.equal(named(await expectEditorsEqual(studio), "Gate copy"), before);
    await blender({ do: "redo" });
    assert(![...(await expectEditorsEqual(studio)).values()].some((fields) => fields["name"] === "Gate copy"));
  });

  it("[WIRE-18] is not answered with echoes", async () => {
    await expectEditorsEqual(studio);
    await studio.expectQuiet();
  });
});
