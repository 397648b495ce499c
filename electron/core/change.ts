/**
 * An editor's change on its way in: epoch, sequence, rate, and waiting for structural changes it touches (stage 5).
 *
 * Text and binary changes differ only in their operations. Before: batch.ts. After: decide.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { fieldNamesOf, maskBit, type TransformFrame, type TransformRow } from "#shared/protocol/binary.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Operation, StampedOperation } from "#shared/protocol/operation.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import { type FieldName, type Fields, type FieldValue, fieldSpec } from "#shared/scene/fields.ts";
import { writerOf } from "#shared/scene/stamp.ts";
import { isAnswered, newestAnswered, withAnswered } from "./answered.ts";
import { batchFor, changedBy, noteMoves, openCheck } from "./batches.ts";
import { isUnseen, type Seen } from "./conflict.ts";
import { admit, isDisputed, type Refusal } from "./decide.ts";
import { noteKnown } from "./forward.ts";
import { askForListing } from "./indexing.ts";
import type { WireInput } from "./input.ts";
import { limits } from "./limits.ts";
import type { Link } from "./links.ts";
import { watchBounces } from "./loop-guard.ts";
import { needsCare } from "./memory.ts";
import { refuseStale } from "./session.ts";
import { type Entity, registerOf } from "./state.ts";
import { transformFieldsOf } from "./transform.ts";
import type { Turn } from "./turn.ts";

/** A change and every sequence number that it answers: coalesced ones are answered together. */
export type Change =
  | { readonly kind: "text"; readonly message: UpMessageOf<"change">; readonly seqs: readonly number[] }
  | {
      readonly kind: "frame";
      readonly frame: TransformFrame;
      readonly seqs: readonly number[];
      /** The stamp of each row, where they are not all the frame's. */
      readonly stamps?: readonly number[];
    };

/** `input` is the change as it came, for the case that it must wait. */
export function onChange(turn: Turn, link: Link, { change, input }: { change: Change; input: WireInput }): void {
  const { epoch, stamp } = change.kind === "text" ? change.message : change.frame;
  const seq = change.seqs.at(-1) ?? 0;
  if (epoch !== link.epoch) return refuseStale(turn, link, { epoch, seq });
  if (link.phase === "listing" && !link.merging) return reject(turn, link, { seq, code: "E_UNEXPECTED", retry: true });
  turn.links.hear(stamp);
  if (writerOf(stamp) !== link.role) return reject(turn, link, { seq, code: "E_MALFORMED", retry: false });
  if (link.merging || link.deferred.length > 0 || isBlocked(turn, link, change))
    return defer(turn, link, { input, seq });
  takeIn(turn, link, change);
}

function defer(turn: Turn, link: Link, { input, seq }: { input: WireInput; seq: number }): void {
  if (link.deferred.length >= limits.deferredMax) return reject(turn, link, { seq, code: "E_BUSY", retry: true });
  link.deferred.push(input);
}

/**
 * Whether the change touches something whose structure is being verified, or a person is deciding just now. One that is
 * in conflict with it does not wait until that is final: it is what keeps it from being agreed.
 */
export function isBlocked(turn: Turn, link: Link, change: Change): boolean {
  const { blocked, deciding } = turn.links;
  if (deciding !== null) return true;
  if (blocked.size === 0) return false;
  const seen = seenBy(link, change);
  const isWaiting = (operation: StampedOperation) => {
    if (!blocked.has(operation.uuid) && !blocked.has(parentNamed(operation))) return false;
    return seen === null || !isDisputed(turn, operation, seen);
  };
  if (change.kind === "text") {
    const { stamp, ops } = change.message;
    return ops.some((operation) => isWaiting({ ...operation, stamp }));
  }
  const { rows, stamp } = change.frame;
  const touched = rows.filter(({ uuid }) => blocked.has(uuid));
  return touched.some((row) => isWaiting({ op: "set", uuid: row.uuid, stamp, fields: transformFieldsOf(row) }));
}

function parentNamed(operation: Operation): Uuid {
  const parent = operation.op === "delete" ? null : operation.fields.parent;
  return typeof parent === "string" ? parent : "";
}

export function takeIn(turn: Turn, link: Link, change: Change): void {
  const fresh = change.seqs.filter((seq) => !isAnswered(link.answered, seq));
  for (const seq of change.seqs)
    if (!fresh.includes(seq)) answer(turn, link, { seq, refused: link.refusals.get(seq) ?? [] });
  const newest = fresh.at(-1);
  if (newest === undefined) return;
  // What was turned away before may come behind the first that was taken: stamps decide about old news ([WIRE-9]).
  const isGap = (fresh[0] as number) > newestAnswered(link.answered) + 1;
  if (isGap && !link.mayJump) {
    turn.fault({
      operation: "change",
      code: "E_UNEXPECTED",
      role: link.role,
      message: "A change is missing before this one.",
    });
    return askForListing(turn, link);
  }
  if (!payTokens(turn, link, change)) return reject(turn, link, { seq: newest, code: "E_RATE", retry: true });
  link.mayJump = false;
  link.answered = fresh.reduce(withAnswered, link.answered);
  const base = seenBy(link, change)?.base ?? null;
  const refused =
    change.kind === "text"
      ? takeText(turn, link, { message: change.message, base })
      : takeFrame(turn, link, { change, base });
  // Of frames that were laid over each other nobody knows any more which brought what: each is told all of it.
  for (const seq of fresh) {
    answer(turn, link, { seq, refused });
    keepRefusals(link, seq, refused);
  }
  // Its listing, with which it is about to be compared, is older than what was refused.
  if (link.listed !== null) for (const { uuid } of refused) link.doubted.add(uuid);
  if (refused.some(({ code }) => code === "E_UNKNOWN_ENTITY")) askForListing(turn, link);
}

/** Its answer may be lost on the way: when the change comes again, it is answered as it was ([WIRE-10]). */
function keepRefusals(link: Link, seq: number, refused: readonly Refusal[]): void {
  if (refused.length === 0) return;
  link.refusals.set(seq, refused);
  const [oldest] = link.refusals.keys();
  if (link.refusals.size > limits.refusalsKeptMax && oldest !== undefined) link.refusals.delete(oldest);
}

/**
 * The position up to which the change had seen what others did ([WIRE-35]). An editor to which nothing is on its way
 * has seen everything; of a change that was made before it was brought up to date with its listing, nobody can say.
 */
function seenBy(link: Link, change: Change): Seen | null {
  const base = change.kind === "text" ? change.message.base : change.frame.lsn;
  if (link.listed !== null) return null;
  if (base >= link.sentLsn) return { role: link.role, base: Math.max(base, link.cursor) };
  return base < link.listedLsn ? null : { role: link.role, base };
}

type Text = { readonly message: UpMessageOf<"change">; readonly base: number | null };

function takeText(turn: Turn, link: Link, { message, base }: Text): Refusal[] {
  const { stamp, ops } = message;
  const stamped = ops.map((operation) => ({ ...operation, stamp }));
  noteKnown(link, stamped);
  watchBounces(turn, link.role, ops);
  const beaten = stamped.flatMap((operation) => beatenFields(turn, operation));
  const refused = admit(turn, { role: link.role, reason: "edit", ops: stamped, base });
  noteDoubts(turn, link, stamped);
  openCheck(turn, link.role, beaten.map(changedBy));
  return refused;
}

/**
 * The fields of a change that lose against a newer write and differ from it. The editor showed them after its last
 * read-back of that write, or never saw it: it must show what is agreed once more ([WIRE-27]).
 */
function beatenFields(turn: Turn, operation: StampedOperation): StampedOperation[] {
  const entity = turn.state.entities.get(operation.uuid);
  if (operation.op === "delete" || entity === undefined) return [];
  const { uuid, stamp } = operation;
  const beaten = Object.entries(operation.fields).filter(([key, value]) => {
    const name = key as FieldName;
    const register = registerOf(entity, name);
    return register !== undefined && stamp < register.stamp && !isSameValue(name, register.value, value as FieldValue);
  });
  return beaten.length === 0 ? [] : [{ op: "set", uuid, stamp, fields: Object.fromEntries(beaten) as Fields }];
}

/**
 * What it says of an entity's being there may be older than what it was told of it, as after a reconnect: then nobody
 * knows what stands in its scene.
 */
function noteDoubts(turn: Turn, link: Link, ops: readonly StampedOperation[]): void {
  const { entities, tombstones } = turn.state;
  for (const { op, uuid, stamp } of ops) {
    const isAgreed = op === "delete" ? tombstones.get(uuid)?.stamp === stamp : entities.has(uuid);
    if (!isAgreed) link.doubted.add(uuid);
  }
}

/** The fast path: rows that count go into one binary record; the others are refused one by one. */
function takeFrame(turn: Turn, link: Link, { change, base }: Rows): Refusal[] {
  const { frame, stamps } = change;
  const refused: Refusal[] = [];
  const slow: StampedOperation[] = [];
  const rows: TransformRow[] = [];
  const beaten: StampedOperation[] = [];
  const seen = base === null ? null : { role: link.role, base };
  for (const [index, row] of frame.rows.entries()) {
    const entity = turn.state.entities.get(row.uuid);
    const stamp = stamps?.[index] ?? frame.stamp;
    if (isEntangled(turn, { uuid: row.uuid, entity, seen })) {
      slow.push({ op: "set", uuid: row.uuid, stamp, fields: transformFieldsOf(row) });
      continue;
    }
    const code = refuseRow(turn, row.uuid, entity);
    if (code === undefined && needsCare(turn, row.uuid)) {
      const operation = { op: "set" as const, uuid: row.uuid, stamp, fields: transformFieldsOf(row) };
      beaten.push(...beatenFields(turn, operation));
      slow.push(operation);
    } else if (code === undefined) {
      const mask = newerMask(entity, row, stamp);
      if (mask !== row.mask)
        beaten.push(...beatenFields(turn, { op: "set", uuid: row.uuid, stamp, fields: transformFieldsOf(row) }));
      if (mask !== 0) rows.push(mask === row.mask ? row : { ...row, mask });
    } else {
      refused.push({ uuid: row.uuid, code, message: errorSentence[code] });
      if (code === "E_TOMBSTONED") link.doubted.add(row.uuid);
      turn.fault({ operation: "change", code, uuid: row.uuid, role: link.role });
    }
  }
  openCheck(turn, link.role, beaten.map(changedBy));
  // Off the fast path they are changes like any others.
  if (slow.length > 0) refused.push(...admit(turn, { role: link.role, reason: "edit", ops: slow, base }));
  if (rows.length > 0)
    writeRows(turn, link.role, { stamp: frame.stamp, rows: isSame(rows, frame.rows) ? frame.rows : rows });
  return refused;
}

function writeRows(turn: Turn, role: Role, { stamp, rows }: Pick<TransformFrame, "stamp" | "rows">): void {
  watchBounces(turn, role, rows);
  const batch = batchFor(turn, { isStructural: false }, rows.length);
  turn.log({ type: "transforms", timeMs: turn.facts.nowMs, batch, role, stamp, rows });
  noteMoves(turn, batch, rows);
}

/** Then the very list is passed on: the bytes that it was read from go to the log and to the other editor. */
function isSame(rows: readonly TransformRow[], came: readonly TransformRow[]): boolean {
  return rows.length === came.length && rows.every((row, index) => row === came[index]);
}

type Rows = { readonly change: Extract<Change, { kind: "frame" }>; readonly base: number | null };

type Found = { readonly uuid: Uuid; readonly entity: Entity | undefined; readonly seen: Seen | null };

/** Whether a move must be looked at as a whole operation: it is held back, or somebody hung it elsewhere meanwhile. */
function isEntangled({ state }: Turn, { uuid, entity, seen }: Found): boolean {
  if (state.quarantine.has(uuid)) return true;
  if (seen === null) return false;
  return isUnseen(entity ? entity.registers.parent : state.tombstones.get(uuid), seen);
}

function refuseRow({ state }: Turn, uuid: Uuid, entity: Entity | undefined): ErrorCode | undefined {
  if (entity === undefined) return state.tombstones.has(uuid) ? "E_TOMBSTONED" : "E_UNKNOWN_ENTITY";
  return entity.kind === "object" ? undefined : "E_FIELD";
}

function newerMask(entity: Entity | undefined, row: TransformRow, stamp: number): number {
  let mask = 0;
  for (const name of fieldNamesOf(row.mask)) {
    if (stamp > (entity?.transform[name]?.stamp ?? 0)) mask |= maskBit[name];
  }
  return mask;
}

/** Structural work is rate limited; moving things is not (phase 3). */
function payTokens(turn: Turn, link: Link, change: Change): boolean {
  if (change.kind === "frame") return true;
  const { nowMs } = turn.facts;
  const gained = ((nowMs - link.tokensMs) / 1_000) * limits.structuralPerSecond;
  link.tokens = Math.min(limits.structuralBurst, link.tokens + Math.max(0, gained));
  link.tokensMs = nowMs;
  const price = change.message.ops.filter(isHeavy).length;
  if (price > link.tokens) return false;
  link.tokens -= price;
  return true;
}

function isHeavy(operation: Operation): boolean {
  if (operation.op !== "set") return true;
  return Object.keys(operation.fields).some((name) => fieldSpec(name as FieldName).weight === "structural");
}

function answer(turn: Turn, link: Link, { seq, refused }: { seq: number; refused: readonly Refusal[] }): void {
  turn.send(
    link.connection,
    { kind: "accepted", epoch: link.epoch, seq, lsn: turn.lsn, refused: [...refused] },
    turn.lsn,
  );
}

type Rejection = { readonly seq: number; readonly code: ErrorCode; readonly retry: boolean };

export function reject(turn: Turn, link: Link, { seq, code, retry }: Rejection): void {
  turn.fault({ operation: "change", code, role: link.role });
  const message = errorSentence[code];
  turn.send(link.connection, { kind: "rejected", epoch: link.epoch, seq, code, message, retry });
}
