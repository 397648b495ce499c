/**
 * Bringing an editor up to date: after its first listing, and whenever it was left behind.
 *
 * What it lacks is computed from the state, never from the records: a thousand moves that it missed are one move. The
 * operations are verified by a batch of their own.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { type Changed, changedBy, openCheck, tellFinal } from "./batches.ts";
import { isWritable, noteKnown, socketOf } from "./forward.ts";
import { limits } from "./limits.ts";
import { isReachable, type Link } from "./links.ts";
import { isKeptFrom } from "./memory.ts";
import { showOwnVersions } from "./sides.ts";
import { type Entity, type Register, registerOf, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { fieldsByStamp, namedBy, parentsFirst, wholeOperations } from "./whole.ts";

/** Sends every writable editor what it has not seen, and what it may not have seen. Called at the end of a turn. */
export function catchUp(turn: Turn): void {
  for (const link of turn.links.byRole.values()) {
    const isBehind = link.listed !== null || link.cursor !== turn.lsn;
    if (!isWritable(turn, link)) {
      tellDecided(turn, link);
      continue;
    }
    turn.links.owed.delete(link.role);
    for (const uuid of link.withheld) link.doubted.add(uuid);
    link.withheld.clear();
    askUnconfirmed(turn, link);
    if (isBehind || hasDoubts(turn, link)) bringUpToDate(turn, link);
    // Behind all else: its own versions may stand below what it was lacking.
    if (link.listed === null) showOwnVersions(turn, link);
  }
}

function hasDoubts(turn: Turn, link: Link): boolean {
  for (const uuid of link.doubted) if (!isForLater(turn, link, uuid)) return true;
  return false;
}

/** What is held back is not told before it is released, and what waits not before its time. */
function isForLater(turn: Turn, link: Link, uuid: Uuid): boolean {
  return turn.state.quarantine.has(uuid) || isKeptFrom(turn, link, uuid);
}

/** Sends some of what it lacks; with the last of it what is deleted, and then what came about meanwhile. */
function bringUpToDate(turn: Turn, link: Link, round = 0): void {
  link.arrears ??= { uuids: candidates(turn.state, link), at: 0, sinceLsn: turn.lsn, round };
  const { arrears, listed } = link;
  const uuids = arrears.uuids.slice(arrears.at, arrears.at + limits.scanSliceMax * 2 ** arrears.round);
  arrears.at += uuids.length;
  if (arrears.at < arrears.uuids.length) {
    send(turn, link, { ops: missingOperations(turn, link, uuids), lsn: link.cursor });
    turn.hasMore = true;
    return;
  }
  const ops = missingOperations(turn, link, [...uuids, ...link.doubted]);
  ops.push(...missingDeletions(turn.state, link));
  link.arrears = null;
  link.listed = null;
  link.doubted = new Set([...link.doubted].filter((uuid) => isForLater(turn, link, uuid)));
  send(turn, link, { ops, lsn: arrears.sinceLsn });
  link.cursor = arrears.sinceLsn;
  if (listed !== null) {
    link.listedLsn = arrears.sinceLsn;
    turn.effects.push({ kind: "registry", role: link.role });
  }
  if (link.cursor === turn.lsn) tellFinal(turn, link.role);
  else bringUpToDate(turn, link, arrears.round + 1);
}

type Sending = { readonly ops: StampedOperation[]; readonly lsn: number };

/** Only the last part moves the editor's resume position: a cut in between is made good from the start. */
function send(turn: Turn, link: Link, { ops, lsn: lastLsn }: Sending): void {
  const { connection, epoch, cursor } = link;
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const lsn = at + limits.opsPerRecordMax >= ops.length ? lastLsn : cursor;
    link.sentLsn = lsn;
    turn.send(connection, { kind: "apply", epoch, lsn, reason: "resync", ops: part }, turn.lsn);
  }
  noteKnown(link, ops);
  openCheck(turn, link.role, ops.map(changedBy));
}

/**
 * While all else is held, too, an editor is told what a person decided, whole, when it may not have heard: it was busy
 * or away, or its own change came too late. Otherwise its answer to the question about it could only be wrong.
 */
function tellDecided(turn: Turn, link: Link): void {
  const { state, links } = turn;
  if (!isReachable(link)) return;
  const due = new Set<Uuid>();
  for (const [uuid, decision] of links.owed.get(link.role) ?? []) {
    const isHeldDeletion = state.tombstones.get(uuid)?.pending !== undefined && !isDecided(turn, uuid);
    if (!isHeldDeletion && (decision === "approve" || mayShow(state, link, uuid))) due.add(uuid);
  }
  links.owed.delete(link.role);
  for (const batch of links.batches.values()) {
    if (batch.decision === null) continue;
    const isTold = batch.told.has(socketOf(link));
    for (const uuid of batch.items.keys()) {
      const isDue = !isTold || link.doubted.has(uuid);
      if (isDue && (batch.decision === "approve" || mayShow(state, link, uuid))) due.add(uuid);
    }
    batch.told.add(socketOf(link));
  }
  addNamed(state, link, due);
  const ops = wholeAndGone(state, due, (entity) => agreedOperations(turn, entity)).flat();
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const { connection, epoch, cursor } = link;
    turn.send(connection, { kind: "apply", epoch, lsn: cursor, reason: "resync", ops: part }, turn.lsn);
  }
  noteKnown(link, ops);
  for (const uuid of due) {
    link.doubted.delete(uuid);
    if (heldFields(turn, uuid).length > 0) link.withheld.add(uuid);
  }
}

/** What was edited since it was agreed, and is held: with the last final value, where there was one. */
function heldFields({ state, links }: Turn, uuid: Uuid): (readonly [string, Register | undefined])[] {
  return Object.entries(state.provisional.get(uuid) ?? {})
    .filter(([, { batch }]) => !links.batches.get(batch)?.decision)
    .map(([name, { before }]) => [name, registerOf(before, name as FieldName)] as const);
}

function isDecided({ state, links }: Turn, uuid: Uuid): boolean {
  const { pending } = state.tombstones.get(uuid) ?? {};
  return pending !== undefined && links.batches.get(pending.batch)?.decision != null;
}

/**
 * All that the entity is, but for what was edited since and is held: of that, the last final value. What has none, as
 * something new that others need, goes as it is.
 */
function agreedOperations(turn: Turn, entity: Entity): StampedOperation[] {
  const held = heldFields(turn, entity.uuid);
  const whole = wholeOperations(entity);
  if (held.length === 0 || held.every(([, register]) => register === undefined)) return whole;
  const names = new Set(held.map(([name]) => name));
  const kept = whole.map((operation) => {
    if (operation.op === "delete") return operation;
    return {
      ...operation,
      fields: Object.fromEntries(Object.entries(operation.fields).filter(([name]) => !names.has(name))),
    };
  });
  const finals = held.flatMap(([name, register]): StampedOperation[] => {
    if (!register) return [];
    return [{ op: "set", uuid: entity.uuid, fields: { [name]: register.value }, stamp: register.stamp }];
  });
  return [...kept.filter(({ op, ...rest }) => op !== "set" || hasFields(rest)), ...finals];
}

function hasFields(operation: object): boolean {
  return "fields" in operation && Object.keys(operation.fields as object).length > 0;
}

/** With each of them what it needs to stand in the editor's scene, up to the roots. */
function addNamed(state: State, link: Link, due: Set<Uuid>): void {
  // A set grows while it is walked.
  for (const uuid of due)
    for (const named of namedBy(state.entities.get(uuid))) if (!link.known.has(named)) due.add(named);
}

/** What never was agreed stays where it was made. */
function mayShow(state: State, link: Link, uuid: Uuid): boolean {
  const provisional = Object.entries(state.provisional.get(uuid) ?? {});
  const isAgreed =
    provisional.length === 0 || provisional.some(([name, { before }]) => registerOf(before, name as FieldName));
  return link.known.has(uuid) || isAgreed;
}

function askUnconfirmed(turn: Turn, link: Link): void {
  const changed = [...link.unconfirmed].map(([uuid, fields]): Changed => {
    return [uuid, turn.state.entities.has(uuid) ? [...fields] : "deleted"];
  });
  link.unconfirmed = new Map();
  openCheck(turn, link.role, changed);
}

/** How many entities the editor has not seen in their present form; for people, so an estimate is enough. */
export function waitingFor(state: State, link: Link): number {
  if (link.phase !== "linked" || (link.listed === null && link.cursor === state.head.lsn)) return 0;
  let count = 0;
  for (const entity of state.entities.values())
    if (entity.lsn > link.cursor || !link.known.has(entity.uuid)) count += 1;
  for (const { lsn, entity } of state.tombstones.values())
    if (lsn > link.cursor && link.known.has(entity.uuid)) count += 1;
  return count;
}

/** What the editor may lack: after its listing each may differ, later only what is newer than it was told. */
function candidates({ entities }: State, { listed, known, cursor }: Link): Uuid[] {
  if (listed !== null) return [...entities.keys()];
  const found: Uuid[] = [];
  for (const { uuid, lsn } of entities.values()) if (lsn > cursor || !known.has(uuid)) found.push(uuid);
  return found;
}

function missingOperations(turn: Turn, link: Link, uuids: readonly Uuid[]): StampedOperation[] {
  const { state } = turn;
  const due = new Set(uuids);
  addNamed(state, link, due);
  const whole = new Set<Uuid>();
  const sets: StampedOperation[] = [];
  for (const uuid of due) {
    const entity = state.entities.get(uuid);
    if (!entity || state.quarantine.has(uuid)) continue;
    if (isKeptFrom(turn, link, uuid)) link.doubted.add(uuid);
    else if (!link.known.has(uuid) || link.doubted.delete(uuid)) whole.add(uuid);
    else sets.push(...fieldsByStamp(entity, (name, register) => isNewer(link, uuid, { name, register })));
  }
  const [creates] = wholeAndGone(state, whole);
  return [...creates, ...sets];
}

function missingDeletions(state: State, { known, doubted, listed, cursor }: Link): StampedOperation[] {
  const deletes: StampedOperation[] = [];
  for (const [uuid, { lsn, stamp }] of state.tombstones.entries()) {
    // What it resumed without may still stand in its scene, when its own creation was on the way.
    const mayStand = known.has(uuid) || doubted.has(uuid) || (listed === null && lsn > cursor);
    if (mayStand && !state.entities.has(uuid)) deletes.push({ op: "delete", uuid, stamp });
  }
  return deletes;
}

/** All that each of them is, or that it was deleted. What is held back is neither. */
function wholeAndGone(
  state: State,
  uuids: ReadonlySet<Uuid>,
  operationsOf: (entity: Entity) => StampedOperation[] = wholeOperations,
): [StampedOperation[], StampedOperation[]] {
  const living: Entity[] = [];
  const deletes: StampedOperation[] = [];
  for (const uuid of uuids) {
    const entity = state.entities.get(uuid);
    const tombstone = state.tombstones.get(uuid);
    if (entity && !state.quarantine.has(uuid)) living.push(entity);
    else if (!entity && tombstone) deletes.push({ op: "delete", uuid, stamp: tombstone.stamp });
  }
  return [parentsFirst(living).flatMap(operationsOf), deletes];
}

function isNewer(link: Link, uuid: Uuid, { name, register }: { name: FieldName; register: Register }): boolean {
  if (link.listed === null) return register.lsn > link.cursor;
  const listed = link.listed.get(uuid);
  // It made the thing after its listing, and may have been corrected since.
  if (!listed) return true;
  return !isSameValue(name, listed.fields[name] as FieldValue | undefined, register.value);
}

export function listedStamp(listed: IndexedEntity, name: FieldName): number {
  return listed.stamps?.[name] ?? listed.stamp;
}
