/** Safe mode's review with real hub, sockets and disk: what is approved crosses, what is refused comes back. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { ask, must, settleMs, snapshotsOf, timelineOf } from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
let objects: Uuid[];

beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  blender = live.start("blender");
  unity = live.start("unity");
  await linked(blender, unity);
  objects = ["One", "Two", "Three"].map((name) => blender.user.createObject({ name }));
  await agree(blender, unity);
  must(await ask(live.hub, "set-safe-mode", { on: true }));
});
afterEach(() => live.end());

const rows = async () => must(await ask(live.hub, "review", null)).rows;
const decide = async (decision: "approve" | "refuse", uuids: readonly Uuid[] | null) =>
  must(await ask(live.hub, "review-decide", { decision, uuids: uuids && [...uuids] })).decided;
const name = (editor: ScriptedEditor, uuid = "") => editor.model.scene.read(uuid)?.name;

function turns(look: () => unknown, value: unknown): Promise<void> {
  return expect.poll(look, { timeout: settleMs }).toBe(value);
}

async function held(count: number): Promise<void> {
  await expect.poll(async () => (await rows()).length, { timeout: settleMs }).toBe(count);
}

it("[ENG-41] what is approved reaches the other editor alone, becomes final, and is told in the timeline", async () => {
  const [one = "", two = ""] = objects;
  blender.user.rename(one, "First");
  unity.user.rename(two, "Second");
  const made = blender.user.createObject({ name: "Four" });
  await held(3);
  expect((await rows()).map(({ name: shown, change, by }) => [shown, change, by]).sort()).toEqual([
    ["First", "changed", "blender"],
    ["Four", "created", "blender"],
    ["Second", "changed", "unity"],
  ]);
  const first = (await rows()).find(({ uuid }) => uuid === one);
  expect(first?.fields).toEqual([{ field: "name", before: "One", after: "First" }]);
  expect(live.hub.status().toReview).toBe(3);
  expect(await decide("approve", [one])).toBe(1);
  await turns(() => name(unity, one), "First");
  await delay(600);
  expect([name(blender, two), unity.model.scene.has(made), live.hub.status().mode]).toEqual(["Two", false, "safe"]);
  await held(2);
  const told = await timelineOf(live.hub);
  expect(told.map(({ summary }) => summary)).toContain("Approved by you: Changed name");
  expect(await decide("approve", null)).toBe(2);
  await agree(blender, unity);
  await held(0);
  expect(live.hub.status().mode).toBe("safe");
});

it("[ENG-42] what is refused goes back where it was made, a creation after a snapshot; then both are the same", async () => {
  const [one = "", two = "", three = ""] = objects;
  blender.user.rename(one, "First");
  unity.user.delete(two);
  const made = blender.user.createObject({ name: "Four", parent: three });
  await held(3);
  expect(await decide("refuse", null)).toBe(3);
  await turns(() => name(blender, one), "One");
  await turns(() => name(unity, two), "Two");
  await turns(() => blender.model.scene.has(made), false);
  await held(0);
  await agree(blender, unity);
  const reasons = async () => (await snapshotsOf(live.hub)).map(({ reason }) => reason);
  await expect.poll(reasons, { timeout: settleMs }).toContain("before-delete");
  expect((await timelineOf(live.hub)).some(({ summary }) => summary.startsWith("Put back: "))).toBe(true);
});

it("[ENG-41] the queue outlives a restart of the hub; leaving safe mode sends what is still held", async () => {
  const [one = "", two = ""] = objects;
  blender.user.rename(one, "First");
  unity.user.delete(two);
  await held(2);
  const before = await rows();
  await live.close();
  await live.open();
  await linked(blender, unity);
  await held(2);
  expect((await rows()).map(({ uuid, change, fields }) => ({ uuid, change, fields }))).toEqual(
    before.map(({ uuid, change, fields }) => ({ uuid, change, fields })),
  );
  expect(await decide("refuse", [two])).toBe(1);
  await turns(() => name(unity, two), "Two");
  must(await ask(live.hub, "set-safe-mode", { on: false }));
  await agree(blender, unity);
  expect([name(unity, one), name(blender, two)]).toEqual(["First", "Two"]);
});

it("[ENG-41] thousands are decided while the hub goes on, and the count of what is left falls", async () => {
  const count = 2_000;
  for (let one = 0; one < count; one += 1) blender.user.createCollection(`Collection ${one}`);
  await expect.poll(() => live.hub.status().toReview, { timeout: settleMs }).toBe(count);
  let isOver = false;
  const counts = new Set<number>();
  const watched = (async () => {
    for (; !isOver; await delay(5)) counts.add(live.hub.status().toReview);
  })();
  expect(await decide("approve", null)).toBe(count);
  isOver = true;
  await watched;
  expect(counts.size).toBeGreaterThan(3);
  await agree(blender, unity);
  expect(unity.model.scene.size).toBe(objects.length + count);
});

it("[ENG-10] outside of safe mode there is nothing to decide, and it says so", async () => {
  must(await ask(live.hub, "set-safe-mode", { on: false }));
  expect(await rows()).toEqual([]);
  const refused = await ask(live.hub, "review-decide", { decision: "approve", uuids: null });
  expect(refused).toMatchObject({ ok: false, failure: { code: "E_UNEXPECTED" } });
});
