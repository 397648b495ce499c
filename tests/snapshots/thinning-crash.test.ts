/**
 * Thinning that dies, loses power or meets a disk that refuses, at every operation: every snapshot that stays is there,
 * what is left is either still whole or gone, and the next thinning finishes what was begun (R22).
 */
import { describe, expect, it } from "vitest";
import { type DiskImage, FakeDisk, type Fate, type Fault, keepAll, loseAll, randomFate } from "#tests/wal/fake-disk.ts";
import {
  checkContents,
  commitOf,
  fakeProject,
  longHistory,
  materialise,
  snapshotCount,
  staying,
} from "./long-history.ts";
import { fsck, isUnexpected, opened, tempProject, valueOrThrow } from "./temp-project.ts";

const isNightly = process.env["VIBESYNC_NIGHTLY"] === "1";
/** Real git looks at one state in so many; our own eyes at all. */
const fsckStride = isNightly ? 20 : 60;
const randomFates = isNightly ? 60 : 1;
const finishStride = isNightly ? 1 : 5;

const looks = new Set(["read", "stat", "sizeOf", "readdir", "close"]);

function fatesOf(cut: number): readonly Fate[] {
  const random = Array.from({ length: randomFates }, (_, index) => randomFate(cut * 1_000 + index));
  const named = [loseAll, keepAll, { keepsName: () => false, keepsSector: () => true }];
  return [...named.slice(0, isNightly ? 3 : 1), ...random];
}

/** A commit, then the thinning of all that is old, on a disk that strikes at operation `at`; null: never reached. */
async function strike(at: number, fault: Fault, isForEver: boolean): Promise<FakeDisk | "a look" | null> {
  const disk = new FakeDisk((await longHistory()).image);
  const store = await opened(fakeProject, disk);
  const first = disk.operationCount;
  let struck: string | null = null;
  disk.onOperation = ({ index, name }) => {
    const isHit = isForEver ? index >= first + at : index === first + at;
    if (isHit) struck ??= name;
    return isHit ? fault : undefined;
  };
  await commitOf(store, snapshotCount + 1).catch(() => undefined);
  const tidied = await store.tidy();
  disk.onOperation = () => undefined;
  if (struck === null) return null;
  if (fault.kind === "error" && !tidied.ok) expect(["E_SNAPSHOT", "E_DISK_FULL"]).toContain(tidied.failure.code);
  return looks.has(struck) && fault.kind === "power-cut" ? "a look" : disk;
}

let judged = 0;

async function judge(image: DiskImage, place: string): Promise<void> {
  const { rows } = await longHistory();
  judged += 1;
  const disk = new FakeDisk(image);
  const store = await opened(fakeProject, disk);
  expect(store.opening.repairs.filter(isUnexpected), place).toEqual([]);
  const before = valueOrThrow(await store.list({ limit: 1_000 }));
  const newest = before.filter(({ lsn }) => lsn > snapshotCount);
  const expected = staying([...newest, ...rows]);
  const oids = new Set(before.map(({ oid }) => oid));
  expect(
    expected.filter(({ oid }) => !oids.has(oid)).map(({ lsn }) => lsn),
    place,
  ).toEqual([]);
  await checkContents(store, [...expected.slice(0, 2), ...expected.slice(-4)]);
  if (judged % fsckStride === 0) {
    const project = tempProject();
    materialise(disk.crash(keepAll), project);
    fsck(project);
  }
  if (judged % finishStride > 0) return;
  const again = await opened(fakeProject, disk);
  valueOrThrow(await again.tidy());
  expect(valueOrThrow(await again.list({ limit: 1_000 })), place).toEqual(expected);
  await checkContents(again, expected);
}

describe("thinning", { timeout: isNightly ? 7_200_000 : 240_000 }, () => {
  it("[SNAP-14] [SNAP-4] loses nothing that stays when the power goes at any operation (R22)", async () => {
    let points = 0;
    for (let at = 0; ; at += 1) {
      const disk = await strike(at, { kind: "power-cut" }, false);
      if (disk === null) break;
      if (disk === "a look") continue;
      points += 1;
      for (const [index, fate] of fatesOf(at).entries()) await judge(disk.crash(fate), `cut ${at}, fate ${index}`);
    }
    expect(points).toBeGreaterThan(200);
  });

  const refusals: readonly [string, Fault, boolean][] = [
    ["fails once", { kind: "error", errno: "EIO" }, false],
    ["is full", { kind: "error", errno: "ENOSPC" }, true],
  ];
  it.each(refusals)(
    "[SNAP-14] [SNAP-6] loses nothing that stays when the disk %s at any operation (R22)",
    async (_, fault, isForEver) => {
      let points = 0;
      for (let at = 0; ; at += isNightly ? 1 : 11) {
        const disk = await strike(at, fault, isForEver);
        if (disk === null) break;
        if (disk === "a look") continue;
        points += 1;
        await judge(disk.crash(loseAll), `refusal at ${at}`);
      }
      expect(points).toBeGreaterThan(30);
    },
  );
});
