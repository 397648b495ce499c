/**
 * A person's word on held changes while safe mode is on: approved ones go to both editors, refused ones are put back.
 *
 * Both are records of the hub's own, in batches that are forwarded, verified and made final although safe mode is on;
 * everything else stays held ([ENG-41], [ENG-42]). Before: review.ts says what is held and what goes together. After:
 * forward.ts and verify.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { childrenFirst } from "./hierarchy.ts";
import { limits } from "./limits.ts";
import { finalFields, type ReviewItem, reviewQueue, withDependents, withNeeds } from "./review.ts";
import { type Entity, fieldOf } from "./state.ts";
import type { Turn } from "./turn.ts";
import { parentsFirst, valuesOf } from "./whole.ts";

export type Decision = "approve" | "refuse";

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
  write(turn, isApproved ? "approve" : "revoke", inOrder(turn, operations));
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
    return { op: "create", uuid, kind, fields: fieldsOf(final), stamp };
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

function write(turn: Turn, reason: "approve" | "revoke", ops: readonly StampedOperation[]): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const batch = batchFor(turn, { isStructural: false, isReviewed: true }, part.length);
    turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role: null, ops: part });
    noteChange(turn, batch, part.map(changedBy));
  }
}
