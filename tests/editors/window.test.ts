/**
 * An artist at a real Blender window: real keys and a real mouse (xdotool on a screen of its own), the real hub, and
 * the Unity package at the other end. Each step waits until both scenes are the same.
 */
import { strict as assert } from "node:assert";
import { execFileSync } from "node:child_process";
import path from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { isSameValue } from "#shared/math/epsilon.ts";
import { type Described, expectEditorsEqual, pause, Studio } from "./studio.ts";

const hasScreen = process.env.DISPLAY !== undefined && process.env.VIBESYNC_BLENDER_PYTHON === undefined;
const stepMs = 300;

let studio: Studio;
let view: { readonly x: number; readonly y: number };

beforeAll(async () => {
  if (!hasScreen) return;
  studio = await Studio.open({ isWindowed: true });
  await studio.blender.do({ do: "new", empty: false });
  view = await studio.blender.do({ do: "prepare-window" });
  await expectEditorsEqual(studio);
});

afterAll(async () => {
  await studio?.close();
});

function press(...words: string[]): void {
  execFileSync("xdotool", words, { timeout: 20_000 });
}

/** One key, with the mouse over the 3D view. */
async function key(name: string): Promise<void> {
  press("mousemove", String(view.x), String(view.y), "key", name);
  await pause(stepMs);
}

async function click(): Promise<void> {
  press("click", "1");
  await pause(stepMs);
}

/** Grabs with G and moves the mouse; the tool stays open. */
async function drag(): Promise<void> {
  await key("g");
  for (let step = 1; step <= 4; step += 1) {
    press("mousemove", String(view.x + 12 * step), String(view.y));
    await pause(stepMs / 2);
  }
}

/** A software-drawn window takes its time: waits until both editors agree and the object is as expected. */
async function eventually(
  name: string,
  isTrue: (found: readonly [string, Described] | undefined) => boolean,
): Promise<void> {
  let found = await object(name);
  for (let tries = 0; tries < 10 && !isTrue(found); tries += 1) {
    await pause(stepMs);
    found = await object(name);
  }
  assert(isTrue(found), `${name} is ${JSON.stringify(found)}`);
}

function isAt(place: unknown): (found: readonly [string, Described] | undefined) => boolean {
  return (found) => isSameValue("translation", found?.[1]["translation"], place as number[]);
}

/** What a key did may arrive between two looks: then it is looked once more. */
async function object(name: string): Promise<readonly [string, Described] | undefined> {
  const scene = await expectEditorsEqual(studio).catch(async () => {
    await pause(1_000);
    return await expectEditorsEqual(studio);
  });
  return [...scene].find(([, fields]) => fields["name"] === name && fields["translation"] !== undefined);
}

describe.skipIf(!hasScreen)("an artist at Blender's window", () => {
  it("drags with G, and takes it back with Ctrl Z", async () => {
    const [cube] = (await object("Cube")) ?? [];
    await drag();
    await click();
    await eventually("Cube", (found) => !isAt([0, 0, 0])(found));
    const moved = (await object("Cube"))?.[1]["translation"];
    await key("ctrl+z");
    await eventually("Cube", isAt([0, 0, 0]));
    await key("ctrl+shift+z");
    await eventually("Cube", isAt(moved));
    assert.equal((await object("Cube"))?.[0], cube);
  });

  it("[WIRE-24] keeps what is dragged from being written by the other editor", async () => {
    await drag();
    const [cube] = [...(await studio.unityScene())].find(([, fields]) => fields["name"] === "Cube") ?? [];
    await studio.unity.do({ do: "set", object: cube, scale: [2, 2, 2] });
    await pause(500);
    await click();
    await eventually("Cube", (found) => isSameValue("scale", found?.[1]["scale"], [2, 2, 2]));
  });

  it("[WIRE-21] duplicates with Shift D and Alt D", async () => {
    await key("shift+d");
    press("mousemove_relative", "--", "30", "0", "click", "1");
    await pause(stepMs);
    await key("alt+d");
    press("mousemove_relative", "--", "0", "30", "click", "1");
    await pause(stepMs);
    await eventually("Cube.002", (found) => found !== undefined);
    assert.equal((await object("Cube.002"))?.[1]["data"], (await object("Cube.001"))?.[1]["data"]);
  });

  it("parents with Ctrl P, renames with F2, hides with H", async () => {
    await studio.blender.do({ do: "select", objects: ["Light", "Cube"] });
    await key("ctrl+p");
    press("key", "Return");
    await pause(stepMs);
    const [cube] = (await object("Cube")) ?? [];
    await eventually("Light", (found) => found?.[1]["parent"] === cube);
    await studio.blender.do({ do: "select", objects: ["Cube"] });
    await key("F2");
    press("key", "ctrl+a", "type", "Kubus");
    press("key", "Return");
    await pause(stepMs);
    await eventually("Kubus", (found) => found?.[0] === cube);
    await key("h");
    await eventually("Kubus", (found) => found?.[1]["visible"] === false);
    await key("alt+h");
    await eventually("Kubus", (found) => found?.[1]["visible"] === true);
  });

  it("deletes with X, and gets it back", async () => {
    await studio.blender.do({ do: "select", objects: ["Cube.001"] });
    const [copy] = (await object("Cube.001")) ?? [];
    await key("x");
    press("key", "Return");
    await pause(stepMs);
    await eventually("Cube.001", (found) => found === undefined);
    await key("ctrl+z");
    await eventually("Cube.001", (found) => found?.[0] === copy);
  });

  it("saves, opens the file again, and is quiet", async () => {
    const before = [...(await expectEditorsEqual(studio)).keys()].sort();
    const file = path.join(studio.folder, "window.blend");
    await studio.blender.do({ do: "save", path: file });
    await studio.blender.do({ do: "open", path: file });
    assert.deepEqual([...(await expectEditorsEqual(studio)).keys()].sort(), before);
    await studio.expectQuiet();
  });
});
