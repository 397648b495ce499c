/**
 * What too many failures lead to, at the end of the turn in which they were counted (phase 7, [ENG-23], [ENG-44]).
 *
 *   one entity:     slow ─▶ waits, with a notice ─▶ held back (judge.ts)
 *   one operation:  everything slow ─▶ paused, once, with the reason ─▶ safe mode
 *
 * Each step takes new failures, and each way back a person or clean verifications: nothing goes round by itself.
 */
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import { causesOf, worstOperation } from "./failure.ts";
import { limits } from "./limits.ts";
import { standingOf } from "./memory.ts";
import { setPaused, setSafeMode } from "./modes.ts";
import type { RecordOf } from "./record.ts";
import { quarantine } from "./sides.ts";
import { nameOf } from "./state.ts";
import type { Turn } from "./turn.ts";

export function watchThresholds(turn: Turn): void {
  if (turn.state.head.mode !== "live") return;
  const faults = turn.records.filter((record) => record.type === "fault");
  if (faults.length === 0) return;
  tellWaiting(turn, faults);
  const worst = worstOperation(turn.state, turn.facts.nowMs);
  if (worst === undefined) return;
  const { operation, code, total } = worst;
  const before = total - faults.filter((fault) => fault.operation === operation && fault.code === code).length;
  if (before === total) return;
  const reason = tooManyFailures(code);
  if (total >= limits.operationFailuresMax) setSafeMode(turn, true, reason);
  else if (total >= limits.operationFailuresBeforePause && before < limits.operationFailuresBeforePause)
    pause(turn, reason);
  tendCare(turn);
}

/** Everything takes the slow path while an operation fails all over the scene; it follows from the counters. */
export function tendCare(turn: Turn): void {
  const { nowMs } = turn.facts;
  const total = worstOperation(turn.state, nowMs)?.total ?? 0;
  if (total >= limits.operationFailuresBeforeCare) turn.links.carefulUntilMs = nowMs + limits.failureWindowMs;
}

/** The reason of a mode that failures led to. */
export function tooManyFailures(code: ErrorCode): string {
  return `Too many failures: ${errorSentence[code]}`;
}

export function pause(turn: Turn, reason: string): void {
  setPaused(turn, true, reason);
  turn.notice("warning", null, `VibeSync paused itself. ${reason} Edits are kept; resume when you have looked.`);
}

function tellWaiting(turn: Turn, faults: readonly RecordOf<"fault">[]): void {
  const { state, facts } = turn;
  const uuids = new Set(faults.flatMap(({ uuid }) => uuid ?? []));
  for (const uuid of uuids) {
    if (state.quarantine.has(uuid) || standingOf(state, uuid, facts.nowMs) !== "waiting") continue;
    const seconds = Math.round(limits.entityWaitMs / 1_000);
    const name = nameOf(state.entities.get(uuid)) || "An object";
    const text = `${name} failed again. Its edits are kept and sent in ${seconds} s; after that it is held back.`;
    turn.notice("warning", null, text, uuid);
  }
}

/** After a crash: what was alone under way each time is not tried a fourth time without a person. */
export function holdCausesOfCrashes(turn: Turn): void {
  for (const uuid of causesOf(turn.state, "crash")) quarantine(turn, uuid, "E_CRASHED");
}
