/** Shards, and what differs between two states: checked against plain maps. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  changesBetween,
  countObjects,
  emptyTree,
  type Planting,
  plantingsOfWhole,
  replant,
  type SnapshotTree,
  shardOf,
} from "#electron/core/snapshot-tree.ts";
import { BugError } from "#shared/assert.ts";

function uuidOf(index: number): string {
  return `${(index % 5).toString(16).padStart(2, "0")}000000-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

const plantings = fc.array(
  fc.record({ uuid: fc.nat(30).map(uuidOf), blob: fc.option(fc.constantFrom("aa", "bb", "cc")) }),
  { maxLength: 40 },
);

function flat(tree: SnapshotTree): Map<string, string> {
  return new Map([...tree.values()].flatMap((shard) => [...shard]));
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
          const [a, b] = [before.get(name) ?? new Map(), tree.get(name) ?? new Map()];
          return JSON.stringify([...a].sort()) !== JSON.stringify([...b].sort());
        });
        expect(shards).toEqual(differing.sort());
        for (const name of names) if (!shards.includes(name)) expect(tree.get(name)).toBe(before.get(name));
        for (const shard of tree.values()) expect(shard.size).toBeGreaterThan(0);
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

  it("[SNAP-2] the changes between two states lead from one to the other, and none are needless", () => {
    const states = fc.uniqueArray(fc.tuple(fc.nat(20).map(uuidOf), fc.constantFrom("a", "b")), {
      selector: ([uuid]) => uuid,
    });
    fc.assert(
      fc.property(states, states, (a, b) => {
        const [before, after] = [new Map(a), new Map(b)];
        const changes = changesBetween(before, after);
        expect(
          applied(
            before,
            changes.map(({ uuid, json }) => ({ uuid, blob: json })),
          ),
        ).toEqual(after);
        for (const { uuid, json } of changes) expect(before.get(uuid) ?? null).not.toBe(json);
        expect(changes.map(({ uuid }) => uuid)).toEqual(changes.map(({ uuid }) => uuid).sort());
      }),
    );
  });
});
