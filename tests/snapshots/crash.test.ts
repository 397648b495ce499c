/**
 * A commit that fails, dies or loses power at its k-th change of the disk, for every k. Real git judges what is left.
 */
import { cpSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { SnapshotRequest } from "#electron/ports/snapshots.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import type { Result } from "#shared/result.ts";
import { type Fault, FaultyDisk } from "./faulty-disk.ts";
import {
  changesOf,
  fsck,
  git,
  isUnexpected,
  jsonOf,
  opened,
  request,
  tempProject,
  uuidOf,
  valueOrThrow,
} from "./temp-project.ts";

const before = new Map(changesOf(4).map(({ uuid, json }) => [uuid, json]));
const after = new Map(before).set(uuidOf(1), jsonOf(1, 1));
after.delete(uuidOf(2));

/** Small, because it is done some 300 times: one object changed, one removed. */
function second(base: string): SnapshotRequest {
  const changed = [
    { uuid: uuidOf(1), json: jsonOf(1, 1) },
    { uuid: uuidOf(2), json: null },
  ];
  return request(2, changed, { base });
}

async function projectWithOneSnapshot(): Promise<{ project: string; oid: string }> {
  const project = tempProject();
  const store = await opened(project);
  return { project, oid: valueOrThrow(await store.commit(request(1, changesOf(4)))).oid };
}

/** Reopens, checks that exactly one of the two states is there, and that the second commit then goes through. */
async function judge(project: string, base: string): Promise<void> {
  fsck(project);
  const store = await opened(project);
  const { head, repairs } = store.opening;
  expect(repairs.filter(isUnexpected)).toEqual([]);
  expect([1, 2]).toContain(head?.lsn);
  expect(git(project, "rev-parse", "HEAD").trim()).toBe(head?.oid);
  const found = valueOrThrow(await store.read(head?.oid ?? ""));
  expect(found.objects).toEqual(head?.lsn === 1 ? before : after);
  const again = valueOrThrow(await store.commit(second(base)));
  expect(valueOrThrow(await store.read(again.oid)).objects).toEqual(after);
  expect(valueOrThrow(await store.list({ limit: 10 })).map(({ lsn }) => lsn)).toEqual([2, 1]);
}

interface Struck {
  readonly disk: FaultyDisk;
  readonly store: SnapshotStore;
  readonly project: string;
  readonly oid: string;
  readonly result: Result<unknown>;
}

async function strikeEverywhere(fault: Fault, afterwards: (struck: Struck) => Promise<void>): Promise<number> {
  const { project, oid } = await projectWithOneSnapshot();
  for (let count = 0; count < 500; count += 1) {
    const copy = tempProject();
    cpSync(project, copy, { recursive: true });
    const disk = new FaultyDisk();
    const store = await opened(copy, disk);
    disk.arm(count, fault);
    const result = await store.commit(second(oid));
    if (disk.changes <= count) return count;
    await afterwards({ disk, store, project: copy, oid, result });
  }
  throw new Error("a commit of two objects has more than 500 changes");
}

const changesMin = 15;

describe("a commit at every change of the disk", { timeout: 120_000 }, () => {
  it("[SNAP-3] [SNAP-4] that dies leaves the old or the new state, and git finds it clean", async () => {
    const count = await strikeEverywhere({ kind: "death" }, async ({ project, oid, result }) => {
      expect(result.ok).toBe(false);
      await judge(project, oid);
    });
    expect(count).toBeGreaterThan(changesMin);
  });

  it("[SNAP-4] that dies and is repeated by the next process is then safe from a power cut", async () => {
    await strikeEverywhere({ kind: "death" }, async ({ disk, project, oid }) => {
      disk.revive();
      const next = await opened(project, disk);
      valueOrThrow(await next.commit(second(oid)));
      disk.cutPower();
      const reopened = await opened(project);
      expect(reopened.opening).toMatchObject({ head: { lsn: 2 }, repairs: [] });
      await judge(project, oid);
    });
  });

  const lost: readonly [string, (path: string) => boolean][] = [
    ["every unsettled name", () => true],
    ["the unsettled names of objects only", (path) => path.includes("/objects/")],
    ["the unsettled names of other files only", (path) => !path.includes("/objects/")],
  ];
  it.each(lost)("[SNAP-3] [SNAP-4] that loses power and %s leaves the old or the new state", async (_, takes) => {
    const count = await strikeEverywhere({ kind: "power-cut" }, async ({ disk, project, oid, result }) => {
      expect(result.ok).toBe(false);
      disk.cutPower(takes);
      await judge(project, oid);
    });
    expect(count).toBeGreaterThan(changesMin);
  });

  it("[SNAP-6] that fails once succeeds when it is repeated, and a power cut takes nothing of it", async () => {
    let failures = 0;
    await strikeEverywhere({ kind: "error-once", errno: "EIO" }, async ({ disk, store, project, oid, result }) => {
      if (!result.ok) {
        failures += 1;
        expect(result.failure.code).toBe("E_SNAPSHOT");
        valueOrThrow(await store.commit(second(oid)));
      }
      disk.cutPower();
      const reopened = await opened(project);
      expect(reopened.opening).toMatchObject({ head: { lsn: 2 }, repairs: [] });
      await judge(project, oid);
    });
    expect(failures).toBeGreaterThan(changesMin);
  });

  it("[SNAP-12] that meets a full disk fails with a code and leaves the history as it was", async () => {
    await strikeEverywhere({ kind: "error-for-ever", errno: "ENOSPC" }, async ({ project, oid, result }) => {
      expect(result.ok ? "" : result.failure.code).toBe("E_DISK_FULL");
      await judge(project, oid);
    });
  });
});

describe("the making of a history", { timeout: 120_000 }, () => {
  it("[SNAP-8] that loses power at any change is finished by the next opening", async () => {
    for (let count = 0; count < 200; count += 1) {
      const project = tempProject();
      const disk = new FaultyDisk();
      disk.arm(count, { kind: "power-cut" });
      const store = await SnapshotStore.open(project, disk);
      const taken = store.ok ? await store.value.commit(request(1, changesOf(4))) : store;
      disk.cutPower();
      const reopened = await opened(project);
      if (taken.ok) {
        expect(count).toBeGreaterThan(25);
        expect(reopened.opening).toMatchObject({ head: { lsn: 1 }, repairs: [] });
        return;
      }
      valueOrThrow(await reopened.commit(request(1, changesOf(4), { whole: true })));
      fsck(project);
    }
    throw new Error("making a history takes more than 200 changes");
  });
});
