/**
 * Letting go of what has grown old: which snapshots stay is decided by their worth and by the space they take, then
 * their neighbours are cut off, and the packs are rewritten without what nothing leads to any more [SNAP-14].
 *
 * Owns: the order refs → `shallow` → packs, each durable before the next, so that whatever is interrupted leaves every
 * kept snapshot within reach and Git content. Commits keep their names: nothing is rewritten but packs.
 * Must never: let go of anything when a branch or tag of somebody else's is there, or when damage hides a part of the
 * history.
 */
import { limits } from "#electron/core/limits.ts";
import { ranked, worthsOf } from "#electron/core/snapshot-retention.ts";
import type { SnapshotTidying } from "#electron/ports/snapshots.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { KeptRefs } from "./kept-refs.ts";
import type { Repository, SnapshotCommit } from "./repository.ts";

export interface Thinning {
  readonly kept: KeptRefs;
  /** The whole history, from new to old. */
  readonly commits: readonly SnapshotCommit[];
  readonly isHeld: (oid: string) => boolean;
  readonly bytesMax: number;
}

export async function thin(repository: Repository, thinning: Thinning): Promise<Result<SnapshotTidying>> {
  const { kept, commits } = thinning;
  if (kept.foreignOrNull() !== null) return success({ dropped: 0, notice: "foreign-ref" });
  if (hasHiddenPart(thinning)) {
    return failure("E_SNAPSHOT", "A damaged snapshot hides older ones, so none of them is removed to save space.");
  }
  repository.packs.refresh();
  const { chosen, reach, isFull } = await choose(repository, thinning);
  const staying = commits.filter(({ info }) => chosen.has(info.oid));
  await kept.keep(staying.slice(firstCut(staying)));
  await repository.packs.prune((oid) => reach.has(oid));
  return success({ dropped: commits.length - staying.length, notice: isFull ? "full" : null });
}

/** A commit on the branch of which the parent could not be read. */
function hasHiddenPart({ kept, commits }: Thinning): boolean {
  return commits.some(({ info, parent }, place) => {
    return !kept.has(info.oid) && parent !== (commits[place + 1]?.info.oid ?? null);
  });
}

/** The place of the newest commit whose parent goes; behind the last one when none does. */
function firstCut(staying: readonly SnapshotCommit[]): number {
  const place = staying.findIndex(({ parent }, at) => parent !== (staying[at + 1]?.info.oid ?? null));
  return place < 0 ? staying.length : place;
}

interface Choice {
  readonly chosen: ReadonlySet<string>;
  /** Every object that the chosen ones need. */
  readonly reach: ReadonlySet<string>;
  readonly isFull: boolean;
}

async function choose(repository: Repository, { commits, isHeld, bytesMax }: Thinning): Promise<Choice> {
  const worths = worthsOf(commits.map(({ info }) => ({ ...info, isHeld: isHeld(info.oid) })));
  const chosen = new Set<string>();
  const reach = new Set<string>();
  const cache = {};
  let bytes = 0;
  let others = 0;
  let isFull = false;
  for (const place of ranked(worths)) {
    const commit = commits[place] as SnapshotCommit;
    const isOwn = worths[place] === "own";
    if (!isOwn && isFull) continue;
    // Some milliseconds each: the thread goes on saying that it is alive.
    await pauseForOthers();
    const added = await objectsAddedBy(repository, commit, { reach, cache });
    const addedBytes = [...added].reduce((sum, oid) => sum + repository.packs.sizeOf(oid), 0);
    isFull ||= !isOwn && (others >= limits.snapshotsKeptMax || bytes + addedBytes > bytesMax);
    if (!isOwn && isFull) continue;
    for (const oid of added) reach.add(oid);
    chosen.add(commit.info.oid);
    bytes += addedBytes;
    if (!isOwn) others += 1;
  }
  return { chosen, reach, isFull: isFull || bytes > bytesMax };
}

type Reached = { readonly reach: ReadonlySet<string>; readonly cache: object };

/** What a commit needs besides what is reached already. A tree that cannot be read leads nowhere. */
async function objectsAddedBy(
  repository: Repository,
  { info, tree }: SnapshotCommit,
  { reach, cache }: Reached,
): Promise<ReadonlySet<string>> {
  const added = new Set([info.oid]);
  const trees = [tree];
  for (let oid = trees.pop(); oid !== undefined; oid = trees.pop()) {
    if (reach.has(oid) || added.has(oid)) continue;
    added.add(oid);
    for (const entry of (await repository.treeOrNull(oid, cache)) ?? []) {
      if (entry.isTree) trees.push(entry.oid);
      else if (!reach.has(entry.oid)) added.add(entry.oid);
    }
  }
  return added;
}
