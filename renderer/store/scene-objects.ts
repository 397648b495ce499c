/**
 * The objects of the scene as the hub last told them, and the lists that the Objects view draws from them.
 *
 * Owns: one map that is changed in place (a copy of 10,000 entries ten times a second would be felt) with two counters
 * that say when what was derived from it is out of date: `version` for any change, `membership` when names or members
 * changed, so that the list is sorted only then.
 * Must never: judge. State words come from the hub.
 */
import type { PushValue } from "#shared/ipc/contract.ts";
import type { ObjectState, ObjectView } from "#shared/ipc/view.ts";

export type SceneObjects = {
  readonly byUuid: Map<string, ObjectView>;
  /** Raised by every change. */
  readonly version: number;
  /** Raised when an object came, left or was renamed. */
  readonly membership: number;
};

export type SortKey = "name" | "state" | "changed";

export type ObjectFilter = {
  readonly search: string;
  /** Null for all. */
  readonly state: ObjectState | null;
  readonly sort: SortKey;
};

export function noObjects(): SceneObjects {
  return { byUuid: new Map(), version: 0, membership: 0 };
}

/** Changes the map inside `objects` and returns a new description of it. */
export function applyDelta(objects: SceneObjects, delta: PushValue<"objects-changed">): SceneObjects {
  const { byUuid } = objects;
  let hasNewMembers = delta.reset;
  if (delta.reset) byUuid.clear();
  for (const object of delta.upserts) {
    hasNewMembers ||= byUuid.get(object.uuid)?.name !== object.name;
    byUuid.set(object.uuid, object);
  }
  for (const uuid of delta.removed) hasNewMembers = byUuid.delete(uuid) || hasNewMembers;
  return { byUuid, version: objects.version + 1, membership: objects.membership + (hasNewMembers ? 1 : 0) };
}

/** What needs a person first. */
const stateRank: { readonly [State in ObjectState]: number } = {
  conflict: 0,
  "one-side": 1,
  held: 2,
  sending: 3,
  "in-step": 4,
};

const digitsMax = 12;

/** Text that sorts as people count: "Tower.9" before "Tower.10". */
export function nameKey(name: string): string {
  return name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(digitsMax, "0"));
}

/** All objects by name, then by uuid, so that equal names keep their places. */
export function sortedByName(objects: SceneObjects): readonly ObjectView[] {
  const keyed = Array.from(objects.byUuid.values(), (object) => ({ key: nameKey(object.name), object }));
  keyed.sort((left, right) => compareText(left.key, right.key) || compareText(left.object.uuid, right.object.uuid));
  return keyed.map((entry) => entry.object);
}

/**
 * The rows to show. `byName` may hold older versions of the objects: only its order is used, which changes far more
 * seldom than the objects do.
 */
export function visibleObjects(
  objects: SceneObjects,
  byName: readonly ObjectView[],
  filter: ObjectFilter,
): readonly ObjectView[] {
  const search = filter.search.trim().toLowerCase();
  const rows: ObjectView[] = [];
  for (const { uuid } of byName) {
    const object = objects.byUuid.get(uuid);
    if (object && (filter.state === null || object.state === filter.state) && matches(object, search))
      rows.push(object);
  }
  if (filter.sort === "state") rows.sort((left, right) => stateRank[left.state] - stateRank[right.state]);
  if (filter.sort === "changed") rows.sort((left, right) => right.lsn - left.lsn);
  return rows;
}

/** The objects that wait for a decision, oldest first. */
export function conflicts(objects: SceneObjects): readonly ObjectView[] {
  return [...objects.byUuid.values()]
    .filter((object) => object.state === "conflict")
    .sort((left, right) => left.lsn - right.lsn);
}

function matches(object: ObjectView, search: string): boolean {
  return search === "" || object.name.toLowerCase().includes(search) || object.uuid.startsWith(search);
}

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
