/**
 * The batches that provisional changes belong to: opening them, adding to them (stage 7).
 *
 * A structural change is a batch of its own; cosmetic ones gather in one that is open. When a batch is asked about
 * and what becomes of it is in verify.ts and judge.ts.
 */
import { assert } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import { fieldNamesOf, maskAll, type TransformRow } from "#shared/protocol/binary.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { limits } from "./limits.ts";
import { type Batch, type BatchItem, isReachable, type Link, type Links } from "./links.ts";
import type { Decision } from "./review.ts";
import type { Turn } from "./turn.ts";

type Opening = {
  readonly isStructural: boolean;
  readonly only?: Role;
  readonly attempt?: number;
  readonly isAudit?: boolean;
  readonly decision?: Decision | null;
  /** The only entity that may be in it. */
  readonly alone?: Uuid | null;
};

function openBatch(turn: Turn, id: number, opening: Opening): Batch {
  const { isStructural, only, attempt, isAudit, decision, alone } = opening;
  const { nowMs } = turn.facts;
  const batch: Batch = {
    id,
    isStructural,
    only: only ?? null,
    isAudit: isAudit ?? false,
    decision: decision ?? null,
    alone: alone ?? null,
    told: new Set(),
    items: new Map(),
    firstLsn: turn.lsn + 1,
    lsn: turn.lsn,
    openedMs: nowMs,
    changedMs: nowMs,
    waiting: new Map(),
    answers: new Map(),
    heldUntil: new Map(),
    attempt: attempt ?? 1,
    state: "open",
  };
  turn.links.batches.set(id, batch);
  return batch;
}

/** The batch that the next record belongs to. Ask before logging it; call `noteChange` after. */
export function batchFor(turn: Turn, opening: Opening, entities: number): number {
  const { links, state } = turn;
  const alone = opening.alone ? openAlone(links, opening.alone) : undefined;
  if (alone && !alone.isStructural && !opening.isStructural) return alone.id;
  const isFirst = (opening.attempt ?? 1) === 1;
  const gathers = !opening.isStructural && !opening.decision && !opening.alone && isFirst;
  const open = links.openBatch === null ? undefined : links.batches.get(links.openBatch);
  if (gathers && open && open.items.size + entities <= wireLimits.verifyItemsMax) return open.id;
  const id = Math.max(state.head.batch, highestBatch(turn) + 1);
  openBatch(turn, id, opening);
  if (gathers) links.openBatch = id;
  return id;
}

function openAlone({ batches }: Links, uuid: Uuid): Batch | undefined {
  for (const batch of batches.values()) if (batch.alone === uuid && batch.state === "open") return batch;
  return undefined;
}

function highestBatch(turn: Turn): number {
  let highest = 0;
  for (const id of turn.links.batches.keys()) highest = Math.max(highest, id);
  return highest;
}

/** Adds what a record changed to its batch. */
export function noteChange(turn: Turn, id: number, changed: Iterable<Changed>): void {
  const batch = turn.links.batches.get(id);
  assert(batch !== undefined && batch.state === "open", "[ENG-9] a change joins an open batch");
  for (const [uuid, fields] of changed) {
    const before = batch.items.get(uuid);
    if (fields === "deleted") batch.items.set(uuid, { fields: before?.fields ?? [], isDeleted: true });
    else batch.items.set(uuid, withFields(before, fields));
    if (batch.isStructural && mayBlock(turn)) turn.links.blocked.set(uuid, id);
  }
  batch.lsn = turn.lsn;
  batch.changedMs = turn.facts.nowMs;
}

/** `noteChange` for rows of moved objects, which are most of all changes and never structural. */
export function noteMoves(turn: Turn, id: number, rows: readonly TransformRow[]): void {
  const batch = turn.links.batches.get(id);
  assert(batch !== undefined && batch.state === "open", "[ENG-9] a change joins an open batch");
  for (const { uuid, mask } of rows) {
    const before = batch.items.get(uuid);
    const item = before === undefined ? movedItems[mask] : withFields(before, fieldNamesOf(mask));
    if (item !== before) batch.items.set(uuid, item as BatchItem);
  }
  batch.lsn = turn.lsn;
  batch.changedMs = turn.facts.nowMs;
}

/** By mask: moved objects share these. */
const movedItems: readonly BatchItem[] = Array.from({ length: maskAll + 1 }, (_, mask) => {
  return { fields: fieldNamesOf(mask), isDeleted: false };
});

function withFields(before: BatchItem | undefined, names: readonly FieldName[]): BatchItem {
  if (before === undefined) return { fields: names, isDeleted: false };
  const added = names.filter((name) => !before.fields.includes(name));
  if (!before.isDeleted && added.length === 0) return before;
  return { fields: [...before.fields, ...added], isDeleted: false };
}

/** Structural changes block their closure only while somebody else can confirm them. */
function mayBlock(turn: Turn): boolean {
  let reachable = 0;
  for (const link of turn.links.byRole.values()) if (isReachable(link)) reachable += 1;
  return turn.state.head.mode === "live" && reachable > 1;
}

export type Changed = readonly [Uuid, readonly FieldName[] | "deleted"];

/** A question out of the blue: nothing is provisional, nobody waits for the answer. */
export function openAudit(turn: Turn, only: Role, questions: Iterable<Changed>): void {
  const id = Math.max(turn.state.head.batch, highestBatch(turn) + 1);
  openBatch(turn, id, { isStructural: false, only, isAudit: true });
  noteChange(turn, id, questions);
}

/** A batch without provisional values, asked of one editor: after it was brought up to date, or missed a question. */
export function openCheck(turn: Turn, only: Role, changed: readonly Changed[]): void {
  for (let at = 0; at < changed.length; at += limits.opsPerRecordMax) {
    const id = Math.max(turn.state.head.batch, highestBatch(turn) + 1);
    openBatch(turn, id, { isStructural: false, only });
    noteChange(turn, id, changed.slice(at, at + limits.opsPerRecordMax));
  }
}

/** What became final while it was away, as soon as it has shown all that it was told meanwhile ([WIRE-27]). */
export function tellFinal(turn: Turn, role: Role): void {
  const lsn = turn.state.head.finalLsn;
  const link = turn.links.byRole.get(role);
  if (!link || lsn === 0) return;
  for (const { only, isAudit } of turn.links.batches.values()) if (only === role && !isAudit) return;
  turn.send(link.connection, { kind: "final", lsn }, turn.lsn);
}

/** The batch is decided without this editor, which must show its values all the same. */
export function noteUnconfirmed(link: Link, batch: Batch): void {
  if (link.phase !== "linked" || batch.isAudit) return;
  for (const [uuid, { fields }] of batch.items) {
    link.unconfirmed.set(uuid, new Set([...(link.unconfirmed.get(uuid) ?? []), ...fields]));
  }
}

export function changedBy(operation: StampedOperation): Changed {
  return [operation.uuid, operation.op === "delete" ? "deleted" : (Object.keys(operation.fields) as FieldName[])];
}

/** After a restart: what the log left provisional is asked about again. */
export function reopenBatches(turn: Turn): void {
  for (const [uuid, fields] of turn.state.provisional.entries()) {
    for (const [name, { batch: id }] of Object.entries(fields)) {
      const batch = turn.links.batches.get(id) ?? openBatch(turn, id, { isStructural: false });
      batch.items.set(uuid, withFields(batch.items.get(uuid), [name as FieldName]));
    }
  }
  for (const [uuid, { pending }] of turn.state.tombstones.entries()) {
    if (!pending) continue;
    const batch = turn.links.batches.get(pending.batch) ?? openBatch(turn, pending.batch, { isStructural: false });
    batch.items.set(uuid, { fields: [], isDeleted: true });
  }
}
