/**
 * Operations into the log, in records of their own, with the batch that will verify them (stage 7).
 *
 * Before: decide.ts, deletes.ts, review-act.ts, release.ts, and the hub's own reasons. After: evolve.ts and forward.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { isStructural, socketOf } from "./forward.ts";
import { limits } from "./limits.ts";
import type { Links } from "./links.ts";
import { inParts, type Part } from "./memory.ts";
import type { EditReason } from "./record.ts";
import type { Decision } from "./review.ts";
import type { Turn } from "./turn.ts";

export type Writing = {
  /** Null for the hub's own. */
  readonly role: Role | null;
  readonly reason: EditReason;
  readonly ops: readonly StampedOperation[];
  /** A person's, which reaches the editors in safe mode, too ([ENG-41]). */
  readonly decision?: Decision | null;
};

/** In as many records as it takes; what has a bad record in one of its own ([ENG-45]), unless a person said it. */
export function write(turn: Turn, { role, reason, ops, decision = null }: Writing): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const some = ops.slice(at, at + limits.opsPerRecordMax);
    const parts: Part[] = decision ? [{ ops: some, alone: null, isSlow: false }] : inParts(turn, some);
    for (const { ops: part, alone, isSlow } of parts) {
      const structural = turn.state.head.mode === "live" && (isSlow || isStructural(part));
      const batch = batchFor(turn, { isStructural: structural, decision, alone }, part.length);
      turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role, ops: [...part] });
      noteChange(turn, batch, part.map(changedBy));
      if (decision) oweToOthers(turn.links, batch);
    }
  }
}

/** A person's word: an editor that is away, or whose scene is being listed, is told when it can be (catch-up.ts). */
function oweToOthers(links: Links, id: number): void {
  const batch = links.batches.get(id);
  if (!batch?.decision) return;
  for (const role of roles) {
    const link = links.byRole.get(role);
    if (link && batch.told.has(socketOf(link))) continue;
    const owed = links.owed.get(role) ?? new Map<Uuid, Decision>();
    for (const uuid of batch.items.keys()) owed.set(uuid, batch.decision);
    links.owed.set(role, owed);
  }
}

/** Operations of the hub's own, to every editor. */
export function writeOwn(turn: Turn, reason: EditReason, ops: readonly StampedOperation[]): void {
  write(turn, { role: null, reason, ops });
}
