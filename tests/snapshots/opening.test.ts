/** Opening what crashes, full disks, other programs and people left behind. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { FaultyDisk } from "./faulty-disk.ts";
import {
  changesOf,
  damageObject,
  fsck,
  git,
  gitFolder,
  jsonOf,
  opened,
  request,
  tempProject,
  uuidOf,
  valueOrThrow,
} from "./temp-project.ts";

/** A project with the snapshots 1 … `count`, each changing object 0. */
async function projectWith(count: number): Promise<{ project: string; oids: readonly string[] }> {
  const project = tempProject();
  const store = await opened(project);
  const oids: string[] = [];
  for (let lsn = 1; lsn <= count; lsn += 1) {
    const changed = lsn === 1 ? changesOf(5) : [{ uuid: uuidOf(0), json: jsonOf(0, lsn) }];
    oids.push(valueOrThrow(await store.commit(request(lsn, changed))).oid);
  }
  return { project, oids };
}

function inRepository(project: string, name: string): string {
  return join(gitFolder(project), ...name.split("/"));
}

function turnBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

const tornBranches: readonly [string, string, string][] = [
  ["empty", "", ""],
  ["cut", "3f2a", "3f2a"],
  ["full of zeros", "\0".repeat(41), ".".repeat(41)],
  ["naming a commit that is not there", `${"ab".repeat(20)}\n`, "ab".repeat(20)],
];

describe("opening the history", () => {
  it.each(tornBranches)("[SNAP-8] a branch that is %s is found again", async (_, text, from) => {
    const { project, oids } = await projectWith(3);
    writeFileSync(inRepository(project, "refs/heads/main"), text);
    const store = await opened(project);
    expect(store.opening.repairs).toEqual([{ kind: "branch-moved", from, to: oids[2] }]);
    expect(git(project, "rev-parse", "HEAD").trim()).toBe(oids[2]);
    valueOrThrow(await store.commit(request(4, changesOf(2, 4))));
    fsck(project);
  });

  it.each([
    ["is missing", (path: string) => rmSync(path)],
    ["is cut", (path: string) => truncateSync(path, 900)],
    ["is empty", (path: string) => truncateSync(path, 0)],
    ["has a bit turned", (path: string) => turnBit(path, 1_050)],
  ])(
    "[SNAP-15] an index that %s is made again from its pack, for every pack, and no snapshot is lost",
    async (_, harm) => {
      const { project, oids } = await projectWith(5);
      const folder = inRepository(project, "objects/pack");
      const indexes = readdirSync(folder).filter((name) => name.endsWith(".idx"));
      const whole = new Map(indexes.map((name) => [name, readFileSync(join(folder, name))]));
      for (const name of indexes) harm(join(folder, name));
      const store = await opened(project);
      expect(store.opening.repairs).toEqual([{ kind: "indexes-rebuilt", count: 5 }]);
      for (const [name, bytes] of whole) expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
      expect(valueOrThrow(await store.list({ limit: 9 })).map(({ oid }) => oid)).toEqual([...oids].reverse());
      fsck(project);
      expect((await opened(project)).opening.repairs).toEqual([]);
    },
  );

  it("[SNAP-15] a pack that is damaged as well, or somebody else's, is left as it is", async () => {
    const { project, oids } = await projectWith(3);
    const folder = inRepository(project, "objects/pack");
    damageObject(project, oids[1] ?? "");
    for (const name of readdirSync(folder)) if (name.endsWith(".idx")) rmSync(join(folder, name));
    const packs = readdirSync(folder);
    const store = await opened(project);
    expect(store.opening.repairs).toEqual([{ kind: "indexes-rebuilt", count: 2 }]);
    expect(readdirSync(folder)).toHaveLength(packs.length + 2);
    expect((await store.read(oids[2] ?? "")).ok).toBe(true);
    const { project: other } = await projectWith(3);
    git(other, "gc", "--quiet");
    const theirs = inRepository(other, "objects/pack");
    for (const name of readdirSync(theirs)) if (name.endsWith(".idx")) rmSync(join(theirs, name));
    const before = readdirSync(theirs);
    await opened(other);
    expect(readdirSync(theirs)).toEqual(before);
  });

  it.each([
    ["commit", "HEAD"],
    ["root tree", "HEAD^{tree}"],
    ["shard", `HEAD:${uuidOf(0).slice(0, 2)}`],
  ])("[SNAP-8] a torn %s of the newest snapshot costs that snapshot only", async (_, object) => {
    const { project, oids } = await projectWith(3);
    damageObject(project, git(project, "rev-parse", object).trim());
    const store = await opened(project);
    expect(store.opening).toMatchObject({
      head: { lsn: 2 },
      repairs: [
        { kind: "branch-moved", from: oids[2], to: oids[1] },
        { kind: "objects-set-aside", count: 1 },
      ],
    });
    fsck(project);
    const stale = await store.commit(request(4, changesOf(2, 4), { base: oids[2] ?? "" }));
    expect(stale).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT_UNKNOWN" } });
    const whole = valueOrThrow(await store.commit(request(4, changesOf(4, 4), { whole: true })));
    expect(valueOrThrow(await store.read(whole.oid)).objects.size).toBe(4);
    fsck(project);
  });

  it("[SNAP-8] a history of which nothing can be read is told, and begins again", async () => {
    const { project } = await projectWith(1);
    writeFileSync(inRepository(project, "refs/heads/main"), "rubbish");
    rmSync(inRepository(project, "vibesync/last-good.json"));
    const store = await opened(project);
    expect(store.opening).toMatchObject({ head: null, repairs: [{ kind: "history-unreadable", from: "rubbish" }] });
    valueOrThrow(await store.commit(request(2, changesOf(5), { whole: true })));
    fsck(project);
  });

  it("[SNAP-8] missing or foreign HEAD and config are written again", async () => {
    const { project, oids } = await projectWith(2);
    writeFileSync(inRepository(project, "HEAD"), "ref: refs/heads/other\n");
    writeFileSync(inRepository(project, "config"), "");
    const store = await opened(project);
    expect(store.opening.repairs).toEqual([
      { kind: "file-rewritten", name: "config" },
      { kind: "file-rewritten", name: "HEAD" },
    ]);
    expect(git(project, "rev-parse", "HEAD").trim()).toBe(oids[1]);
  });

  it("[SNAP-8] what a dead process left in the scratch folder is removed", async () => {
    const { project } = await projectWith(1);
    writeFileSync(inRepository(project, "vibesync/scratch/123-4"), "half");
    writeFileSync(inRepository(project, "vibesync/names.json.123-4.tmp"), "half");
    expect((await opened(project)).opening.repairs).toEqual([{ kind: "leftovers-removed", count: 2 }]);
    expect((await opened(project)).opening.repairs).toEqual([]);
  });

  it("[SNAP-5] a torn blob fails its snapshot with a code, and the next commit of the same text mends it", async () => {
    const { project, oids } = await projectWith(1);
    const blob = git(project, "rev-parse", `HEAD:${uuidOf(3).slice(0, 2)}/${uuidOf(3)}.json`).trim();
    damageObject(project, blob);
    const store = await opened(project);
    const torn = await store.read(oids[0] ?? "");
    expect(torn).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT" } });
    expect(torn.ok ? "" : torn.failure.message).toContain(uuidOf(3));
    valueOrThrow(await store.commit(request(2, changesOf(5), { whole: true })));
    expect(valueOrThrow(await store.read(oids[0] ?? "")).objects.get(uuidOf(3))).toBe(jsonOf(3, 0));
    fsck(project);
  });

  it("[SNAP-5] a shard that is torn while the history is open is mended by the next whole commit", async () => {
    const { project } = await projectWith(1);
    const store = await opened(project);
    damageObject(project, git(project, "rev-parse", `HEAD:${uuidOf(3).slice(0, 2)}`).trim());
    valueOrThrow(await store.commit(request(2, changesOf(5), { whole: true })));
    fsck(project);
    expect((await opened(project)).opening).toMatchObject({ head: { lsn: 2 }, repairs: [] });
  });

  it("[SNAP-1] goes on after a person ran git gc on it", async () => {
    const { project, oids } = await projectWith(4);
    git(project, "gc", "--quiet", "--prune=now");
    expect(readdirSync(inRepository(project, "objects/pack")).filter((name) => name.endsWith(".pack"))).toHaveLength(1);
    const store = await opened(project);
    expect(store.opening).toMatchObject({ head: { oid: oids[3] }, repairs: [] });
    expect(valueOrThrow(await store.read(oids[1] ?? "")).objects.get(uuidOf(0))).toBe(jsonOf(0, 2));
    valueOrThrow(await store.commit(request(5, changesOf(3, 5))));
    expect(valueOrThrow(await store.list({ limit: 9 })).map(({ lsn }) => lsn)).toEqual([5, 4, 3, 2, 1]);
    fsck(project);
  });

  it("[SNAP-7] lists its own commits, and stops at one of somebody else's", async () => {
    const { project, oids } = await projectWith(1);
    const foreign = git(
      project,
      "-c",
      "user.name=a",
      "-c",
      "user.email=a@b",
      "commit-tree",
      "HEAD^{tree}",
      "-m",
      "mine",
    ).trim();
    const store = await opened(project);
    expect(await store.read(foreign)).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT_UNKNOWN" } });
    expect(valueOrThrow(await store.list({ limit: 9 })).map(({ oid }) => oid)).toEqual(oids);
  });
});

describe("a folder that cannot be used", () => {
  it.each([
    ["EROFS", "E_READ_ONLY"],
    ["EACCES", "E_READ_ONLY"],
    ["ENOSPC", "E_DISK_FULL"],
    ["EIO", "E_SNAPSHOT"],
  ])("[SNAP-8] %s on opening is a failure with the code %s", async (errno, code) => {
    const disk = new FaultyDisk();
    disk.arm(0, { kind: "error-for-ever", errno });
    expect(await SnapshotStore.open(tempProject(), disk)).toMatchObject({ ok: false, failure: { code } });
  });

  it("[SNAP-12] a real full disk fails commits and keeps the history clean; with room it goes on", async (context) => {
    const project = tempProject();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=3m", "tmpfs", project], { stdio: "pipe" });
    } catch {
      context.skip("mounting a small disk needs root");
    }
    onTestFinished(() => void execFileSync("umount", ["--lazy", project], { stdio: "pipe" }));
    const store = await opened(project);
    const first = valueOrThrow(await store.commit(request(1, changesOf(10))));
    const ballast = join(project, "ballast");
    mkdirSync(ballast);
    writeFileSync(join(ballast, "big"), Buffer.alloc(2_900_000));
    const full = await store.commit(request(2, changesOf(2_000, 1), { base: first.oid }));
    expect(full).toMatchObject({ ok: false, failure: { code: "E_DISK_FULL" } });
    fsck(project);
    expect((await opened(project)).opening.head).toEqual(first);
    rmSync(ballast, { recursive: true });
    const second = valueOrThrow(await store.commit(request(2, changesOf(40, 1), { base: first.oid })));
    expect(valueOrThrow(await store.read(second.oid)).objects.get(uuidOf(7))).toBe(jsonOf(7, 1));
    expect(readFileSync(inRepository(project, "refs/heads/main"), "utf8").trim()).toBe(second.oid);
    fsck(project);
  });
});
