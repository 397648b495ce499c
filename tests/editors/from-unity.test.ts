/**
 * What an artist does in the Unity package on Mono, as seen in a real Blender: every edit, undo, domain reload in
 * mid-stream, play mode, prefab instance, and an object held in the hand.
 */
import { strict as assert } from "node:assert";
import { afterAll, beforeAll, describe, it } from "vitest";
import { expectEditorsEqual, pause, type Scene, Studio } from "./studio.ts";

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

const unity = <Result = unknown>(command: Parameters<Studio["unity"]["do"]>[0]) => studio.unity.do<Result>(command);

describe("an artist in Unity", () => {
  it("creates, and Blender has it", async () => {
    await unity({ do: "create", name: "Yard", type: "empty", translation: [1, 2, 3] });
    await unity({ do: "create", name: "Eye", type: "camera", translation: [0, 2, 8] });
    await unity({ do: "create", name: "Lamp", type: "light", translation: [0, 4, 0] });
    await unity({ do: "create", name: "Well", type: "empty", parent: "Yard", translation: [1, 0, 0] });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Well"))?.["parent"], named(scene, "Yard"));
  });

  it("moves, renames, toggles and reparents", async () => {
    await unity({ do: "move", object: "Well", by: [0, 1, 0] });
    await unity({ do: "rename", object: "Well", name: "Fountain" });
    await unity({ do: "toggle", object: "Fountain", visible: false });
    await unity({ do: "parent", object: "Lamp", parent: "Eye" });
    const scene = await expectEditorsEqual(studio);
    assert.equal(scene.get(named(scene, "Fountain"))?.["visible"], false);
    await unity({ do: "parent", object: "Lamp", parent: null });
    await expectEditorsEqual(studio);
  });

  it("[WIRE-21] duplicates a hierarchy", async () => {
    const before = (await studio.hubScene()).size;
    await unity({ do: "duplicate", object: "Yard" });
    await expectEditorsEqual(studio);
    assert.equal((await studio.hubScene()).size, before + 2);
  });

  it("[WIRE-19] deletes with everything below, and undoes and redoes it", async () => {
    const [before, fountain] = [...(await studio.unityScene())].find(([, { name }]) => name === "Fountain") ?? [];
    assert(before);
    const count = (await studio.hubScene()).size;
    await unity({ do: "delete", object: fountain?.["parent"] });
    await expectEditorsEqual(studio);
    assert.equal((await studio.hubScene()).size, count - 2);
    await unity({ do: "undo" });
    const scene = await expectEditorsEqual(studio);
    assert.equal((await studio.hubScene()).size, count);
    assert(scene.has(before));
    await unity({ do: "redo" });
    await expectEditorsEqual(studio);
    assert.equal((await studio.hubScene()).size, count - 2);
    await unity({ do: "undo" });
    await expectEditorsEqual(studio);
  });

  it("moves by script, without Undo", async () => {
    await unity({ do: "script", object: "Lamp", translation: [5, 5, 5] });
    await pause(1_500);
    const scene = await expectEditorsEqual(studio);
    assert.deepEqual(scene.get(named(scene, "Lamp"))?.["translation"], [5, 5, 5]);
  });

  it("[WIRE-16] goes through a domain reload in mid-stream", async () => {
    for (let step = 0; step < 10; step += 1) {
      await unity({ do: "move", object: "Lamp", by: [0.5, 0, 0] });
      if (step === 4) await unity({ do: "reload" });
      await studio.blender.do({ do: "create", type: "empty", name: `During reload ${step}` });
    }
    const scene = await expectEditorsEqual(studio);
    assert.deepEqual(scene.get(named(scene, "Lamp"))?.["translation"], [10, 5, 5]);
  });

  it("[WIRE-28] plays, and what came meanwhile is there afterwards", async () => {
    await unity({ do: "play" });
    await studio.blender.do({ do: "create", type: "empty", name: "While playing" });
    await pause(500);
    await unity({ do: "stop" });
    const scene = await expectEditorsEqual(studio);
    named(scene, "While playing");
  });

  it("makes a prefab and an instance with an identity of its own", async () => {
    const path = await unity<string>({ do: "prefab", object: "Fountain" });
    await unity({ do: "instantiate", path });
    const scene = await expectEditorsEqual(studio);
    assert.equal([...scene.values()].filter((fields) => fields["name"] === "Fountain").length >= 2, true);
  });

  it("[WIRE-24] holds an object while Blender moves it", async () => {
    await unity({ do: "hold", object: "Lamp" });
    await studio.blender.do({ do: "move", object: "Lamp", by: [0, 0, 2] });
    await pause(1_000);
    const held = (await studio.unityScene()).get(named(await studio.unityScene(), "Lamp"));
    assert.deepEqual(held?.["translation"], [10, 5, 5]);
    await unity({ do: "release" });
    const scene = await expectEditorsEqual(studio);
    assert.deepEqual(scene.get(named(scene, "Lamp"))?.["translation"], [10, 7, 5]);
  });

  it("[WIRE-18] is not answered with echoes", async () => {
    await expectEditorsEqual(studio);
    await studio.expectQuiet();
  });
});
