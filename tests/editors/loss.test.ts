/** An object that crashes Blender whenever it comes there: it costs the artist two crashes, not his evening. */
import { strict as assert } from "node:assert";
import path from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { expectEditorsEqual, pause, Studio } from "./studio.ts";

const file = () => path.join(studio.folder, "castle.blend");
const waitMsMax = 30_000;

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
  await studio.unity.do({ do: "create", type: "empty", name: "Bystander" });
  await studio.save(file());
});

afterAll(async () => {
  await studio?.close();
});

async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
  for (let waited = 0; waited < waitMsMax; waited += 100) {
    if (await isSo()) return;
    await pause(100);
  }
  assert.fail(`${what}: not within ${waitMsMax} ms\n${await studio.report()}`);
}

const namesInBlender = async () => [...(await studio.blenderScene()).values()].map((fields) => fields["name"]);

it("[ENG-44] what kills Blender is held back after the second time; all else goes on, and a person lets it in again", async () => {
  await studio.blender.end();
  await studio.startBlender(file(), "Boom");
  await studio.settled();
  await studio.unity.do({ do: "create", type: "empty", name: "Boom" });
  await studio.blender.gone();
  await studio.startBlender(file(), "Boom");
  await studio.blender.gone();

  await studio.startBlender(file(), "Boom");
  await until("Boom is held back", async () => (await studio.ask("conflicts", null)).rows.length > 0);
  const { rows } = await studio.ask("conflicts", null);
  expect(rows).toMatchObject([{ name: "Boom", code: "E_EDITOR_LOST" }]);
  const { rows: failures } = await studio.ask("failures", null);
  expect(failures.find(({ code, uuid }) => code === "E_EDITOR_LOST" && uuid === null)).toMatchObject({ count: 2 });
  await studio.unity.do({ do: "rename", object: "Bystander", name: "Untouched" });
  await until("the other object's edit arrives", async () => (await namesInBlender()).includes("Untouched"));

  // A Blender that can bear it, and a person who says so.
  await studio.blender.end();
  await studio.startBlender(file());
  await studio.ask("release", { uuids: rows.map(({ uuid }) => uuid), keep: "agreed" });
  await expectEditorsEqual(studio);
  expect((await namesInBlender()).sort()).toEqual(["Boom", "Untouched"]);
});
