/** Watch mode: what nobody told of is found in a quiet scene, put right, and found again if need be. */
import { beforeEach, describe, expect, it } from "vitest";
import { limits } from "#electron/core/limits.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const one = uuidOf(1);

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", { op: "create", uuid: one, kind: "object", fields: objectFields() });
  desk.verify("blender");
  desk.verify("unity");
});

/** Waits until both editors are asked; what the hub asks of Unity, and how often so far. */
function untilAsked() {
  desk.tick(0);
  desk.tick(limits.auditIdleMs);
  desk.tick(0);
  return desk.told("unity", "verify").at(-1);
}

function unityShows(fields: Fields): void {
  desk.verify("blender");
  desk.verify("unity", fields);
}

describe("a quiet scene", () => {
  it("[ENG-35] is asked about field by field, of every editor, and nothing is logged while all is as agreed", () => {
    const before = desk.records.length;
    const asked = untilAsked();
    expect(asked?.items.map(({ uuid }) => uuid)).toEqual([one]);
    expect(asked?.items[0]?.fields).toEqual(expect.arrayContaining(["parent", "name", "translation", "visible"]));
    unityShows({});
    desk.tick(limits.auditRoundMs - limits.batchWindowMs);
    expect(desk.links.batches.size).toBe(0);
    expect(desk.records.length).toBe(before);
  });

  it("[ENG-35] whose value nobody told of is put right", () => {
    untilAsked();
    unityShows({ parent: uuidOf(9) });
    expect(desk.recordsOf("fault").at(-1)).toMatchObject({ operation: "verify", uuid: one, role: "unity" });
    expect(desk.recordsOf("edit").at(-1)).toMatchObject({
      reason: "repair",
      ops: [{ uuid: one, fields: { parent: null } }],
    });
  });

  it("[ENG-35] is left alone while there is an edit on its way, and in safe mode", () => {
    desk.take({ kind: "safe-mode", on: true, reason: "test" });
    const before = desk.told("unity", "verify").length;
    untilAsked();
    desk.tick(limits.auditRoundMs);
    expect(desk.told("unity", "verify").length).toBe(before);
  });

  it("[ENG-35] in which something dead lives on is told of the deletion again", () => {
    desk.change("blender", { op: "delete", uuid: one });
    desk.verify("blender");
    desk.verify("unity");
    desk.tick(0);
    const ask = () => {
      desk.tick(limits.auditIdleMs);
      desk.tick(0);
      return desk.told("unity", "verify").at(-1)?.batch ?? 0;
    };
    const batch = ask();
    const alive = { uuid: one, fields: objectFields() };
    desk.verify("blender");
    desk.say("unity", { kind: "verified", epoch: 1, batch, items: [alive] });
    desk.tick(limits.lookAgainMs);
    desk.say("unity", { kind: "verified", epoch: 1, batch, items: [alive] });
    expect(desk.told("unity", "apply").at(-1)).toMatchObject({ reason: "repair", ops: [{ op: "delete", uuid: one }] });
  });

  it("[ENG-35] is walked in slices that an editor answers within a tick", () => {
    const many = Array.from({ length: 60 }, (_, index) => uuidOf(100 + index));
    desk.change(
      "blender",
      ...many.map((uuid) => ({ op: "create", uuid, kind: "object", fields: objectFields() }) as const),
    );
    desk.verify("blender");
    desk.verify("unity");
    const seen = new Set<string>();
    untilAsked();
    for (let slice = 0; slice < 3; slice += 1) {
      const asked = desk.told("unity", "verify").at(-1);
      for (const { uuid } of asked?.items ?? []) seen.add(uuid);
      expect(asked?.items.length).toBeLessThanOrEqual(limits.auditSliceMax);
      unityShows({});
      desk.tick(limits.auditPauseMs);
      desk.tick(0);
    }
    expect(seen.size).toBe(61);
  });
});
