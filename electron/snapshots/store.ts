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
import { limits } from "#electron/core/limits.ts";
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
  SnapshotTidying,
} from "#electron/ports/snapshots.ts";
import { assert } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import { type Result, success } from "#shared/result.ts";
import { singleLine } from "./commit-text.ts";
import { isOid, type TreeEntry } from "./git-object.ts";
import { KeptRefs } from "./kept-refs.ts";
import { SnapshotNames } from "./names.ts";
import { lastGoodMax, openRepository, type Tip } from "./opening.ts";
import { attachmentsFolder, type ObjectDraft, objectSuffix, Repository, type SnapshotCommit } from "./repository.ts";
import { damagedSnapshot, guarded, refusalOf, unknownSnapshot } from "./store-failure.ts";
import { thin } from "./thinning.ts";

export const listMax = 1_000;

/** Snapshots that were read lately stay: a person may be looking at what rolling back to them would do. */
const lookedAtMax = 16;

interface StoreState {
  readonly tip: Tip | null;
  /** Oid of every shard tree of the newest snapshot. */
  readonly shardOids: ReadonlyMap<string, string>;
  readonly lastGood: readonly string[];
}

type StoreParts = { readonly repository: Repository; readonly names: SnapshotNames; readonly bytesMax: number };
type OpenedStore = { readonly opening: SnapshotOpening; readonly state: StoreState };

export class SnapshotStore implements Snapshots {
  readonly #repository: Repository;
  readonly #names: SnapshotNames;
  readonly #bytesMax: number;
  readonly #kept: KeptRefs;
  readonly opening: SnapshotOpening;
  #state: StoreState;
  /** What somebody may be about to roll back to. */
  #lookedAt: readonly string[] = [];
  /** The first look after opening finishes what was interrupted. */
  #commitsUntilThinning = 0;
  #queue: Promise<unknown> = Promise.resolve();

  private constructor({ repository, names, bytesMax }: StoreParts, { opening, state }: OpenedStore) {
    this.#repository = repository;
    this.#names = names;
    this.#bytesMax = bytesMax;
    this.#kept = new KeptRefs(repository);
    this.#kept.load();
    this.opening = opening;
    this.#state = state;
  }

  /** Opens `<projectFolder>/.vibesync/.git_safety`, making it when it is not there. */
  static async open(
    projectFolder: string,
    disk: Disk = realDisk,
    bytesMax: number = limits.snapshotBytesMax,
  ): Promise<Result<SnapshotStore>> {
    return guarded("The snapshot history could not be opened", async () => {
      const repository = new Repository(disk, projectFolder);
      const names = new SnapshotNames(repository);
      const { isNew, tip, lastGood, repairs: found } = await openRepository(repository);
      const repairs = [...found, ...names.load()];
      const opening = { isNew, head: tip === null ? null : names.named(tip.info), repairs };
      const root = tip === null ? [] : ((await repository.treeOrNull(tip.rootTree, {})) ?? []);
      const shardOids = new Map(root.filter((entry) => isShardName(entry.name)).map(({ name, oid }) => [name, oid]));
      return success(
        new SnapshotStore({ repository, names, bytesMax }, { opening, state: { tip, shardOids, lastGood } }),
      );
    });
  }

  commit(request: SnapshotRequest): Promise<Result<SnapshotInfo>> {
    const refusal = refusalOf(request);
    if (refusal !== null) return Promise.resolve(refusal);
    return this.#inTurn("A snapshot could not be taken", async () => {
      if (!isKnownBase(request.base, this.#state.tip)) return unknownSnapshot(request.base ?? "");
      try {
        return success(await this.#commit(request));
      } catch (error) {
        this.#repository.files.abandon();
        throw error;
      }
    });
  }

  tidy(): Promise<Result<SnapshotTidying>> {
    return this.#inTurn("The snapshot history could not be tidied", async () => {
      try {
        const thinned = await this.#thinWhenDue();
        if (this.#repository.packs.isCrowded) await this.#repository.packs.consolidate();
        return thinned;
      } catch (error) {
        this.#repository.files.abandon();
        throw error;
      }
    });
  }

  list({ limit, before }: SnapshotQuery): Promise<Result<readonly SnapshotInfo[]>> {
    assert(limit >= 1 && limit <= listMax, "[SNAP-9] a page of the history has 1 to 1,000 snapshots");
    return this.#inTurn("The snapshots could not be listed", async () => {
      const page: SnapshotInfo[] = [];
      if (before !== undefined && (await this.#commitOrNull(before)) === null) return unknownSnapshot(before);
      for await (const { info } of this.#walk(before ?? this.#state.tip?.info.oid ?? null)) {
        if (info.oid === before) continue;
        if (page.push(this.#names.named(info)) === limit) break;
      }
      return success(page);
    });
  }

  read(oid: string): Promise<Result<SnapshotContents>> {
    return this.#inTurn("A snapshot could not be read", async () => {
      const cache = {};
      const commit = await this.#commitOrNull(oid, cache);
      if (commit === null) return unknownSnapshot(oid);
      this.#lookedAt = [oid, ...this.#lookedAt.filter((other) => other !== oid)].slice(0, lookedAtMax);
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
      return (await this.#commitOrNull(oid)) === null ? unknownSnapshot(oid) : this.#names.set(oid, label);
    });
  }

  async #commitOrNull(oid: string, cache: object = {}): Promise<SnapshotCommit | null> {
    return isOid(oid) ? this.#repository.commitOrNull(oid, cache) : null;
  }

  /** The history from `from` on, from new to old; what cannot be read is passed over as far as anything leads on. */
  async *#walk(from: string | null): AsyncGenerator<SnapshotCommit> {
    const cache = {};
    for (let next = from; next !== null; ) {
      const commit: SnapshotCommit | null = await this.#repository.commitOrNull(next, cache);
      if (commit !== null) yield commit;
      next = this.#kept.before(next, commit?.parent);
    }
  }

  async #thinWhenDue(): Promise<Result<SnapshotTidying>> {
    const tip = this.#state.tip?.info.oid ?? null;
    // After a commit that failed at the last step the branch may lead further than is known here.
    const isDue = this.#commitsUntilThinning <= 0 && (await this.#repository.branchOrNull()) === tip;
    if (!isDue) return success({ dropped: 0, notice: null });
    const commits: SnapshotCommit[] = [];
    for await (const commit of this.#walk(tip)) commits.push(commit);
    const isHeld = (oid: string) => this.#names.has(oid) || this.#lookedAt.includes(oid);
    const thinned = await thin(this.#repository, { kept: this.#kept, commits, isHeld, bytesMax: this.#bytesMax });
    this.#commitsUntilThinning = limits.snapshotsPerThinning;
    return thinned;
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
    this.#commitsUntilThinning -= 1;
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
    await this.#repository.publish(oid, lastGood);
    this.#state = { ...this.#state, lastGood };
  }

  #putBlobs(draft: ObjectDraft, { changed }: SnapshotRequest): readonly Planting[] {
    return changed.map(({ uuid, json }) => ({
      uuid,
      blob: json === null ? null : this.#repository.put(draft, "blob", Buffer.from(json, "utf8")),
    }));
  }

  #putShards(draft: ObjectDraft, tree: SnapshotTree, shards: readonly ShardName[]): ReadonlyMap<string, string> {
    const oids = new Map(this.#state.shardOids);
    for (const name of shards) {
      const shard = tree.get(name);
      if (shard === undefined) {
        oids.delete(name);
        continue;
      }
      oids.set(name, this.#repository.put(draft, "tree", shard.bytes));
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
