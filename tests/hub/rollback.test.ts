/** One click back to a snapshot with both editors live, and one click back again (acceptance 8). */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { type Disk, realDisk } from "#electron/ports/disk.ts";
import type { Uuid } from "#shared/ids.ts";
import { damageObject, fsck, git } from "#tests/snapshots/temp-project.ts";
import {
  ask,
  becomes,
  codeOf,
  countOf,
  modeIs,
  must,
  type Scene,
  sceneOf,
  snapshotsOf,
  stateText,
  timelineOf,
} from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  blender = live.start("blender", 0.1);
  unity = live.start("unity");
  await linked(blender, unity);
});
afterEach(() => live.end());

type Built = { castle: Uuid; tower: Uuid; lamp: Uuid; eye: Uuid };

async function build(): Promise<Built> {
  const castle = blender.user.createObject({ name: "Castle", translation: [1, 2, 3] });
  const tower = blender.user.createObject({ name: "Tower", parent: castle, scale: [1, -2, 3] });
  const lamp = unity.user.createObject({ name: "Lamp", type: "light", translation: [0, 5, 0] });
  const eye = unity.user.createObject({ name: "Eye", type: "camera" });
  await agree(blender, unity);
  return { castle, tower, lamp, eye };
}

/** One object comes, one goes, three change. */
async function alter({ castle, tower, lamp, eye }: Built): Promise<void> {
  unity.user.move(castle, [7, 7, 7]);
  blender.user.delete(lamp);
  blender.user.reparent(eye, tower);
  unity.user.rename(tower, "Keep");
  blender.user.createObject({ name: "Moat" });
  await agree(blender, unity);
}

const take = async (label: string) => must(await ask(live.hub, "snapshot-take", { label }));

async function bothBecome(scene: Scene): Promise<void> {
  await becomes(blender, scene);
  await becomes(unity, scene);
}

describe("rolling back", () => {
  it("[ENG-21] one click brings both editors back, Undo brings the present back, exactly", async () => {
    const built = await build();
    const then = sceneOf(blender);
    const { oid } = await take("then");
    await alter(built);
    const now = sceneOf(blender);

    const back = must(await ask(live.hub, "snapshot-rollback", { oid }));
    await bothBecome(then);
    await agree(blender, unity);
    must(await ask(live.hub, "snapshot-rollback", { oid: back.undo }));
    await bothBecome(now);
    await agree(blender, unity);
    await delay(600);
    await bothBecome(now);
  });

  it("[ENG-21] the preview counts what the act then does, and looking changes nothing", async () => {
    const built = await build();
    const { oid } = await take("then");
    await alter(built);
    const before = await stateText(live.hub);
    const preview = must(await ask(live.hub, "snapshot-preview", { oid }));
    expect(preview.counts).toEqual({ comeBack: 1, goAway: 1, change: 3 });
    expect(preview.comeBack.map(({ name }) => name)).toEqual(["Lamp"]);
    expect(preview.goAway.map(({ name }) => name)).toEqual(["Moat"]);
    const changes = new Map(preview.change.map(({ name, fields }) => [name, fields]));
    expect(changes).toEqual(new Map(Object.entries({ Castle: ["translation"], Eye: ["parent"], Keep: ["name"] })));
    expect(await stateText(live.hub)).toBe(before);
    expect(must(await ask(live.hub, "snapshot-rollback", { oid })).changed).toBe(5);
  });

  it("[ENG-21] the snapshot of now is on disk first, and the rollback is in the log", async () => {
    const built = await build();
    const { oid } = await take("then");
    await alter(built);
    const { undo, lsn } = must(await ask(live.hub, "snapshot-rollback", { oid }));
    const row = (await snapshotsOf(live.hub)).find((one) => one.oid === undo);
    expect(row).toMatchObject({ reason: "before-rollback" });
    expect(row?.lsn).toBeLessThan(lsn);
    const written = (await timelineOf(live.hub, ["rollback"])).map((one) => one.lsn);
    expect(Math.min(...written)).toBeGreaterThan(row?.lsn ?? 0);
    fsck(live.projectFolder);
  });

  it("[ENG-21] works while a user drags on: the drag goes on from where it is", async () => {
    const built = await build();
    const { oid } = await take("then");
    await alter(built);
    for (let step = 0; step < 40; step += 1) {
      unity.user.move(built.castle, [step, 0, 0]);
      if (step === 20) must(await ask(live.hub, "snapshot-rollback", { oid }));
      await delay(10);
    }
    await agree(blender, unity);
    expect(blender.model.scene.has(built.lamp)).toBe(true);
    expect(blender.model.scene.read(built.castle)?.translation).toEqual([39, 0, 0]);
  });

  it("[ENG-21] [ENG-10] works in safe mode, edits that nobody confirmed included, and Undo brings them back", async () => {
    const built = await build();
    const then = sceneOf(blender);
    const { oid } = await take("then");
    must(await ask(live.hub, "set-safe-mode", { on: true }));
    await modeIs(live.hub, "safe");
    blender.user.move(built.castle, [9, 9, 9]);
    blender.user.delete(built.eye);
    await expect.poll(() => blender.model.unanswered + blender.model.dirty.size).toBe(0);
    const now = sceneOf(blender);
    expect(unity.model.scene.has(built.eye)).toBe(true);

    const { undo } = must(await ask(live.hub, "snapshot-rollback", { oid }));
    await bothBecome(then);
    must(await ask(live.hub, "snapshot-rollback", { oid: undo }));
    await bothBecome(now);
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await agree(blender, unity);
    await bothBecome(now);
  });

  it("[ENG-21] works with one editor closed: it is brought back when it opens again", async () => {
    const built = await build();
    const then = sceneOf(blender);
    const { oid } = await take("then");
    await alter(built);
    await unity.stop();
    must(await ask(live.hub, "snapshot-rollback", { oid }));
    await becomes(blender, then);
    unity.start();
    await linked(unity);
    await agree(blender, unity);
    await bothBecome(then);
  });
});

describe("a snapshot that cannot be used", () => {
  it("[ENG-21] [ENG-22] an unknown one is refused with a code, and nothing happens", async () => {
    await build();
    const before = await stateText(live.hub);
    const oid = "0123456789".repeat(4);
    expect(codeOf(await ask(live.hub, "snapshot-preview", { oid }))).toBe("E_SNAPSHOT_UNKNOWN");
    expect(codeOf(await ask(live.hub, "snapshot-rollback", { oid }))).toBe("E_SNAPSHOT_UNKNOWN");
    expect(await stateText(live.hub)).toBe(before);
    expect((await snapshotsOf(live.hub)).some(({ reason }) => reason === "before-rollback")).toBe(false);
  });

  it("[ENG-21] [ENG-22] a damaged one is refused with a code, and nothing happens", async () => {
    const built = await build();
    const { oid } = await take("then");
    await alter(built);
    const line = git(live.projectFolder, "ls-tree", "-r", oid).split("\n")[0] ?? "";
    const blob = /blob ([0-9a-f]{40})/.exec(line)?.[1] ?? "";
    damageObject(live.projectFolder, blob);
    const before = await stateText(live.hub);
    expect(codeOf(await ask(live.hub, "snapshot-preview", { oid }))).toBe("E_SNAPSHOT");
    expect(codeOf(await ask(live.hub, "snapshot-rollback", { oid }))).toBe("E_SNAPSHOT");
    expect(await stateText(live.hub)).toBe(before);
    await agree(blender, unity);
  });
});

describe("deleting", () => {
  it("[ENG-14] what is deleted is in a snapshot as it last was, and comes back from there", async () => {
    const { castle, lamp } = await build();
    blender.user.move(lamp, [3, 3, 3]);
    blender.user.delete(castle);
    blender.user.delete(lamp);
    await agree(blender, unity);
    const guarded = async () => (await snapshotsOf(live.hub)).find(({ reason }) => reason === "before-delete");
    await expect.poll(guarded, { timeout: 5_000 }).toBeDefined();
    const row = await guarded();
    const preview = must(await ask(live.hub, "snapshot-preview", { oid: row?.oid ?? "" }));
    expect(preview.comeBack.map(({ name }) => name)).toContain("Castle");
    const newest = async () => git(live.projectFolder, "ls-tree", "-r", "--name-only", "HEAD").includes(castle);
    await expect.poll(newest, { timeout: 8_000 }).toBe(false);
    expect(await countOf(live.hub, "E_SNAPSHOT")).toBe(0);
  });

  it("[ENG-14] also when the run ended before such a snapshot could be taken: the next one takes it", async () => {
    const { castle } = await build();
    await live.close();
    let isBroken = false;
    const brokenHistory: Disk = Object.assign(Object.create(realDisk), {
      open: (file: string, flags: "r" | "r+" | "wx") => {
        const isRefused = isBroken && flags !== "r" && file.includes(".git_safety");
        if (isRefused) throw Object.assign(new Error("EIO: planted"), { code: "EIO" });
        return realDisk.open(file, flags);
      },
    });
    await live.open({ disk: brokenHistory });
    await linked(blender, unity);
    must(await ask(live.hub, "snapshot-take", { label: "earlier" }));
    isBroken = true;
    blender.user.move(castle, [9, 8, 7]);
    await agree(blender, unity);
    blender.user.delete(castle);
    await agree(blender, unity);
    await live.close();
    isBroken = false;
    await live.open();
    const guarded = async () => (await snapshotsOf(live.hub)).find(({ reason }) => reason === "before-delete");
    await expect.poll(guarded, { timeout: 5_000 }).toBeDefined();
    const { oid } = (await guarded()) ?? { oid: "" };
    const [file] =
      git(live.projectFolder, "ls-tree", "-r", "--name-only", oid).match(new RegExp(`.*${castle}.*`)) ?? [];
    expect(git(live.projectFolder, "show", `${oid}:${file}`)).toContain("[9,8,7]");
  });

  it("[ENG-14] many deletions in a row share their snapshots: about one a second", async () => {
    const many = Array.from({ length: 60 }, (_, index) => blender.user.createObject({ name: `Stone ${index}` }));
    await agree(blender, unity);
    const startMs = Date.now();
    for (const stone of many) {
      blender.user.delete(stone);
      await delay(40);
    }
    await agree(blender, unity);
    await delay(1_500);
    const seconds = (Date.now() - startMs) / 1_000;
    const rows = (await snapshotsOf(live.hub)).filter(({ reason }) => reason === "before-delete");
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.length).toBeLessThanOrEqual(seconds + 1);
  });
});
