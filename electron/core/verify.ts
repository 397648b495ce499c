/**
 * When a batch is asked about, and when it is final (phase 8).
 *
 * A structural batch is asked about at once; a cosmetic one 250 to 500 ms after its first change. What the answers
 * mean is decided in judge.ts; which changes are in a batch, in batches.ts. After: `final` in evolve.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { noteUnconfirmed, tellFinal } from "./batches.ts";
import { comparable, isUnsettled, judge } from "./judge.ts";
import { limits } from "./limits.ts";
import { type Batch, isReachable, type Link, type Links } from "./links.ts";
import { noteShown, noteUnderWay } from "./loss.ts";
import { isWaitingBatch } from "./memory.ts";
import { isTransformPart } from "./transform.ts";
import type { Turn } from "./turn.ts";

/** Closes what is due, asks again where something was held, and gives up on editors that fell silent. */
export function tendBatches(turn: Turn): void {
  const { links, state } = turn;
  let room = questionsLeft(links);
  for (const batch of [...links.batches.values()]) {
    const asked = batch.waiting.size;
    const mayAsk = state.head.mode === "live" || batch.decision !== null;
    if (batch.state === "asked") tendAsked(turn, batch, room > 0);
    else if (mayAsk && isDue(turn, batch) && room > 0) ask(turn, batch);
    if (batch.waiting.size > asked) room -= 1;
  }
}

/** How many more questions the busier editor may have before it; without room batches wait, cosmetic ones grow on. */
function questionsLeft({ batches, byRole }: Links): number {
  let most = 0;
  for (const role of byRole.keys()) {
    let asked = 0;
    for (const { waiting } of batches.values()) if (waiting.has(role)) asked += 1;
    most = Math.max(most, asked);
  }
  return limits.batchesInFlightMax - most;
}

function isDue(turn: Turn, batch: Batch): boolean {
  const { nowMs } = turn.facts;
  if (isWaitingBatch(turn, batch)) return false;
  const age = nowMs - batch.openedMs;
  if (batch.attempt > 1) return age >= limits.lookAgainMs * (batch.attempt - 1);
  if (batch.isStructural || batch.only !== null) return true;
  const isQuiet = nowMs - batch.changedMs >= limits.batchQuietMs;
  return age >= limits.batchWindowMaxMs || (age >= limits.batchWindowMs && isQuiet);
}

function ask(turn: Turn, batch: Batch): void {
  const asked: Link[] = [];
  for (const link of turn.links.byRole.values()) {
    if (isReachable(link) && (batch.only === null || batch.only === link.role)) asked.push(link);
  }
  // One that is being brought up to date has not been told yet what it would be asked about.
  if (asked.length === 0 || asked.some(({ arrears }) => arrears)) return;
  for (const link of turn.links.byRole.values()) {
    if (batch.only === null && !asked.includes(link)) noteUnconfirmed(link, batch);
  }
  batch.state = "asked";
  if (turn.links.openBatch === batch.id) turn.links.openBatch = null;
  const asking = askingOf(turn, batch);
  for (const link of asked) askOne(turn, batch, { link, asking });
  settle(turn, batch);
}

type Asking = Pick<DownMessageOf<"verify">, "transforms" | "items">;

/** What was not written again meanwhile. */
function askingOf(turn: Turn, batch: Batch): Asking {
  const transforms: Uuid[] = [];
  const items: { uuid: Uuid; fields: FieldName[] }[] = [];
  for (const [uuid, item] of batch.items) {
    if (turn.state.quarantine.has(uuid)) continue;
    const entity = turn.state.entities.get(uuid);
    const fields = entity ? comparable(entity, batch, item) : [];
    if (entity && fields.length === 0 && item.fields.length > 0) continue;
    if (entity?.kind === "object" && fields.length > 0 && fields.every(isTransformPart)) transforms.push(uuid);
    else items.push({ uuid, fields: [...fields] });
  }
  return { transforms, items };
}

/** With nothing left to ask the editor counts as having answered. */
function askOne(turn: Turn, batch: Batch, { link, asking }: { link: Link; asking: Asking }): void {
  batch.answers.set(link.role, new Map());
  batch.heldUntil.delete(link.role);
  const { transforms, items } = asking;
  if (transforms.length + items.length === 0) return;
  batch.waiting.set(link.role, { lsn: turn.lsn, deadlineMs: turn.facts.nowMs + limits.verifyTimeoutMs });
  const question = { kind: "verify", epoch: link.epoch, batch: batch.id, lsn: batch.lsn, transforms, items } as const;
  turn.send(link.connection, question, turn.lsn);
}

function tendAsked(turn: Turn, batch: Batch, mayAsk: boolean): void {
  const { nowMs, durableLsn } = turn.facts;
  for (const [role, dueMs] of mayAsk ? [...batch.heldUntil] : []) {
    const link = turn.links.byRole.get(role);
    if (nowMs < dueMs || !link || !isReachable(link) || link.arrears) continue;
    askOne(turn, batch, { link, asking: askingOf(turn, batch) });
  }
  settle(turn, batch);
  if (!turn.links.batches.has(batch.id)) return;
  for (const [role, question] of [...batch.waiting]) {
    const link = turn.links.byRole.get(role);
    if (question.lsn > durableLsn) question.deadlineMs = nowMs + limits.verifyTimeoutMs;
    if (link && isReachable(link) && nowMs < question.deadlineMs) continue;
    if (link && isReachable(link)) {
      noteUnderWay(turn, link);
      link.silent = true;
      turn.fault({ operation: "timeout", code: "E_TIMEOUT", role });
      turn.notice(
        "warning",
        "E_TIMEOUT",
        `${link.editorName} has not answered for 5 s. It may be compiling or loading.`,
      );
    }
    if (link) noteUnconfirmed(link, batch);
    batch.waiting.delete(role);
    batch.answers.delete(role);
    settle(turn, batch);
  }
}

/** A closing `verified` came: everything the editor had to say about the batch is in its answers. */
export function answered(turn: Turn, batch: Batch, role: Role): void {
  if (!batch.waiting.delete(role)) return;
  noteShown(turn, batch, role);
  if (isUnsettled(turn, batch, role)) batch.heldUntil.set(role, turn.facts.nowMs + limits.batchWindowMaxMs);
  // Everybody was heard: what is still held or on its way is asked for again, but nothing needs to wait for it.
  if (batch.waiting.size === 0) unblock(turn, batch);
  settle(turn, batch);
}

/** When nobody is waited for: judge it, or wait for an editor when nobody answered at all. */
function settle(turn: Turn, batch: Batch): void {
  if (batch.waiting.size > 0 || batch.heldUntil.size > 0 || !turn.links.batches.has(batch.id)) return;
  if (batch.state === "open") return;
  if (batch.answers.size === 0 && batch.only === null) {
    batch.state = "open";
    unblock(turn, batch);
    return;
  }
  const next = judge(turn, batch);
  if (next === "ask again") {
    batch.attempt += 1;
    const dueMs = turn.facts.nowMs + limits.lookAgainMs;
    for (const role of batch.answers.keys()) batch.heldUntil.set(role, dueMs);
    return unblock(turn, batch);
  }
  finish(turn, batch);
}

function finish(turn: Turn, batch: Batch): void {
  turn.links.batches.delete(batch.id);
  unblock(turn, batch);
  if (batch.only !== null) {
    if (!batch.isAudit) tellFinal(turn, batch.only);
    return;
  }
  const finalLsn = Math.max(turn.state.head.finalLsn, finalUpTo(turn));
  turn.log({ type: "final", timeMs: turn.facts.nowMs, batch: batch.id, finalLsn });
  for (const link of turn.links.byRole.values()) turn.send(link.connection, { kind: "final", lsn: finalLsn }, turn.lsn);
}

/** Below the oldest change that is still undecided. */
function finalUpTo(turn: Turn): number {
  let lsn = turn.lsn;
  for (const batch of turn.links.batches.values()) if (batch.only === null) lsn = Math.min(lsn, batch.firstLsn - 1);
  return lsn;
}

function unblock(turn: Turn, batch: Batch): void {
  for (const [uuid, id] of [...turn.links.blocked]) if (id === batch.id) turn.links.blocked.delete(uuid);
}

/** An editor went away: nobody waits for it any more. */
export function forgetEditor(turn: Turn, role: Role): void {
  for (const batch of [...turn.links.batches.values()]) {
    const link = turn.links.byRole.get(role);
    if (link && batch.answers.has(role)) noteUnconfirmed(link, batch);
    batch.heldUntil.delete(role);
    batch.answers.delete(role);
    if (batch.only === role) dropCheck(turn, batch, role);
    else if (batch.waiting.delete(role) || batch.state === "asked") settle(turn, batch);
  }
}

/** What it was told may not have arrived, and cannot always be told from its position: it is told again. */
function dropCheck(turn: Turn, batch: Batch, role: Role): void {
  turn.links.batches.delete(batch.id);
  if (batch.isAudit) return;
  for (const uuid of batch.items.keys()) turn.links.byRole.get(role)?.doubted.add(uuid);
}
