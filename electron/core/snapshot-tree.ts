/**
 * Which entity lies in which shard of a snapshot, and what differs between two states.
 *
 * A snapshot is a Git tree of at most 256 shard trees, one for each first byte of a UUID. The names of all blobs are
 * kept in memory as an immutable two-level map, so that a commit touches the changed blobs, their shards and the
 * root, whatever the size of the scene. Pure: blobs are known here only by the name that Git gives them.
 *
 * Before it: evolve (a batch became final). After it: electron/snapshots, which writes what `replant` names.
 * Must never: depend on the order in which changes or map entries come; equal states give equal trees.
 */
import { assert } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";

/** Two hex digits, the first byte of the UUIDs in it. */
export type ShardName = string;
/** 40 hex digits. */
export type BlobName = string;
export type Shard = ReadonlyMap<Uuid, BlobName>;
export type SnapshotTree = ReadonlyMap<ShardName, Shard>;

export const shardsMax = 256;
const shardDigits = 2;
const shardPattern = /^[0-9a-f]{2}$/;

export const emptyTree: SnapshotTree = new Map();

export function shardOf(uuid: Uuid): ShardName {
  const name = uuid.slice(0, shardDigits);
  assert(shardPattern.test(name), "[SNAP-2] a shard is named by the first two hex digits of its UUIDs");
  return name;
}

export function isShardName(text: string): text is ShardName {
  return shardPattern.test(text);
}

/** A blob that an entity now has, or null when the entity is gone. */
export interface Planting {
  readonly uuid: Uuid;
  readonly blob: BlobName | null;
}

export interface Replanted {
  readonly tree: SnapshotTree;
  /** Shards whose contents differ from the tree before, in code-unit order; a shard that is now empty is among them. */
  readonly shards: readonly ShardName[];
}

/** Applies `plantings` in order. The tree before is left as it was, and unchanged shards are shared with it. */
export function replant(before: SnapshotTree, plantings: readonly Planting[]): Replanted {
  const drafts = new Map<ShardName, Map<Uuid, BlobName>>();
  for (const { uuid, blob } of plantings) {
    const name = shardOf(uuid);
    const draft = drafts.get(name) ?? new Map(before.get(name));
    drafts.set(name, draft);
    if (blob === null) draft.delete(uuid);
    else draft.set(uuid, blob);
  }
  const tree = new Map(before);
  const shards: ShardName[] = [];
  for (const [name, draft] of drafts) {
    if (isSameShard(before.get(name) ?? new Map(), draft)) continue;
    shards.push(name);
    if (draft.size === 0) tree.delete(name);
    else tree.set(name, draft);
  }
  return { tree, shards: shards.sort() };
}

function isSameShard(a: Shard, b: Shard): boolean {
  if (a.size !== b.size) return false;
  for (const [uuid, blob] of a) if (b.get(uuid) !== blob) return false;
  return true;
}

/** The plantings that make `before` hold exactly `wanted`: everything wanted, and a removal for everything else. */
export function plantingsOfWhole(before: SnapshotTree, wanted: readonly Planting[]): readonly Planting[] {
  const kept = new Set(wanted.map((planting) => planting.uuid));
  const removals: Planting[] = [];
  for (const shard of before.values()) {
    for (const uuid of shard.keys()) if (!kept.has(uuid)) removals.push({ uuid, blob: null });
  }
  return [...removals, ...wanted];
}

export function countObjects(tree: SnapshotTree): number {
  let count = 0;
  for (const shard of tree.values()) count += shard.size;
  return count;
}

/** An entity's text in the later of two states; null when it is only in the earlier one. */
export interface StateChange {
  readonly uuid: Uuid;
  readonly json: string | null;
}

/** What turns the state `before` into the state `after`, by UUID in code-unit order: the list that a commit takes. */
export function changesBetween(
  before: ReadonlyMap<Uuid, string>,
  after: ReadonlyMap<Uuid, string>,
): readonly StateChange[] {
  const changes: StateChange[] = [];
  for (const [uuid, json] of after) if (before.get(uuid) !== json) changes.push({ uuid, json });
  for (const uuid of before.keys()) if (!after.has(uuid)) changes.push({ uuid, json: null });
  return changes.sort((a, b) => (a.uuid < b.uuid ? -1 : 1));
}
