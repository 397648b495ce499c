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
import { openCheck } from "./batches.ts";
import { isWritable, noteKnown } from "./forward.ts";
import { limits } from "./limits.ts";
import type { Link } from "./links.ts";
import { type Entity, type Register, registersOf, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { createOperation, parentsFirst } from "./whole.ts";

/** Sends every writable editor what it has not seen. Called at the end of a turn. */
export function catchUp(turn: Turn): void {
  for (const link of turn.links.byRole.values()) {
    if (!isWritable(turn, link)) continue;
    if (link.listed === null && link.cursor === turn.lsn) continue;
    const ops = missingOperations(turn.state, link);
    const isFirst = link.listed !== null;
    link.listed = null;
    sendInParts(turn, link, ops);
    link.cursor = turn.lsn;
    noteKnown(link, ops);
    if (ops.length > 0) openCheck(turn, link.role, ops);
    if (isFirst) turn.effects.push({ kind: "registry", role: link.role });
  }
}

/** Only the last part moves the editor's resume position: a cut in between is made good from the start. */
function sendInParts(turn: Turn, link: Link, ops: readonly StampedOperation[]): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const lsn = at + limits.opsPerRecordMax >= ops.length ? turn.lsn : link.cursor;
    turn.send(link.connection, { kind: "apply", epoch: link.epoch, lsn, reason: "resync", ops: part }, turn.lsn);
  }
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

function missingOperations(state: State, link: Link): StampedOperation[] {
  const creates: Entity[] = [];
  const sets: StampedOperation[] = [];
  for (const entity of state.entities.values()) {
    if (state.quarantine.has(entity.uuid)) continue;
    if (!link.known.has(entity.uuid)) creates.push(entity);
    else sets.push(...newerFields(entity, (name, register) => isNewer(link, entity.uuid, { name, register })));
  }
  const deletes: StampedOperation[] = [];
  for (const { entity, stamp, lsn } of state.tombstones.values()) {
    // What it resumed without may still stand in its scene, when its own creation was on the way.
    const isMissed = link.listed === null && lsn > link.cursor;
    if (link.known.has(entity.uuid) || isMissed) deletes.push({ op: "delete", uuid: entity.uuid, stamp });
  }
  return [...parentsFirst(creates).map(createOperation), ...sets, ...deletes];
}

function isNewer(link: Link, uuid: Uuid, { name, register }: { name: FieldName; register: Register }): boolean {
  if (link.listed === null) return register.lsn > link.cursor;
  const listed = link.listed.get(uuid);
  return !isSameValue(name, listed?.fields[name] as FieldValue | undefined, register.value);
}

export function listedStamp(listed: IndexedEntity, name: FieldName): number {
  return listed.stamps?.[name] ?? listed.stamp;
}

/** The chosen fields as `set` operations, one for each stamp among them. */
function newerFields(entity: Entity, isChosen: (name: FieldName, register: Register) => boolean): StampedOperation[] {
  const byStamp = new Map<number, { [Name in FieldName]?: FieldValue }>();
  for (const [name, register] of registersOf(entity)) {
    if (!isChosen(name, register)) continue;
    const fields = byStamp.get(register.stamp) ?? {};
    fields[name] = register.value;
    byStamp.set(register.stamp, fields);
  }
  return [...byStamp].map(([stamp, fields]) => ({ op: "set", uuid: entity.uuid, fields, stamp }));
}
