/**
 * R12: the hub's process killed with SIGKILL in the middle of edits, thirty to a hundred times, and editors that vanish
 * without a word.
 *
 * Markers are collections that no random action touches. One whose change was accepted must be there for ever after,
 * also in editors that start with nothing and can only have it from the log.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { scaled } from "#tests/hostile/scale.ts";
import { KillableHub } from "./killable-hub.ts";
import { actAtRandom, agree, differences, linked, randomFrom, startEditor } from "./live-hub.ts";

const seed = Number(process.env["SEED"] ?? 1);
const kills = scaled(30, 100);
const testMs = scaled(300_000, 1_200_000);

let home: string;
let project: string;
const hub = new KillableHub();
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-home-"));
  project = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-"));
});
afterEach(async () => {
  await hub.kill();
  for (const folder of [home, project]) fs.rmSync(folder, { recursive: true, force: true });
});

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
    `[WIRE-12] R12: ${kills} times, seed ${seed}: everything accepted is there afterwards, and the link resumes by itself`,
    async () => {
      const random = randomFrom(seed);
      const accepted: Uuid[] = [];
      await hub.start(project, home);
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
        await hub.kill();
        const fate = random.below(4);
        if (fate === 0) blender = await replace(blender);
        if (fate === 1) unity = await replace(unity);
        await hub.start(project, home);
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
