/** The whole state for a snapshot: made a few texts at a time, and yet as it is at one moment. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { SnapshotFeed, snapshotText } from "#electron/hub/snapshot-feed.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import type { FinalBatch } from "#electron/snapshots/pace.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";

/** More than are made in one turn. */
const objects = 600;

function sceneOf(count: number): State {
  const state = new State();
  for (let index = 0; index < count; index += 1) evolve(state, index + 1, editOf([created(index)]));
  evolve(state, count + 1, { type: "final", timeMs: 1, batch: 1, finalLsn: count });
  state.commit();
  return state;
}

const created = (index: number) =>
  ({ op: "create", uuid: uuidOf(index), kind: "object", fields: objectFields(), stamp: 17 }) as const;
const named = (index: number, name: string) =>
  ({ op: "set", uuid: uuidOf(index), fields: { name }, stamp: 33 }) as const;

type Edit = Extract<Record, { type: "edit" }>;

function editOf(ops: Edit["ops"], batch = 1): Edit {
  return { type: "edit", timeMs: 1, batch, reason: "edit", role: "blender", ops };
}

async function wholeOf(feed: SnapshotFeed, meanwhile: () => void = () => {}): Promise<FinalBatch> {
  const taken: FinalBatch[] = [];
  const making = feed.wholeState((whole) => taken.push(whole));
  await pauseForOthers();
  expect(taken).toEqual([]);
  meanwhile();
  await making;
  expect(taken.length).toBe(1);
  return taken[0] as FinalBatch;
}

function textsIn(state: State): Map<string, string> {
  const texts = [...state.entities.values()].map((entity) => {
    return [entity.uuid, snapshotText(entity, state.provisional.get(entity.uuid))] as const;
  });
  return new Map(texts.filter((each): each is [string, string] => each[1] !== null));
}

describe("the whole state for a snapshot", () => {
  it("[SNAP-12] does not hold anybody up, and is as it is at its end whatever was edited meanwhile", async () => {
    const state = sceneOf(objects);
    const feed = new SnapshotFeed(state);
    const take = (record: Record): void => {
      evolve(state, state.head.lsn + 1, record);
      state.commit();
      feed.noteRecords([record]);
    };
    const whole = await wholeOf(feed, () => {
      take(editOf([named(0, "made before"), named(objects - 1, "not made yet"), created(objects)], 2));
      take(editOf([named(1, "not final")], 3));
      take({ type: "final", timeMs: 2, batch: 2, finalLsn: objects + 2 });
      feed.flush();
      take(editOf([named(2, "final and not told of")], 4));
      take({ type: "final", timeMs: 3, batch: 4, finalLsn: objects + 5 });
    });
    expect(new Map(whole.changed.map(({ uuid, json }) => [uuid, json]))).toEqual(textsIn(state));
    expect(textsIn(state).get(uuidOf(0))).toContain("made before");
    expect(textsIn(state).get(uuidOf(1))).toContain("Thing");
    expect(whole.changed.length).toBe(objects + 1);
    expect(whole.lsn).toBe(state.head.lsn);
    expect(whole.stateHash).toBe((await wholeOf(new SnapshotFeed(state))).stateHash);
  });
});
