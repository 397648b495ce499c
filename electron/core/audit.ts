/**
 * Watch mode (phase 11): while nobody edits, the agreed scene is walked in small slices and every editor is asked to
 * show what it has. What no event told of, a plugin's missed edit or a value somebody's script wrote, comes to light.
 *
 * The questions are batches without provisional values, judged like every other in judge.ts: an edit that the editor
 * has not told of yet is waited for, a value that differs without one is put right. Tombstones are asked about too.
 */
import type { Uuid } from "#shared/ids.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { openAudit } from "./batches.ts";
import { limits } from "./limits.ts";
import { isReachable } from "./links.ts";
import { registersOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What is still to be asked about in this round, and when to go on. */
export type Audit = { queue: Uuid[]; dueMs: number };

export function tendAudit(turn: Turn): void {
  const { links, state } = turn;
  const { nowMs } = turn.facts;
  const { audit } = links;
  const isBusy = [...links.batches.values()].some(({ isAudit }) => !isAudit);
  if (isBusy || state.head.mode !== "live") audit.dueMs = nowMs + limits.auditIdleMs;
  if (links.batches.size > 0 || nowMs < audit.dueMs) return;
  if (audit.queue.length === 0) audit.queue = [...state.entities.keys(), ...state.tombstones.keys()];
  const slice = audit.queue.splice(-limits.auditSliceMax);
  audit.dueMs = nowMs + (audit.queue.length === 0 ? limits.auditRoundMs : limits.auditPauseMs);
  const questions = slice.flatMap((uuid) => questionAbout(turn, uuid));
  if (questions.length === 0) return;
  for (const link of links.byRole.values()) if (isReachable(link)) openAudit(turn, link.role, questions);
}

function questionAbout(turn: Turn, uuid: Uuid): (readonly [Uuid, readonly FieldName[] | "deleted"])[] {
  const { entities, tombstones, quarantine } = turn.state;
  const entity = entities.get(uuid);
  if (quarantine.has(uuid) || (entity === undefined && !tombstones.has(uuid))) return [];
  return [[uuid, entity ? registersOf(entity).map(([name]) => name) : "deleted"]];
}
