/**
 * A person's word on held changes as operations: what is approved is written as it is, what is refused as it was.
 *
 * Both become records of the hub's own, in batches that are forwarded, verified and made final although safe mode is
 * on; everything else stays held ([ENG-41], [ENG-42]). Before: decision.ts, which says when. After: forward.ts and
 * verify.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { childrenFirst, childrenOf, isHome, makesCycle, placedOf, rehomed } from "./hierarchy.ts";
import { finalFields, type ReviewItem } from "./review.ts";
import { type Entity, fieldOf, parentOf, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { parentsFirst, valuesOf } from "./whole.ts";

export function approved({ state }: Turn, { uuid, change, fields }: ReviewItem, stamp: number): StampedOperation {
  if (change === "deleted") return { op: "delete", uuid, stamp };
  const entity = state.entities.get(uuid) as Entity;
  if (change === "created") return { op: "set", uuid, fields: valuesOf(entity), stamp };
  return { op: "set", uuid, fields: fieldsOf(fields.map(({ name, after }) => [name, after])), stamp };
}

/**
 * A field that had no value before cannot be taken back; it is agreed as it is. That happens only to values that come
 * with a change of kind, such as a light's.
 */
export function refused({ state }: Turn, { uuid, kind, change, fields }: ReviewItem, stamp: number): StampedOperation {
  if (change === "created") return { op: "delete", uuid, stamp };
  if (change === "deleted") {
    const tombstone = state.tombstones.get(uuid);
    const final = tombstone ? finalFields(tombstone.entity, tombstone.pending?.fields ?? {}) : [];
    const last = tombstone ? valuesOf(tombstone.entity) : {};
    return { op: "create", uuid, kind, fields: { ...last, ...fieldsOf(final) }, stamp };
  }
  const entity = state.entities.get(uuid);
  const values = fields.map(
    ({ name, before }) => [name, before === undefined ? fieldOf(entity, name) : before] as const,
  );
  return { op: "set", uuid, fields: fieldsOf(values), stamp };
}

function fieldsOf(values: readonly (readonly [FieldName, FieldValue | undefined])[]): Fields {
  return Object.fromEntries(values.filter(([, value]) => value !== undefined)) as Fields;
}

/**
 * What goes back may find its old parent gone for good, as may what an editor showed after a crash; or what goes may
 * leave somebody behind that nobody asked about. All move to the nearest parent that will be there, and stay where they
 * are in the world.
 */
export function housed(turn: Turn, operations: readonly StampedOperation[]): StampedOperation[] {
  const { state } = turn;
  const byUuid = new Map(operations.map((operation) => [operation.uuid, operation]));
  const gone = new Set(operations.filter(({ op }) => op === "delete").map(({ uuid }) => uuid));
  const willBe = (uuid: Uuid) => byUuid.get(uuid)?.op === "create" || (isHome(state, uuid) && !gone.has(uuid));
  const stamp = turn.hubStamp();
  for (const { uuid } of [...childrenOf(state, gone), ...membersOf(state, gone)]) {
    if (!byUuid.has(uuid)) byUuid.set(uuid, { op: "set", uuid, fields: {}, stamp });
  }
  const parentAfter = (uuid: Uuid) => parentIn(state, byUuid.get(uuid), uuid);
  for (const operation of byUuid.values()) {
    if (operation.op === "delete") continue;
    const { uuid } = operation;
    const entity = state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity;
    const parent = parentAfter(uuid);
    if (!entity || parent === null) continue;
    const fields = { ...placedOf(entity).fields, ...operation.fields };
    const home = willBe(parent) ? {} : rehomed(state, { kind: entity.kind, fields }, gone);
    const above = home.parent === undefined ? parent : (home.parent as Uuid | null);
    const isCircle = makesCycle(parentAfter, uuid, above);
    byUuid.set(uuid, { ...operation, fields: { ...operation.fields, ...home, ...(isCircle ? { parent: null } : {}) } });
  }
  return [...byUuid.values()].map((operation) => withoutCollections(state, operation, gone));
}

function parentIn(state: State, operation: StampedOperation | undefined, uuid: Uuid): Uuid | null {
  const parent = operation && operation.op !== "delete" ? operation.fields.parent : undefined;
  return parent === undefined ? parentOf(state.entities.get(uuid)) : (parent as Uuid | null);
}

/** What is in a collection that goes. */
function membersOf(state: State, gone: ReadonlySet<Uuid>): Entity[] {
  if (![...gone].some((uuid) => state.entities.get(uuid)?.kind === "collection")) return [];
  return [...state.entities.values()].filter((entity) => collectionsOf(entity).some((uuid) => gone.has(uuid)));
}

function collectionsOf(entity: Entity | undefined): readonly Uuid[] {
  return (fieldOf(entity, "collections") as readonly Uuid[] | undefined) ?? [];
}

function withoutCollections(state: State, operation: StampedOperation, gone: ReadonlySet<Uuid>): StampedOperation {
  if (operation.op === "delete") return operation;
  const said = operation.fields.collections as readonly Uuid[] | undefined;
  const collections = said ?? collectionsOf(state.entities.get(operation.uuid));
  if (!collections.some((uuid) => gone.has(uuid))) return operation;
  return { ...operation, fields: { ...operation.fields, collections: collections.filter((uuid) => !gone.has(uuid)) } };
}

/** What is there before what hangs below it, and what goes last of all, children before their parents. */
export function inOrder({ state }: Turn, operations: readonly StampedOperation[]): StampedOperation[] {
  const byUuid = new Map(operations.map((operation) => [operation.uuid, operation]));
  const living = operations.filter(({ op }) => op !== "delete");
  const entities = living.flatMap(({ uuid }) => state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity ?? []);
  const deletes = operations.filter(({ op }) => op === "delete");
  const dying = deletes.flatMap(({ uuid }) => state.tombstones.get(uuid)?.entity ?? []);
  const gone = [...parentsFirst(dying).reverse(), ...childrenFirst(state, deletes)].map(({ uuid }) => uuid);
  const order = new Set([...parentsFirst(entities).map(({ uuid }) => uuid), ...gone]);
  return [...order].flatMap((uuid) => byUuid.get(uuid) ?? []);
}
