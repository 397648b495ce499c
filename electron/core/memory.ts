/**
 * The operational memory at work: what is remembered of an entity or an operation decides how its next change is
 * handled (phases 2, 7 and 12: logs are consulted before every mutation).
 *
 *   good ─▶ slow: no preview, alone in its batch, one at a time ─▶ waiting: kept, not sent for a while ─▶ held back
 *
 * Nothing is stored here: it all follows from the counters in the state (failure.ts). A change is asked about where it
 * is written into a batch (`inParts`, decide.ts) and where it would be sent (`isKeptFrom`, forward.ts, catch-up.ts).
 */
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { failuresInWindow, isOfDeaths, isOnProbation, isWithin, weightyCounters } from "./failure.ts";
import { limits } from "./limits.ts";
import type { Batch, Link } from "./links.ts";
import type { State } from "./state.ts";
import type { Turn } from "./turn.ts";

export type Standing = "good" | "slow" | "waiting";

export function standingOf(state: State, uuid: Uuid, nowMs: number): Standing {
  if (!state.marked.has(uuid)) return "good";
  return mustWait(state, uuid, nowMs) ? "waiting" : "slow";
}

/** It failed twice, the last time just now. */
function mustWait(state: State, uuid: Uuid, nowMs: number): boolean {
  if (failuresInWindow(state, uuid) < limits.entityFailuresBeforeWait) return false;
  const counters = weightyCounters(state, uuid).filter((counter) => !isOfDeaths(counter));
  return counters.some(({ lastMs }) => isWithin(limits.entityWaitMs, lastMs, nowMs));
}

function isWaiting({ state, facts }: Turn, uuid: Uuid): boolean {
  return standingOf(state, uuid, facts.nowMs) === "waiting";
}

/**
 * Whether new values of it are kept from this editor for now. What is not in its scene yet goes there all the same:
 * others may hang below it. Held back for good is another matter (`quarantine`).
 */
export function isKeptFrom(turn: Turn, { known }: Link, uuid: Uuid): boolean {
  return known.has(uuid) && isWaiting(turn, uuid);
}

/** Whether it must not take the fast path: for its own record, or because an operation fails all over the scene. */
export function needsCare({ state, links, facts }: Turn, uuid: Uuid): boolean {
  return facts.nowMs < links.carefulUntilMs || state.marked.has(uuid);
}

/** Operations that are written together. `alone`: the one entity they are about, when it has a bad record. */
export type Part = {
  readonly ops: readonly StampedOperation[];
  readonly alone: Uuid | null;
  readonly isSlow: boolean;
};

/** Splits what is about to be written, in its order: what has a bad record goes alone, the rest together. */
export function inParts(turn: Turn, ops: readonly StampedOperation[]): Part[] {
  const { state, links, facts } = turn;
  const isSlow = facts.nowMs < links.carefulUntilMs;
  if (state.marked.size === 0) return [{ ops, alone: null, isSlow }];
  const parts: Part[] = [];
  let together: StampedOperation[] = [];
  const close = () => {
    if (together.length > 0) parts.push({ ops: together, alone: null, isSlow });
    together = [];
  };
  for (const operation of ops) {
    const standing = standingOf(state, operation.uuid, facts.nowMs);
    if (standing === "good") {
      together.push(operation);
      continue;
    }
    close();
    // What waits blocks nobody: it is not asked about before it was sent.
    parts.push({ ops: [operation], alone: operation.uuid, isSlow: standing === "slow" });
  }
  close();
  return parts;
}

/** Whether the batch is of one entity that waits: it is not asked about before it was sent. */
export function isWaitingBatch(turn: Turn, { alone, attempt }: Batch): boolean {
  return alone !== null && attempt === 1 && turn.state.entities.has(alone) && isWaiting(turn, alone);
}

/** A question out of turn, to an editor from which the entity's newest values are kept for now. */
export function isNotSentYet(turn: Turn, { batch, uuid, role }: { batch: Batch; uuid: Uuid; role: Role }): boolean {
  const link = turn.links.byRole.get(role);
  return batch.attempt === 1 && link !== undefined && link.doubted.has(uuid) && isKeptFrom(turn, link, uuid);
}

/** An editor that failed a marked entity took its change as it should be: that counts for it. */
export function noteClean(turn: Turn, batch: Batch, wrong: readonly { readonly uuid: Uuid }[]): void {
  if (turn.state.marked.size === 0 || batch.isAudit || batch.attempt > 1) return;
  const failed = new Set(wrong.map(({ uuid }) => uuid));
  for (const uuid of batch.items.keys()) {
    if (failed.has(uuid) || !turn.state.marked.has(uuid) || turn.state.quarantine.has(uuid)) continue;
    // It must be outlived first (loss.ts).
    if (isOnProbation(turn.state, uuid, null)) continue;
    const doubters = weightyCounters(turn.state, uuid).filter(({ strikes }) => strikes > 0);
    if (!doubters.every(({ role }) => hasShown(batch, uuid, role))) continue;
    turn.log({ type: "memory", timeMs: turn.facts.nowMs, what: { event: "clean", uuid } });
  }
}

function hasShown({ answers }: Batch, uuid: Uuid, role: Role | null): boolean {
  const asked = role === null ? [...answers.values()] : [answers.get(role)];
  return asked.some((answer) => {
    const item = answer?.get(uuid);
    return item !== undefined && !item.held && !item.failed && (item.pending ?? []).length === 0;
  });
}
