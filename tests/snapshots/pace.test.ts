/** When snapshots are taken, and that nothing is lost by a failure. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type FinalBatch, gapMs, gapMsMax, SnapshotPace } from "#electron/snapshots/pace.ts";
import { uuidOf } from "./temp-project.ts";

function batch(lsn: number, texts: Record<number, string | null>, whole = false): FinalBatch {
  const changed = Object.entries(texts).map(([index, json]) => ({ uuid: uuidOf(Number(index)), json }));
  return { lsn, stateHash: `state-${lsn}`, changed, ...(whole ? { whole } : {}) };
}

describe("the pace of snapshots", () => {
  it("[SNAP-12] takes the first at once and the next not before the gap, with everything in between", () => {
    const pace = new SnapshotPace();
    expect(pace.waitMsOrNull(0)).toBeNull();
    pace.note(batch(1, { 1: "a" }));
    expect(pace.waitMsOrNull(10)).toBe(0);
    expect(pace.start({ reason: "final" }, 10)).toMatchObject({ lsn: 1, changed: [{ json: "a" }] });
    pace.note(batch(2, { 1: "b" }));
    expect(pace.waitMsOrNull(20)).toBeNull();
    pace.finish(true);
    pace.note(batch(3, { 1: "c", 2: null }));
    expect(pace.waitMsOrNull(20)).toBe(gapMs - 10);
    expect(pace.waitMsOrNull(10 + gapMs)).toBe(0);
    const request = pace.start({ reason: "final" }, 10 + gapMs);
    expect(request).toEqual({ reason: "final", ...batch(3, { 1: "c", 2: null }) });
  });

  it("[SNAP-12] what a failed commit carried comes again, under everything newer", () => {
    const pace = new SnapshotPace();
    pace.note(batch(1, { 1: "old", 2: "kept" }));
    pace.start({ reason: "final" }, 0);
    pace.note(batch(2, { 1: "new" }));
    expect(pace.unsavedCount).toBe(3);
    pace.finish(false);
    expect(pace.start({ reason: "final" }, gapMs)).toMatchObject(batch(2, { 1: "new", 2: "kept" }));
  });

  it("[SNAP-12] a whole state replaces what was noted, and stays whole through a failure", () => {
    const pace = new SnapshotPace();
    pace.note(batch(1, { 1: "gone", 2: "gone" }));
    pace.note(batch(1, { 3: "all" }, true));
    expect(pace.start({ reason: "final" }, 0)).toEqual({ reason: "final", ...batch(1, { 3: "all" }, true) });
    pace.note(batch(2, { 4: "more" }));
    pace.finish(false);
    expect(pace.start({ reason: "final" }, 0)).toEqual({ reason: "final", ...batch(2, { 3: "all", 4: "more" }, true) });
  });

  it("[SNAP-12] waits longer after each failure in a row, never longer than the limit", () => {
    const pace = new SnapshotPace();
    pace.note(batch(1, { 1: "a" }));
    const waits: (number | null)[] = [];
    for (let failures = 0; failures < 8; failures += 1) {
      pace.start({ reason: "final" }, 0);
      pace.finish(false);
      waits.push(pace.waitMsOrNull(0));
    }
    expect(waits.slice(0, 3)).toEqual([2 * gapMs, 4 * gapMs, 8 * gapMs]);
    expect(waits.at(-1)).toBe(gapMsMax);
    pace.start({ reason: "final" }, 0);
    pace.finish(true);
    pace.note(batch(2, { 1: "b" }));
    expect(pace.waitMsOrNull(0)).toBe(gapMs);
  });

  it("[SNAP-12] rest, exit and safe mode take what is there without a gap, and nothing when nothing is new", () => {
    const pace = new SnapshotPace();
    expect(pace.start({ reason: "manual" }, 0)).toBeNull();
    pace.note(batch(1, { 1: "a" }));
    expect(pace.start({ reason: "final" }, 0)).not.toBeNull();
    pace.finish(true);
    for (const reason of ["idle", "exit", "safe-mode", "final"] as const) expect(pace.start({ reason }, 1)).toBeNull();
    expect(pace.start({ reason: "before-rollback" }, 1)).toMatchObject({ changed: [], lsn: 1 });
    pace.finish(true);
    pace.note(batch(2, { 1: "b" }));
    expect(pace.start({ reason: "exit" }, 2)).toMatchObject({ reason: "exit", lsn: 2 });
  });

  it("[SNAP-12] whatever fails in whatever order, the commits that succeed add up to the state", () => {
    const event = fc.oneof(
      fc.record({ kind: fc.constant("note" as const), index: fc.nat(6), json: fc.option(fc.string({ maxLength: 2 })) }),
      fc.record({ kind: fc.constant("whole" as const) }),
      fc.record({ kind: fc.constant("start" as const) }),
      fc.record({ kind: fc.constant("finish" as const), succeeds: fc.boolean() }),
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const pace = new SnapshotPace();
        const state = new Map<string, string>();
        let saved = new Map<string, string>();
        let underWay: ReturnType<SnapshotPace["start"]> = null;
        let lsn = 0;
        const finish = (succeeds: boolean): void => {
          if (underWay === null) return;
          pace.finish(succeeds);
          if (succeeds) {
            if (underWay.whole === true) saved = new Map();
            for (const { uuid, json } of underWay.changed) json === null ? saved.delete(uuid) : saved.set(uuid, json);
          }
          underWay = null;
        };
        for (const happened of events) {
          if (happened.kind === "note") {
            lsn += 1;
            if (happened.json === null) state.delete(uuidOf(happened.index));
            else state.set(uuidOf(happened.index), happened.json);
            pace.note(batch(lsn, { [happened.index]: happened.json }));
          } else if (happened.kind === "whole") {
            const changed = Array.from(state, ([uuid, json]) => ({ uuid, json }));
            pace.note({ lsn, stateHash: `state-${lsn}`, changed, whole: true });
          } else if (happened.kind === "start") {
            underWay ??= pace.start({ reason: "final" }, 0);
          } else finish(happened.succeeds);
        }
        finish(true);
        underWay = pace.start({ reason: "exit" }, 0);
        finish(true);
        expect(saved).toEqual(state);
        expect(pace.unsavedCount).toBe(0);
      }),
      { numRuns: 500 },
    );
  });
});
