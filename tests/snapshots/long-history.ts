/** A history as it is after forty days of work in little: what of it is to stay, and what each snapshot holds. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { worthsOf } from "#electron/core/snapshot-retention.ts";
import type { SnapshotInfo, SnapshotReason } from "#electron/ports/snapshots.ts";
import type { SnapshotStore } from "#electron/snapshots/store.ts";
import { type DiskImage, FakeDisk, keepAll } from "#tests/wal/fake-disk.ts";
import { changesOf, jsonOf, opened, request, uuidOf, valueOrThrow } from "./temp-project.ts";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const nowMs = 1_790_000_000_000;
const objectCount = 5;
export const fakeProject = "/project";

/** Ages from old to new: long ago, by the hour, by the minute, and the last hour. */
const ages: readonly number[] = [
  ...spread(40 * dayMs, 12 * hourMs, 12),
  ...spread(10 * dayMs, 20 * minuteMs, 30),
  ...spread(9 * dayMs, dayMs, 4),
  ...spread(5 * hourMs, 20_000, 30),
  ...spread(50 * minuteMs, 4 * minuteMs, 10),
];

export const snapshotCount = ages.length;

function spread(fromMs: number, stepMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => fromMs - index * stepMs);
}

function reasonOf(lsn: number): SnapshotReason {
  if (lsn % 17 === 0) return "manual";
  return lsn % 13 === 0 ? "before-delete" : "final";
}

/** Snapshot `lsn` changes one object, in a way that says which it is. */
export async function commitOf(store: SnapshotStore, lsn: number): Promise<SnapshotInfo> {
  const changed = lsn === 1 ? changesOf(objectCount) : [{ uuid: uuidOf(lsn % objectCount), json: jsonOf(lsn, lsn) }];
  const timeMs = nowMs - (ages[lsn - 1] ?? 0);
  return valueOrThrow(await store.commit(request(lsn, changed, { timeMs, reason: reasonOf(lsn) })));
}

export type LongHistory = {
  readonly image: DiskImage;
  /** From new to old. */
  readonly rows: readonly SnapshotInfo[];
};

let making: Promise<LongHistory> | undefined;

/** On a disk of its own, under `fakeProject`; made once. */
export function longHistory(): Promise<LongHistory> {
  making ??= make();
  return making;
}

async function make(): Promise<LongHistory> {
  const disk = new FakeDisk(new Map([[fakeProject, null]]));
  const store = await opened(fakeProject, disk);
  const made: SnapshotInfo[] = [];
  for (let lsn = 1; lsn <= snapshotCount; lsn += 1) made.push(await commitOf(store, lsn));
  return { image: disk.crash(keepAll), rows: made.reverse() };
}

/** Puts what a disk holds into a folder of the real one. */
export function materialise(image: DiskImage, folder: string): void {
  for (const path of [...image.keys()].sort()) {
    const bytes = image.get(path) ?? null;
    const target = join(folder, path.slice(fakeProject.length));
    if (bytes === null) mkdirSync(target, { recursive: true });
    else writeFileSync(target, bytes);
  }
}

/** Of rows from new to old, those that stay. */
export function staying(rows: readonly SnapshotInfo[], held: readonly string[] = []): readonly SnapshotInfo[] {
  const worths = worthsOf(rows.map((row) => ({ ...row, isHeld: held.includes(row.oid) })));
  return rows.filter((_, place) => worths[place] !== "none");
}

/** What the scene was at `lsn`. */
export function sceneAt(lsn: number): ReadonlyMap<string, string> {
  const scene = new Map(changesOf(objectCount).map(({ uuid, json }) => [uuid as string, json ?? ""]));
  for (let each = 2; each <= lsn; each += 1) scene.set(uuidOf(each % objectCount), jsonOf(each, each));
  return scene;
}

/** Throws unless each of them is what it was. */
export async function checkContents(store: SnapshotStore, rows: readonly SnapshotInfo[]): Promise<void> {
  for (const { oid, lsn } of rows) {
    const { objects } = valueOrThrow(await store.read(oid));
    const wanted = sceneAt(lsn);
    const isEqual = objects.size === wanted.size && [...wanted].every(([uuid, json]) => objects.get(uuid) === json);
    if (!isEqual) throw new Error(`snapshot ${lsn} is not what it was`);
  }
}
