/** Many small packs made into one: what it saves, and that nothing can interrupt it to anybody's loss (R22). */
import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { smallPacksMax } from "#electron/snapshots/packs.ts";
import type { SnapshotStore } from "#electron/snapshots/store.ts";
import { type Fault, FaultyDisk } from "./faulty-disk.ts";
import {
  changesOf,
  damageObject,
  fsck,
  git,
  gitFolder,
  isUnexpected,
  jsonOf,
  opened,
  request,
  tempProject,
  uuidOf,
  valueOrThrow,
} from "./temp-project.ts";

/** Not every change of the disk in the unit lane: the unlinks in the middle are all alike. */
const stride = process.env["VIBESYNC_NIGHTLY"] === "1" ? 1 : 9;

function packs(project: string): readonly string[] {
  return readdirSync(join(gitFolder(project), "objects", "pack")).filter((name) => name.endsWith(".pack"));
}

async function commitOne(store: SnapshotStore, lsn: number) {
  const changed = lsn === 1 ? changesOf(5) : [{ uuid: uuidOf(lsn % 5), json: jsonOf(lsn % 5, lsn) }];
  return store.commit(request(lsn, changed));
}

/** One commit short of being crowded. */
async function almostCrowded(): Promise<string> {
  const project = tempProject();
  const store = await opened(project);
  for (let lsn = 1; lsn < smallPacksMax; lsn += 1) valueOrThrow(await commitOne(store, lsn));
  return project;
}

/** Opens again: git finds it clean, nothing was repaired but leftovers, and each snapshot is what it was. */
async function judge(project: string): Promise<void> {
  fsck(project);
  const store = await opened(project);
  expect(store.opening.repairs.filter(isUnexpected)).toEqual([]);
  const rows = valueOrThrow(await store.list({ limit: 100 }));
  expect(rows.length).toBeGreaterThanOrEqual(smallPacksMax - 1);
  for (const { oid, lsn } of [...rows.slice(0, 2), ...rows.slice(-2)]) {
    const { objects } = valueOrThrow(await store.read(oid));
    expect(objects.get(uuidOf(lsn % 5))).toBe(jsonOf(lsn % 5, lsn === 1 ? 0 : lsn));
    expect(objects.size).toBe(5);
  }
}

describe("a crowd of packs", { timeout: 120_000 }, () => {
  it("[SNAP-13] becomes one, and every snapshot is still there", async () => {
    const project = await almostCrowded();
    expect(packs(project)).toHaveLength(smallPacksMax - 1);
    const store = await opened(project);
    valueOrThrow(await commitOne(store, smallPacksMax));
    valueOrThrow(await store.tidy());
    expect(packs(project)).toHaveLength(1);
    await judge(project);
    valueOrThrow(await commitOne(store, smallPacksMax + 1));
    git(project, "gc", "--quiet", "--prune=now");
    await judge(project);
  });

  const faults: readonly [string, Fault][] = [
    ["the process dies", { kind: "death" }],
    ["the power goes", { kind: "power-cut" }],
    ["the disk fails once", { kind: "error-once", errno: "EIO" }],
    ["the disk is full", { kind: "error-for-ever", errno: "ENOSPC" }],
  ];
  it.each(faults)("[SNAP-13] loses nothing when %s at any change of the disk (R22)", async (_, fault) => {
    const project = await almostCrowded();
    for (let count = 0; ; count += stride) {
      const copy = tempProject();
      cpSync(project, copy, { recursive: true });
      const disk = new FaultyDisk();
      const store = await opened(copy, disk);
      disk.arm(count, fault);
      await commitOne(store, smallPacksMax);
      await store.tidy();
      if (disk.changes <= count) {
        expect(count).toBeGreaterThan(2 * smallPacksMax);
        return;
      }
      if (fault.kind === "power-cut") disk.cutPower();
      await judge(copy);
    }
  });

  it("[SNAP-5] [SNAP-13] with damage in one of them: what is intact moves on, the damaged pack is set aside", async () => {
    const project = await almostCrowded();
    const old = git(project, "rev-parse", `HEAD~5:${uuidOf(3).slice(0, 2)}/${uuidOf(3)}.json`).trim();
    damageObject(project, old);
    const store = await opened(project);
    valueOrThrow(await commitOne(store, smallPacksMax));
    valueOrThrow(await store.tidy());
    expect(packs(project)).toHaveLength(1);
    expect(readdirSync(join(gitFolder(project), "vibesync", "torn"))).toHaveLength(2);
    const rows = valueOrThrow(await store.list({ limit: 100 }));
    expect(rows).toHaveLength(smallPacksMax);
    const outcomes = await Promise.all(rows.map(({ oid }) => store.read(oid)));
    const lost = outcomes.filter((each) => !each.ok).length;
    expect(lost).toBeGreaterThan(0);
    expect(lost).toBeLessThanOrEqual(5);
  });
});
