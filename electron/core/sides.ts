/**
 * Entities held back with both their versions ([ENG-36], [ENG-37]).
 *
 * The state keeps what was last agreed; neither editor is written to for a held entity, each goes on showing its own
 * version, and what its user does to it is kept as that editor's side. Before: decide.ts and deletes.ts, which find
 * out that something is disputed. After: release.ts, when a person has decided.
 */
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { type Seen, unseenRegisters } from "./conflict.ts";
import { noteKnown } from "./forward.ts";
import { isHome, makesCycle, placedOf, rehomed } from "./hierarchy.ts";
import { limits } from "./limits.ts";
import { isReachable, type Link } from "./links.ts";
import type { RecordOf } from "./record.ts";
import {
  type Entity,
  finalOf,
  nameOf,
  parentOf,
  registersOf,
  type Side,
  type Sides,
  type State,
  type Tombstone,
} from "./state.ts";
import type { Turn } from "./turn.ts";
import { parentsFirst, valuesOf } from "./whole.ts";
import { writeOwn } from "./writing.ts";

const heldBecause: { readonly [Code in ErrorCode]?: string } = {
  E_CRASHED: "VibeSync stopped each time it was on the way",
  E_EDITOR_LOST: "an editor ended each time it was being written there",
};

/** Held back without two versions: an editor does not show what was agreed, a value bounces, or somebody died of it. */
export function quarantine(turn: Turn, uuid: Uuid, code: ErrorCode): void {
  if (turn.state.quarantine.has(uuid)) return;
  const name = nameOf(turn.state.entities.get(uuid)) || "An object";
  const message = `${name} is held back: ${heldBecause[code] ?? "the editors do not agree on it"}. Release it to try again.`;
  turn.log({ type: "quarantine", timeMs: turn.facts.nowMs, uuid, code, message });
  turn.notice("warning", code, message, uuid);
}

type Member = RecordOf<"hold">["members"][number];
export type Dispute = { readonly seen: Seen; readonly uuids: readonly Uuid[] };

/**
 * Holds the entities back. What the change had not seen becomes the other editor's side, and the last final value is
 * what was agreed. A deletion it had not seen is taken back: nobody has agreed to it.
 */
export function hold(turn: Turn, { seen, uuids }: Dispute): void {
  const stamp = turn.hubStamp();
  const other = roles.find((role) => role !== seen.role) as Role;
  const fresh = uuids.filter((uuid) => !turn.state.quarantine.has(uuid));
  const closure = fresh[0];
  if (closure === undefined) return;
  const revived = new Map<Uuid, Uuid | null>();
  const members = parentsFirst(fresh.map((uuid) => entityOf(turn.state, uuid)).filter((one) => one !== undefined)).map(
    (entity): Member => {
      const tombstone = turn.state.tombstones.get(entity.uuid);
      if (tombstone) return revivedMember(turn, tombstone, { other, stamp, revived, fresh });
      return disputedMember(turn, entity, { seen, other, stamp });
    },
  );
  for (let at = 0; at < members.length; at += limits.opsPerRecordMax) {
    const part = members.slice(at, at + limits.opsPerRecordMax);
    const batch = batchFor(turn, { isStructural: false }, part.length);
    turn.log({ type: "hold", timeMs: turn.facts.nowMs, batch, code: "E_CONFLICT", closure, members: part });
    noteChange(
      turn,
      batch,
      part.map(({ operation }) => changedBy(operation)),
    );
  }
  for (const link of turn.links.byRole.values())
    for (const { operation } of members)
      if (mayLackItsOwn(turn, link, { uuid: operation.uuid, seen })) link.unshown.add(operation.uuid);
  turn.notice("warning", "E_CONFLICT", members[0]?.message ?? "", closure);
}

/** It may have been told of the other's version already, and shows that; or it is behind, and shows an older one. */
function mayLackItsOwn(turn: Turn, link: Link, { uuid, seen }: { uuid: Uuid; seen: Seen }): boolean {
  const isCurrent = link.listed === null && link.cursor === turn.lsn && !link.doubted.has(uuid);
  return link.role === seen.role || !isCurrent || !link.known.has(uuid);
}

function entityOf({ entities, tombstones }: State, uuid: Uuid): Entity | undefined {
  return entities.get(uuid) ?? tombstones.get(uuid)?.entity;
}

function disputedMember(
  turn: Turn,
  entity: Entity,
  { seen, other, stamp }: { seen: Seen; other: Role; stamp: number },
): Member {
  const provisional = turn.state.provisional.get(entity.uuid);
  const agreed: { [Name in FieldName]?: FieldValue } = {};
  const shown: { [Name in FieldName]?: FieldValue } = {};
  let newest = 0;
  for (const [name, register] of unseenRegisters(entity, seen)) {
    shown[name] = register.value;
    newest = Math.max(newest, (register.intent ?? register).stamp);
    const final = finalOf(provisional, name);
    const isSound = name !== "parent" || isSoundParent(turn.state, entity.uuid, final?.value ?? null);
    if (final && isSound) agreed[name] = final.value;
  }
  const sides: Sides = newest === 0 ? {} : { [other]: { kind: "alive", stamp: newest, fields: shown as Fields } };
  const operation = { op: "set" as const, uuid: entity.uuid, stamp, fields: agreed as Fields };
  return { operation, sides, message: sentence(entity) };
}

function isSoundParent(state: State, uuid: Uuid, parent: FieldValue): boolean {
  if (typeof parent !== "string") return true;
  return isHome(state, parent) && !makesCycle((at) => parentOf(state.entities.get(at)), uuid, parent);
}

type Revival = {
  readonly other: Role;
  readonly stamp: number;
  /** The parents of those that this record brings back before it. */
  readonly revived: Map<Uuid, Uuid | null>;
  readonly fresh: readonly Uuid[];
};

function revivedMember(turn: Turn, { entity, stamp }: Tombstone, revival: Revival): Member {
  const { state } = turn;
  const { uuid, kind } = entity;
  const { revived } = revival;
  const parentAt = (at: Uuid) => revived.get(at) ?? parentOf(state.entities.get(at));
  const own = parentOf(entity);
  const stays = own === null || revived.has(own) || (revival.fresh.includes(own) && state.entities.has(own));
  const home = stays || isHome(state, own) ? {} : rehomed(state, placedOf(entity));
  const fields: Fields = { ...valuesOf(entity), ...home };
  const isCircle = makesCycle(parentAt, uuid, (fields.parent as Uuid | null | undefined) ?? null);
  const parent = isCircle ? null : ((fields.parent as Uuid | null | undefined) ?? null);
  revived.set(uuid, parent);
  const whole = "parent" in fields ? { ...fields, parent } : fields;
  const operation = { op: "create" as const, uuid, kind, stamp: revival.stamp, fields: whole };
  return { operation, sides: { [revival.other]: { kind: "gone", stamp } }, message: sentence(entity) };
}

function sentence(entity: Entity): string {
  return `${nameOf(entity) || "An object"} was changed in both editors at once. Choose which version to keep.`;
}

/** An editor's user goes on with something that is held back. What it says again, or late, changes nothing. */
export function claim(turn: Turn, role: Role, operation: StampedOperation): void {
  const { uuid, stamp } = operation;
  const before = turn.state.quarantine.get(uuid)?.sides[role];
  if (before && stamp <= before.stamp) return;
  const shown = before?.kind === "alive" ? before.fields : {};
  const side: Side =
    operation.op === "delete"
      ? { kind: "gone", stamp }
      : { kind: "alive", stamp, fields: { ...shown, ...operation.fields } };
  turn.log({ type: "claim", timeMs: turn.facts.nowMs, uuid, role, side });
  if (side.kind === "alive") showAgain(turn, role, { uuid, stamp });
}

/** Said before its editor heard something newer of it, which it shows instead: it gets its own version above that. */
function showAgain(turn: Turn, role: Role, { uuid, stamp }: { uuid: Uuid; stamp: number }): void {
  const { state, links } = turn;
  const entity = state.entities.get(uuid);
  const heldStamp = state.quarantine.get(uuid)?.stamp ?? 0;
  const link = links.byRole.get(role);
  if (!entity || heldStamp === 0 || !link || link.unshown.has(uuid)) return;
  if (stamp > Math.max(heldStamp, newestStamp(entity), link.shownStamp)) return;
  // Nothing of it changes but the stamp that it is shown with, which the log has to know.
  writeOwn(turn, "repair", [{ op: "set", uuid, stamp: turn.hubStamp(), fields: {} }]);
}

function newestStamp(entity: Entity): number {
  return Math.max(...registersOf(entity).map(([, { stamp }]) => stamp));
}

/** What the editor shows of a held entity; null: it is not in its scene. */
export function versionOf(state: State, uuid: Uuid, role: Role): Fields | null {
  const entity = state.entities.get(uuid);
  const side = state.quarantine.get(uuid)?.sides[role];
  if (!entity || side?.kind === "gone") return null;
  return { ...valuesOf(entity), ...side?.fields };
}

/** An editor that may show the other's version of what is held back gets its own again. */
export function showOwnVersions(turn: Turn, link: Link): void {
  if (link.unshown.size === 0 || !isReachable(link)) return;
  const { state } = turn;
  const held = [...link.unshown].map((uuid) => state.entities.get(uuid)).filter((one) => one !== undefined);
  link.unshown = new Set();
  const version = (uuid: Uuid) => versionOf(state, uuid, link.role);
  const above = (entity?: Entity) => {
    const parent = entity && version(entity.uuid)?.parent;
    return typeof parent === "string" ? parent : null;
  };
  const ops: StampedOperation[] = [];
  for (const { uuid, kind } of parentsFirst(held, above)) {
    const fields = version(uuid);
    if (!state.quarantine.get(uuid)?.stamp || fields === null) continue;
    // Above whatever its editor may have of it, and not above what the log knows: a decision must be newer.
    const stamp = stampOf(state.head.lamport, "hub");
    link.shownStamp = stamp;
    const isBelow = typeof fields.parent === "string" && link.known.has(fields.parent);
    const parent = isBelow ? fields.parent : null;
    ops.push({ op: "create", uuid, kind, stamp, fields: "parent" in fields ? { ...fields, parent } : fields });
    link.known.add(uuid);
  }
  noteKnown(link, ops);
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    turn.send(
      link.connection,
      { kind: "apply", epoch: link.epoch, lsn: link.cursor, reason: "repair", ops: part },
      turn.lsn,
    );
  }
}
