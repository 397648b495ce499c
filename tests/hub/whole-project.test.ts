/**
 * Everything in a project's folder at once: power cuts at every operation of a life of log, checkpoints, sidecar,
 * project file and history; then in the recoveries from them; then a disk that refuses at every operation.
 */
import { describe, expect, it } from "vitest";
import {
  type DiskImage,
  FakeDisk,
  type Fate,
  type Fault,
  keepAll,
  loseAll,
  type Operation,
  randomFate,
} from "#tests/wal/fake-disk.ts";
import { checkNextStart, nothingTold, projectLife, type Told } from "./project-life.ts";

const isNightly = process.env["VIBESYNC_NIGHTLY"] === "1";
const randomFatesPerCut = isNightly ? 508 : 60;
const fillLevels = 50;
const fillStepBytes = 800;

/** Between two cuts of a recovery: the innermost of the three first. */
const stepsByDepth = isNightly ? [17, 23, 1] : [53, 41, 1];

const namedFates: readonly [string, Fate][] = [
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
  return [...namedFates, ...random];
}

const emptyDisk: DiskImage = new Map([["/project", null]]);

const looks: ReadonlySet<Operation["name"]> = new Set(["read", "stat", "sizeOf", "readdir", "close"]);

/**
 * Lives until operation `cutAt`; "a look" when that one leaves the disk as it is: what a power cut there may leave, the
 * one before the next change may leave, too, and more has been told by then. Undefined when life ended before.
 */
async function lifeUntil(cutAt: number): Promise<{ disk: FakeDisk; told: Told } | "a look" | undefined> {
  const disk = new FakeDisk(emptyDisk);
  const told = nothingTold();
  let isLook = false;
  disk.onOperation = ({ index, name }) => {
    if (index !== cutAt) return undefined;
    isLook = looks.has(name);
    return { kind: "power-cut" };
  };
  await projectLife(disk, told);
  if (!disk.isDead) return undefined;
  return isLook ? "a look" : { disk, told };
}

/**
 * Two states of a disk with the same key are the same to any start. Bytes that no crash decides about are the same
 * array each time: those are told apart by who they are, the rest by what they hold.
 */
class StateKeys {
  readonly #known = new WeakMap<Uint8Array, number>();
  #count = 0;

  /** Remembers what a kind crash leaves. */
  constructor(kind: DiskImage) {
    for (const bytes of kind.values()) {
      this.#count += 1;
      if (bytes !== null) this.#known.set(bytes, this.#count);
    }
  }

  of(image: DiskImage): string {
    const parts: string[] = [];
    for (const [path, bytes] of image) parts.push(`${path}\0${bytes === null ? "/" : this.#nameOf(bytes)}`);
    return parts.sort().join("\0");
  }

  #nameOf(bytes: Uint8Array): string {
    const known = this.#known.get(bytes);
    return known === undefined ? Buffer.from(bytes).toString("latin1") : `#${known}`;
  }
}

describe("a power cut", () => {
  it("[WAL-7] [WAL-13] [WAL-14] [SNAP-4] at every operation, 64 states each: nothing told is lost (R4)", async () => {
    let cut = 0;
    let changes = 0;
    let states = 0;
    let starts = 0;
    for (; ; cut += 1) {
      const lived = await lifeUntil(cut);
      if (lived === undefined) break;
      if (lived === "a look") continue;
      changes += 1;
      const seen = new Set<string>();
      const keys = new StateKeys(lived.disk.crash(loseAll));
      for (const [name, fate] of fatesOf(cut)) {
        states += 1;
        const image = lived.disk.crash(fate);
        const key = keys.of(image);
        if (seen.has(key)) continue;
        seen.add(key);
        starts += 1;
        await checkNextStart(new FakeDisk(image), lived.told, `cut ${cut}, ${name}`);
      }
    }
    expect(cut).toBeGreaterThan(400);
    expect(changes).toBeGreaterThan(200);
    expect(states).toBe(changes * (namedFates.length + randomFatesPerCut));
    expect(starts).toBeGreaterThan(3 * changes);
  }, 600_000);

  it("[WAL-11] [SNAP-8] at every operation of the recovery, three deep: the same is there (R5)", async () => {
    let recoveries = 0;
    for (let cut = 40; ; cut += isNightly ? 7 : 29) {
      const lived = await lifeUntil(cut);
      if (lived === undefined) break;
      if (lived === "a look") continue;
      recoveries += await recoverDeep(lived.disk.crash(randomFate(cut)), lived.told, {
        depth: 3,
        from: cut,
        place: `cut ${cut}`,
      });
    }
    expect(recoveries).toBeGreaterThan(2_000);
  }, 600_000);
});

/** `from` turns the first operation that is struck, so that what is stepped over here is struck in another life. */
type Depth = { readonly depth: number; readonly from: number; readonly place: string };

async function recoverDeep(image: DiskImage, told: Told, { depth, from, place }: Depth): Promise<number> {
  const settled = new FakeDisk(image);
  const lsn = await checkNextStart(settled, told, place);
  const again = await checkNextStart(new FakeDisk(settled.crash(loseAll)), told, `${place}, again`);
  if (again !== lsn) throw new Error(`${place}: ${lsn} recovered, then ${again}`);
  if (depth === 0) return 1;
  const step = stepsByDepth[depth - 1] ?? 1;
  let count = 1;
  for (let cut = from % step; ; cut += step) {
    const disk = new FakeDisk(image);
    disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
    // A step that only tidies up may meet the power cut and say nothing: then the start is through.
    const problem = await checkNextStart(disk, nothingTold(), place).then(() => "EPOWER", String);
    if (!disk.isDead) return count;
    if (!problem.includes("EPOWER")) throw new Error(`${place}, recovery cut ${cut}: ${problem}`);
    const next = { depth: depth - 1, from: from + cut, place: `${place}, recovery cut ${cut}` };
    count += await recoverDeep(disk.crash(randomFate(cut + depth)), told, next);
  }
}

const errnos = ["EIO", "ENOSPC", "EROFS", "EMFILE", "EACCES"];
const faults: readonly Fault[] = [...errnos.map((errno): Fault => ({ kind: "error", errno })), { kind: "short" }];

describe("a disk that refuses", () => {
  for (const isForEver of [false, true]) {
    const howOften = isForEver ? "for ever" : "once";
    it(`[WAL-6] [WAL-8] [SNAP-6] at operation k for every k, ${howOften}, six ways: nothing told is lost (R6)`, async () => {
      let lives = 0;
      for (const [order, fault] of faults.entries()) {
        // Each kind of trouble meets every sixth operation here, and all of them together every one; EIO meets all.
        const step = order === 0 || isNightly ? 1 : faults.length;
        for (let at = order === 0 ? 0 : order; ; at += step) {
          const disk = new FakeDisk(emptyDisk);
          const told = nothingTold();
          let isReached = false;
          disk.onOperation = ({ index }) => {
            const isHit = isForEver ? index >= at : index === at;
            isReached ||= isHit;
            return isHit ? fault : undefined;
          };
          await projectLife(disk, told);
          if (!isReached) break;
          lives += 1;
          disk.onOperation = () => undefined;
          for (const fate of [keepAll, randomFate(at)]) {
            await checkNextStart(new FakeDisk(disk.crash(fate)), told, `${JSON.stringify(fault)} at ${at}`);
          }
        }
      }
      expect(lives).toBeGreaterThan(isForEver ? 300 : 500);
    }, 600_000);
  }
});

describe("a full disk", () => {
  it("[WAL-16] [SNAP-12] at fifty fill levels: the last good state opens each time, and goes on with room (R7)", async () => {
    const reached = new Set<number>();
    for (let level = 0; level < fillLevels; level += 1) {
      const disk = new FakeDisk(emptyDisk);
      const told = nothingTold();
      disk.capacityBytes = level * fillStepBytes;
      await projectLife(disk, told);
      reached.add(told.snapshotLsn);
      disk.capacityBytes = Number.POSITIVE_INFINITY;
      for (const fate of [keepAll, loseAll]) {
        await checkNextStart(new FakeDisk(disk.crash(fate)), told, `level ${level}`);
      }
      await projectLife(disk, told);
      await checkNextStart(new FakeDisk(disk.crash(loseAll)), told, `level ${level}, with room`);
      expect(told.snapshotLsn).toBeGreaterThanOrEqual(16);
    }
    // From a disk on which nothing can be told to one that holds a whole life.
    expect(reached.has(0)).toBe(true);
    expect(reached.has(16)).toBe(true);
    expect(reached.size).toBeGreaterThan(4);
  }, 60_000);
});

describe("the test itself", () => {
  it("[SNAP-4] notices a snapshot that was told and is gone", async () => {
    const disk = new FakeDisk(emptyDisk);
    const told = nothingTold();
    await projectLife(disk, told);
    expect(told.snapshotLsn).toBe(16);
    const later = { ...told, snapshotLsn: 17 };
    await expect(checkNextStart(new FakeDisk(disk.crash(keepAll)), later, "planted")).rejects.toThrow(
      "snapshot 16 of 17",
    );
  });

  it("[WAL-14] notices a project file that is not the one it was", async () => {
    const disk = new FakeDisk(emptyDisk);
    const told = nothingTold();
    await projectLife(disk, told);
    const image = new Map(disk.crash(keepAll));
    image.delete("/project/.vibesync/project.json");
    await expect(checkNextStart(new FakeDisk(image), told, "planted")).rejects.toThrow("another project");
  });
});
