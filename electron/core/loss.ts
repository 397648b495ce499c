/**
 * An editor that died: what was being written to it then is remembered as what may have killed it ([ENG-44]).
 *
 * A socket that breaks is no death: it may be the cable, or code that is loaded anew. An editor that comes back as
 * another process, and did not say goodbye, has died. Before: session.ts. After: memory.ts and escalation.ts, as for
 * any other failure.
 */
import type { Uuid } from "#shared/ids.ts";
import { pause, tooManyFailures } from "./escalation.ts";
import { causesOf, writersOf } from "./failure.ts";
import { isWritable } from "./forward.ts";
import { limits } from "./limits.ts";
import type { Batch, Link } from "./links.ts";
import { quarantine } from "./sides.ts";
import type { Turn } from "./turn.ts";

/** Keeps what is being written to it: that may be the last that is heard of it. A silent one keeps what it had. */
export function noteUnderWay(turn: Turn, link: Link): void {
  if (!link.silent) link.underWay = isWritable(turn, link) ? underWayTo(turn, link) : [];
}

/** What it was told and has not read back. */
function underWayTo({ links, state }: Turn, { role }: Link): Uuid[] {
  const found = new Set<Uuid>();
  for (const batch of links.batches.values()) {
    if (batch.isAudit || (batch.only ?? role) !== role) continue;
    for (const uuid of batch.items.keys()) {
      if (state.quarantine.has(uuid) || batch.answers.get(role)?.has(uuid)) continue;
      if (isTold(batch) || writersOf(state, uuid).some((writer) => writer !== role)) found.add(uuid);
    }
  }
  return [...found].sort();
}

/** A question of its own follows what the editor was told; the others are also about what it wrote itself. */
function isTold({ only }: Batch): boolean {
  return only !== null;
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
