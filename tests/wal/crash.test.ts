/**
 * Power cuts: at every operation of a life of the log, with several things left on the medium each time; then power
 * cuts in the recovery from them. What counts is what had been confirmed before the cut.
 */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DiskImage, FakeDisk, type Fate, keepAll, loseAll, randomFate, sectorBytes } from "./fake-disk.ts";
import { checkSettled, freshProject, life, recoverAndCheck, type Told } from "./log-life.ts";
import { must, openWriter, readProject, recordsAfter, segmentBytes, walFolder } from "./log-script.ts";

const randomFatesPerCut = 28;

/** Lives until operation `cutAt`; undefined when life ended before. */
async function lifeUntil(cutAt: number): Promise<{ disk: FakeDisk; told: Told } | undefined> {
  const disk = new FakeDisk(freshProject);
  const told: Told = { appendedLsn: 0, confirmedLsn: 0 };
  disk.onOperation = ({ index }) => (index === cutAt ? { kind: "power-cut" } : undefined);
  await life(disk, told);
  return disk.isDead ? { disk, told } : undefined;
}

const fates: readonly [string, Fate][] = [
  ["keep all", keepAll],
  ["lose all", loseAll],
  ["data without names", { keepsName: () => false, keepsSector: () => true }],
  ["names without data", { keepsName: () => true, keepsSector: () => false }],
];

function fatesOf(cut: number): readonly [string, Fate][] {
  const random = Array.from({ length: randomFatesPerCut }, (_, index): [string, Fate] => {
    const seed = cut * 1_000 + index;
    return [`seed ${seed}`, randomFate(seed)];
  });
  return [...fates, ...random];
}

describe("power cuts", () => {
  it("[WAL-7] [WAL-10] [WAL-11] [WAL-13] at every operation: nothing confirmed is lost (R4)", async () => {
    let states = 0;
    let cut = 0;
    for (; ; cut += 1) {
      const lived = await lifeUntil(cut);
      if (lived === undefined) break;
      for (const [name, fate] of fatesOf(cut)) {
        const place = `cut ${cut}, ${name}`;
        checkSettled(recoverAndCheck(lived.disk.crash(fate), lived.told, place), place);
        states += 1;
      }
    }
    expect(cut).toBeGreaterThan(400);
    expect(states).toBe(cut * (fates.length + randomFatesPerCut));
  }, 120_000);

  it("[WAL-11] at every operation of the recovery, three deep (R5)", async () => {
    let recoveries = 0;
    for (let cut = 30; ; cut += 61) {
      const lived = await lifeUntil(cut);
      if (lived === undefined) break;
      recoveries += recoverDeep(lived.disk.crash(randomFate(cut)), lived.told, {
        depth: 3,
        from: cut,
        place: `cut ${cut}`,
      });
    }
    expect(recoveries).toBeGreaterThan(500);
  }, 120_000);

  it("[WAL-10] every subset of the sectors of the last, unconfirmed write (R3)", async () => {
    let subsets = 0;
    for (let shape = 0; shape < 50; shape += 1) {
      const disk = new FakeDisk(freshProject);
      const log = must(openWriter(disk, must(readProject(disk)).recovery));
      must(log.append(recordsAfter(0, 3 + shape)));
      must(await log.flush());
      const told = { confirmedLsn: log.lastLsn, appendedLsn: 0 };
      must(log.append(recordsAfter(log.lastLsn, 1 + ((shape * 3) % 17))));
      told.appendedLsn = log.lastLsn;
      const sectors = unsyncedSectors(disk);
      expect(sectors).toBeLessThanOrEqual(10);
      for (let subset = 0; subset < 2 ** sectors; subset += 1) {
        recoverAndCheck(disk.crash(subsetFate(subset)), told, `shape ${shape}, subset ${subset}`);
        subsets += 1;
      }
    }
    expect(subsets).toBeGreaterThan(1_000);
  }, 60_000);
});

/** `from` turns the first operation that is struck, so that what is stepped over here is struck in another life. */
type Depth = { readonly depth: number; readonly from: number; readonly place: string };

/** Cuts the power at every operation of a recovery, and again in the recovery from that. Returns how many ran. */
function recoverDeep(image: DiskImage, told: Told, { depth, from, place }: Depth): number {
  checkSettled(recoverAndCheck(image, told, place), place);
  if (depth === 0) return 1;
  const step = depth === 3 ? 1 : 7;
  let count = 1;
  for (let cut = from % step; ; cut += step) {
    const disk = new FakeDisk(image);
    disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
    readProject(disk);
    if (!disk.isDead) return count;
    const next = { depth: depth - 1, from: from + cut, place: `${place}, recovery cut ${cut}` };
    count += recoverDeep(disk.crash(randomFate(cut + depth)), told, next);
  }
}

/** How many sectors the crash has to decide on. */
function unsyncedSectors(disk: FakeDisk): number {
  let count = 0;
  disk.crash({
    keepsName: () => true,
    keepsSector: () => {
      count += 1;
      return true;
    },
  });
  return count;
}

function subsetFate(subset: number): Fate {
  let decided = 0;
  return {
    keepsName: () => true,
    keepsSector: () => {
      decided += 1;
      return ((subset >> (decided - 1)) & 1) === 1;
    },
  };
}

describe("the test itself", () => {
  it("[WAL-7] notices a log that confirms without a sync", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 4)));
    const told = { appendedLsn: 4, confirmedLsn: 4 };
    expect(() => recoverAndCheck(disk.crash(loseAll), told, "planted")).toThrow("0 of 4 confirmed");
  });

  it("[WAL-12] notices a log that loses a confirmed record", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 20)));
    must(await log.flush());
    must(log.append(recordsAfter(20, 1)));
    must(await log.close());
    const image = new Map(disk.crash(keepAll));
    const path = join(walFolder(), "00000001.wal");
    const bytes = image.get(path)?.slice() ?? new Uint8Array(0);
    expect(bytes.length).toBe(segmentBytes);
    bytes.fill(0, sectorBytes, 2 * sectorBytes);
    expect(() => recoverAndCheck(image.set(path, bytes), { appendedLsn: 21, confirmedLsn: 21 }, "planted")).toThrow(
      "E_WAL_CORRUPT",
    );
  });
});
