/**
 * An editor's change: what of it counts, what is refused and why, and what must follow from it (stages 5 and 7).
 *
 * Before: batch.ts (coalescing) and session.ts (epoch, sequence). After: evolve.ts, and verify.ts for what became
 * provisional. Each operation stands alone: a refused one has no effect on the others ([WIRE-29]).
 */
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type FieldName, type Fields, type FieldValue, hasField } from "#shared/scene/fields.ts";
import { conflictOf, isUnseen, type Seen, wouldCount } from "./conflict.ts";
import { admitDeletes, isDeleteDisputed } from "./deletes.ts";
import { isHome, makesCycle, placedOf, rehomed } from "./hierarchy.ts";
import { limits } from "./limits.ts";
import type { EditReason } from "./record.ts";
import { claim, hold } from "./sides.ts";
import { type Entity, fieldOf, finalOf, nameOf, parentOf, registerOf, registersOf } from "./state.ts";
import type { Turn } from "./turn.ts";
import { write, writeOwn } from "./writing.ts";

export type Refusal = { readonly uuid: Uuid; readonly code: ErrorCode; readonly message: string };

export type Admission = {
  readonly role: Role;
  readonly reason: EditReason;
  readonly ops: readonly StampedOperation[];
  /** The position that the change had seen; null where nothing can be in conflict, as in a listing. */
  readonly base: number | null;
};

/** Logs what counts of the operations; answers with what was refused. */
export function admit(turn: Turn, admission: Admission): Refusal[] {
  const { role, reason, ops, base } = admission;
  const refusals: Refusal[] = [];
  const deletes = ops.filter((operation) => operation.op === "delete");
  const others = ops.filter((operation) => operation.op !== "delete");
  for (let at = 0; at < others.length; at += limits.opsPerRecordMax) {
    refusals.push(...admitPart(turn, { ...admission, ops: others.slice(at, at + limits.opsPerRecordMax) }));
  }
  if (deletes.length > 0) admitDeletes(turn, { role, reason, ops: deletes }, base === null ? null : { role, base });
  for (const { uuid, code } of refusals) turn.fault({ operation: "change", code, uuid, role });
  return refusals;
}

function admitPart(turn: Turn, { role, reason, ops, base }: Admission): Refusal[] {
  const refusals: Refusal[] = [];
  const accepted = new Map<Uuid, StampedOperation>();
  const corrections = new Map<Uuid, Fields>();
  const voided = new Map<Uuid, Fields>();
  const seen = base === null ? null : { role, base };
  for (const operation of ops) {
    const { uuid } = operation;
    if (accepted.has(uuid)) flush(turn, { role, reason, accepted });
    const disputed = seen === null ? [] : disputedBy(turn, operation, seen);
    if (seen !== null && disputed.length > 0) {
      flush(turn, { role, reason, accepted });
      hold(turn, { seen, uuids: disputed });
    }
    const outcome = turn.state.quarantine.has(uuid)
      ? admitClaim(turn, role, operation)
      : admitOne(turn, operation, { accepted, seen });
    if ("code" in outcome) refusals.push(refusalOf(turn, uuid, outcome.code));
    else if (outcome.operation) accepted.set(uuid, outcome.operation);
    if ("correction" in outcome && outcome.correction) corrections.set(uuid, outcome.correction);
    if ("voided" in outcome && outcome.voided) voided.set(uuid, outcome.voided);
  }
  flush(turn, { role, reason, accepted });
  correct(turn, "revoke", voided);
  correct(turn, "repair", corrections);
  return refusals;
}

/** Whether the operation is about something that is, or will be, held back. */
export function isDisputed(turn: Turn, operation: StampedOperation, seen: Seen): boolean {
  if (turn.state.quarantine.has(operation.uuid)) return true;
  if (operation.op === "delete") return isDeleteDisputed(turn, operation.uuid, seen);
  return disputedBy(turn, operation, seen).length > 0;
}

/** What a person must decide about before the operation can count; empty: it counts, or is refused, by itself. */
function disputedBy({ state }: Turn, operation: StampedOperation, seen: Seen): Uuid[] {
  const { uuid } = operation;
  const entity = state.entities.get(uuid);
  if (operation.op === "delete" || state.quarantine.has(uuid)) return [];
  if (entity) return conflictOf(entity, operation.fields, seen).disputed.size > 0 ? [uuid] : [];
  const tombstone = state.tombstones.get(uuid);
  if (!tombstone || !isUnseen(tombstone, seen)) return [];
  if (operation.op === "set" && !wouldCount(tombstone.entity, operation, seen)) return [];
  // Deleted by the other meanwhile, and with it everything that the same deletion named. What nobody here ever saw
  // cannot come back.
  if (registersOf(tombstone.entity).length === 0) return [];
  return [...state.tombstones.entries()]
    .filter(([, { stamp, entity: dead }]) => stamp === tombstone.stamp && registersOf(dead).length > 0)
    .map(([member]) => member);
}

function admitClaim(turn: Turn, role: Role, operation: StampedOperation): Outcome {
  const entity = turn.state.entities.get(operation.uuid);
  if (operation.op === "delete" || entity === undefined) return { operation: null };
  if (operation.op === "create" && operation.kind !== entity.kind) return { code: "E_KIND" };
  const code = refuseFields(entity.kind, operation.fields);
  if (code) return { code };
  claim(turn, role, operation);
  return { operation: null };
}

function correct(turn: Turn, reason: "repair" | "revoke", corrections: ReadonlyMap<Uuid, Fields>): void {
  const stamp = turn.hubStamp();
  writeOwn(
    turn,
    reason,
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
 * `correction`: what the hub made of it differs from what the editor has; `voided`: what does not count by the table of
 * conflicts, and what it goes back to. Everybody is told under the hub's own stamp.
 */
type Outcome =
  | { readonly code: ErrorCode }
  | { readonly operation: StampedOperation | null; readonly correction?: Fields; readonly voided?: Fields };

type Context = {
  /** What the same change brought before it: not in the state yet, but as good as there. */
  readonly accepted: ReadonlyMap<Uuid, StampedOperation>;
  readonly seen: Seen | null;
};

function admitOne(turn: Turn, operation: StampedOperation, { accepted, seen }: Context): Outcome {
  const { state } = turn;
  const { uuid, stamp } = operation;
  if (operation.op === "delete") return { operation: null };
  const entity = state.entities.get(uuid);
  const tombstone = state.tombstones.get(uuid);
  if (operation.op === "create" && !entity) {
    if (tombstone && stamp <= tombstone.stamp) return { code: "E_TOMBSTONED" };
    return admitCreate(turn, operation, accepted);
  }
  if (entity === undefined) return { code: tombstone ? "E_TOMBSTONED" : "E_UNKNOWN_ENTITY" };
  if (operation.op === "create" && operation.kind !== entity.kind) return { code: "E_KIND" };
  const { fields, voided } = reconciled(turn, entity, { fields: operation.fields, seen });
  const outcome = admitFields(turn, entity, { uuid, stamp, fields, accepted });
  return "code" in outcome || voided === undefined ? outcome : { ...outcome, voided };
}

/** Without what loses against what the change had not seen; with what goes back to everybody all the same. */
function reconciled(
  turn: Turn,
  entity: Entity,
  { fields, seen }: { fields: Fields; seen: Seen | null },
): { readonly fields: Fields; readonly voided?: Fields } {
  const finding = seen === null ? null : conflictOf(entity, fields, seen);
  if (finding === null || finding.lost.size + finding.overruled.size === 0) return { fields };
  const voided: { [Name in FieldName]?: FieldValue } = {};
  const before = turn.state.provisional.get(entity.uuid);
  for (const name of finding.lost) voided[name] = fieldOf(entity, name) as FieldValue;
  for (const name of finding.overruled) {
    const value = fields[name] ?? finalOf(before, name)?.value ?? fieldOf(entity, name);
    voided[name] = value as FieldValue;
  }
  const kept = Object.entries(fields).filter(([name]) => !finding.lost.has(name as FieldName));
  return { fields: Object.fromEntries(kept), voided };
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
  if (parent === null || accepted.has(parent) || isHome(state, parent)) return { operation };
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

/**
 * The parent that an entity will have once everything accepted so far is written: in the state, or in one editor's
 * scene, where what is held back may hang elsewhere.
 */
function parentAfter({ state }: Turn, uuid: Uuid, { accepted, view }: ParentView): Uuid | null {
  const operation = accepted.get(uuid);
  const parent = operation && operation.op !== "delete" ? operation.fields.parent : undefined;
  if (parent !== undefined) return parent as Uuid | null;
  const side = view === null ? undefined : state.quarantine.get(uuid)?.sides[view];
  const own = side?.kind === "alive" ? side.fields.parent : undefined;
  return own === undefined ? parentOf(state.entities.get(uuid)) : (own as Uuid | null);
}

type ParentView = { readonly accepted: ReadonlyMap<Uuid, StampedOperation>; readonly view: Role | null };

/** Keeps the fields whose stamp is above their register's ([WIRE-9]). */
export function admitFields(turn: Turn, entity: Entity, { uuid, stamp, fields, accepted }: FieldWrite): Outcome {
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
    const isCircle = (above: Uuid | null) =>
      [null, ...roles].some((view) => makesCycle((at) => parentAfter(turn, at, { accepted, view }), uuid, above));
    if (isCircle(parent)) {
      repairRefused(turn, entity, fields);
      return { code: "E_CYCLE" };
    }
    if (parent !== null && !accepted.has(parent) && !isHome(turn.state, parent)) {
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

function refusalOf(turn: Turn, uuid: Uuid, code: ErrorCode): Refusal {
  const name = nameOf(turn.state.entities.get(uuid) ?? turn.state.tombstones.get(uuid)?.entity);
  return { uuid, code, message: name ? `${name}: ${errorSentence[code]}` : errorSentence[code] };
}
