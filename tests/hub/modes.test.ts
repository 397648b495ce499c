/** Pause, safe mode, and editors that are busy, away or slow: nothing is lost, and everybody knows what waits. */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Uuid } from "#shared/ids.ts";
import type { EditorView } from "#shared/ipc/view.ts";
import { reloadPatienceMs } from "#shared/protocol/limits.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { ask, becomes, modeIs, must, sceneOf, settleMs, snapshotsOf, timelineOf, unlike } from "./hub-questions.ts";
import { agree, LiveHub, linked, startEditor } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
beforeEach(async () => {
  live = new LiveHub();
  await live.open();
});
afterEach(() => live.end());

async function pair(): Promise<Uuid[]> {
  blender = live.start("blender");
  unity = live.start("unity");
  await linked(blender, unity);
  const objects = ["One", "Two", "Three"].map((name) => blender.user.createObject({ name }));
  await agree(blender, unity);
  return objects;
}

const isAnswered = (editor: ScriptedEditor) =>
  expect.poll(() => editor.model.unanswered + editor.model.dirty.size, { timeout: settleMs }).toBe(0);
const view = (role: "blender" | "unity"): EditorView => live.hub.status().editors[role];

async function editBothSides([one = "", two = ""]: readonly Uuid[]): Promise<void> {
  for (let step = 1; step <= 10; step += 1) {
    blender.user.move(one, [step, 0, 0]);
    await delay(10);
  }
  blender.user.createObject({ name: "Four" });
  unity.user.rename(two, "Second");
  await isAnswered(blender);
  await isAnswered(unity);
}

describe("paused", () => {
  it("[ENG-30] edits are kept and counted, nothing crosses; resumed, both are in step", async () => {
    const objects = await pair();
    must(await ask(live.hub, "set-paused", { paused: true }));
    await expect.poll(() => [blender.model.mode, unity.model.mode]).toEqual(["paused", "paused"]);
    await editBothSides(objects);
    await expect.poll(() => [view("unity").waiting, view("blender").waiting]).toEqual([3, 3]);
    expect(live.hub.status()).toMatchObject({ mode: "paused", verdict: "paused" });
    expect([blender.model.scene.size, unity.model.scene.size]).toEqual([4, 3]);
    expect(unity.model.scene.read(objects[0] ?? "")?.translation).toEqual([0, 0, 0]);
    must(await ask(live.hub, "set-paused", { paused: false }));
    await agree(blender, unity);
    expect(unity.model.scene.read(objects[0] ?? "")).toMatchObject({ translation: [10, 0, 0] });
    expect(blender.model.scene.read(objects[1] ?? "")).toMatchObject({ name: "Second" });
    await expect.poll(() => [view("unity").waiting, view("blender").waiting]).toEqual([0, 0]);
  });

  it("[ENG-30] outlives a restart of the hub, and ends when a person says so in an editor", async () => {
    const objects = await pair();
    unity.say([{ kind: "message", message: { kind: "request", action: "pause" } }]);
    await modeIs(live.hub, "paused");
    await live.close();
    await editWhileAway(objects);
    await live.open();
    await linked(blender, unity);
    await isAnswered(blender);
    expect(live.hub.status().mode).toBe("paused");
    expect(unity.model.scene.size).toBe(3);
    blender.say([{ kind: "message", message: { kind: "request", action: "resume" } }]);
    await agree(blender, unity);
    expect(unity.model.scene.size).toBe(4);
  });

  async function editWhileAway([one = ""]: readonly Uuid[]): Promise<void> {
    blender.user.move(one, [5, 5, 5]);
    blender.user.createObject({ name: "Made meanwhile" });
    await delay(50);
  }
});

describe("safe mode", () => {
  it("[ENG-10] writes nothing to either editor, takes a snapshot, and outlives a restart", async () => {
    const objects = await pair();
    unity.say([{ kind: "message", message: { kind: "request", action: "safe-mode" } }]);
    await modeIs(live.hub, "safe");
    expect(live.hub.status().sentence).toContain("Asked for in Unity.");
    await editBothSides(objects);
    await delay(700);
    expect([blender.model.scene.size, unity.model.scene.size]).toEqual([4, 3]);
    await expect.poll(async () => (await snapshotsOf(live.hub)).length, { timeout: 8_000 }).toBeGreaterThan(0);
    await live.close();
    await live.open();
    await linked(blender, unity);
    await delay(300);
    expect(live.hub.status()).toMatchObject({ mode: "safe", verdict: "safe-mode" });
    expect([blender.model.scene.size, unity.model.scene.size]).toEqual([4, 3]);
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await agree(blender, unity);
    expect(unity.model.scene.size).toBe(4);
  });
});

describe("an editor that is busy", () => {
  it("[ENG-26] plays: what waits for it is counted, what it does is kept, and afterwards it is in step", async () => {
    const [one = "", two = ""] = await pair();
    unity.say(unity.model.setActivity("playing"));
    await expect.poll(() => view("unity").activity).toBe("playing");
    blender.user.move(one, [1, 1, 1]);
    blender.user.delete(two);
    await isAnswered(blender);
    await expect.poll(() => view("unity").waiting).toBe(2);
    expect(unity.model.scene.has(two)).toBe(true);
    unity.say(unity.model.setActivity("idle"));
    await agree(blender, unity);
    expect(unity.model.scene.has(two)).toBe(false);
  });

  it("[ENG-26] holds an object: it is shown as held, and only it waits", async () => {
    const [one = "", two = ""] = await pair();
    unity.say(unity.model.grab([one]));
    await expect.poll(() => view("unity").held).toBe(1);
    blender.user.move(one, [4, 4, 4]);
    blender.user.move(two, [5, 5, 5]);
    await expect.poll(() => unity.model.scene.read(two)?.translation, { timeout: settleMs }).toEqual([5, 5, 5]);
    expect(unity.model.scene.read(one)?.translation).toEqual([0, 0, 0]);
    await expect.poll(() => live.hub.status().counts.held).toBe(1);
    unity.say(unity.model.release());
    await agree(blender, unity);
    await expect.poll(() => live.hub.status().counts).toMatchObject({ held: 0, inStep: 3 });
  });

  it("[ENG-32] reloads its domain: its place is kept, it resumes without listing again, nothing is lost", async () => {
    const [one = "", two = ""] = await pair();
    const listings = async () =>
      (await timelineOf(live.hub, ["session"])).filter(({ summary }) => /list/i.test(summary));
    const before = (await listings()).length;
    const reloaded = unity.reload(1_000);
    await expect.poll(() => view("unity").link).toBe("away");
    expect(live.hub.status().sentence).toMatch(/Unity is away/);
    blender.user.move(one, [6, 6, 6]);
    blender.user.delete(two);
    unity.user.createObject({ name: "Made while compiling" });
    await reloaded;
    await linked(unity);
    await agree(blender, unity);
    expect(blender.model.scene.size).toBe(3);
    expect((await listings()).length).toBe(before);
  });
});

describe("an editor that stays away", () => {
  it("[ENG-32] longer than the patience is gone for good; when it comes back all the same, nothing is lost", async () => {
    await live.close();
    let skippedMs = 0;
    const clock = { nowMs: realClock.nowMs, monotonicMs: () => realClock.monotonicMs() + skippedMs };
    const { projectFolder, home } = live;
    const hub = must(await openHub({ projectFolder, home, hubVersion: "0.1.0", clock }));
    const objects = await pair();
    const reloaded = unity.reload(1_500);
    const link = () => hub.status().editors.unity.link;
    await expect.poll(link).toBe("away");
    skippedMs += reloadPatienceMs + 1_000;
    await expect.poll(link).toBe("absent");
    expect(hub.status().verdict).toBe("waiting");
    blender.user.move(objects[0] ?? "", [8, 8, 8]);
    const made = unity.user.createObject({ name: "Made while away" });
    await reloaded;
    await linked(blender, unity);
    await agree(blender, unity);
    expect(blender.model.scene.has(made)).toBe(true);
    await Promise.all([blender.stop(), unity.stop()]);
    await hub.close();
  });
});

type Answer = { readonly isLinked: boolean; readonly unanswered: number; readonly objects: { [uuid: Uuid]: Fields } };

/** What the editor in its own process has. */
async function sceneIn(child: ChildProcess): Promise<Answer> {
  const answered = once(child, "message");
  child.send("scene");
  const [answer] = (await answered) as [Answer];
  return answer;
}

describe("an editor that does not read", () => {
  const stopMs = 10_000;

  it("[ENG-26] for ten seconds: the other one notices nothing, memory stays bounded, and then it catches up", async () => {
    const file = path.join(import.meta.dirname, "editor-process.ts");
    const slow = fork(file, [live.home, "unity"], { execArgv: ["--import", "tsx"], stdio: "ignore" });
    try {
      blender = startEditor(live.home, "blender");
      await linked(blender);
      await expect.poll(async () => (await sceneIn(slow)).isLinked, { timeout: settleMs }).toBe(true);
      const objects = Array.from({ length: 1_000 }, (_, index) => blender.user.createObject({ name: `Leaf ${index}` }));
      const count = async () => Object.keys((await sceneIn(slow)).objects).length;
      await expect.poll(count, { timeout: settleMs }).toBe(1_000);
      await isAnswered(blender);

      const usualMs = await moveAll(objects, 2_000);
      slow.kill("SIGSTOP");
      const rss = process.memoryUsage().rss;
      const stoppedMs = await moveAll(objects, stopMs);
      // Three times and a bit: other processes share this machine's two cores.
      expect(stoppedMs).toBeLessThan(3 * usualMs + 100);
      expect((process.memoryUsage().rss - rss) / 2 ** 20).toBeLessThan(256);
      // Left behind: silent for too long, or its socket full before that.
      expect(live.hub.status().editors.unity.waiting).toBeGreaterThan(0);
      slow.kill("SIGCONT");

      const wanted = sceneOf(blender);
      const same = async () => {
        const { objects: now } = await sceneIn(slow);
        const place = (fields: Fields | undefined) => JSON.stringify(fields?.translation);
        return [...wanted].filter(([uuid, fields]) => place(fields) !== place(now[uuid])).length;
      };
      await expect.poll(same, { timeout: settleMs, interval: 100 }).toBe(0);
      expect(unlike(blender, wanted)).toEqual([]);
    } finally {
      slow.kill("SIGCONT");
      slow.kill("SIGKILL");
      await blender.stop();
    }
  }, 60_000);

  /** Everything moves for a while; the median of the times until all of it was accepted. */
  async function moveAll(objects: readonly Uuid[], durationMs: number): Promise<number> {
    const endMs = performance.now() + durationMs;
    const times: number[] = [];
    for (let step = 1; performance.now() < endMs; step += 1) {
      for (const uuid of objects) blender.user.move(uuid, [step, step / 2, durationMs]);
      const startMs = performance.now();
      while (blender.model.unanswered + blender.model.dirty.size > 0) await delay(1);
      times.push(performance.now() - startMs);
    }
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  }
});

describe("a hub that crashed", () => {
  it("[ENG-15] compares the scenes in safe mode and leaves it by itself; tombstones are kept", async () => {
    const [one = "", two = ""] = await pair();
    blender.user.delete(two);
    await agree(blender, unity);
    const folder = path.join(live.projectFolder, ".vibesync");
    const image = `${live.projectFolder}-image`;
    fs.cpSync(folder, image, { recursive: true });
    await live.close();
    fs.rmSync(folder, { recursive: true });
    fs.renameSync(image, folder);

    await live.open();
    expect(live.hub.status()).toMatchObject({ mode: "safe", verdict: "safe-mode" });
    const scene = sceneOf(blender);
    await linked(blender, unity);
    await modeIs(live.hub, "live");
    await agree(blender, unity);
    await becomes(blender, scene);
    expect(
      live.hub
        .status()
        .notices.map(({ message }) => message)
        .join(),
    ).toContain("Everything was checked and matches");
    unity.user.move(one, [1, 2, 3]);
    await agree(blender, unity);
    expect((await live.objects()).map(({ uuid }) => uuid)).not.toContain(two);
  });
});
