/** Shards and trees of them: checked against plain maps and against a tree encoded from scratch. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Shard } from "#electron/core/snapshot-shard.ts";
import {
  countObjects,
  emptyTree,
  type Planting,
  plantingsOfWhole,
  replant,
  type SnapshotTree,
  shardOf,
} from "#electron/core/snapshot-tree.ts";
import { encodeTree, type TreeEntry } from "#electron/snapshots/git-object.ts";
import { BugError } from "#shared/assert.ts";

function uuidOf(index: number): string {
  return `${(index % 5).toString(16).padStart(2, "0")}000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

const blobs = ["0a", "bb", "f0"].map((byte) => byte.repeat(20));
const plantings = fc.array(fc.record({ uuid: fc.nat(30).map(uuidOf), blob: fc.option(fc.constantFrom(...blobs)) }), {
  maxLength: 40,
});

function flat(tree: SnapshotTree): Map<string, string> {
  return new Map([...tree.values()].flatMap((shard) => [...shard]));
}

function entriesOf(shard: Shard): readonly TreeEntry[] {
  return Array.from(shard, ([uuid, oid]) => ({ name: `${uuid}.json`, oid, isTree: false })).reverse();
}

function applied(state: ReadonlyMap<string, string>, changes: readonly Planting[]): Map<string, string> {
  const next = new Map(state);
  for (const { uuid, blob } of changes) blob === null ? next.delete(uuid) : next.set(uuid, blob);
  return next;
}

describe("the snapshot tree", () => {
  it("[SNAP-2] puts an entity into the shard of its first byte", () => {
    expect(shardOf("3f2a0000-0000-4000-8000-000000000001")).toBe("3f");
    expect(() => shardOf("Zz2a0000-0000-4000-8000-000000000001")).toThrow(BugError);
  });

  it("[SNAP-2] replants like a map, names exactly the shards that differ, and leaves the tree before alone", () => {
    fc.assert(
      fc.property(plantings, plantings, (first, second) => {
        const before = replant(emptyTree, first).tree;
        const stateBefore = flat(before);
        const { tree, shards } = replant(before, second);
        expect(flat(tree)).toEqual(applied(stateBefore, second));
        expect(flat(before)).toEqual(stateBefore);
        expect(countObjects(tree)).toBe(flat(tree).size);
        const names = new Set([...before.keys(), ...tree.keys()]);
        const differing = [...names].filter((name) => {
          const [a, b] = [before.get(name) ?? Shard.empty, tree.get(name) ?? Shard.empty];
          return JSON.stringify([...a]) !== JSON.stringify([...b]);
        });
        expect(shards).toEqual(differing.sort());
        for (const name of names) if (!shards.includes(name)) expect(tree.get(name)).toBe(before.get(name));
        for (const shard of tree.values()) expect(shard.size).toBeGreaterThan(0);
        for (const shard of tree.values()) expect(Buffer.from(shard.bytes)).toEqual(encodeTree(entriesOf(shard)));
      }),
    );
  });

  it("[SNAP-2] a whole state leaves exactly what it names", () => {
    fc.assert(
      fc.property(plantings, plantings, (first, wanted) => {
        const before = replant(emptyTree, first).tree;
        expect(flat(replant(before, plantingsOfWhole(before, wanted)).tree)).toEqual(applied(new Map(), wanted));
      }),
    );
  });

  it("[SNAP-2] a shard is read back from its tree, and no other tree is taken for one", () => {
    const names = [3, 8, 13].map(uuidOf);
    const shard = Shard.empty.planted(new Map(names.map((uuid, index) => [uuid, blobs[index] as string])));
    const read = Shard.ofTreeOrNull("03", shard.bytes);
    expect(read === null ? null : [...read]).toEqual([...shard]);
    expect(Shard.ofTreeOrNull("04", shard.bytes)).toBe(null);
    expect(Shard.ofTreeOrNull("03", shard.bytes.subarray(1))).toBe(null);
    const entries = entriesOf(shard);
    const foreign: readonly TreeEntry[][] = [
      entries.map((entry) => ({ ...entry, isTree: true })),
      entries.map((entry) => ({ ...entry, name: entry.name.replace(".json", ".jsom") })),
      entries.map((entry) => ({ ...entry, name: entry.name.replace("4000", "400Z") })),
      entries.map((entry) => ({ ...entry, name: `${uuidOf(3)}.json` })),
    ];
    for (const tree of foreign) expect(Shard.ofTreeOrNull("03", encodeTree(tree))).toBe(null);
    const swapped = Buffer.concat([shard.bytes.subarray(69), shard.bytes.subarray(0, 69)]);
    expect(Shard.ofTreeOrNull("03", swapped)).toBe(null);
  });

  it("[SNAP-2] what is no UUID or no name of a blob never gets into a shard", () => {
    expect(() => Shard.empty.planted(new Map([["03", null]]))).toThrow("[SNAP-2]");
    expect(() => Shard.empty.planted(new Map([[uuidOf(3), "aa"]]))).toThrow("[SNAP-2]");
  });
});
