/**
 * A person's word on held changes while safe mode is on: approved ones go to both editors, refused ones are put back.
 *
 * Both are records of the hub's own, in batches that are forwarded, verified and made final although safe mode is on;
 * everything else stays held ([ENG-41], [ENG-42]). Before: review.ts says what is held and what goes together. After:
 * forward.ts and verify.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import { roles } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { socketOf } from "./forward.ts";
import { childrenFirst, childrenOf, makesCycle, placedOf, rehomed } from "./hierarchy.ts";
import { limits } from "./limits.ts";
import type { Batch } from "./links.ts";
import { type Decision, finalFields, type ReviewItem, reviewQueue, withDependents, withNeeds } from "./review.ts";
import { type Entity, fieldOf, parentOf, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { parentsFirst, valuesOf } from "./whole.ts";

export function review(turn: Turn, decision: Decision, uuids: readonly Uuid[]): void {
  const { state, links } = turn;
  const queue = reviewQueue(state, links);
  const chosen = uuids.filter((uuid) => queue.has(uuid));
  const together = (decision === "approve" ? withNeeds : withDependents)(state, queue, chosen);
  const items = [...together].flatMap((uuid) => queue.get(uuid) ?? []);
  const stamp = turn.hubStamp();
  const isApproved = decision === "approve";
  const operations = items.map((item) => (isApproved ? approved(turn, item, stamp) : refused(turn, item, stamp)));
  for (const { uuid } of items) links.unexplained.delete(uuid);
  const ops = inOrder(turn, isApproved ? operations : housed(turn, operations));
  writeDecided(turn, { decision, reason: isApproved ? "approve" : "revoke", ops });
}

function approved({ state }: Turn, { uuid, change, fields }: ReviewItem, stamp: number): StampedOperation {
  if (change === "deleted") return { op: "delete", uuid, stamp };
  const entity = state.entities.get(uuid) as Entity;
  if (change === "created") return { op: "set", uuid, fields: valuesOf(entity), stamp };
  return { op: "set", uuid, fields: fieldsOf(fields.map(({ name, after }) => [name, after])), stamp };
}

/**
 * A field that had no value before cannot be taken back; it is agreed as it is. That happens only to values that come
 * with a change of kind, such as a light's.
 */
function refused({ state }: Turn, { uuid, kind, change, fields }: ReviewItem, stamp: number): StampedOperation {
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
 * What goes back may find its old parent gone for good, or what goes may leave somebody behind that nobody asked about:
 * both move to the nearest parent that will be there, and stay where they are in the world.
 */
function housed(turn: Turn, operations: readonly StampedOperation[]): StampedOperation[] {
  const { state } = turn;
  const byUuid = new Map(operations.map((operation) => [operation.uuid, operation]));
  const gone = new Set(operations.filter(({ op }) => op === "delete").map(({ uuid }) => uuid));
  const willBe = (uuid: Uuid) => byUuid.get(uuid)?.op === "create" || (state.entities.has(uuid) && !gone.has(uuid));
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
function inOrder({ state }: Turn, operations: readonly StampedOperation[]): StampedOperation[] {
  const byUuid = new Map(operations.map((operation) => [operation.uuid, operation]));
  const living = operations.filter(({ op }) => op !== "delete");
  const entities = living.flatMap(({ uuid }) => state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity ?? []);
  const deletes = operations.filter(({ op }) => op === "delete");
  const dying = deletes.flatMap(({ uuid }) => state.tombstones.get(uuid)?.entity ?? []);
  const gone = [...parentsFirst(dying).reverse(), ...childrenFirst(state, deletes)].map(({ uuid }) => uuid);
  const order = new Set([...parentsFirst(entities).map(({ uuid }) => uuid), ...gone]);
  return [...order].flatMap((uuid) => byUuid.get(uuid) ?? []);
}

type Decided = {
  readonly decision: Decision;
  readonly reason: "approve" | "revoke" | "rollback";
  readonly ops: readonly StampedOperation[];
};

/** A person's word, in batches that go out and are verified although everything else is held. */
export function writeDecided(turn: Turn, { decision, reason, ops }: Decided): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const batch = batchFor(turn, { isStructural: false, decision }, part.length);
    turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role: null, ops: part });
    noteChange(turn, batch, part.map(changedBy));
    oweToOthers(turn, turn.links.batches.get(batch));
  }
}

/** An editor that is away, or whose scene is just being listed, is told when it can be (catch-up.ts). */
function oweToOthers({ links }: Turn, batch: Batch | undefined): void {
  for (const role of batch ? roles : []) {
    const link = links.byRole.get(role);
    if (!batch?.decision || (link && batch.told.has(socketOf(link)))) continue;
    const owed = links.owed.get(role) ?? new Map<Uuid, Decision>();
    for (const uuid of batch.items.keys()) owed.set(uuid, batch.decision);
    links.owed.set(role, owed);
  }
}
