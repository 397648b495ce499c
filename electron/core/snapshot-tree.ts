/**
 * Which entity lies in which shard of a snapshot.
 *
 * A snapshot is a Git tree of at most 256 shard trees, one for each first byte of a UUID. All of them are kept in
 * memory, immutable (snapshot-shard.ts), so that a commit touches the changed blobs, their shards and the root,
 * whatever the size of the scene. Pure: blobs are known here only by the name that Git gives them.
 *
 * Before it: evolve (a batch became final). After it: electron/snapshots, which writes what `replant` names.
 * Must never: depend on the order in which changes or map entries come; equal states give equal trees.
 */
import { assert } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import { type BlobName, Shard } from "./snapshot-shard.ts";

/** Two hex digits, the first byte of the UUIDs in it. */
export type ShardName = string;
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
  const beds = new Map<ShardName, Map<Uuid, BlobName | null>>();
  for (const { uuid, blob } of plantings) {
    const name = shardOf(uuid);
    const bed = beds.get(name) ?? new Map<Uuid, BlobName | null>();
    beds.set(name, bed.set(uuid, blob));
  }
  const tree = new Map(before);
  const shards: ShardName[] = [];
  for (const [name, bed] of beds) {
    const shard = before.get(name) ?? Shard.empty;
    const next = shard.planted(bed);
    if (next === shard) continue;
    shards.push(name);
    if (next.size === 0) tree.delete(name);
    else tree.set(name, next);
  }
  return { tree, shards: shards.sort() };
}

/** The plantings that make `before` hold exactly `wanted`: everything wanted, and a removal for everything else. */
export function plantingsOfWhole(before: SnapshotTree, wanted: readonly Planting[]): readonly Planting[] {
  const kept = new Set(wanted.map((planting) => planting.uuid));
  const removals: Planting[] = [];
  for (const shard of before.values()) {
    for (const [uuid] of shard) if (!kept.has(uuid)) removals.push({ uuid, blob: null });
  }
  return [...removals, ...wanted];
}

export function countObjects(tree: SnapshotTree): number {
  let count = 0;
  for (const shard of tree.values()) count += shard.size;
  return count;
}
