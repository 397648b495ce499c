/** Pushes to the window: rate, merging, silence while hidden. Time is vitest's, so that a second takes none. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { freshSet } from "#electron/ipc/fresh-set.ts";
import { createPusher, type Push, type Pusher, pushIntervalMs } from "#electron/ipc/pusher.ts";
import type { PushValue } from "#shared/ipc/contract.ts";
import type { ObjectView, TimelineRow } from "#shared/ipc/view.ts";
import { failure, success } from "#shared/result.ts";
import { growth, uuidOf } from "#tests/renderer/harness/scene-parts.ts";
import { sceneOf } from "#tests/renderer/harness/scenes.ts";

const scene = sceneOf("live", 1_790_000_000_000);
const few = scene.objects.slice(0, 3);
const clock = { nowMs: () => Date.now(), monotonicMs: () => Date.now() };
let sent: (readonly [string, unknown])[] = [];
let fresh: readonly Push[] = [];
let bugs: unknown[] = [];
let pusher: Pusher;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  sent = [];
  fresh = [];
  bugs = [];
  pusher = createPusher({
    clock,
    send: (channel, value) => sent.push([channel, value]),
    fresh: async () => fresh,
    onBug: (error) => bugs.push(error),
  });
});

afterEach(() => {
  pusher.stop();
  vi.useRealTimers();
});

function objectsSent(): PushValue<"objects-changed">[] {
  return sent
    .filter(([channel]) => channel === "objects-changed")
    .map(([, value]) => value as PushValue<"objects-changed">);
}

function rowsSent(): TimelineRow[][] {
  const values = sent.filter(([channel]) => channel === "timeline-grew").map(([, value]) => value);
  return values.map((value) => (value as PushValue<"timeline-grew">).rows);
}

function upsert(objects: readonly ObjectView[], reset = false): void {
  pusher.push("objects-changed", { reset, upserts: [...objects], removed: [] });
}

function repeat(row: TimelineRow, count: number): TimelineRow[] {
  return Array.from({ length: count }, (_, index) => ({ ...row, lsn: row.lsn + index }));
}

describe("rate", () => {
  it("a first push leaves at once", () => {
    pusher.push("status-changed", scene.status);
    expect(sent).toEqual([["status-changed", scene.status]]);
  });

  it("a second of busy news is at most ten sendings a channel, and the last one is the newest", () => {
    for (let at = 0; at < 1_000; at += 5) {
      pusher.push("status-changed", { ...scene.status, editsPerSecond: at });
      vi.advanceTimersByTime(5);
    }
    vi.advanceTimersByTime(pushIntervalMs);
    expect(sent.length).toBeGreaterThanOrEqual(9);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(sent.at(-1)?.[1]).toMatchObject({ editsPerSecond: 995 });
  });

  it("one busy channel does not hold up another", () => {
    pusher.push("status-changed", scene.status);
    pusher.push("status-changed", scene.status);
    pusher.push("failures-changed", { rows: [] });
    expect(sent.map(([channel]) => channel)).toEqual(["status-changed", "failures-changed"]);
  });

  it("questions to a person are never merged or held back", () => {
    pusher.push("show-view", { view: "home", uuid: null });
    pusher.push("show-view", { view: "objects", uuid: null });
    pusher.hide();
    pusher.push("close-asked", null);
    expect(sent.map(([channel]) => channel)).toEqual(["show-view", "show-view", "close-asked"]);
  });
});

describe("merging", () => {
  it("object deltas keep the newest of each object, and what was removed last", () => {
    upsert(few);
    const [first, second, third] = few as [ObjectView, ObjectView, ObjectView];
    upsert([{ ...first, state: "sending" }]);
    upsert([{ ...first, state: "held" }, second]);
    pusher.push("objects-changed", { reset: false, upserts: [], removed: [second.uuid, third.uuid] });
    upsert([third]);
    vi.advanceTimersByTime(pushIntervalMs);
    expect(objectsSent()[1]).toEqual({
      reset: false,
      upserts: [{ ...first, state: "held" }, third],
      removed: [second.uuid],
    });
  });

  it("a reset forgets what waited and stays a reset", () => {
    upsert([]);
    upsert(few);
    upsert(few.slice(0, 1), true);
    vi.advanceTimersByTime(pushIntervalMs);
    expect(objectsSent().at(-1)).toEqual({ reset: true, upserts: few.slice(0, 1), removed: [] });
  });

  it("more objects than one push may carry go in several, the reset in the first", () => {
    const many = Array.from({ length: 25_000 }, (_, index) => ({ ...(few[0] as ObjectView), uuid: uuidOf(index) }));
    upsert(many.slice(0, 10_000), true);
    upsert(many.slice(10_000, 20_000));
    upsert(many.slice(20_000));
    vi.advanceTimersByTime(3 * pushIntervalMs);
    expect(bugs).toEqual([]);
    expect(objectsSent().map(({ reset, upserts }) => [reset, upserts.length])).toEqual([
      [true, 10_000],
      [false, 10_000],
      [false, 5_000],
    ]);
  });

  it("timeline rows are joined; of too many the newest 500 are sent", () => {
    const [row] = growth(10, 1, Date.now()).rows as [TimelineRow];
    pusher.push("timeline-grew", { rows: [row] });
    pusher.push("timeline-grew", { rows: repeat({ ...row, lsn: 12 }, 2) });
    pusher.push("timeline-grew", { rows: repeat({ ...row, lsn: 14 }, 1) });
    vi.advanceTimersByTime(pushIntervalMs);
    expect(
      rowsSent()
        .at(-1)
        ?.map(({ lsn }) => lsn),
    ).toEqual([12, 13, 14]);
    for (let at = 0; at < 4; at += 1)
      pusher.push("timeline-grew", { rows: repeat({ ...row, lsn: 100 + at * 400 }, 400) });
    vi.advanceTimersByTime(2 * pushIntervalMs);
    const last = rowsSent().at(-1) ?? [];
    expect(last).toHaveLength(500);
    expect(last.at(-1)?.lsn).toBe(1_699);
    expect(last[0]?.lsn).toBe(1_200);
  });

  it("a value that breaks the contract is a bug and is not sent", () => {
    pusher.push("status-changed", { ...scene.status, verdict: "fine" as "live" });
    expect(sent).toEqual([]);
    expect(bugs).toHaveLength(1);
  });
});

describe("a hidden window", () => {
  it("hears nothing, not even what waited, and gets the fresh set when it is shown", async () => {
    pusher.push("status-changed", scene.status);
    pusher.push("status-changed", { ...scene.status, editsPerSecond: 1 });
    pusher.hide();
    pusher.push("failures-changed", { rows: [] });
    vi.advanceTimersByTime(10 * pushIntervalMs);
    expect(sent).toHaveLength(1);
    fresh = [
      ["status-changed", { ...scene.status, editsPerSecond: 2 }],
      ["objects-changed", { reset: true, upserts: [...few], removed: [] }],
    ];
    await pusher.show();
    expect(sent.slice(1)).toEqual(fresh);
  });

  it("is not told a fresh set when it was shown all along", async () => {
    fresh = [["status-changed", scene.status]];
    await pusher.show();
    expect(sent).toEqual([]);
  });
});

describe("the fresh set", () => {
  const answers: Parameters<typeof freshSet>[0] = {
    status: () => success(scene.status),
    objects: () => success({ objects: [...scene.objects, { ...(few[0] as ObjectView), uuid: uuidOf(70_000) }] }),
    timeline: ({ limit }) => success({ rows: scene.timeline.slice(0, limit), more: true }),
    failures: () => failure("E_HALTED", "VibeSync stopped itself."),
    snapshots: () => success({ rows: [...scene.snapshots.slice(0, 1)], more: true }),
  };

  it("holds every part that can be had, in pushes that the contract allows", async () => {
    const set = await freshSet(answers);
    expect(set.map(([channel]) => channel)).toEqual([
      "status-changed",
      "objects-changed",
      "objects-changed",
      "timeline-grew",
      "snapshots-changed",
    ]);
    for (const [channel, value] of set) pusher.push(channel as "status-changed", value as PushValue<"status-changed">);
    vi.advanceTimersByTime(5 * pushIntervalMs);
    expect(bugs).toEqual([]);
    expect(objectsSent().map(({ reset, upserts }) => [reset, upserts.length])).toEqual([
      [true, 10_000],
      [false, 1],
    ]);
  });
});
