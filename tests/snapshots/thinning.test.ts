/** A history that grows old: what stays, what goes, and what that saves on the disk. Real git judges. */
import { cpSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SnapshotInfo } from "#electron/ports/snapshots.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { FakeDisk } from "#tests/wal/fake-disk.ts";
import {
  checkContents,
  commitOf,
  fakeProject,
  longHistory,
  materialise,
  snapshotCount,
  staying,
} from "./long-history.ts";
import { damageObject, fsck, git, gitFolder, opened, request, tempProject, valueOrThrow } from "./temp-project.ts";

const nothing = { dropped: 0, notice: null };

function packBytes(project: string): number {
  const folder = join(gitFolder(project), "objects", "pack");
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

/** A copy of a history that nobody has thinned yet, and its rows from new to old. */
async function oldHistory(): Promise<{ project: string; rows: readonly SnapshotInfo[] }> {
  const project = tempProject();
  const { image, rows } = await longHistory();
  materialise(image, project);
  return { project, rows };
}

async function listed(store: SnapshotStore): Promise<readonly SnapshotInfo[]> {
  return valueOrThrow(await store.list({ limit: 1_000 }));
}

describe("a history that grew old", { timeout: 120_000 }, () => {
  it("[SNAP-14] [SNAP-1] is thinned by age; each that stays is what it was, git is content, and space comes back", async () => {
    const { project, rows } = await oldHistory();
    const before = packBytes(project);
    const store = await opened(project);
    expect(await listed(store)).toEqual(rows);
    const kept = staying(rows);
    expect(kept.length).toBeLessThan(snapshotCount * 0.7);
    const tidied = valueOrThrow(await store.tidy());
    expect(tidied).toEqual({ dropped: snapshotCount - kept.length, notice: null });
    fsck(project);
    expect(await listed(store)).toEqual(kept);
    await checkContents(store, kept);
    expect(packBytes(project)).toBeLessThan(before * 0.75);
    expect((await store.read(rows.find((row) => !kept.includes(row))?.oid ?? "")).ok).toBe(false);
  });

  it("[SNAP-14] goes on: pages, names, new snapshots, another opening, a person's git gc, and thinning again", async () => {
    const { project, rows } = await oldHistory();
    const store = await opened(project);
    const named = rows.at(-3)?.oid ?? "";
    valueOrThrow(await store.name(named, "The first idea"));
    valueOrThrow(await store.tidy());
    const kept = staying(rows, [named]);
    const labels = (await listed(store)).map(({ oid, label }) => [oid, label]);
    expect(labels).toEqual(kept.map(({ oid }) => [oid, oid === named ? "The first idea" : ""]));
    const middle = kept[kept.length >> 1]?.oid ?? "";
    const page = valueOrThrow(await store.list({ limit: 4, before: middle }));
    const place = kept.findIndex(({ oid }) => oid === middle);
    expect(page.map(({ oid }) => oid)).toEqual(kept.slice(place + 1, place + 5).map(({ oid }) => oid));
    const next = await commitOf(store, snapshotCount + 1);
    git(project, "gc", "--quiet", "--prune=now");
    fsck(project);
    const again = await opened(project);
    expect(again.opening.repairs).toEqual([]);
    expect((await listed(again)).map(({ oid }) => oid)).toEqual([next, ...kept].map(({ oid }) => oid));
    expect(valueOrThrow(await again.tidy())).toEqual(nothing);
    await commitOf(again, snapshotCount + 2);
    fsck(project);
    await checkContents(again, kept);
  });

  it("[SNAP-14] waits for many new snapshots before it looks again", async () => {
    const store = await opened(fakeProject, new FakeDisk((await longHistory()).image));
    expect(valueOrThrow(await store.tidy()).dropped).toBeGreaterThan(0);
    const count = (await listed(store)).length;
    const much = 60 * 24 * 3_600_000;
    for (let lsn = snapshotCount + 1; lsn <= snapshotCount + 255; lsn += 1) {
      valueOrThrow(await store.commit(request(lsn, [], { timeMs: 1_790_000_000_000 + lsn * much })));
    }
    expect(valueOrThrow(await store.tidy())).toEqual(nothing);
    await commitOf(store, snapshotCount + 256);
    expect(valueOrThrow(await store.tidy()).dropped).toBeGreaterThan(count / 4);
  });

  it("[SNAP-14] never takes away what somebody has just looked at", async () => {
    const { project, rows } = await oldHistory();
    const store = await opened(project);
    const doomed = rows.find((row) => !staying(rows).includes(row)) as SnapshotInfo;
    await checkContents(store, [doomed]);
    valueOrThrow(await store.tidy());
    await checkContents(store, [doomed]);
    expect((await listed(store)).map(({ oid }) => oid)).toContain(doomed.oid);
  });

  it("[SNAP-14] leaves everything while a branch or tag of somebody else's is there, and says so", async () => {
    const { project, rows } = await oldHistory();
    const store = await opened(project);
    git(project, "tag", "milestone", rows[40]?.oid ?? "");
    expect(valueOrThrow(await store.tidy())).toEqual({ dropped: 0, notice: "foreign-ref" });
    git(project, "pack-refs", "--all");
    const again = await opened(project);
    expect(valueOrThrow(await again.tidy())).toEqual({ dropped: 0, notice: "foreign-ref" });
    expect(await listed(again)).toEqual(rows);
    git(project, "tag", "-d", "milestone");
    const third = await opened(project);
    expect(valueOrThrow(await third.tidy()).dropped).toBeGreaterThan(0);
    fsck(project);
  });

  it("[SNAP-14] leaves everything when damage hides a part of the history, and says so", async () => {
    const { project, rows } = await oldHistory();
    damageObject(project, rows[30]?.oid ?? "");
    const store = await opened(project);
    expect(await store.tidy()).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT" } });
    await checkContents(store, rows.slice(31));
  });

  it("[SNAP-14] writes the list of cuts again when it is lost", async () => {
    const { project } = await oldHistory();
    const store = await opened(project);
    valueOrThrow(await store.tidy());
    writeFileSync(join(gitFolder(project), "shallow"), "rubbish");
    expect(() => fsck(project)).toThrow();
    const again = await opened(project);
    valueOrThrow(await again.tidy());
    fsck(project);
  });

  it("[SNAP-14] has an end: beyond the limit the least worth goes first, a person's own never, and it is told", async () => {
    const { project, rows } = await oldHistory();
    const copy = tempProject();
    cpSync(project, copy, { recursive: true });
    const own = rows.filter(({ reason }) => reason === "manual");
    const store = valueOrThrow(await SnapshotStore.open(project, undefined, 30_000));
    expect(valueOrThrow(await store.tidy()).notice).toBe("full");
    const kept = await listed(store);
    expect(kept.length).toBeLessThan(staying(rows).length);
    for (const { oid } of [...own, ...rows.slice(0, 8)]) expect(kept.map((row) => row.oid)).toContain(oid);
    expect(kept.some(({ reason }) => reason === "before-delete")).toBe(true);
    fsck(project);
    await checkContents(store, kept);
    const tiny = valueOrThrow(await SnapshotStore.open(copy, undefined, 1));
    expect(valueOrThrow(await tiny.tidy()).notice).toBe("full");
    expect((await listed(tiny)).every((row) => own.includes(row) || rows.indexOf(row) < 30)).toBe(true);
  });
});
