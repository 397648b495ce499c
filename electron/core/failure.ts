/**
 * Failures are counted per operation, code and entity or editor. The counters are part of the state and outlive a
 * restart: they are the hub's operational memory (phase 7). What follows from them is in memory.ts.
 *
 * Changed only by evolve.ts: by `fault`, by a `boot` that finds no end of the run before, by `memory` and `release`.
 */
import type { Uuid } from "#shared/ids.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { writerOf } from "#shared/scene/stamp.ts";
import { limits } from "./limits.ts";
import type { RecordOf } from "./record.ts";
import { type Counter, registerOf, type State } from "./state.ts";

/** What a counter is about. An entity's counters name the editor that failed it last, but have it not in their key. */
export type CounterId = Pick<Counter, "operation" | "code" | "uuid" | "role">;

export function counterKey({ operation, code, uuid, role }: CounterId): string {
  return `${operation}|${code}|${uuid ?? role ?? ""}`;
}

/**
 * Operations whose failures are held against the entity, with the code of each. A first mismatch is put right by
 * sending again: it is counted ("verify"), but not held against anything.
 */
const weighty = {
  "verify-again": "E_VERIFY_MISMATCH",
  apply: "E_APPLY",
  loop: "E_LOOP",
  crash: "E_CRASHED",
  "editor-lost": "E_EDITOR_LOST",
} as const;
type Weighty = keyof typeof weighty;
/** Of those, somebody's end: how many of them in a row, with the entity under way, say that it is the cause. */
const deathsMax: { readonly [Operation in Weighty]?: number } = {
  crash: limits.crashesAloneMax,
  "editor-lost": limits.editorLossesMax,
};
/** Of those, what happens often enough to say something about an operation as such. */
const failing: readonly Weighty[] = ["verify-again", "apply", "loop"];

export function isWeighty({ operation, code }: Pick<Counter, "operation" | "code">): boolean {
  return weighty[operation as Weighty] === code;
}

/** Whether it counts deaths of the hub or of an editor: they are remembered for care, but say nothing of a value. */
export function isOfDeaths({ operation }: Pick<Counter, "operation">): boolean {
  return Object.hasOwn(deathsMax, operation);
}

/** Whether the editor died with it under way, and has not outlived it since. */
export function isOnProbation(state: State, uuid: Uuid, role: Role | null): boolean {
  return weightyCounters(state, uuid).some((counter) => {
    return counter.operation === "editor-lost" && counter.strikes > 0 && (role ?? counter.role) === counter.role;
  });
}

/** Entities that were under way at death after death, and are not held back yet. */
export function causesOf(state: State, operation: "crash" | "editor-lost"): Uuid[] {
  const isCause = (counter: Counter) =>
    counter.operation === operation && counter.strikes >= (deathsMax[operation] ?? 0);
  return [...state.marked.keys()].filter((uuid) => {
    return state.entities.has(uuid) && !state.quarantine.has(uuid) && weightyCounters(state, uuid).some(isCause);
  });
}

/** The counters of an entity that weigh, as far as there are any. */
export function weightyCounters(state: State, uuid: Uuid): Counter[] {
  if (!state.marked.has(uuid)) return [];
  const found = Object.entries(weighty).map(([operation, code]) => {
    return state.counters.get(counterKey({ operation, code, uuid, role: null }));
  });
  return found.filter((counter) => counter !== undefined);
}

/**
 * Whether it was in the last so many milliseconds. What an earlier run wrote under a clock that was ahead was not: a
 * clock that was put back must not keep anybody waiting for a day.
 */
export function isWithin(spanMs: number, thenMs: number, nowMs: number): boolean {
  return thenMs <= nowMs && nowMs - thenMs < spanMs;
}

type Failed = CounterId & { readonly message: string; readonly timeMs: number };

export function countFault(state: State, fault: RecordOf<"fault">): void {
  count(state, fault);
}

function count(state: State, { operation, code, uuid, role, message, timeMs }: Failed): void {
  const key = counterKey({ operation, code, uuid, role });
  const before = state.counters.get(key);
  const isSameWindow = before !== undefined && isWithin(limits.failureWindowMs, before.windowMs, timeMs);
  const counter: Counter = {
    operation,
    code,
    uuid,
    role,
    count: (before?.count ?? 0) + 1,
    firstMs: before?.firstMs ?? timeMs,
    lastMs: timeMs,
    message,
    windowCount: isSameWindow ? before.windowCount + 1 : 1,
    windowMs: isSameWindow ? before.windowMs : timeMs,
    strikes: (before?.strikes ?? 0) + 1,
    clean: 0,
  };
  write(state, key, counter);
}

function write(state: State, key: string, counter: Counter): void {
  state.counters.set(key, counter);
  if (state.counters.size > limits.countersMax) forget(state, leastRecent(state));
  if (counter.uuid !== null) mark(state, counter.uuid);
}

/** Keeps `marked`: the entities that have something held against them. */
export function mark(state: State, uuid: Uuid): void {
  const isMarked = Object.entries(weighty).some(([operation, code]) => {
    const counter = state.counters.get(counterKey({ operation, code, uuid, role: null }));
    return counter !== undefined && counter.strikes > 0;
  });
  if (isMarked) state.marked.set(uuid, true);
  else state.marked.delete(uuid);
}

function forget(state: State, key: string): void {
  const uuid = state.counters.get(key)?.uuid;
  state.counters.delete(key);
  if (uuid) mark(state, uuid);
}

function leastRecent(state: State): string {
  let found = { key: "", lastMs: Number.POSITIVE_INFINITY };
  for (const [key, { lastMs }] of state.counters.entries()) if (lastMs < found.lastMs) found = { key, lastMs };
  return found.key;
}

/** A person's word, or an editor that took the entity's change as it should be. */
export function noteMemory(state: State, { what }: RecordOf<"memory">): void {
  if (what.event === "forgotten") return forget(state, counterKey(what));
  for (const counter of weightyCounters(state, what.uuid)) {
    const clean = counter.clean + 1;
    // One clean verification shows that it brings nobody down; that a value holds takes more of them.
    const isClear = isOfDeaths(counter) || clean >= limits.cleanVerificationsMin;
    write(state, counterKey(counter), { ...counter, clean, strikes: isClear ? 0 : counter.strikes });
  }
}

/** A released entity may fail again before it is held back again, and goes the slow way until it is in the clear. */
export function easeOff(state: State, uuid: Uuid): void {
  for (const counter of weightyCounters(state, uuid)) {
    write(state, counterKey(counter), { ...counter, windowCount: 0, strikes: Math.min(1, counter.strikes) });
  }
}

/**
 * The run before did not end: what was under way then is remembered as what may have brought it down. It follows from
 * the state at that place of the log; nothing is written for it.
 */
export function rememberCrash(state: State, timeMs: number): void {
  const uuids = inFlight(state);
  const suspects = uuids.length <= limits.suspectsPerCrashMax ? uuids : [];
  const crash = { operation: "crash", code: "E_CRASHED", message: errorSentence.E_CRASHED, timeMs } as const;
  for (const uuid of suspects) {
    const id = { ...crash, uuid, role: null };
    const strikes = state.counters.get(counterKey(id))?.strikes ?? 0;
    count(state, id);
    // Among others it is under suspicion at the most; alone, again and again, it is the cause.
    if (suspects.length > 1) restrike(state, counterKey(id), Math.max(1, strikes));
  }
  const targets = writtenTo(state, uuids);
  const text = `${uuids.length} ${uuids.length === 1 ? "object was" : "objects were"} on the way`;
  for (const role of targets) count(state, { ...crash, uuid: null, role, message: `${crash.message} ${text}.` });
  if (targets.length === 0) count(state, { ...crash, uuid: null, role: null });
}

function restrike(state: State, key: string, strikes: number): void {
  const counter = state.counters.get(key);
  if (counter) state.counters.set(key, { ...counter, strikes });
}

/** What no batch had decided about, and was being written to an editor: nothing is while paused and in safe mode. */
function inFlight(state: State): Uuid[] {
  if (state.head.mode !== "live") return [];
  const uuids = new Set([...state.undecided.values()].flat());
  return [...uuids].filter((uuid) => state.provisional.has(uuid) || state.tombstones.get(uuid)?.pending).sort();
}

/** The linked editors that had not written all of it themselves. */
function writtenTo(state: State, uuids: readonly Uuid[]): Role[] {
  const isOthers = (role: Role) => uuids.some((uuid) => writersOf(state, uuid).some((writer) => writer !== role));
  return roles.filter((role) => state.present.has(role) && isOthers(role));
}

function writersOf(state: State, uuid: Uuid): string[] {
  const entity = state.entities.get(uuid);
  const tombstone = state.tombstones.get(uuid);
  if (tombstone?.pending) return [writerOf(tombstone.stamp)];
  const names = Object.keys(state.provisional.get(uuid) ?? {}) as FieldName[];
  return entity ? names.map((name) => writerOf(registerOf(entity, name)?.stamp ?? 0)) : [];
}

/** The entity failed so often in the window that only a person should touch it again. */
export function isEntityOverThreshold(state: State, uuid: Uuid): boolean {
  return failuresInWindow(state, uuid) >= limits.entityFailuresMax;
}

/** Within one window that ends with the newest of them. */
export function failuresInWindow(state: State, uuid: Uuid): number {
  const counters = weightyCounters(state, uuid).filter((counter) => !isOfDeaths(counter));
  const newestMs = counters.reduce((newest, { lastMs }) => Math.max(newest, lastMs), 0);
  const recent = counters.filter(({ windowMs }) => newestMs - windowMs < limits.failureWindowMs);
  return recent.reduce((sum, { windowCount }) => sum + windowCount, 0);
}

export type OperationFailures = { readonly code: ErrorCode; readonly operation: string; readonly total: number };

/** The operation that failed most often over all entities in the current window; undefined when none did. */
export function worstOperation(state: State, nowMs: number): OperationFailures | undefined {
  let worst: OperationFailures | undefined;
  for (const operation of failing) {
    let total = 0;
    for (const counter of state.counters.values()) {
      const isCurrent = isWithin(limits.failureWindowMs, counter.windowMs, nowMs);
      if (counter.operation === operation && isWeighty(counter) && isCurrent) total += counter.windowCount;
    }
    if (total > (worst?.total ?? 0)) worst = { operation, code: weighty[operation], total };
  }
  return worst;
}
