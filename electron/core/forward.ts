/**
 * Passing a logged change on to the other editors.
 *
 * An editor that is current gets each record as it is logged; one that is not (paused, playing, clogged, just linked)
 * is left behind and brought up to date from its cursor in catch-up.ts. Both keep [WIRE-23]: applies in LSN order.
 */

import type { Uuid } from "#shared/ids.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { ApplyReason } from "#shared/protocol/down.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type FieldName, fieldSpec } from "#shared/scene/fields.ts";
import { type Batch, isReachable, type Link } from "./links.ts";
import { isKeptFrom, needsCare } from "./memory.ts";
import type { EditReason, Record, RecordOf } from "./record.ts";
import type { Turn } from "./turn.ts";
import { namedBy, wholeOperations } from "./whole.ts";

const applyReasonOf: { readonly [Reason in EditReason]: ApplyReason } = {
  edit: "edit",
  index: "resync",
  rollback: "rollback",
  revoke: "revoke",
  repair: "repair",
  approve: "edit",
};

/** Whether anything may be written to the editor now. */
export function isWritable(turn: Turn, link: Link): boolean {
  return isReachable(link) && turn.state.head.mode === "live";
}

/** Offers the record at `lsn` to every editor. */
export function forward(turn: Turn, lsn: number, record: Record): void {
  for (const link of turn.links.byRole.values()) {
    noteAgreedAnew(turn, link, record);
    const isCurrent = link.listed === null && link.cursor === lsn - 1 && isWritable(turn, link);
    if (isCurrent) {
      if (isFor(link, record)) sendRecord(turn, link, { lsn, record });
      link.cursor = lsn;
    } else if (isPersonsWord(turn, record) && isReachable(link) && hasParents(turn, link, record)) {
      decidedBatch(turn, record)?.told.add(socketOf(link));
      sendRecord(turn, link, { lsn: link.cursor, record: forEditor(link, record) });
    }
  }
}

/** What the hub changes of something held back is part of each editor's version, where its user said nothing of it. */
function noteAgreedAnew({ state }: Turn, link: Link, record: Record): void {
  if (record.type !== "edit" || record.role !== null) return;
  for (const { uuid } of record.ops) if (state.quarantine.has(uuid)) link.unshown.add(uuid);
}

/** What a person decided goes out although all else is held: a rollback, and what was approved or refused. */
function isPersonsWord(turn: Turn, record: Record): record is RecordOf<"edit"> {
  if (record.type !== "edit") return false;
  return turn.state.head.mode !== "live" && decidedBatch(turn, record) !== undefined;
}

/** Otherwise it is told at the end of the turn, with what it lacks besides (catch-up.ts). */
function hasParents({ state }: Turn, link: Link, { reason, ops }: RecordOf<"edit">): boolean {
  const here = new Set(ops.map(({ uuid }) => uuid));
  const isThere = (uuid: Uuid) => here.has(uuid) || link.known.has(uuid);
  return reason !== "approve" || ops.every(({ uuid }) => namedBy(state.entities.get(uuid)).every(isThere));
}

function decidedBatch({ links }: Turn, { batch }: RecordOf<"edit">): Batch | undefined {
  const found = links.batches.get(batch);
  return found?.decision ? found : undefined;
}

/** One socket's life in one epoch: what was sent to another may not have arrived. */
export function socketOf({ connection, epoch }: Link): string {
  return `${connection} ${epoch}`;
}

/** What is put back means nothing to an editor that never had it, and must not bring it there. */
function forEditor(link: Link, record: RecordOf<"edit">): RecordOf<"edit"> {
  if (record.reason !== "revoke") return record;
  return { ...record, ops: record.ops.filter(({ op, uuid }) => op === "create" || link.known.has(uuid)) };
}

function isFor(link: Link, record: Record): boolean {
  return (record.type === "edit" || record.type === "transforms") && record.role !== link.role;
}

function sendRecord(turn: Turn, link: Link, { lsn, record }: { lsn: number; record: Record }): void {
  if (record.type === "transforms") {
    const { stamp } = record;
    const rows = record.rows.filter(({ uuid }) => !turn.state.quarantine.has(uuid));
    if (rows.length === 0) return;
    link.sentLsn = lsn;
    turn.sendFrame(link.connection, { lane: laneTransforms, seq: 0, epoch: link.epoch, lsn, stamp, rows });
  } else if (record.type === "edit") {
    // What is held back is not written to an editor as an edit: it gets its own version (sides.ts).
    const free = record.ops.filter(
      (operation) =>
        !turn.state.quarantine.has(operation.uuid) && mayPass(turn, link, { operation, reason: record.reason }),
    );
    const ops = free.flatMap((operation) => wholeWhereUnknown(turn, link, operation));
    if (ops.length === 0) return;
    link.sentLsn = lsn;
    noteKnown(link, ops);
    const reason = applyReasonOf[record.reason];
    const isSlow = isStructural(ops) || ops.some(({ uuid }) => needsCare(turn, uuid));
    const durableLsn = isSlow ? turn.lsn : 0;
    turn.send(link.connection, { kind: "apply", epoch: link.epoch, lsn, reason, ops }, durableLsn);
  }
}

/** Edits of what waits are told later, all at once; what puts something right, and a person's word, always pass. */
function mayPass(
  turn: Turn,
  link: Link,
  { operation, reason }: { operation: StampedOperation; reason: EditReason },
): boolean {
  const { op, uuid } = operation;
  if (op !== "set" || (reason !== "edit" && reason !== "index") || !isKeptFrom(turn, link, uuid)) return true;
  link.doubted.add(uuid);
  return false;
}

/** An editor that lacks the entity gets all of it instead of a part. */
function wholeWhereUnknown(turn: Turn, link: Link, operation: StampedOperation): StampedOperation[] {
  if (operation.op !== "set" || link.known.has(operation.uuid)) return [operation];
  const entity = turn.state.entities.get(operation.uuid);
  return entity ? wholeOperations(entity) : [operation];
}

/** Keeps the list of what stands in the editor's scene. */
export function noteKnown(link: Link, ops: RecordOf<"edit">["ops"]): void {
  for (const { op, uuid } of ops) {
    if (op === "create") link.known.add(uuid);
    else if (op === "delete") link.known.delete(uuid);
  }
}

export function isStructural(ops: readonly StampedOperation[]): boolean {
  return ops.some((operation) => operation.op !== "set" || hasStructuralField(Object.keys(operation.fields)));
}

function hasStructuralField(names: readonly string[]): boolean {
  return names.some((name) => fieldSpec(name as FieldName).weight === "structural");
}
