/**
 * An editor's change: what of it counts, what is refused and why, and what must follow from it (stages 5 and 7).
 *
 * Before: batch.ts (coalescing) and session.ts (epoch, sequence). After: evolve.ts, and verify.ts for what became
 * provisional. Each operation stands alone: a refused one has no effect on the others ([WIRE-29]).
 */
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type FieldName, type Fields, type FieldValue, hasField } from "#shared/scene/fields.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { isStructural } from "./forward.ts";
import { childrenFirst, childrenOf, makesCycle, placedOf, rehomed } from "./hierarchy.ts";
import { limits } from "./limits.ts";
import { inParts } from "./memory.ts";
import type { EditReason } from "./record.ts";
import { type Entity, fieldOf, nameOf, parentOf, registerOf } from "./state.ts";
import type { Turn } from "./turn.ts";
import { presenceStamp } from "./whole.ts";

export type Refusal = { readonly uuid: Uuid; readonly code: ErrorCode; readonly message: string };

export type Admission = {
  readonly role: Role;
  readonly reason: EditReason;
  readonly ops: readonly StampedOperation[];
};

/** Logs what counts of the operations; answers with what was refused. */
export function admit(turn: Turn, { role, reason, ops }: Admission): Refusal[] {
  const refusals: Refusal[] = [];
  const deletes = ops.filter((operation) => operation.op === "delete");
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const accepted = new Map<Uuid, StampedOperation>();
    const corrections = new Map<Uuid, Fields>();
    for (const operation of ops.slice(at, at + limits.opsPerRecordMax)) {
      if (operation.op === "delete") continue;
      if (accepted.has(operation.uuid)) flush(turn, { role, reason, accepted });
      const outcome = admitOne(turn, operation, accepted);
      if ("code" in outcome) refusals.push(refusalOf(turn, operation.uuid, outcome.code));
      else if (outcome.operation) accepted.set(operation.uuid, outcome.operation);
      if ("correction" in outcome && outcome.correction) corrections.set(operation.uuid, outcome.correction);
    }
    flush(turn, { role, reason, accepted });
    correct(turn, corrections);
  }
  if (deletes.length > 0) admitDeletes(turn, { role, reason, ops: deletes });
  for (const { uuid, code } of refusals) turn.fault({ operation: "change", code, uuid, role });
  return refusals;
}

function correct(turn: Turn, corrections: ReadonlyMap<Uuid, Fields>): void {
  const stamp = turn.hubStamp();
  writeOwn(
    turn,
    "repair",
    [...corrections].map(([uuid, fields]) => ({ op: "set" as const, uuid, stamp, fields })),
  );
}

type Gathered = { readonly role: Role; readonly reason: EditReason; readonly accepted: Map<Uuid, StampedOperation> };

/**
 * A record names an entity once ([WIRE-17]): what was gathered is written before a second operation on one is looked
 * at.
 */
function flush(turn: Turn, { role, reason, accepted }: Gathered): void {
  write(turn, { role, reason, ops: [...accepted.values()] });
  accepted.clear();
}

/**
 * `correction`: what the hub made of it differs from what the editor has; everybody is told under the hub's own
 * stamp.
 */
type Outcome =
  | { readonly code: ErrorCode }
  | { readonly operation: StampedOperation | null; readonly correction?: Fields };

function admitOne(turn: Turn, operation: StampedOperation, accepted: ReadonlyMap<Uuid, StampedOperation>): Outcome {
  const { state } = turn;
  const { uuid, stamp } = operation;
  if (state.quarantine.has(uuid)) return { code: "E_QUARANTINED" };
  if (operation.op === "delete") return { operation: null };
  const entity = state.entities.get(uuid);
  const tombstone = state.tombstones.get(uuid);
  if (operation.op === "create" && !entity) {
    if (tombstone && stamp <= tombstone.stamp) return { code: "E_TOMBSTONED" };
    return admitCreate(turn, operation, accepted);
  }
  if (entity === undefined) return { code: tombstone ? "E_TOMBSTONED" : "E_UNKNOWN_ENTITY" };
  if (operation.op === "create" && operation.kind !== entity.kind) return { code: "E_KIND" };
  return admitFields(turn, entity, { uuid, stamp, fields: operation.fields, accepted });
}

type Creation = Extract<StampedOperation, { op: "create" }>;

function admitCreate(turn: Turn, operation: Creation, accepted: ReadonlyMap<Uuid, StampedOperation>): Outcome {
  const { state } = turn;
  if (state.entities.size >= limits.entitiesMax) return { code: "E_LIMIT" };
  const fields = operation.fields;
  const code = refuseFields(operation.kind, fields);
  if (code) return { code };
  const parent = (fields.parent as Uuid | null | undefined) ?? null;
  if (parent === operation.uuid) return { code: "E_CYCLE" };
  if (parent === null || accepted.has(parent) || state.entities.has(parent)) return { operation };
  const home = rehomed(state, { kind: operation.kind, fields });
  return { operation: { ...operation, fields: { ...fields, ...home } }, correction: home };
}

type FieldWrite = {
  readonly uuid: Uuid;
  readonly stamp: number;
  readonly fields: Fields;
  /** What the same change brought before it: not in the state yet, but as good as there. */
  readonly accepted: ReadonlyMap<Uuid, StampedOperation>;
};

/** The parent that an entity will have once everything accepted so far is written. */
function parentAfter(turn: Turn, accepted: ReadonlyMap<Uuid, StampedOperation>, uuid: Uuid): Uuid | null {
  const operation = accepted.get(uuid);
  const parent = operation && operation.op !== "delete" ? operation.fields.parent : undefined;
  if (parent !== undefined) return parent as Uuid | null;
  return parentOf(turn.state.entities.get(uuid));
}

/** Keeps the fields whose stamp is above their register's ([WIRE-9]). */
function admitFields(turn: Turn, entity: Entity, { uuid, stamp, fields, accepted }: FieldWrite): Outcome {
  const code = refuseFields(entity.kind, fields);
  if (code) return { code };
  const kept: { [Name in FieldName]?: FieldValue } = {};
  let count = 0;
  for (const [key, value] of Object.entries(fields)) {
    const name = key as FieldName;
    const register = registerOf(entity, name);
    if (register && stamp <= register.stamp) continue;
    if (name === "type" && register && register.value !== value) return { code: "E_FIELD" };
    kept[name] = value as FieldValue;
    count += 1;
  }
  if (kept.parent !== undefined) {
    const parent = kept.parent as Uuid | null;
    const isCircle = (above: Uuid | null) => makesCycle((at) => parentAfter(turn, accepted, at), uuid, above);
    if (isCircle(parent)) {
      repairRefused(turn, entity, fields);
      return { code: "E_CYCLE" };
    }
    if (parent !== null && !accepted.has(parent) && !turn.state.entities.has(parent)) {
      const placed = { kind: entity.kind, fields: { ...placedOf(entity).fields, ...kept } };
      const nearest = rehomed(turn.state, placed);
      const home = isCircle(nearest.parent as Uuid | null) ? { ...nearest, parent: null } : nearest;
      return { operation: { op: "set", uuid, stamp, fields: { ...kept, ...home } }, correction: home };
    }
  }
  if (count === 0) return { operation: null };
  return { operation: { op: "set", uuid, stamp, fields: kept } };
}

function refuseFields(kind: Entity["kind"], fields: Fields): ErrorCode | undefined {
  for (const name of Object.keys(fields)) if (!hasField(kind, name as FieldName)) return "E_FIELD";
  return undefined;
}

/** What was agreed goes back to everybody, the sender included, under a stamp above the refused one. */
function repairRefused(turn: Turn, entity: Entity, refused: Fields): void {
  const fields: { [Name in FieldName]?: FieldValue } = { parent: parentOf(entity) };
  for (const key of Object.keys(refused)) {
    const value = fieldOf(entity, key as FieldName);
    if (value !== undefined) fields[key as FieldName] = value;
  }
  writeOwn(turn, "repair", [{ op: "set", uuid: entity.uuid, stamp: turn.hubStamp(), fields }]);
}

/**
 * Deletes are all or nothing for what they name; what hung below and was not named moves up to the nearest living
 * ancestor and stays where it is in the world ([WIRE-19]). It moves first, and children go before their parents: a
 * power cut may end the log between two records ([WAL-6]), and nothing may hang below what is gone then.
 */
function admitDeletes(turn: Turn, { role, reason, ops }: Admission): void {
  const { state } = turn;
  const gone = new Set<Uuid>();
  const admitted = ops.filter(({ uuid, stamp }) => {
    if (gone.has(uuid) || state.quarantine.has(uuid)) return false;
    const dead = state.tombstones.get(uuid);
    const alive = state.entities.get(uuid);
    const newest = alive ? presenceStamp(alive) : (dead?.stamp ?? 0);
    if (stamp <= newest) return false;
    gone.add(uuid);
    return true;
  });
  if (admitted.length === 0) return;
  const orphans = childrenOf(state, gone).filter((child) => !gone.has(child.uuid));
  const members = orphansOfCollections(turn, gone);
  const stamp = turn.hubStamp();
  const moved = orphans.map((entity): StampedOperation => {
    return { op: "set", uuid: entity.uuid, stamp, fields: rehomed(state, placedOf(entity), gone) };
  });
  writeOwn(turn, "repair", [...moved, ...members.map(({ uuid, left }) => leaveCollections(uuid, left, stamp))]);
  const ordered = childrenFirst(state, admitted);
  for (let at = 0; at < ordered.length; at += limits.opsPerRecordMax) {
    write(turn, { role, reason, ops: ordered.slice(at, at + limits.opsPerRecordMax) });
  }
}
type Member = { readonly uuid: Uuid; readonly left: readonly string[] };

/** Objects that were in a collection that is about to go: they leave it. */
function orphansOfCollections(turn: Turn, gone: ReadonlySet<Uuid>): Member[] {
  const hasCollection = [...gone].some((uuid) => turn.state.entities.get(uuid)?.kind === "collection");
  if (!hasCollection) return [];
  const members: Member[] = [];
  for (const { uuid, registers } of turn.state.entities.values()) {
    const collections = registers.collections?.value as readonly string[] | undefined;
    if (gone.has(uuid) || !collections?.some((collection) => gone.has(collection))) continue;
    members.push({ uuid, left: collections.filter((collection) => !gone.has(collection)) });
  }
  return members;
}

function leaveCollections(uuid: Uuid, left: readonly string[], stamp: number): StampedOperation {
  return { op: "set", uuid, stamp, fields: { collections: [...left] } };
}

/** Operations of the hub's own, in records of their own, to every editor. */
export function writeOwn(turn: Turn, reason: EditReason, ops: readonly StampedOperation[]): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    write(turn, { role: null, reason, ops: ops.slice(at, at + limits.opsPerRecordMax) });
  }
}

type Writing = { readonly role: Role | null; readonly reason: EditReason; readonly ops: readonly StampedOperation[] };

function write(turn: Turn, { role, reason, ops }: Writing): void {
  if (ops.length === 0) return;
  for (const { ops: part, alone, isSlow } of inParts(turn, ops)) {
    const structural = turn.state.head.mode === "live" && (isSlow || isStructural(part));
    const batch = batchFor(turn, { isStructural: structural, alone }, part.length);
    turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role, ops: [...part] });
    noteChange(turn, batch, part.map(changedBy));
  }
}

function refusalOf(turn: Turn, uuid: Uuid, code: ErrorCode): Refusal {
  const name = nameOf(turn.state.entities.get(uuid) ?? turn.state.tombstones.get(uuid)?.entity);
  return { uuid, code, message: name ? `${name}: ${errorSentence[code]}` : errorSentence[code] };
}
