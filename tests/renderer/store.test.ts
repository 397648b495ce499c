/** The projection of the hub: first answers, pushes, and the race between them. */
import { beforeEach, describe, expect, it } from "vitest";
import { connectStore } from "#renderer/store/connect.ts";
import {
  applyFirstSnapshots,
  applyOlderSnapshots,
  applySnapshotName,
  createHubStore,
  type HubStore,
} from "#renderer/store/hub-store.ts";
import {
  applyDelta,
  conflicts,
  nameKey,
  noObjects,
  sortedByName,
  visibleObjects,
} from "#renderer/store/scene-objects.ts";
import type { ObjectView, SnapshotRow } from "#shared/ipc/view.ts";
import { failure, success } from "#shared/result.ts";
import { type Answers, fakeClient } from "./fake-client.ts";
import { growth, uuidOf } from "./harness/scene-parts.ts";
import { sceneOf } from "./harness/scenes.ts";

const nowMs = Date.now();
const scene = sceneOf("needs-you", nowMs);
const anObject = scene.objects[0] as ObjectView;

function answersOf(change: Answers = {}): Answers {
  return {
    status: () => success(scene.status),
    settings: () => success(scene.settings),
    objects: () => success({ objects: [...scene.objects] }),
    timeline: ({ limit }) => success({ rows: scene.timeline.slice(0, limit), more: true }),
    failures: () => success({ rows: [...scene.failures] }),
    snapshots: () => success({ rows: [...scene.snapshots], more: false }),
    ...change,
  };
}

let store: HubStore;
beforeEach(() => {
  store = createHubStore();
});

describe("connecting", () => {
  it("the first answers are in the store when it resolves", async () => {
    const failures = await connectStore(fakeClient(answersOf()), store);
    const state = store.getState();
    expect(failures).toEqual([]);
    expect(state.status).toEqual(scene.status);
    expect(state.objects.byUuid.size).toBe(scene.objects.length);
    expect(state.tail.map((row) => row.lsn)).toEqual(scene.timeline.slice(0, 200).map((row) => row.lsn));
    expect(state.failures).toEqual(scene.failures);
    expect(state.snapshots).toEqual(scene.snapshots);
  });

  it("what cannot be had is reported and the rest is there", async () => {
    const hub = fakeClient(answersOf({ failures: () => failure("E_HALTED", "stopped") }));
    const failures = await connectStore(hub, store);
    expect(failures.map((one) => one.code)).toEqual(["E_HALTED"]);
    expect(store.getState().status?.verdict).toBe("needs-you");
  });

  it("a push that overtakes the first answer is applied after it", async () => {
    const newer: ObjectView = { ...anObject, state: "sending", lsn: 99_999 };
    let answer: (() => void) | undefined;
    const held = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const hub = fakeClient(
      answersOf({
        objects: async () => {
          await held;
          return success({ objects: [...scene.objects] });
        },
      }),
    );
    const connected = connectStore(hub, store);
    hub.push("objects-changed", { reset: false, upserts: [newer], removed: [] });
    answer?.();
    await connected;
    expect(store.getState().objects.byUuid.get(anObject.uuid)).toEqual(newer);
  });

  it("pushes change what they are about", async () => {
    const hub = fakeClient(answersOf());
    await connectStore(hub, store);
    hub.push("objects-changed", { reset: false, upserts: [], removed: [anObject.uuid] });
    hub.push("timeline-grew", growth(1_400, 3, nowMs));
    hub.push("failures-changed", { rows: [] });
    const state = store.getState();
    expect(state.objects.byUuid.has(anObject.uuid)).toBe(false);
    expect(state.tail[0]?.lsn).toBe(1_403);
    expect(state.tail[3]?.lsn).toBe(1_400);
    expect(state.failures).toEqual([]);
  });

  it("another project leaves nothing of the old one", async () => {
    const hub = fakeClient(answersOf());
    await connectStore(hub, store);
    const project = { id: uuidOf(12), name: "Other", folder: "/elsewhere" };
    hub.push("status-changed", { ...scene.status, project });
    const { objects, tail, failures, snapshots } = store.getState();
    expect([objects.byUuid.size, tail.length, failures.length, snapshots.length]).toEqual([0, 0, 0, 0]);
    expect(store.pulse.read(nowMs).every((bucket) => bucket.blender + bucket.unity + bucket.faults === 0)).toBe(true);
  });

  it("a pushed snapshot is shown at once, and the page after it fills what lay between two pushes", async () => {
    const hub = fakeClient(answersOf());
    await connectStore(hub, store);
    const newest = { ...(scene.snapshots[0] as SnapshotRow), oid: "f".repeat(40), timeMs: nowMs };
    hub.push("snapshots-changed", { newest });
    expect(store.getState().snapshots[0]).toEqual(newest);
    expect(hub.asked.filter(([channel]) => channel === "snapshots")).toHaveLength(2);
  });
});

describe("snapshot pages", () => {
  const row = (age: number): SnapshotRow => ({
    ...(scene.snapshots[0] as SnapshotRow),
    oid: String(age).padStart(40, "0"),
    timeMs: nowMs - age,
  });

  it("the newest page keeps older pages that were loaded", () => {
    applyFirstSnapshots(store, { rows: [row(1), row(2)], more: true });
    applyOlderSnapshots(store, { rows: [row(2), row(3), row(4)], more: false });
    applyFirstSnapshots(store, { rows: [row(0), row(1)], more: true });
    const { snapshots, moreSnapshots } = store.getState();
    expect(snapshots.map((one) => nowMs - one.timeMs)).toEqual([0, 1, 2, 3, 4]);
    expect(moreSnapshots).toBe(false);
  });

  it("a confirmed name is shown", () => {
    applyFirstSnapshots(store, { rows: [row(1), row(2)], more: false });
    applySnapshotName(store, row(2).oid, "Blockout");
    expect(store.getState().snapshots.map((one) => one.label)).toEqual([row(1).label, "Blockout"]);
  });
});

describe("objects", () => {
  const filter = { search: "", state: null, sort: "name" } as const;
  const all = (): ReturnType<typeof noObjects> =>
    applyDelta(noObjects(), { reset: true, upserts: [...scene.objects], removed: [] });

  it("a change of state alone does not ask for sorting again; a rename, a birth and a death do", () => {
    const objects = all();
    const change = (upserts: ObjectView[], removed: string[] = []) =>
      applyDelta(objects, { reset: false, upserts, removed }).membership - objects.membership;
    expect(change([{ ...anObject, state: "held" }])).toBe(0);
    expect(change([{ ...anObject, name: "Renamed" }])).toBe(1);
    expect(change([{ ...anObject, uuid: uuidOf(80_000) }])).toBe(1);
    expect(change([], [anObject.uuid])).toBe(1);
    expect(change([], [uuidOf(90_000)])).toBe(0);
  });

  it("names sort as people count", () => {
    const names = ["Tower.10", "Tower.9", "tower.1", "Arch"];
    expect(names.toSorted((left, right) => (nameKey(left) < nameKey(right) ? -1 : 1))).toEqual([
      "Arch",
      "tower.1",
      "Tower.9",
      "Tower.10",
    ]);
  });

  it("search finds by name and by the beginning of the id", () => {
    const objects = all();
    const byName = sortedByName(objects);
    const found = (search: string) => visibleObjects(objects, byName, { ...filter, search });
    expect(found("tOwEr").length).toBe(24);
    expect(found(anObject.uuid.slice(0, 13)).map((object) => object.uuid)).toEqual([anObject.uuid]);
    expect(found("nothing like it")).toEqual([]);
  });

  it("an old order shows new values and leaves out who is gone", () => {
    let objects = all();
    const byName = sortedByName(objects);
    objects = applyDelta(objects, { reset: false, upserts: [{ ...anObject, state: "held" }], removed: [uuidOf(1)] });
    const rows = visibleObjects(objects, byName, filter);
    expect(rows).toHaveLength(scene.objects.length - 1);
    expect(rows.find((object) => object.uuid === anObject.uuid)?.state).toBe("held");
  });

  it("by state, what needs a person comes first; by change, the newest", () => {
    const objects = all();
    const byName = sortedByName(objects);
    expect(visibleObjects(objects, byName, { ...filter, sort: "state" })[0]?.state).toBe("conflict");
    const [first, second] = visibleObjects(objects, byName, { ...filter, sort: "changed" });
    expect(first?.lsn).toBeGreaterThanOrEqual(second?.lsn ?? 0);
    expect(conflicts(objects)).toHaveLength(scene.status.counts.conflict);
  });
});
