/**
 * R12: the hub's process killed with SIGKILL in the middle of a commit, a hundred times, and editors that vanish
 * without a word.
 *
 * Markers are collections that no random action touches. One whose change was accepted must be there for ever after,
 * also in editors that start with nothing and can only have it from the log; a group made in one change is there whole
 * or not at all.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setImmediate as breath, setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { scaled } from "#tests/hostile/scale.ts";
import { KillableHub } from "./killable-hub.ts";
import { actAtRandom, agree, differences, linked, type Random, randomFrom, startEditor } from "./live-hub.ts";

const firstSeed = Number(process.env["SEED"] ?? 1);
/** Each is a project of its own: what hundreds of groups take is another test's matter. */
const seeds = Array.from({ length: scaled(1, 50) }, (_, index) => firstSeed + index);
const kills = 100;
const testMs = 600_000;
const actionsMax = 12;
const groupSize = 8;
/** A stage that is not reached by then is not reached: the group's author may be the one that safe mode holds. */
const stageMsMax = 1_500;

let home: string;
let project: string;
const hub = new KillableHub();
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-home-"));
  project = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-kill-"));
});
afterEach(async () => {
  await hub.end();
  for (const folder of [home, project]) fs.rmSync(folder, { recursive: true, force: true });
});

/** The editor's process dies: no goodbye, its scene and its shadow are gone. */
async function replace(editor: ScriptedEditor): Promise<ScriptedEditor> {
  editor.model.disconnected();
  editor.cut();
  await editor.stop();
  return startEditor(home, editor.model.identity.role);
}

/** It has noticed that its hub is gone. */
async function isAlone(editor: ScriptedEditor): Promise<void> {
  await expect.poll(() => editor.state, { timeout: 20_000, interval: 5 }).not.toBe("linked");
}

const isAccepted = (editor: ScriptedEditor) => () => editor.model.unanswered + editor.model.dirty.size === 0;

async function stage(isReached: () => boolean): Promise<void> {
  const endMs = performance.now() + stageMsMax;
  while (!isReached() && performance.now() < endMs) await delay(1);
}

type Commit = { readonly author: ScriptedEditor; readonly other: ScriptedEditor; readonly last: Uuid };

/** Where in the life of a change the hub dies: the stages of docs/architecture.md that an editor can see. */
const killPoints: { readonly [Stage in string]: (commit: Commit, random: Random) => Promise<void> } = {
  "before it was sent": async () => undefined,
  "somewhere between socket and disk": async ({ author }, random) => {
    await stage(() => author.model.dirty.size === 0);
    const endMs = performance.now() + random.below(4_000) / 1_000;
    while (performance.now() < endMs) await breath();
  },
  "as it is accepted": ({ author }) => stage(isAccepted(author)),
  "as the other shows it": ({ other, last }) => stage(() => other.model.scene.has(last)),
  "while it is verified": async ({ author }, random) => {
    await stage(isAccepted(author));
    await delay(random.below(300));
  },
  "as it is final": ({ author }) => {
    const before = author.model.finalLsn;
    return stage(() => author.model.finalLsn > before);
  },
};

describe("a hub that is killed", () => {
  it.each(seeds)(
    `[WIRE-12] R12: ${kills} times in mid-commit, seed %s: nothing accepted is lost, nothing is half there`,
    async (seed) => {
      const random = randomFrom(seed);
      const accepted: Uuid[] = [];
      const groups: Uuid[][] = [];
      await hub.start(project, home);
      let blender = startEditor(home, "blender");
      let unity = startEditor(home, "unity");
      for (let kill = 0; kill < kills; kill += 1) {
        await linked(blender, unity);
        await expect.poll(() => [blender.model.mode, unity.model.mode], { timeout: 20_000 }).toEqual(["live", "live"]);
        const author = random.pick([blender, unity]);
        const other = author === blender ? unity : blender;
        const marker = author.user.createCollection(`Marker ${kill}`);
        await expect.poll(isAccepted(author), { timeout: 20_000, interval: 5 }).toBe(true);
        accepted.push(marker);
        for (let action = random.below(actionsMax); action > 0; action -= 1) {
          // Or a random undo would take the marker or a part of a group back.
          for (const { user } of [blender, unity]) user.forget();
          actAtRandom(random.pick([blender, unity]), random);
        }
        const group = Array.from({ length: groupSize }, (_, index) => author.user.createCollection(`Part ${index}`));
        groups.push(group);
        await random.pick(Object.values(killPoints))({ author, other, last: group.at(-1) ?? "" }, random);
        await hub.kill();
        // Or the next round would take for accepted what was made before it heard of this, and is only in a listing.
        await Promise.all([blender, unity].map(isAlone));
        const fate = random.below(4);
        if (fate === 0) blender = await replace(blender);
        if (fate === 1) unity = await replace(unity);
        await hub.start(project, home);
      }
      await linked(blender, unity);
      await agree(blender, unity);
      for (const marker of accepted) expect(blender.model.scene.has(marker), `${marker} is there`).toBe(true);
      const there = groups.map((group) => group.filter((uuid) => blender.model.scene.has(uuid)).length);
      expect(there.filter((count) => count !== 0 && count !== groupSize)).toEqual([]);

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
