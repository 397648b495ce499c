/** Two scripted editors and the real hub: sockets, log and disk are real, only the editors' scenes are simple. */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { actAtRandom, agree, LiveHub, linked, randomFrom } from "./live-hub.ts";

const firstSeed = Number(process.env["SEED"] ?? 1);
const seeds = Array.from({ length: 20 }, (_, index) => firstSeed + index);
const actionsPerSeed = 200;

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

describe("two editors and the hub", () => {
  it("[WIRE-27] what one does is shown by the other, becomes final, and then nobody says anything more", async () => {
    const castle = blender.user.createObject({ name: "Castle" });
    const camera = unity.user.createObject({ name: "Eye", type: "camera", translation: [3, 4, 5] });
    await agree(blender, unity);
    blender.user.reparent(camera, castle);
    unity.user.move(castle, [10_000, 2, 3]);
    await agree(blender, unity);
    await expect.poll(() => blender.model.finalLsn).toBeGreaterThanOrEqual(unity.model.appliedLsn);
    const lsn = await live.lastWriteLsn();
    await delay(1_000);
    expect(await live.lastWriteLsn()).toBe(lsn);
    expect(lsn).toBeGreaterThan(0);
    expect(await live.failureCodes()).toEqual([]);
    expect((await live.objects()).map(({ name }) => name).sort()).toEqual(["Castle", "Eye"]);
  });

  it("[WIRE-6] a second instance of a role is refused while the first lives, the same one again is not", async () => {
    const second = live.start("blender");
    await expect.poll(() => second.model.refusal?.code).toBe("E_SESSION_TAKEN");
    expect(blender.state).toBe("linked");
    await second.stop();
    const identity = {
      role: "blender",
      name: "blender",
      version: "1",
      instance: blender.model.identity.instance,
    } as const;
    const again = new ScriptedEditor({ home: live.home, identity });
    again.start();
    await linked(again);
    await again.stop();
  });

  it("[WIRE-7] an editor whose scene belongs to another project is refused", async () => {
    const other = new LiveHub();
    await other.open();
    const stranger = other.start("blender");
    await linked(stranger);
    await stranger.stop();
    await unity.stop();
    await blender.stop();
    const identity = stranger.model.hello("0".repeat(64));
    expect(identity.project).not.toBeNull();
    const moved = new ScriptedEditor({ home: live.home, identity: { role: "blender", name: "b", version: "1" } });
    moved.model.receive({ ...welcomeOf(identity.project ?? ""), resumed: true });
    moved.model.disconnected();
    moved.start();
    await expect.poll(() => moved.model.refusal?.code).toBe("E_PROJECT_MISMATCH");
    await moved.stop();
    await other.end();
  });

  it("[WIRE-20] parents set crosswise at once: one wins, nobody hangs below itself", async () => {
    const a = blender.user.createObject({ name: "A" });
    const b = blender.user.createObject({ name: "B" });
    await agree(blender, unity);
    for (let round = 0; round < 10; round += 1) {
      blender.user.reparent(a, b);
      unity.user.reparent(b, a);
      await agree(blender, unity);
      expect([blender.model.scene.parentOf(a), blender.model.scene.parentOf(b)].filter(Boolean).length).toBeLessThan(2);
      blender.user.set(a, { parent: null });
      blender.user.set(b, { parent: null });
      await agree(blender, unity);
    }
  });

  it("[WIRE-28] nothing is sent to an editor that plays or compiles; afterwards it is brought up to date", async () => {
    const box = blender.user.createObject({ name: "Box" });
    await agree(blender, unity);
    unity.say(unity.model.setActivity("playing"));
    await delay(100);
    const { appliedLsn } = unity.model;
    for (let step = 1; step <= 20; step += 1) {
      blender.user.move(box, [step, 0, 0]);
      await delay(10);
    }
    expect(unity.model.appliedLsn).toBe(appliedLsn);
    expect(unity.model.scene.read(box)?.translation).toEqual([0, 0, 0]);
    unity.say(unity.model.setActivity("idle"));
    await agree(blender, unity);
  });

  it("[WIRE-24] waits for what the user holds, however long, and then the last writer wins", async () => {
    const box = blender.user.createObject({ name: "Box" });
    await agree(blender, unity);
    unity.say(unity.model.grab([box]));
    await delay(50);
    blender.user.move(box, [1, 2, 3]);
    blender.user.rename(box, "Chest");
    await delay(700);
    expect(unity.model.scene.read(box)).toMatchObject({ name: "Box" });
    unity.user.move(box, [7, 8, 9]);
    unity.say(unity.model.release());
    await agree(blender, unity);
    expect(blender.model.scene.read(box)).toMatchObject({ name: "Chest" });
  });

  it("[WIRE-11] another file in one editor is another epoch: the project's scene comes to it", async () => {
    blender.user.createObject({ name: "Castle" });
    await agree(blender, unity);
    unity.say(unity.model.open({ uuid: null, name: "New.unity", saved: false }, () => undefined));
    await agree(blender, unity);
    expect(unity.model.scene.size).toBe(1);
  });
});

describe("links that break", () => {
  it("[WIRE-10] [WIRE-11] an answer that comes when another file is open settles no change of that one", async () => {
    unity.freeze();
    const old = unity.user.createObject({ name: "Old" });
    await expect.poll(() => blender.model.scene.has(old)).toBe(true);
    unity.say(unity.model.open({ uuid: null, name: "New.unity", saved: false }, () => undefined));
    const restore = losingChanges(unity);
    const fresh = unity.user.createObject({ name: "Has the number of the old one, and does not arrive" });
    await expect.poll(() => unity.model.unanswered).toBe(1);
    const resumed: boolean[] = [];
    const { receive } = unity.model;
    unity.model.receive = (message) => {
      if (message.kind === "welcome") resumed.push(message.resumed);
      return receive.call(unity.model, message);
    };
    unity.thaw();
    await expect.poll(() => unity.model.scene.has(old)).toBe(true);
    expect(unity.model.unanswered).toBe(1);
    restore();
    unity.cut();
    await expect.poll(() => resumed).toEqual([true]);
    await agree(blender, unity);
    expect(blender.model.scene.has(fresh)).toBe(true);
  });

  it("[WIRE-12] [WIRE-16] cut at any moment, nothing is lost and nothing comes twice", async () => {
    const random = randomFrom(firstSeed);
    for (let round = 0; round < 25; round += 1) {
      for (let action = 0; action < 8; action += 1) actAtRandom(random.pick([blender, unity]), random);
      await delay(random.below(40));
      random.pick([blender, unity]).cut();
    }
    await linked(blender, unity);
    await agree(blender, unity, live.hub);
    await expectHubToAgree();
  });

  it("[WIRE-16] the hub is closed and opened again: editors come back, what they did meanwhile counts", async () => {
    const box = blender.user.createObject({ name: "Box" });
    await agree(blender, unity);
    await live.close();
    blender.user.move(box, [1, 2, 3]);
    const made = unity.user.createObject({ name: "Made while the hub was away" });
    await live.open();
    await linked(blender, unity);
    await agree(blender, unity);
    expect(blender.model.scene.has(made)).toBe(true);
    expect(unity.model.scene.read(box)?.translation).toEqual([1, 2, 3]);
  });

  it("an editor that hangs while a thousand objects move is brought up to date, and delays nobody", async () => {
    const boxes = Array.from({ length: 1_000 }, (_, index) => blender.user.createObject({ name: `Box ${index}` }));
    await agree(blender, unity);
    unity.freeze();
    let slowestMs = 0;
    for (let step = 1; step <= 150; step += 1) {
      for (const box of boxes) blender.user.move(box, [step, 0, 0]);
      const startMs = performance.now();
      await expect
        .poll(() => blender.model.unanswered + blender.model.dirty.size, { interval: 2, timeout: 10_000 })
        .toBe(0);
      slowestMs = Math.max(slowestMs, performance.now() - startMs);
    }
    expect(slowestMs).toBeLessThan(5_000);
    unity.thaw();
    await agree(blender, unity);
    expect(unity.model.scene.read(boxes[0] ?? "")?.translation).toEqual([150, 0, 0]);
  }, 90_000);

  it("a domain reload in the middle of edits keeps the editor's place", async () => {
    const box = blender.user.createObject({ name: "Box" });
    await agree(blender, unity);
    const reloaded = unity.reload(300);
    for (let step = 1; step <= 20; step += 1) {
      blender.user.move(box, [step, 0, 0]);
      await delay(20);
    }
    await reloaded;
    await linked(unity);
    await agree(blender, unity);
  });
});

describe("seeded scripts on both sides at once", () => {
  it.each(seeds)(`[WIRE-9] seed %i: ${actionsPerSeed} actions, one scene`, async (seed) => {
    const random = randomFrom(seed);
    for (let action = 0; action < actionsPerSeed; action += 1) {
      actAtRandom(random.pick([blender, unity]), random);
      if (random.below(4) === 0) await delay(random.below(12));
    }
    await agree(blender, unity, live.hub);
    await expectHubToAgree();
    for (const uuid of blender.model.scene.uuids()) {
      const parent = blender.model.scene.parentOf(uuid);
      expect(parent === null || blender.model.scene.has(parent)).toBe(true);
    }
  });
});

/** The window's list is the editors' scene: nothing missing, nothing twice. */
/** Gives back what ends it. */
function losingChanges(editor: ScriptedEditor): () => void {
  const { say } = editor;
  editor.say = (outgoing) =>
    say.call(
      editor,
      outgoing.filter((one) => one.kind === "message" && one.message.kind !== "change"),
    );
  return () => {
    editor.say = say;
  };
}

async function expectHubToAgree(): Promise<void> {
  const listed = (await live.objects()).map(({ uuid }) => uuid);
  expect([...listed].sort()).toEqual(blender.model.scene.uuids().sort());
}

function welcomeOf(project: string) {
  const place = { session: randomUUID(), project, projectName: "Other", log: randomUUID(), lsn: 0, stamp: 0 };
  return { kind: "welcome", protocol: 1, mode: "live", ...place } as const;
}
