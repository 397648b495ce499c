/**
 * The hub's process killed with SIGKILL in the middle of edits, thirty times, and editors that vanish without a word.
 *
 * Markers are collections that no random action touches. One whose change was accepted must be there for ever after,
 * also in editors that start with nothing and can only have it from the log.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { actAtRandom, agree, differences, linked, randomFrom, startEditor } from "./live-hub.ts";

const seed = Number(process.env["SEED"] ?? 1);
const kills = 30;
const testMs = 300_000;
const root = path.resolve(import.meta.dirname, "../..");

let home: string;
let project: string;
let hub: ChildProcess | null = null;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-home-"));
  project = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-"));
});
afterEach(async () => {
  await killHub();
  for (const folder of [home, project]) fs.rmSync(folder, { recursive: true, force: true });
});

function startHub(): void {
  const args = ["--import", "tsx", path.join(root, "tests/hub/hub-process.ts"), project, home];
  hub = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
}

async function killHub(): Promise<void> {
  const child = hub;
  hub = null;
  if (child === null || child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** The editor's process dies: no goodbye, its scene and its shadow are gone. */
async function replace(editor: ScriptedEditor): Promise<ScriptedEditor> {
  editor.model.disconnected();
  editor.cut();
  await editor.stop();
  return startEditor(home, editor.model.identity.role);
}

const isAccepted = (editor: ScriptedEditor) => () => editor.model.unanswered + editor.model.dirty.size === 0;

describe("a hub that is killed", () => {
  it(
    `[WIRE-12] ${kills} times, seed ${seed}: everything accepted is there afterwards, and the link resumes by itself`,
    async () => {
      const random = randomFrom(seed);
      const accepted: Uuid[] = [];
      startHub();
      let blender = startEditor(home, "blender");
      let unity = startEditor(home, "unity");
      for (let kill = 0; kill < kills; kill += 1) {
        await linked(blender, unity);
        await expect.poll(() => [blender.model.mode, unity.model.mode], { timeout: 20_000 }).toEqual(["live", "live"]);
        const author = random.pick([blender, unity]);
        const marker = author.user.createCollection(`Marker ${kill}`);
        // Or a random undo would take it back.
        author.user.forget();
        await expect.poll(isAccepted(author), { timeout: 20_000, interval: 5 }).toBe(true);
        accepted.push(marker);
        for (let action = random.below(40); action > 0; action -= 1) {
          actAtRandom(random.pick([blender, unity]), random);
          if (random.below(4) === 0) await delay(random.below(10));
        }
        await killHub();
        const fate = random.below(4);
        if (fate === 0) blender = await replace(blender);
        if (fate === 1) unity = await replace(unity);
        startHub();
      }
      await linked(blender, unity);
      await agree(blender, unity);
      for (const marker of accepted) expect(blender.model.scene.has(marker), `${marker} is there`).toBe(true);

      const before = blender;
      unity = await replace(unity);
      await linked(unity);
      await agree(before, unity);
      expect(differences(before.model, unity.model)).toEqual([]);
      await Promise.all([blender.stop(), unity.stop()]);
    },
    testMs,
  );
});
