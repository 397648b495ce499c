/**
 * One turn of the hub as a pure function: inputs in, records and effects out.
 *
 * Reads like the life of a change: coalesce (batch.ts) → decide (change.ts, decide.ts, indexing.ts, session.ts) →
 * evolve and forward (turn.ts) → catch up, verify, tell (here, at the end). Nothing outside happens before the engine
 * has written the records ([ENG-1]).
 */
import { BugError, unreachable } from "#shared/assert.ts";
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import { roles } from "#shared/protocol/handshake.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import { tendAudit } from "./audit.ts";
import { changeOf, coalesce } from "./batch.ts";
import { reopenBatches } from "./batches.ts";
import { catchUp, waitingFor } from "./catch-up.ts";
import { type Change, isBlocked, onChange, takeIn } from "./change.ts";
import { comesAfterDecision, completeDecision, continueDecision, decide } from "./decision.ts";
import type { Effect } from "./effect.ts";
import { holdCausesOfCrashes, tendCare, watchThresholds } from "./escalation.ts";
import { type CounterId, counterKey } from "./failure.ts";
import { askForListing, onIndex, tendMerges } from "./indexing.ts";
import type { Facts, Input, WireInput } from "./input.ts";
import { limits } from "./limits.ts";
import { crashReason, type Link, type Links } from "./links.ts";
import { tendOutlived } from "./loss.ts";
import { inputKindOf, modeTable } from "./mode-table.ts";
import { setPaused, setSafeMode, tendCrashCheck } from "./modes.ts";
import { onReadBack, onVerified } from "./read-back.ts";
import type { Record } from "./record.ts";
import { release } from "./release.ts";
import { differenceTo, rollbackOperations } from "./rollback.ts";
import { onBye, onClosed, onGreeted, onState, refuseStale, tendAbsent } from "./session.ts";
import type { State } from "./state.ts";
import { Turn } from "./turn.ts";
import { isLinked, verdictOf } from "./verdict.ts";
import { tendBatches } from "./verify.ts";
import type { EditorMessage, WireEvent } from "./wire-event.ts";
import { write } from "./writing.ts";

export type Plan = {
  readonly records: readonly Record[];
  readonly effects: readonly Effect[];
  /** Work is left over that needs no input: another turn should follow at once. */
  readonly hasMore: boolean;
};

export function plan(state: State, links: Links, { inputs, facts }: { inputs: readonly Input[]; facts: Facts }): Plan {
  const turn = new Turn(state, links, facts);
  for (const { input, change } of coalesce(inputs)) take(turn, input, change);
  if (modeTable[state.head.mode].housekeeping === "run") finishTurn(turn);
  return { records: turn.records, effects: turn.effects, hasMore: turn.hasMore };
}

function take(turn: Turn, input: Input, change: Change | null): void {
  const outcome = modeTable[turn.state.head.mode][inputKindOf(input)];
  if (outcome === "ignore") return;
  if (outcome === "refuse") return refuseAll(turn, input);
  if (comesAfterDecision(input)) completeDecision(turn);
  switch (input.kind) {
    case "wire":
      return takeWire(turn, input, change);
    case "tick":
      return tendAbsent(turn);
    case "pause":
      return setPaused(turn, input.paused);
    case "safe-mode":
      return setSafeMode(turn, input.on, input.reason);
    case "release":
      return release(turn, input.uuids, input.keep);
    case "forget":
      return forget(turn, input.counter);
    case "approve":
    case "refuse":
      return decide(turn, { decision: input.kind, uuids: input.uuids });
    case "rollback":
      return rollback(turn, input);
    case "paired-snapshot":
      return onPairedSnapshot(turn, input);
    case "snapshot-taken": {
      const { oid, reason, label, lsn } = input;
      turn.log({ type: "snapshot", timeMs: turn.facts.nowMs, oid, reason, label, stateLsn: lsn });
      return;
    }
    case "failed":
      turn.fault(input);
      turn.notice(input.level ?? "error", input.code, input.message);
      return;
    case "boot":
      return boot(turn, input);
    case "close":
      turn.log({ type: "close", timeMs: turn.facts.nowMs });
      return;
    default:
      unreachable(input);
  }
}

function refuseAll(turn: Turn, input: Input): void {
  if (input.kind !== "wire" || input.event.connection === null) return;
  turn.send(input.event.connection, { kind: "refused", code: "E_HALTED", message: errorSentence.E_HALTED });
  turn.effects.push({ kind: "close", connection: input.event.connection });
}

function takeWire(turn: Turn, input: WireInput, change: Change | null): void {
  const { event } = input;
  if (event.kind === "greeted") return onGreeted(turn, event);
  if (event.kind === "refusal") return countRefusal(turn, event);
  const link = turn.links.ofConnection(event.connection);
  if (!link) return;
  switch (event.kind) {
    case "message":
      link.silent = false;
      return change ? onChange(turn, link, { change, input }) : takeMessage(turn, link, event.message);
    case "frame":
      link.silent = false;
      return change ? onChange(turn, link, { change, input }) : takeReadBack(turn, link, event.frame);
    case "round-trip":
      link.roundTripMs = event.ms;
      return;
    case "drained":
      link.clogged = false;
      return;
    case "closed":
      return onClosed(turn, link);
    default:
      unreachable(event);
  }
}

function takeReadBack(turn: Turn, link: Link, frame: TransformFrame): void {
  const { epoch } = frame;
  return epoch === link.epoch ? onReadBack(turn, link, frame) : refuseStale(turn, link, { epoch });
}

function takeMessage(turn: Turn, link: Link, message: EditorMessage): void {
  const isState = message.kind === "state";
  if (!isState && "epoch" in message && message.epoch !== link.epoch) return refuseStale(turn, link, message);
  switch (message.kind) {
    case "change":
      throw new BugError("[ENG-8] a change is taken by change.ts");
    case "index":
      return onIndex(turn, link, message);
    case "verified":
      return onVerified(turn, link, message);
    case "held":
      link.held = new Set(message.uuids);
      return;
    case "state":
      return onState(turn, link, message);
    case "request":
      return onRequest(turn, link, message.action);
    case "fault": {
      const { code, message: text, uuid } = message;
      return turn.fault({ operation: "editor", code, message: text, uuid: uuid ?? null, role: link.role });
    }
    case "bye":
      return onBye(turn, link, message.reason);
    default:
      unreachable(message);
  }
}

function onRequest(turn: Turn, link: Link, action: UpMessageOf<"request">["action"]): void {
  const editor = link.role === "blender" ? "Blender" : "Unity";
  if (action === "resync") askForListing(turn, link);
  else if (action === "safe-mode") setSafeMode(turn, true, `Asked for in ${editor}.`);
  else setPaused(turn, action === "pause");
}

/** A person's word: it does not count any more. What it led to, a hold or a mode, has its own way back. */
function forget(turn: Turn, counter: CounterId): void {
  const { operation, code, uuid, role } = counter;
  turn.links.unlogged.delete(counterKey(counter));
  if (!turn.state.counters.has(counterKey(counter))) return;
  turn.log({ type: "memory", timeMs: turn.facts.nowMs, what: { event: "forgotten", operation, code, uuid, role } });
}

function rollback(turn: Turn, { target }: Extract<Input, { kind: "rollback" }>): void {
  // What was chosen by going back needs no decision any more.
  release(turn, [...turn.state.quarantine.keys()], "agreed");
  const difference = differenceTo(turn.state, target);
  const ops = rollbackOperations(difference, target, turn.hubStamp());
  // While everything else is held it goes out as what a person approved does.
  write(turn, { role: null, reason: "rollback", ops, decision: turn.state.head.mode === "live" ? null : "approve" });
}

/** The editor's scene as it came is on disk: now it may be written to. Without that it stays as it is (phase 2). */
function onPairedSnapshot(turn: Turn, { role, epoch, code }: Extract<Input, { kind: "paired-snapshot" }>): void {
  const link = turn.links.byRole.get(role);
  if (!link || link.epoch !== epoch || link.phase !== "paired") return;
  if (code === null) {
    link.phase = "linked";
    return;
  }
  turn.fault({ operation: "snapshot", code, role });
  setSafeMode(turn, true, "The snapshot before the first change could not be taken.");
}

function boot(turn: Turn, input: Extract<Input, { kind: "boot" }>): void {
  const { pid, version, recovered, crashed } = input;
  const timeMs = turn.facts.nowMs;
  turn.log({ type: "boot", timeMs, pid, version, recovered });
  // A comparison that a clean end cut short is still owed.
  const { mode, modeReason } = turn.state.head;
  if (crashed) holdCausesOfCrashes(turn);
  if (crashed || (mode === "safe" && modeReason === crashReason)) {
    turn.links.crashCheck = true;
    for (const role of roles) turn.links.mustList.add(role);
  }
  // Paused and safe are somebody's word, and outlive a crash; nothing is written to an editor in them either.
  if (crashed && mode === "live") turn.log({ type: "mode", timeMs, mode: "safe", reason: crashReason });
  tendCare(turn);
  reopenBatches(turn);
}

/** A stranger at the door is counted always, but logged only at a bounded rate: a flood must not fill the disk. */
function countRefusal(turn: Turn, event: Extract<WireEvent, { kind: "refusal" }>): void {
  const { links, facts } = turn;
  if (facts.nowMs - links.refusalTokensMs >= 1_000) {
    links.refusalTokens = limits.refusalsLoggedPerSecondMax;
    links.refusalTokensMs = facts.nowMs;
  }
  // The first of a kind is always logged: the rest is counted with it.
  const role = links.ofConnection(event.connection)?.role ?? null;
  const key = counterKey({ operation: "connection", code: event.code, uuid: null, role });
  if (turn.state.counters.has(key) && links.refusalTokens <= 0) {
    links.unlogged.set(key, (links.unlogged.get(key) ?? 0) + 1);
    return;
  }
  links.refusalTokens -= 1;
  turn.fault({ operation: "connection", code: event.code, message: event.message, role });
}

function finishTurn(turn: Turn): void {
  continueDecision(turn);
  tendMerges(turn);
  releaseDeferred(turn);
  catchUp(turn);
  tendBatches(turn);
  releaseDeferred(turn);
  tendAudit(turn);
  tendOutlived(turn);
  watchThresholds(turn);
  tendCrashCheck(turn);
  tellStatus(turn);
}

/** Takes in what waited for a structural change, as far as nothing blocks it any more. */
function releaseDeferred(turn: Turn): void {
  for (const link of turn.links.byRole.values()) {
    if (link.merging) continue;
    for (let input = link.deferred[0]; input !== undefined; input = link.deferred[0]) {
      const change = changeOf(input);
      if (change && isBlocked(turn, link, change)) break;
      link.deferred.shift();
      if (change) takeIn(turn, link, change);
      // One was missing: the scene is listed anew, and all that waited is in it.
      if (link.phase === "listing") break;
    }
  }
}

function tellStatus(turn: Turn): void {
  const { state, links } = turn;
  const verdict = verdictOf(state, links);
  // In an order that no map decides.
  const conflicts = [...state.quarantine.keys()].slice(0, 100).sort();
  for (const link of links.byRole.values()) {
    if (link.connection === null) continue;
    const peer = [...links.byRole.values()].some((other) => other !== link && isLinked(other));
    const waiting = state.head.mode === "live" ? 0 : waitingFor(state, link);
    const status = { kind: "status", mode: state.head.mode, verdict, peer, waiting, conflicts } as const;
    if (link.statusSent !== null && isSameStatus(link.statusSent, status)) continue;
    link.statusSent = status;
    turn.send(link.connection, status);
  }
}

/** Looked at every turn: member by member, because text would have to be made first. */
function isSameStatus(before: DownMessageOf<"status">, now: DownMessageOf<"status">): boolean {
  if (before.mode !== now.mode || before.verdict !== now.verdict || before.peer !== now.peer) return false;
  if (before.waiting !== now.waiting || before.conflicts.length !== now.conflicts.length) return false;
  return before.conflicts.every((uuid, index) => uuid === now.conflicts[index]);
}
