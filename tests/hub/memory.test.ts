/** The operational memory with real hub, sockets and disk: a crash is remembered, shown, and forgotten for good. */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { ask, failuresOf, modeIs, must, timelineOf } from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;

beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  blender = live.start("blender");
  unity = live.start("unity");
  await linked(blender, unity);
});
afterEach(() => live.end());

/** The project as a power cut would leave it now: the hub goes on with that. */
async function crash(): Promise<void> {
  const folder = path.join(live.projectFolder, ".vibesync");
  const image = `${live.projectFolder}-image`;
  fs.cpSync(folder, image, { recursive: true });
  await live.close();
  fs.rmSync(folder, { recursive: true });
  fs.renameSync(image, folder);
  await live.open();
}

const crashes = async () => (await failuresOf(live.hub)).filter(({ code }) => code === "E_CRASHED");

it("[ENG-44] [ENG-45] a crash is remembered over restarts until it is forgotten, and then over restarts, too", async () => {
  blender.user.createObject({ name: "One" });
  await agree(blender, unity);
  await crash();
  expect(await crashes()).toMatchObject([{ count: 1, operation: "crash", uuid: null, consequence: "none" }]);
  await linked(blender, unity);
  await modeIs(live.hub, "live");
  await live.close();
  await live.open();
  const [row] = await crashes();
  expect(row).toMatchObject({ count: 1 });
  if (!row) return;
  const { operation, code, uuid, role } = row;
  must(await ask(live.hub, "forget", { operation, code, uuid, role }));
  expect(await crashes()).toEqual([]);
  expect((await timelineOf(live.hub, ["mode"])).map(({ summary }) => summary).join()).toContain(
    "You had this forgotten",
  );
  await live.close();
  await live.open();
  expect(await crashes()).toEqual([]);
});
