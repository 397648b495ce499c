/**
 * Entering and leaving the modes: pausing, safe mode, and what ends the comparison after a crash (phases 0, 7 and 10).
 *
 * Owns: every `mode` record but the one of a crash (plan.ts, `boot`). What may happen in which mode is mode-table.ts;
 * who asks for one is a person, an editor's panel, or escalation.ts.
 */
import { roles } from "#shared/protocol/handshake.ts";
import { askForListing, putBack } from "./indexing.ts";
import { crashReason } from "./links.ts";
import { heldCount } from "./review.ts";
import type { Turn } from "./turn.ts";

export function setPaused(turn: Turn, paused: boolean, reason = ""): void {
  const { mode } = turn.state.head;
  if (paused ? mode !== "live" : mode !== "paused") return;
  turn.log({ type: "mode", timeMs: turn.facts.nowMs, mode: paused ? "paused" : "live", reason });
}

/** Leaving it, an editor whose paired snapshot failed is listed anew: nothing is written to it without one. */
export function setSafeMode(turn: Turn, on: boolean, reason: string): void {
  if (on === (turn.state.head.mode === "safe")) return;
  if (!on) endReview(turn);
  turn.log({ type: "mode", timeMs: turn.facts.nowMs, mode: on ? "safe" : "live", reason });
  if (on) turn.effects.push({ kind: "snapshot", reason: "safe-mode" });
  else for (const link of turn.links.byRole.values()) if (link.phase === "paired") askForListing(turn, link);
}

/** Leaving safe mode ends the comparison after a crash: what nobody decided goes back to what was agreed. */
function endReview(turn: Turn): void {
  turn.links.crashCheck = false;
  putBack(turn, [...turn.links.unexplained.keys()]);
}

/**
 * After a crash, safe mode ends by itself once the whole scenes of both editors were compared and every difference has
 * a reason. An editor that is not there cannot match: then only a person ends it ([ENG-15]).
 */
export function tendCrashCheck(turn: Turn): void {
  const { links, state } = turn;
  if (!links.crashCheck) return;
  const { mode, modeReason } = state.head;
  const isOurs = mode === "safe" && modeReason === crashReason;
  if (!roles.every((role) => isCompared(turn, role))) return;
  if (isOurs && isAPersonAsked(turn)) return;
  links.crashCheck = false;
  if (!isOurs) return;
  turn.log({ type: "mode", timeMs: turn.facts.nowMs, mode: "live", reason: "Everything matches after the restart." });
  turn.notice("info", null, "VibeSync had stopped unexpectedly. Everything was checked and matches.");
}

/** Its whole scene was listed in this run, and it is still there with it. */
function isCompared({ links }: Turn, role: (typeof roles)[number]): boolean {
  const link = links.byRole.get(role);
  const isThere = link !== undefined && link.connection !== null && link.phase !== "listing";
  return isThere && !links.mustList.has(role);
}

/** Once there were differences to look at, nothing that is held is sent without a person's word, either. */
function isAPersonAsked(turn: Turn): boolean {
  const { links, state } = turn;
  if (links.unexplained.size > 0 && !links.isAskedAfterCrash) {
    links.isAskedAfterCrash = true;
    turn.notice("warning", "E_VERIFY_MISMATCH", "Look at the differences, then leave safe mode.");
  }
  return links.isAskedAfterCrash && heldCount(state, links) > 0;
}
