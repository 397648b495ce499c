/**
 * The log in the window: the tail, the reader's pages and freeze, and the cache in an IndexedDB that lives in memory.
 */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase, type WindowDatabase } from "#renderer/cache/database.ts";
import { defaultPreferences, readPreferences, writePreferences } from "#renderer/cache/preferences.ts";
import { createPageCache, type PageCache, pagesMax } from "#renderer/cache/timeline-pages.ts";
import { burstsOf } from "#renderer/store/bursts.ts";
import { applyStatus, applyTimeline, createHubStore, type HubStore } from "#renderer/store/hub-store.ts";
import { bucketCount, bucketMs, createPulse, editsPerSecond } from "#renderer/store/pulse.ts";
import { createTimelineReader, type TimelineReader } from "#renderer/store/timeline-reader.ts";
import {
  alignedLimit,
  grownTail,
  isFiltered,
  joined,
  noFilter,
  passes,
  tailRowsMax,
} from "#renderer/store/timeline-tail.ts";
import type { RequestArgument } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";
import { failure, success } from "#shared/result.ts";
import { type FakeClient, fakeClient } from "./fake-client.ts";
import { growth } from "./harness/scene-parts.ts";
import { sceneOf } from "./harness/scenes.ts";

const nowMs = Date.now();
const scene = sceneOf("live", nowMs);
const lsns = (rows: readonly TimelineRow[]) => rows.map((row) => row.lsn);
const rowAt = (lsn: number): TimelineRow => growth(lsn - 1, 1, nowMs).rows[0] as TimelineRow;

function answer({ before, limit, filter }: RequestArgument<"timeline">) {
  const rows = scene.timeline.filter((row) => (before === null || row.lsn < before) && passes(row, filter));
  return success({ rows: rows.slice(0, limit), more: rows.length > limit });
}

let database: WindowDatabase;
let pages: PageCache;
let usedMs = 0;
beforeEach(() => {
  database = openDatabase();
  usedMs = 0;
  pages = createPageCache(database, () => ++usedMs);
});
afterEach(async () => {
  await database.delete();
});

describe("the tail", () => {
  it("is newest first, without doubles, whatever order rows come in", () => {
    const tail = grownTail([rowAt(3), rowAt(2)], [rowAt(4), rowAt(3), rowAt(5)]);
    expect(lsns(tail)).toEqual([5, 4, 3, 2]);
    expect(lsns(joined([rowAt(9)], [rowAt(4)]))).toEqual([9, 4]);
  });

  it("is bounded", () => {
    let tail: readonly TimelineRow[] = [];
    for (let lsn = 0; lsn < tailRowsMax + 400; lsn += 400) tail = grownTail(tail, growth(lsn, 400, nowMs).rows);
    expect(tail).toHaveLength(tailRowsMax);
    expect(tail[0]?.lsn).toBe(2_400);
  });

  it("is replaced by a push that may have lost rows", () => {
    expect(lsns(grownTail([rowAt(1)], growth(1_000, 500, nowMs).rows)).at(-1)).toBe(1_001);
  });

  it("passes what each filter asks for", () => {
    const row = {
      ...rowAt(14),
      kind: "edit",
      writer: "unity",
      uuids: ["u"],
      name: "Tower.001",
      summary: "Renamed",
    } as const;
    const fits = (change: Partial<typeof noFilter>) =>
      passes({ ...row, uuids: [...row.uuids] }, { ...noFilter, ...change });
    expect(fits({})).toBe(true);
    expect(fits({ kinds: ["edit"] })).toBe(true);
    expect(fits({ kinds: ["fault"] })).toBe(false);
    expect(fits({ writer: "blender" })).toBe(false);
    expect(fits({ uuid: "u" })).toBe(true);
    expect(fits({ uuid: "v" })).toBe(false);
    expect(fits({ search: " tower" })).toBe(true);
    expect(fits({ search: "RENAMED" })).toBe(true);
    expect(fits({ search: "moved" })).toBe(false);
    expect(isFiltered(noFilter)).toBe(false);
    expect(isFiltered({ ...noFilter, search: "  " })).toBe(false);
  });

  it("asks so that later pages begin at multiples", () => {
    for (const before of [1, 99, 100, 199, 200, 201, 350, 1_234]) {
      const limit = alignedLimit(before, 200);
      expect(limit).toBeGreaterThan(0);
      expect(limit).toBeLessThanOrEqual(500);
      if (before > limit) expect((before - limit) % 200).toBe(0);
    }
  });
});

describe("bursts", () => {
  const move = (lsn: number, change: Partial<TimelineRow> = {}): TimelineRow => ({
    ...rowAt(2),
    kind: "transform",
    writer: "blender",
    uuids: ["u"],
    entities: 1,
    summary: "Moved",
    lsn,
    ...change,
  });
  const counts = (rows: readonly TimelineRow[]) => burstsOf(rows).map(({ row, count, key }) => [row.lsn, count, key]);

  it("moves in a row of the same objects are one line, named by its oldest", () => {
    expect(counts([move(9), move(8), move(7)])).toEqual([[9, 3, "7"]]);
    expect(counts([move(10), move(9), move(8), move(7)])).toEqual([[10, 4, "7"]]);
  });

  it("another object, another hand, another word or another kind begins a new line", () => {
    const rows = [move(9), move(8, { uuids: ["v"] }), move(7, { writer: "unity" }), move(6, { summary: "Turned" })];
    expect(counts(rows)).toHaveLength(4);
    const edit = { kind: "edit" as const };
    expect(counts([move(9, edit), move(8, edit)])).toHaveLength(2);
  });
});

describe("the reader", () => {
  let store: HubStore;
  let hub: FakeClient;
  let reader: TimelineReader;
  const start = (follow: boolean): TimelineReader => {
    reader = createTimelineReader({ hub, store, pages }, follow);
    return reader;
  };
  beforeEach(() => {
    store = createHubStore();
    hub = fakeClient({ timeline: answer });
    applyStatus(store, scene.status);
    applyTimeline(store, scene.timeline.slice(0, 200), nowMs);
  });
  afterEach(() => reader.stop());

  it("reads backwards without a gap to the beginning of the log", async () => {
    start(true);
    for (let page = 0; page < 20 && reader.getState().more; page += 1) await reader.loadOlder();
    expect(lsns(reader.getState().rows)).toEqual(lsns(scene.timeline));
    expect(reader.getState().more).toBe(false);
  });

  it("grows while following", () => {
    start(true);
    applyTimeline(store, growth(1_400, 5, nowMs).rows, nowMs);
    expect(reader.getState().rows[0]?.lsn).toBe(1_405);
    expect(reader.getState().fresh).toBe(0);
  });

  it("stands still and counts while not following, and comes back to live", async () => {
    start(false);
    await reader.loadOlder();
    const before = reader.getState().rows;
    applyTimeline(store, growth(1_400, 5, nowMs).rows, nowMs);
    expect(reader.getState().rows).toBe(before);
    expect(reader.getState().fresh).toBe(5);
    reader.setFollow(true);
    expect(reader.getState().rows[0]?.lsn).toBe(1_405);
    expect(reader.getState().fresh).toBe(0);
  });

  it("leaves no gap when a burst replaced the tail", async () => {
    start(true);
    await reader.loadOlder();
    applyTimeline(store, growth(5_000, 500, nowMs).rows, nowMs);
    expect(lsns(reader.getState().rows).at(-1)).toBe(5_001);
    expect(reader.getState().more).toBe(true);
  });

  it("filters what comes live and what is read", async () => {
    start(true);
    reader.setFilter({ ...noFilter, kinds: ["fault"] });
    for (let page = 0; page < 10 && reader.getState().more; page += 1) await reader.loadOlder();
    const faults = scene.timeline.filter((row) => row.kind === "fault");
    expect(lsns(reader.getState().rows)).toEqual(lsns(faults));
  });

  it("drops the answer to a filter that was changed meanwhile", async () => {
    start(true);
    reader.setFilter({ ...noFilter, kinds: ["fault"] });
    const slow = reader.loadOlder();
    reader.setFilter({ ...noFilter, kinds: ["boot"] });
    await slow;
    expect(reader.getState().rows).toEqual([]);
    expect(reader.getState().loading).toBe(false);
  });

  it("says what failed and can be asked again", async () => {
    let isBroken = true;
    hub = fakeClient({ timeline: (asked) => (isBroken ? failure("E_DISK", "The disk refused.") : answer(asked)) });
    start(true);
    await reader.loadOlder();
    expect(reader.getState().failure?.code).toBe("E_DISK");
    isBroken = false;
    await reader.loadOlder();
    expect(reader.getState().failure).toBeNull();
    expect(reader.getState().rows.length).toBeGreaterThan(200);
  });

  it("finds final pages in the cache the next time", async () => {
    start(true);
    await reader.loadOlder();
    await reader.loadOlder();
    reader.stop();
    const again = fakeClient({ timeline: answer });
    hub = again;
    start(true);
    await reader.loadOlder();
    await reader.loadOlder();
    expect(again.asked).toEqual([]);
    expect(reader.getState().rows.at(-1)?.lsn).toBe(800);
  });
});

describe("the page cache", () => {
  const page = { rows: scene.timeline.slice(0, 10), more: true };
  const key = (before: number) => ({ project: "p", before, limit: 200, filter: noFilter });

  it("keeps final pages only", async () => {
    await pages.put(key(50), page, 40);
    await pages.put(key(41), page, 40);
    expect(await pages.get(key(50))).toBeNull();
    expect(await pages.get(key(41))).toEqual(page);
  });

  it("tells projects, ranges and filters apart", async () => {
    await pages.put(key(41), page, 40);
    expect(await pages.get({ ...key(41), project: "q" })).toBeNull();
    expect(await pages.get({ ...key(41), filter: { ...noFilter, writer: "unity" } })).toBeNull();
    expect(await pages.get({ ...key(41), limit: 100 })).toBeNull();
  });

  it("does not trust what an older version wrote", async () => {
    await pages.put(key(41), page, 40);
    const [stored] = await database.pages.toArray();
    await database.pages.put({ ...(stored as NonNullable<typeof stored>), page: { rows: [{ lsn: "x" }], more: true } });
    expect(await pages.get(key(41))).toBeNull();
  });

  it("is bounded and forgets what was not used for longest", async () => {
    for (let before = 1; before <= pagesMax + 1; before += 1) await pages.put(key(before), page, 10_000);
    expect(await database.pages.count()).toBeLessThanOrEqual(pagesMax);
    expect(await pages.get(key(1))).toBeNull();
    expect(await pages.get(key(pagesMax + 1))).toEqual(page);
  });

  it("is a miss when the database is closed", async () => {
    database.close();
    await pages.put(key(41), page, 40);
    expect(await pages.get(key(41))).toBeNull();
  });
});

describe("preferences", () => {
  it("come back as they were kept", async () => {
    const kept = { ...defaultPreferences, view: "timeline", follow: false };
    await writePreferences(database, kept);
    expect(await readPreferences(database)).toEqual(kept);
  });

  it("are the default ones where they are missing or unreadable", async () => {
    expect(await readPreferences(database)).toEqual(defaultPreferences);
    await database.preferences.put({ name: "views", value: { view: 7 } });
    expect(await readPreferences(database)).toEqual(defaultPreferences);
    await database.preferences.put({ name: "views", value: { view: "failures" } });
    expect(await readPreferences(database)).toEqual({ ...defaultPreferences, view: "failures" });
    database.close();
    expect(await readPreferences(database)).toEqual(defaultPreferences);
  });
});

describe("the pulse", () => {
  const edit = (change: Partial<TimelineRow>): TimelineRow => ({
    ...rowAt(2),
    kind: "transform",
    writer: "blender",
    entities: 1,
    timeMs: nowMs,
    ...change,
  });

  it("counts entities per writer and quarter second, newest at the end", () => {
    const pulse = createPulse();
    const rows = [edit({}), edit({ entities: 4 }), edit({ writer: "unity" }), edit({ kind: "fault" })];
    pulse.add(rows, nowMs);
    const buckets = pulse.read(nowMs);
    expect(buckets).toHaveLength(bucketCount);
    expect(buckets.at(-1)).toMatchObject({ blender: 5, unity: 1, faults: 1 });
  });

  it("forgets after a minute, also while nothing comes", () => {
    const pulse = createPulse();
    pulse.add([edit({})], nowMs);
    const sum = (atMs: number) => pulse.read(atMs).reduce((all, bucket) => all + bucket.blender, 0);
    expect(sum(nowMs + 59_000)).toBe(1);
    expect(sum(nowMs + bucketCount * bucketMs)).toBe(0);
  });

  it("leaves out what is too old and what nobody did", () => {
    const pulse = createPulse();
    pulse.add(
      [edit({ timeMs: nowMs - 61_000 }), edit({ kind: "final", writer: "hub" }), edit({ kind: "boot" })],
      nowMs,
    );
    expect(pulse.read(nowMs).some((bucket) => bucket.blender + bucket.unity + bucket.faults > 0)).toBe(false);
  });

  it("sums to whole seconds", () => {
    const pulse = createPulse();
    pulse.add([edit({ entities: 3 })], nowMs);
    const seconds = editsPerSecond(pulse.read(nowMs));
    expect(seconds).toHaveLength(60);
    expect(seconds.at(-1)?.blender).toBe(3);
  });
});
