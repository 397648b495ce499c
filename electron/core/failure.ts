/**
 * Failures are counted per operation, code and entity; counters are part of the state and survive restarts, so that
 * the log is consulted before every mutation (phases 2 and 7): what failed too often waits for a person.
 */
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { limits } from "./limits.ts";
import type { RecordOf } from "./record.ts";
import type { Counter, State } from "./state.ts";

export function counterKey(operation: string, code: ErrorCode, uuid: Uuid | null): string {
  return `${operation}|${code}|${uuid ?? ""}`;
}

export function countFault(state: State, fault: RecordOf<"fault">): void {
  const { operation, code, uuid, message, timeMs } = fault;
  const key = counterKey(operation, code, uuid);
  const before = state.counters.get(key);
  const isSameWindow = before !== undefined && timeMs - before.windowMs < limits.failureWindowMs;
  const counter: Counter = {
    operation,
    code,
    uuid,
    message,
    count: (before?.count ?? 0) + 1,
    firstMs: before?.firstMs ?? timeMs,
    lastMs: timeMs,
    windowCount: isSameWindow ? before.windowCount + 1 : 1,
    windowMs: isSameWindow ? before.windowMs : timeMs,
  };
  state.counters.set(key, counter);
  if (state.counters.size > limits.countersMax) state.counters.delete(leastRecent(state));
}

function leastRecent(state: State): string {
  let found = { key: "", lastMs: Number.POSITIVE_INFINITY };
  for (const [key, { lastMs }] of state.counters.entries()) if (lastMs < found.lastMs) found = { key, lastMs };
  return found.key;
}

/** Codes that say something about an entity or an operation, as against a stranger at the door. */
const weighty: ReadonlySet<ErrorCode> = new Set(["E_VERIFY_MISMATCH", "E_APPLY", "E_LOOP"]);

/** The entity failed so often in the window that only a person should touch it again. */
export function isEntityOverThreshold(state: State, uuid: Uuid): boolean {
  let count = 0;
  for (const code of weighty) {
    for (const operation of failingOperations) {
      count += state.counters.get(counterKey(operation, code, uuid))?.windowCount ?? 0;
    }
  }
  return count >= limits.entityFailuresMax;
}

/**
 * What counts towards the thresholds: a first mismatch is put right by sending again, and is counted but not held
 * against.
 */
export const failingOperations = ["verify-again", "apply", "loop"] as const;

/** An operation failed so often, over all entities, that automation stops: the code that tripped, or undefined. */
export function trippedOperation(state: State, nowMs: number): ErrorCode | undefined {
  const totals = new Map<string, number>();
  for (const { operation, code, windowCount, windowMs } of state.counters.values()) {
    if (!weighty.has(code) || !isFailing(operation) || nowMs - windowMs >= limits.failureWindowMs) continue;
    const total = (totals.get(operation) ?? 0) + windowCount;
    if (total >= limits.operationFailuresMax) return code;
    totals.set(operation, total);
  }
  return undefined;
}

function isFailing(operation: string): boolean {
  return failingOperations.some((name) => name === operation);
}
