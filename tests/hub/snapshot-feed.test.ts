/** What the history is told: made a few texts at a time, and yet as it is at one moment. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { SnapshotFeed, snapshotText } from "#electron/hub/snapshot-feed.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import type { FinalBatch } from "#electron/snapshots/pace.ts";
import type { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
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

describe("what became final", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  const soonMs = 500;
  const untilToldMs = 10_000;
  const last = objects - 1;

  /** A feed that is about to tell all that there is, and the way to change something of it. */
  function telling() {
    const state = sceneOf(objects);
    const feed = new SnapshotFeed(state);
    const noted: FinalBatch[] = [];
    feed.start({ note: (batch: FinalBatch) => void noted.push(batch) } as unknown as SnapshotRecorder);
    feed.finalised([...state.entities.keys()]);
    const rename = (index: number, name: string) => {
      const [lsn, batch] = [state.head.lsn + 1, state.head.batch];
      evolve(state, lsn, editOf([named(index, name)], batch));
      evolve(state, lsn + 1, { type: "final", timeMs: 2, batch, finalLsn: lsn });
      state.commit();
      feed.finalised([uuidOf(index)]);
    };
    const textOf = (batch: FinalBatch | undefined, index: number) =>
      batch?.changed.find(({ uuid }) => uuid === uuidOf(index))?.json;
    return { state, feed, noted, rename, textOf };
  }

  it("[SNAP-12] is told as it was at one moment, though it takes several turns, and what comes then is told next", () => {
    const { noted, rename, state, textOf } = telling();
    const { lsn } = state.head;
    vi.advanceTimersByTime(soonMs);
    expect(noted).toEqual([]);
    rename(0, "made already");
    rename(last, "not made yet");
    vi.advanceTimersByTime(untilToldMs);
    expect(noted.map(({ lsn, changed }) => [lsn, changed.length])).toEqual([
      [lsn, objects],
      [state.head.lsn, 2],
    ]);
    for (const index of [0, last]) expect(textOf(noted[0], index)).toContain("Thing");
    expect([textOf(noted[1], 0), textOf(noted[1], last)]).toEqual([
      expect.stringContaining("made already"),
      expect.stringContaining("not made yet"),
    ]);
  });

  it("[SNAP-12] is told at once to who asks in the middle of it, the older first", async () => {
    const { feed, noted, rename, state, textOf } = telling();
    vi.advanceTimersByTime(soonMs);
    rename(last, "asked for");
    feed.flush();
    expect(noted.map(({ changed }) => changed.length)).toEqual([objects, 1]);
    expect(textOf(noted[1], last)).toContain("asked for");
    vi.useRealTimers();
    expect(noted[1]?.stateHash).toBe((await wholeOf(new SnapshotFeed(state))).stateHash);
  });
});
