/**
 * What the log of a killed hub says, looked at before any editor comes back: each accepted change is there, no change
 * is half there, the dead stay dead, and the history is clean (acceptance 5).
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Uuid } from "#shared/ids.ts";
import { fsck } from "#tests/snapshots/temp-project.ts";
import { ask, must, settleMs } from "./hub-questions.ts";
import { KillableHub } from "./killable-hub.ts";
import { agree, linked, randomFrom, startEditor } from "./live-hub.ts";

const seed = Number(process.env["SEED"] ?? 1);
const kills = 15;
const groupSize = 30;

let folders: { home: string; elsewhere: string; project: string };
const hub = new KillableHub();
const start = () => hub.start(folders.project, folders.home);
let editors: ScriptedEditor[] = [];
beforeEach(() => {
  const make = (name: string) => fs.mkdtempSync(path.join(os.tmpdir(), `vibesync-killed-${name}-`));
  folders = { home: make("home"), elsewhere: make("elsewhere"), project: make("project") };
});
afterEach(async () => {
  await hub.end();
  await Promise.all(editors.map((editor) => editor.stop()));
  editors = [];
  for (const folder of Object.values(folders)) fs.rmSync(folder, { recursive: true, force: true });
});

const isAccepted = (editor: ScriptedEditor) =>
  expect.poll(() => editor.model.unanswered + editor.model.dirty.size, { timeout: settleMs, interval: 2 }).toBe(0);

/** The objects in the log, by a hub that no editor can find. */
async function readLog(): Promise<ReadonlySet<Uuid>> {
  const { project: projectFolder, elsewhere: home } = folders;
  const opened = must(await openHub({ projectFolder, home, hubVersion: "0.1.0", clock: realClock }));
  const { objects } = must(await ask(opened, "objects", null));
  expect(opened.status().mode).toBe("safe");
  await opened.close();
  return new Set(objects.map(({ uuid }) => uuid));
}

it(`[ENG-1] [ENG-2] [ENG-15] ${kills} kills, seed ${seed}: accepted is there, half is not, dead is dead`, async () => {
  const random = randomFrom(seed);
  const alive = new Set<Uuid>();
  const dead = new Set<Uuid>();
  await start();
  editors = [startEditor(folders.home, "blender"), startEditor(folders.home, "unity")];
  const [blender, unity] = editors as [ScriptedEditor, ScriptedEditor];
  for (let round = 0; round < kills; round += 1) {
    await linked(blender, unity);
    await expect.poll(() => [blender.model.mode, unity.model.mode], { timeout: settleMs }).toEqual(["live", "live"]);
    const author = random.pick(editors);
    const kept = author.user.createObject({ name: `Kept ${round}` });
    const doomed = author.user.createObject({ name: `Doomed ${round}` });
    await isAccepted(author);
    author.user.delete(doomed);
    await isAccepted(author);
    alive.add(kept);
    dead.add(doomed);
    const group = Array.from({ length: groupSize }, (_, index) => author.user.createObject({ name: `Part ${index}` }));
    await delay(random.below(40));
    await hub.kill();

    const there = await readLog();
    expect([...alive].filter((uuid) => !there.has(uuid))).toEqual([]);
    expect([...dead].filter((uuid) => there.has(uuid))).toEqual([]);
    expect([0, groupSize]).toContain(group.filter((uuid) => there.has(uuid)).length);
    fsck(folders.project);
    await start();
  }
  await linked(blender, unity);
  await agree(blender, unity);
  expect(blender.model.scene.size).toBe(kills * (groupSize + 1));
  expect([...dead].filter((uuid) => blender.model.scene.has(uuid))).toEqual([]);
}, 170_000);
