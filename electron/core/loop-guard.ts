/**
 * Stops a value that keeps bouncing between the editors (phase 3: event depth).
 *
 * A loop is one entity written by alternating editors, each time within a second of the other: no two people do that
 * two dozen times in a row.
 */
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { limits } from "./limits.ts";
import { quarantine } from "./sides.ts";
import type { Turn } from "./turn.ts";

export function watchBounces(turn: Turn, role: Role, written: Iterable<{ readonly uuid: Uuid }>): void {
  const { bounces, wroteMs } = turn.links;
  const { nowMs } = turn.facts;
  wroteMs.set(role, nowMs);
  if (!isAnotherWriting(wroteMs, role, nowMs)) return;
  for (const { uuid } of written) {
    const last = bounces.get(uuid);
    if (last?.role === role) {
      last.sinceMs = nowMs;
      continue;
    }
    bounces.delete(uuid);
    const count = last && nowMs - last.sinceMs <= limits.bounceWindowMs ? last.count + 1 : 0;
    bounces.set(uuid, { role, count, sinceMs: nowMs });
    if (count <= limits.bouncesMax) continue;
    bounces.delete(uuid);
    turn.fault({ operation: "loop", code: "E_LOOP", uuid, role });
    quarantine(turn, uuid, "E_LOOP");
  }
  for (const uuid of bounces.keys()) {
    if (bounces.size <= limits.bounceWatchMax) return;
    bounces.delete(uuid);
  }
}

/** It takes two: while one editor writes alone, as most of the time, there is nothing to watch. */
function isAnotherWriting(wroteMs: ReadonlyMap<Role, number>, role: Role, nowMs: number): boolean {
  for (const [other, atMs] of wroteMs) if (other !== role && nowMs - atMs <= limits.bounceWindowMs) return true;
  return false;
}
