/**
 * Operations into the log, in records of their own, with the batch that will verify them (stage 7).
 *
 * Before: decide.ts, deletes.ts, review-act.ts, release.ts, and the hub's own reasons. After: evolve.ts and forward.ts.
 */
import type { Role } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { batchFor, changedBy, noteChange } from "./batches.ts";
import { isStructural } from "./forward.ts";
import { limits } from "./limits.ts";
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

/** In as many records as it takes. */
export function write(turn: Turn, { role, reason, ops, decision = null }: Writing): void {
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const structural = turn.state.head.mode === "live" && isStructural(part);
    const batch = batchFor(turn, { isStructural: structural, decision }, part.length);
    turn.log({ type: "edit", timeMs: turn.facts.nowMs, batch, reason, role, ops: part });
    noteChange(turn, batch, part.map(changedBy));
  }
}

/** Operations of the hub's own, to every editor. */
export function writeOwn(turn: Turn, reason: EditReason, ops: readonly StampedOperation[]): void {
  write(turn, { role: null, reason, ops });
}
