/** The recorder over a real store on a real disk that fails now and then. */
import { describe, expect, it } from "vitest";
import { type Clock, realClock } from "#electron/ports/clock.ts";
import type { SnapshotInfo } from "#electron/ports/snapshots.ts";
import type { FinalBatch } from "#electron/snapshots/pace.ts";
import { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
import type { Result } from "#shared/result.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import { changesOf, jsonOf, opened, tempProject, uuidOf, valueOrThrow } from "./temp-project.ts";

async function recorderOn(clock: Clock = realClock) {
  const disk = new FaultyDisk();
  const project = tempProject();
  const store = await opened(project, disk);
  const state = new Map(changesOf(6).map(({ uuid, json }) => [uuid, json ?? ""]));
  const outcomes: Result<SnapshotInfo>[] = [];
  let lsn = 10;
  const wholeState = async (take: (whole: FinalBatch) => void) => {
    const changed = Array.from(state, ([uuid, json]) => ({ uuid, json }));
    take({ lsn, stateHash: `state-${lsn}`, changed });
  };
  const recorder = new SnapshotRecorder({ snapshots: store, clock, wholeState, onOutcome: (r) => outcomes.push(r) });
  /** Makes an object final with a new text, as a batch of its own. */
  const edit = (index: number): void => {
    lsn += 1;
    const change = { uuid: uuidOf(index), json: jsonOf(index, lsn) };
    state.set(change.uuid, change.json);
    recorder.note({ lsn, stateHash: `state-${lsn}`, changed: [change] });
  };
  return { disk, store, state, outcomes, recorder, edit };
}

describe("the recorder", () => {
  it("[SNAP-12] begins with the whole state, then takes a batch by itself", async () => {
    const { store, state, outcomes, recorder, edit } = await recorderOn();
    const first = valueOrThrow(await recorder.take({ reason: "before-first-mutation", label: "Start" }));
    expect(first).toMatchObject({ lsn: 10, objectCount: 6, reason: "before-first-mutation", label: "Start" });
    edit(2);
    await expect.poll(() => outcomes.length, { timeout: 5_000 }).toBe(2);
    const [newest] = valueOrThrow(await store.list({ limit: 1 }));
    expect(newest).toMatchObject({ lsn: 11, reason: "final", stateHash: "state-11" });
    expect(valueOrThrow(await store.read(newest?.oid ?? "")).objects).toEqual(state);
    expect(recorder.unsavedCount).toBe(0);
    recorder.stop();
  });

  it("[SNAP-12] a failure is told, and the next commit carries what it should have", async () => {
    const { disk, store, state, outcomes, recorder, edit } = await recorderOn();
    valueOrThrow(await recorder.take({ reason: "manual" }));
    edit(1);
    disk.arm(3, { kind: "error-for-ever", errno: "ENOSPC" });
    const failed = await recorder.take({ reason: "idle" });
    expect(failed).toMatchObject({ ok: false, failure: { code: "E_DISK_FULL" } });
    expect(recorder.unsavedCount).toBe(1);
    disk.revive();
    edit(3);
    const saved = valueOrThrow(await recorder.take({ reason: "exit" }));
    expect(valueOrThrow(await store.read(saved?.oid ?? "")).objects).toEqual(state);
    expect(outcomes.map(({ ok }) => ok)).toEqual([true, false, true]);
    expect(await recorder.take({ reason: "exit" })).toEqual({ ok: true, value: null });
    recorder.stop();
  });

  it("[SNAP-12] sends the whole state when the history lost the snapshot that the changes refer to", async () => {
    const { store, state, recorder, edit } = await recorderOn();
    valueOrThrow(await recorder.take({ reason: "manual" }));
    for (const lsn of [100, 101]) {
      valueOrThrow(
        await store.commit({ lsn, stateHash: "other", timeMs: 0, reason: "manual", changed: changesOf(9, lsn) }),
      );
    }
    edit(1);
    const refused = await recorder.take({ reason: "idle" });
    expect(refused).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT_UNKNOWN" } });
    const saved = valueOrThrow(await recorder.take({ reason: "idle" }));
    expect(valueOrThrow(await store.read(saved?.oid ?? "")).objects).toEqual(state);
    recorder.stop();
  });

  it("[SNAP-12] takes one snapshot after the other, in the order in which they were asked for", async () => {
    const { recorder, edit } = await recorderOn();
    const asked = [recorder.take({ reason: "manual", label: "one" })];
    edit(1);
    asked.push(recorder.take({ reason: "before-rollback", label: "two" }), recorder.take({ reason: "exit" }));
    const [one, two, three] = (await Promise.all(asked)).map(valueOrThrow);
    expect([one?.label, two?.label, three]).toEqual(["one", "two", null]);
    expect(one?.lsn).toBe(11);
    recorder.stop();
  });

  it("[SNAP-12] once stopped it commits only what somebody asks for, even when a commit was under way", async () => {
    const { disk, outcomes, recorder, edit } = await recorderOn();
    disk.arm(2, { kind: "error-once", errno: "EIO" });
    const underWay = recorder.take({ reason: "manual" });
    edit(1);
    recorder.stop();
    expect((await underWay).ok).toBe(false);
    edit(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(outcomes).toHaveLength(1);
    expect(valueOrThrow(await recorder.take({ reason: "exit" }))).toMatchObject({ lsn: 12, reason: "exit" });
  });
});
