/** Two people at once over real sockets; what the window is told, and a choice between the versions. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { type Choice, choices } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import { conflictRowSchema } from "#shared/ipc/view.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
let house: Uuid;
let door: Uuid;
beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  [blender, unity] = [live.start("blender"), live.start("unity")];
  await linked(blender, unity);
  house = blender.user.createObject({ type: "empty", name: "House" });
  door = blender.user.createObject({ type: "empty", name: "Door", parent: house });
  await agree(blender, unity);
});
afterEach(() => live.end());

/** What both do while nothing reaches the other. */
async function atOnce(inBlender: () => void, inUnity: () => void): Promise<void> {
  const { handlers } = live.hub;
  expect((await handlers["set-paused"]({ paused: true })).ok).toBe(true);
  inBlender();
  inUnity();
  await expect.poll(() => blender.model.unanswered + unity.model.unanswered).toBe(0);
  await expect.poll(async () => (await rows()).length).toBeGreaterThan(0);
  expect((await handlers["set-paused"]({ paused: false })).ok).toBe(true);
}

async function rows() {
  const answer = await live.hub.handlers.conflicts(null);
  if (!answer.ok) throw new Error(answer.failure.message);
  expect(answer.value.total).toBe(answer.value.rows.length);
  return answer.value.rows.map((row) => conflictRowSchema.parse(row));
}

async function keep(uuid: Uuid, choice: Choice): Promise<number> {
  const answer = await live.hub.handlers.release({ uuids: [uuid], keep: choice });
  return answer.ok ? answer.value.decided : 0;
}

describe("two names at once", () => {
  it.each(choices)("[ENG-37] [ENG-38] are shown beside the agreed one, and %s is what both get", async (choice) => {
    await atOnce(
      () => blender.user.rename(house, "Castle"),
      () => unity.user.rename(house, "Palace"),
    );
    const field = { field: "name", agreed: "House", blender: "Castle", unity: "Palace" };
    const about = { uuid: house, name: "House", blender: "changed", unity: "changed", closure: house };
    const why = "Changed in Blender and in Unity at once: name.";
    expect(await rows()).toMatchObject([{ ...about, code: "E_CONFLICT", why, fields: [field] }]);
    expect([blender, unity].map(({ model }) => model.scene.read(house)?.name)).toEqual(["Castle", "Palace"]);
    expect(await keep(house, choice)).toBe(1);
    await agree(blender, unity);
    expect(blender.model.scene.read(house)?.name).toBe(field[choice]);
    expect(await rows()).toEqual([]);
  });
});

describe("a deletion and a change at once", () => {
  it("[ENG-36] [ENG-38] are held with all that was deleted, and one decision is about all of it", async () => {
    await atOnce(
      () => {
        blender.user.delete(door);
        blender.user.delete(house);
      },
      () => unity.user.rename(house, "Palace"),
    );
    const held = await rows();
    const closures = new Set(held.map(({ closure }) => closure));
    const whyOf = (uuid: Uuid) => held.find((row) => row.uuid === uuid)?.why;
    expect([held.length, closures.size]).toEqual([2, 1]);
    expect(whyOf(house)).toBe("Deleted in Blender while it was changed in Unity.");
    expect(whyOf(door)).toBe("Deleted in Blender together with something that was changed in Unity meanwhile.");
    expect(await keep(house, "unity")).toBe(2);
    await agree(blender, unity);
    expect(blender.model.scene.read(house)?.name).toBe("Palace");
    expect(blender.model.scene.parentOf(door)).toBe(house);
  });
});
