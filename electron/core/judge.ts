/**
 * What the editors' answers about a batch mean: agreed, superseded, or wrong; and what follows from wrong.
 *
 * Wrong once: the agreed value is sent again. Wrong again: the last final value goes back to every editor (revoke).
 * Nothing to go back to, or wrong for the third time: the entity is held back until a person decides. A created or
 * deleted entity is never taken from the artist who made it: it is held back instead.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { fieldNamesOf } from "#shared/protocol/binary.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { VerifiedItem } from "#shared/protocol/up.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { isEntityOverThreshold } from "./failure.ts";
import { limits } from "./limits.ts";
import type { Batch, BatchItem } from "./links.ts";
import { isNotSentYet, noteClean } from "./memory.ts";
import { quarantine } from "./sides.ts";
import { type Entity, fieldOf, finalOf, nameOf, writtenOf } from "./state.ts";
import type { Turn } from "./turn.ts";
import { valuesOf } from "./whole.ts";

type Mismatch = {
  readonly uuid: Uuid;
  readonly role: Role;
  readonly code: ErrorCode;
  /** Fields outside their tolerance; empty when the entity's very presence is wrong. */
  readonly fields: readonly FieldName[];
};

/** Decides a batch that everybody answered. "ask again": somebody's scene must be looked at once more. */
export function judge(turn: Turn, batch: Batch): "done" | "ask again" {
  let mustLookAgain = false;
  const repairs = new Map<Uuid, Set<FieldName>>();
  const mismatches = [...findMismatches(turn, batch)];
  for (const mismatch of mismatches) {
    const { uuid, role, code, fields } = mismatch;
    // A user's own deletion or undo may be under way: the first time it is only looked at again, a little later.
    const isFirstLook = (fields.length === 0 || code === "E_APPLY") && batch.attempt === 1;
    mustLookAgain ||= isFirstLook;
    if (isFirstLook) continue;
    turn.fault({
      operation: code === "E_APPLY" ? "apply" : batch.attempt === 1 ? "verify" : "verify-again",
      code,
      uuid,
      role,
      message: sentence(turn, mismatch),
    });
    if (fields.length === 0) mustLookAgain = repairPresence(turn, batch, mismatch) || mustLookAgain;
    else repairs.set(uuid, new Set([...(repairs.get(uuid) ?? []), ...fields]));
  }
  for (const [uuid, fields] of repairs) repairValues(turn, batch, { uuid, fields: [...fields] });
  if (!mustLookAgain) noteClean(turn, batch, mismatches);
  return mustLookAgain ? "ask again" : "done";
}

/** Whether the editor must be asked again: its user holds something, or a change of its own is not accepted yet. */
export function isUnsettled(turn: Turn, batch: Batch, role: Role): boolean {
  const onTheWay = changesOnTheWay(turn, role);
  for (const [uuid, answer] of batch.answers.get(role) ?? []) {
    if (turn.state.quarantine.has(uuid)) continue;
    if (answer.held) return true;
    const entity = turn.state.entities.get(uuid);
    const item = batch.items.get(uuid);
    const ahead = onTheWay.get(uuid) ?? nothing;
    if (isPresenceOpen(entity, answer) && !ahead.has("presence")) return true;
    if (!entity || !item) continue;
    const open = comparable(entity, batch, item).filter((name) => answer.pending?.includes(name) && !ahead.has(name));
    if (open.length > 0) return true;
  }
  return false;
}

/** It made or deleted the entity itself, and nobody here has heard of it yet. */
function isPresenceOpen(entity: Entity | undefined, answer: VerifiedItem): boolean {
  const isOther = (answer.missing ?? false) === (entity !== undefined);
  return isOther && (answer.pending?.length ?? 0) > 0;
}

function* findMismatches(turn: Turn, batch: Batch): Generator<Mismatch> {
  for (const [role, answers] of batch.answers) {
    const onTheWay = changesOnTheWay(turn, role);
    // What was not asked about, or not answered, is not wrong.
    for (const [uuid, answer] of answers) {
      const item = batch.items.get(uuid);
      if (!item || turn.state.quarantine.has(uuid) || isNotSentYet(turn, { batch, uuid, role })) continue;
      const ahead = onTheWay.get(uuid) ?? nothing;
      const found = compare(turn, { batch, item, answer, uuid, ahead });
      if (found) yield { uuid, role, ...found };
    }
  }
}

/**
 * What the editor has changed already, in messages that wait here for this very batch: there its answer is ahead of
 * us. Entity → fields; "presence" when it created or deleted it.
 */
function changesOnTheWay(turn: Turn, role: Role): ReadonlyMap<Uuid, ReadonlySet<string>> {
  const found = new Map<Uuid, Set<string>>();
  const add = (uuid: Uuid, names: readonly string[]) => {
    const known = found.get(uuid) ?? new Set();
    for (const name of names) known.add(name);
    found.set(uuid, known);
  };
  for (const { event } of turn.links.byRole.get(role)?.deferred ?? []) {
    if (event.kind === "frame") for (const row of event.frame.rows) add(row.uuid, fieldNamesOf(row.mask));
    if (event.kind !== "message" || event.message.kind !== "change") continue;
    for (const operation of event.message.ops) {
      if (operation.op !== "delete") add(operation.uuid, Object.keys(operation.fields));
      if (operation.op !== "set") add(operation.uuid, ["presence"]);
    }
  }
  return found;
}

type Question = {
  readonly batch: Batch;
  readonly item: BatchItem;
  readonly answer: VerifiedItem;
  readonly uuid: Uuid;
  readonly ahead: ReadonlySet<string>;
};

const nothing: ReadonlySet<string> = new Set();

function compare(
  turn: Turn,
  { batch, item, answer, uuid, ahead }: Question,
): Pick<Mismatch, "code" | "fields"> | undefined {
  const entity = turn.state.entities.get(uuid);
  if (answer.held || isPresenceOpen(entity, answer)) return undefined;
  if (bornOrDeadLsn(turn, uuid) > batch.lsn) return undefined;
  if (answer.failed) return { code: "E_APPLY", fields: entity ? comparable(entity, batch, item) : [] };
  if (item.isDeleted || entity === undefined) {
    const isGone = entity === undefined && !ahead.has("presence");
    return isGone && !answer.missing ? { code: "E_VERIFY_MISMATCH", fields: [] } : undefined;
  }
  if (answer.missing) return ahead.has("presence") ? undefined : { code: "E_VERIFY_MISMATCH", fields: [] };
  const fields = comparable(entity, batch, item).filter((name) => {
    if (ahead.has(name) || answer.pending?.includes(name)) return false;
    return !isSameValue(name, fieldOf(entity, name), answer.fields[name] as FieldValue | undefined);
  });
  return fields.length > 0 ? { code: "E_VERIFY_MISMATCH", fields } : undefined;
}

/** Since when it is there, or is not: what an editor said of an earlier moment says nothing about that. */
function bornOrDeadLsn(turn: Turn, uuid: Uuid): number {
  return turn.state.entities.get(uuid)?.createdLsn ?? turn.state.tombstones.get(uuid)?.lsn ?? 0;
}

/** Fields that were not written again since the batch was closed. */
export function comparable(entity: Entity, batch: Batch, item: BatchItem): readonly FieldName[] {
  if (entity.lsn <= batch.lsn) return item.fields;
  return item.fields.filter((name) => (writtenOf(entity, name)?.lsn ?? 0) <= batch.lsn);
}

/**
 * Missing: it is written again, as a record, so that its stamps are known to everybody; the editor that lacks it gets
 * all of it. There but dead: it is told once more. Whether that editor must be looked at again.
 */
function repairPresence(turn: Turn, batch: Batch, { uuid, role, code }: Mismatch): boolean {
  const link = turn.links.byRole.get(role);
  const entity = turn.state.entities.get(uuid);
  if (!link || batch.attempt > limits.verifyRetriesMax + 1) {
    if (entity) quarantine(turn, uuid, code);
    return false;
  }
  const stamp = turn.hubStamp();
  if (!entity) {
    turn.send(
      link.connection,
      { kind: "apply", epoch: link.epoch, lsn: link.cursor, reason: "repair", ops: [{ op: "delete", uuid, stamp }] },
      turn.lsn,
    );
    return true;
  }
  link.known.delete(uuid);
  const op = { op: "set" as const, uuid, fields: valuesOf(entity), stamp };
  writeInBatch(turn, { op, reason: "repair", after: batch });
  return false;
}

function repairValues(turn: Turn, batch: Batch, { uuid, fields }: { uuid: Uuid; fields: readonly FieldName[] }): void {
  const entity = turn.state.entities.get(uuid);
  if (entity === undefined) return;
  if (isEntityOverThreshold(turn.state, uuid) || batch.attempt > limits.verifyRetriesMax + 1) {
    quarantine(turn, uuid, "E_VERIFY_MISMATCH");
    return;
  }
  const isRetry = batch.attempt <= limits.verifyRetriesMax;
  const values: { [Name in FieldName]?: FieldValue } = {};
  const provisional = turn.state.provisional.get(uuid);
  for (const name of fields) {
    const value = isRetry || batch.only !== null ? fieldOf(entity, name) : finalOf(provisional, name)?.value;
    if (value !== undefined) values[name] = value;
  }
  if (Object.keys(values).length === 0) quarantine(turn, uuid, "E_VERIFY_MISMATCH");
  else {
    const op = { op: "set" as const, uuid, fields: values, stamp: turn.hubStamp() };
    writeInBatch(turn, { op, reason: isRetry ? "repair" : "revoke", after: batch });
  }
}

type WriteBack = {
  readonly op: Extract<StampedOperation, { op: "set" }>;
  readonly reason: "repair" | "revoke";
  readonly after: Batch;
};

/** Writes agreed values under a new stamp of the hub, to every editor, in a batch of its own. */
function writeInBatch(turn: Turn, { op, reason, after }: WriteBack): void {
  const { attempt, decision } = after;
  const batch = batchFor(turn, { isStructural: false, attempt: attempt + 1, decision }, 1);
  turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role: null, ops: [op] });
  noteChange(turn, batch, [changedBy(op)]);
}

function sentence(turn: Turn, { uuid, role, code, fields }: Mismatch): string {
  const name = nameOf(turn.state.entities.get(uuid)) || uuid;
  const editor = role === "blender" ? "Blender" : "Unity";
  if (code === "E_APPLY") return `${editor} could not apply a change to ${name}.`;
  if (fields.length === 0)
    return `${name} should ${turn.state.entities.has(uuid) ? "" : "not "}be in ${editor}'s scene.`;
  return `${editor} shows another ${fields.join(", ")} for ${name} than the one agreed.`;
}
