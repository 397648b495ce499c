/**
 * An editor that died: what was being written to it then is remembered as what may have killed it ([ENG-44]).
 *
 * A socket that breaks is no death: it may be the cable, or code that is loaded anew. An editor that comes back as
 * another process, and did not say goodbye, has died. It may die of a thing a moment after it has shown it, when it
 * draws it for the first time: only what it has outlived is harmless. Before: session.ts and verify.ts. After:
 * memory.ts and escalation.ts, as for any other failure.
 */
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { writerOf } from "#shared/scene/stamp.ts";
import { pause, tooManyFailures } from "./escalation.ts";
import { causesOf, isOnProbation } from "./failure.ts";
import { isWritable } from "./forward.ts";
import { limits } from "./limits.ts";
import { type Batch, type BatchItem, isReachable, type Link, type Shown } from "./links.ts";
import { quarantine } from "./sides.ts";
import { type State, writtenOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Keeps what is being written to it: that may be the last that is heard of it. A silent one keeps what it had. */
export function noteUnderWay(turn: Turn, link: Link): void {
  if (!link.silent) link.underWay = isWritable(turn, link) ? underWayTo(turn, link) : [];
}

/** What it was told, as far as it has not read it back, or has done so only now. */
function underWayTo({ links, state }: Turn, { role, shownLately }: Link): Uuid[] {
  const found = new Set<Uuid>();
  for (const { isAudit, only, items } of [...links.batches.values(), ...shownLately]) {
    if (isAudit || (only ?? role) !== role) continue;
    for (const [uuid, item] of items) {
      if (state.quarantine.has(uuid)) continue;
      // A question to one editor follows what it was told; the others are also about what it wrote itself.
      if (only !== null || isOfOthers(state, { uuid, item, role })) found.add(uuid);
    }
  }
  return [...found].sort();
}

function isOfOthers(state: State, { uuid, item, role }: { uuid: Uuid; item: BatchItem; role: Role }): boolean {
  const entity = state.entities.get(uuid);
  if (entity === undefined) return writerOf(state.tombstones.get(uuid)?.stamp ?? 0) !== role;
  return item.fields.some((name) => {
    const written = writtenOf(entity, name);
    return written !== undefined && writerOf(written.stamp) !== role;
  });
}

/** It has read the batch back. */
export function noteShown(turn: Turn, batch: Batch, role: Role): void {
  const link = turn.links.byRole.get(role);
  if (!link || batch.isAudit) return;
  const { isAudit, only, items } = batch;
  link.shownLately.push({ isAudit, only, items, untilMs: turn.facts.nowMs + limits.editorLossLookBackMs });
  if (link.shownLately.length > limits.shownLatelyMax) link.shownLately.shift();
}

/** What an editor has outlived did not kill it. */
export function tendOutlived(turn: Turn): void {
  for (const link of turn.links.byRole.values()) {
    const count = isReachable(link) ? link.shownLately.filter(({ untilMs }) => untilMs <= turn.facts.nowMs).length : 0;
    if (count === 0) continue;
    turn.links.losses.delete(link.role);
    for (const shown of link.shownLately.splice(0, count)) clear(turn, shown, link.role);
  }
}

function clear(turn: Turn, { items }: Shown, role: Role): void {
  for (const uuid of items.keys()) {
    if (!isOnProbation(turn.state, uuid, role)) continue;
    turn.log({ type: "memory", timeMs: turn.facts.nowMs, what: { event: "clean", uuid } });
  }
}

/** The editor is back as another process. */
export function rememberLoss(turn: Turn, { role, underWay }: Link): void {
  if (underWay.length === 0) return;
  const { links, state } = turn;
  const inARow = (links.losses.get(role) ?? 0) + 1;
  links.losses.set(role, inARow);
  const editor = role === "blender" ? "Blender" : "Unity";
  const objects = underWay.length === 1 ? "an object was" : `${underWay.length} objects were`;
  const message = `${editor} ended without a word while ${objects} being written to it.`;
  turn.fault({ operation: "editor-lost", code: "E_EDITOR_LOST", role, message });
  const suspects = underWay.length <= limits.suspectsPerCrashMax ? underWay : [];
  for (const uuid of suspects) turn.fault({ operation: "editor-lost", code: "E_EDITOR_LOST", uuid, role, message });
  const causes = causesOf(state, "editor-lost");
  for (const uuid of causes) quarantine(turn, uuid, "E_EDITOR_LOST");
  if (inARow < limits.editorLossesMax || causes.length > 0 || state.head.mode !== "live") return;
  pause(turn, tooManyFailures("E_EDITOR_LOST"));
}
