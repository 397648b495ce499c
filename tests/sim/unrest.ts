/** When a simulated world has come to rest: nothing is on its way, and nobody waits for anything. */
import type { Links } from "#electron/core/links.ts";
import type { State } from "#electron/core/state.ts";
import type { SimEditor } from "./world.ts";

type Hub = { readonly state: State; readonly links: Links };

/** What is not at rest yet, in words. */
export function unrestOf(hub: Hub | null, editors: readonly SimEditor[]): string {
  if (!hub) return "no hub";
  const { state, links } = hub;
  const asked = [...links.batches.values()].filter(({ isAudit }) => !isAudit).length;
  const waiting = [...links.byRole.values()].map((link) => {
    const { role, phase, activity, silent } = link;
    // What is held back is told when it is released.
    const doubted = [...link.doubted].filter((uuid) => !state.quarantine.has(uuid));
    const left = [link.deferred.length, link.unconfirmed.size, doubted.length];
    // Who is busy is told nothing: what its scene lacks it gets afterwards.
    const isListening = phase === "linked" && activity === "idle" && !silent;
    const isCalm = isListening && left.every((count) => count === 0);
    return isCalm ? "" : `${role} ${phase} ${activity} ${left.join(" ")} ${silent}`;
  });
  return [
    state.head.mode === "live" ? "" : state.head.mode,
    state.quarantine.size > 0 ? `${state.quarantine.size} held back` : "",
    state.provisional.size > 0 ? `${state.provisional.size} provisional` : "",
    asked > 0 ? `${asked} batches` : "",
    links.blocked.size > 0 ? "blocked" : "",
    links.byRole.size < 2 ? "alone" : "",
    ...waiting,
    ...editors.map(({ role, model }) => (model.unanswered > 0 ? `${role}: ${model.unanswered} unanswered` : "")),
  ]
    .filter((one) => one !== "")
    .join(", ");
}
