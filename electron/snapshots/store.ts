/**
 * The history of final scene states: commit, list, read, name.
 *
 * Owns: the branch of one `.git_safety` and, in memory, the name of every blob of its newest snapshot, so that a commit
 * costs the changed blobs, their shards, a root and a commit, whatever the size of the scene [SNAP-2].
 * Must never: move its idea of the newest snapshot before the branch has moved on the medium, nor half-way through a
 * commit that failed. Work is done one call at a time, in the order in which it came.
 *
 * The steps of a commit: one pack of blobs, shards, root and commit → last-good.json → branch → memory.
 */
import {
  countObjects,
  emptyTree,
  isShardName,
  type Planting,
  plantingsOfWhole,
  replant,
  type ShardName,
  type SnapshotTree,
} from "#electron/core/snapshot-tree.ts";
import { type Disk, realDisk } from "#electron/ports/disk.ts";
import type {
  SnapshotContents,
  SnapshotInfo,
  SnapshotOpening,
  SnapshotQuery,
  SnapshotRequest,
  Snapshots,
} from "#electron/ports/snapshots.ts";
import { assert } from "#shared/assert.ts";
import { isUuid, type Uuid } from "#shared/ids.ts";
import { type Result, success } from "#shared/result.ts";
import { singleLine } from "./commit-text.ts";
import { isOid, type TreeEntry } from "./git-object.ts";
import { SnapshotNames } from "./names.ts";
import { lastGoodMax, openRepository, type Tip } from "./opening.ts";
import { attachmentsFolder, type ObjectDraft, objectSuffix, Repository, type SnapshotCommit } from "./repository.ts";
import { damagedSnapshot, guarded, refusalOf, unknownSnapshot } from "./store-failure.ts";

export const listMax = 1_000;

interface StoreState {
  readonly tip: Tip | null;
  /** Oid of every shard tree of the newest snapshot. */
  readonly shardOids: ReadonlyMap<string, string>;
  readonly lastGood: readonly string[];
}

export class SnapshotStore implements Snapshots {
  readonly #repository: Repository;
  readonly #names: SnapshotNames;
  readonly opening: SnapshotOpening;
  #state: StoreState;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor(
    repository: Repository,
    names: SnapshotNames,
    opened: { opening: SnapshotOpening; state: StoreState },
  ) {
    this.#repository = repository;
    this.#names = names;
    this.opening = opened.opening;
    this.#state = opened.state;
  }

  /** Opens `<projectFolder>/.vibesync/.git_safety`, making it when it is not there. */
  static async open(projectFolder: string, disk: Disk = realDisk): Promise<Result<SnapshotStore>> {
    return guarded("The snapshot history could not be opened", async () => {
      const repository = new Repository(disk, projectFolder);
      const names = new SnapshotNames(repository);
      const { isNew, tip, lastGood, repairs: found } = await openRepository(repository);
      const repairs = [...found, ...names.load()];
      const opening = { isNew, head: tip === null ? null : names.named(tip.info), repairs };
      const root = tip === null ? [] : ((await repository.treeOrNull(tip.rootTree, {})) ?? []);
      const shardOids = new Map(root.filter((entry) => isShardName(entry.name)).map(({ name, oid }) => [name, oid]));
      return success(new SnapshotStore(repository, names, { opening, state: { tip, shardOids, lastGood } }));
    });
  }

  commit(request: SnapshotRequest): Promise<Result<SnapshotInfo>> {
    const refusal = refusalOf(request);
    if (refusal !== null) return Promise.resolve(refusal);
    return this.#inTurn("A snapshot could not be taken", async () => {
      if (!isKnownBase(request.base, this.#state.tip)) return unknownSnapshot(request.base ?? "");
      try {
        const info = await this.#commit(request);
        if (this.#repository.packs.isCrowded) void this.#consolidateInTurn();
        return success(info);
      } catch (error) {
        this.#repository.files.abandon();
        throw error;
      }
    });
  }

  /** After the answer. One that fails leaves every pack as it was, and comes again after the next commit [SNAP-13]. */
  #consolidateInTurn(): Promise<Result<void>> {
    return this.#inTurn("The snapshots could not be packed together", async () => {
      try {
        return success(await this.#repository.packs.consolidate());
      } catch (error) {
        this.#repository.files.abandon();
        throw error;
      }
    });
  }

  list({ limit, before }: SnapshotQuery): Promise<Result<readonly SnapshotInfo[]>> {
    assert(limit >= 1 && limit <= listMax, "[SNAP-9] a page of the history has 1 to 1,000 snapshots");
    return this.#inTurn("The snapshots could not be listed", async () => {
      const cache = {};
      const page: SnapshotInfo[] = [];
      let next = before === undefined ? (this.#state.tip?.info.oid ?? null) : null;
      if (before !== undefined) {
        const commit = isOid(before) ? await this.#repository.commitOrNull(before, cache) : null;
        if (commit === null) return unknownSnapshot(before);
        next = commit.parent;
      }
      while (next !== null && page.length < limit) {
        const commit: SnapshotCommit | null = await this.#repository.commitOrNull(next, cache);
        if (commit === null) break;
        page.push(this.#names.named(commit.info));
        next = commit.parent;
      }
      return success(page);
    });
  }

  read(oid: string): Promise<Result<SnapshotContents>> {
    return this.#inTurn("A snapshot could not be read", async () => {
      const cache = {};
      const commit = isOid(oid) ? await this.#repository.commitOrNull(oid, cache) : null;
      if (commit === null) return unknownSnapshot(oid);
      const tree = await this.#repository.snapshotTreeOrNull(commit.tree, cache);
      if (tree === null) return damagedSnapshot(oid, "its table of contents");
      const objects = new Map<Uuid, string>();
      for (const shard of tree.values()) {
        for (const [uuid, blob] of shard) {
          const json = await this.#textOrNull(blob, cache);
          if (json === null) return damagedSnapshot(oid, `object ${uuid}`);
          objects.set(uuid, json);
        }
      }
      const attachments = await this.#attachmentsOrNull(commit.tree, cache);
      if (attachments === null) return damagedSnapshot(oid, "an editor's state");
      return success({ info: this.#names.named(commit.info), objects, attachments });
    });
  }

  name(oid: string, label: string): Promise<Result<void>> {
    return this.#inTurn("A snapshot could not be named", async () => {
      const commit = isOid(oid) ? await this.#repository.commitOrNull(oid, {}) : null;
      return commit === null ? unknownSnapshot(oid) : this.#names.set(oid, label);
    });
  }

  async #commit(request: SnapshotRequest): Promise<SnapshotInfo> {
    const { tip } = this.#state;
    const before = tip?.tree ?? emptyTree;
    const isWhole = request.whole === true;
    // A whole commit looks at everything that it names, and so writes again whatever was damaged [SNAP-5].
    const draft = this.#repository.startDraft(isWhole);
    const plantings = this.#putBlobs(draft, request);
    const next = replant(before, isWhole ? plantingsOfWhole(before, plantings) : plantings);
    const shards = isWhole ? new Set([...next.shards, ...next.tree.keys()]) : next.shards;
    const shardOids = this.#putShards(draft, next.tree, [...shards]);
    const rootTree = this.#putRoot(draft, request, shardOids);
    const trailers = {
      lsn: request.lsn,
      stateHash: request.stateHash,
      timeMs: Math.floor(request.timeMs),
      reason: request.reason,
      label: singleLine(request.label ?? ""),
      objectCount: countObjects(next.tree),
    };
    if (tip !== null && tip.rootTree === rootTree && isRepeated(tip.info, trailers)) {
      if (isWhole) await this.#save(draft);
      return this.#names.named(tip.info);
    }
    const parent = tip?.info.oid ?? null;
    const oid = this.#repository.putCommit(draft, { trailers, tree: rootTree, parent });
    const info = { oid, ...trailers };
    await this.#save(draft);
    await this.#publish(oid);
    this.#state = { ...this.#state, tip: { info, parent, rootTree, tree: next.tree }, shardOids };
    return info;
  }

  /** One pack; then what was found damaged on the way has its replacement, and goes out of Git's sight. */
  async #save(draft: ObjectDraft): Promise<void> {
    await this.#repository.save(draft);
    if (draft.leavesOutKnown) await this.#repository.setTornAside();
  }

  /** Makes the commit the newest: first where it is found again, then the branch [SNAP-4]. */
  async #publish(oid: string): Promise<void> {
    const lastGood = [oid, ...this.#state.lastGood.filter((other) => other !== oid)].slice(0, lastGoodMax);
    const text = `${JSON.stringify({ version: 1, oids: lastGood })}\n`;
    await this.#repository.files.write(this.#repository.paths.lastGood, text);
    this.#state = { ...this.#state, lastGood };
    await this.#repository.moveBranch(oid);
  }

  #putBlobs(draft: ObjectDraft, { changed }: SnapshotRequest): readonly Planting[] {
    return changed.map(({ uuid, json }) => {
      assert(isUuid(uuid), "[SNAP-2] an object in a snapshot is named by its UUID");
      return { uuid, blob: json === null ? null : this.#repository.put(draft, "blob", Buffer.from(json, "utf8")) };
    });
  }

  #putShards(draft: ObjectDraft, tree: SnapshotTree, shards: readonly ShardName[]): ReadonlyMap<string, string> {
    const oids = new Map(this.#state.shardOids);
    for (const name of shards) {
      const shard = tree.get(name);
      if (shard === undefined) {
        oids.delete(name);
        continue;
      }
      const entries = Array.from(shard, ([uuid, oid]) => ({ name: `${uuid}${objectSuffix}`, oid, isTree: false }));
      oids.set(name, this.#repository.putTree(draft, entries));
    }
    return oids;
  }

  #putRoot(draft: ObjectDraft, { attachments = [] }: SnapshotRequest, shardOids: ReadonlyMap<string, string>): string {
    const entries: TreeEntry[] = Array.from(shardOids, ([name, oid]) => ({ name, oid, isTree: true }));
    const files: TreeEntry[] = attachments.map(({ path, json }) => {
      const oid = this.#repository.put(draft, "blob", Buffer.from(json, "utf8"));
      return { name: `${path}${objectSuffix}`, oid, isTree: false };
    });
    if (files.length > 0) {
      entries.push({ name: attachmentsFolder, oid: this.#repository.putTree(draft, files), isTree: true });
    }
    return this.#repository.putTree(draft, entries);
  }

  async #textOrNull(blob: string, cache: object): Promise<string | null> {
    const object = await this.#repository.getOrNull(blob, cache);
    return object?.kind === "blob" ? object.body.toString("utf8") : null;
  }

  async #attachmentsOrNull(rootTree: string, cache: object): Promise<ReadonlyMap<string, string> | null> {
    const attachments = new Map<string, string>();
    const root = await this.#repository.treeOrNull(rootTree, cache);
    const folder = root?.find((entry) => entry.name === attachmentsFolder);
    if (folder === undefined) return attachments;
    for (const { name, oid } of (await this.#repository.treeOrNull(folder.oid, cache)) ?? []) {
      const json = await this.#textOrNull(oid, cache);
      if (json === null) return null;
      attachments.set(name.slice(0, -objectSuffix.length), json);
    }
    return attachments.size === 0 ? null : attachments;
  }

  #inTurn<T>(action: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
    const turn = this.#queue.then(() => guarded(action, work));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }
}

/**
 * Changes since `base` also lead from its child to the same state: the child is a commit whose answer got lost, and
 * what it changed is among them [SNAP-10].
 */
function isKnownBase(base: string | undefined, tip: Tip | null): boolean {
  return base === undefined || (tip !== null && (tip.info.oid === base || tip.parent === base));
}

/** A commit whose answer got lost comes again with the same words: it is the newest snapshot already [SNAP-10]. */
function isRepeated(newest: SnapshotInfo, again: Omit<SnapshotInfo, "oid">): boolean {
  return (
    newest.lsn === again.lsn &&
    newest.stateHash === again.stateHash &&
    newest.reason === again.reason &&
    newest.label === again.label
  );
}
