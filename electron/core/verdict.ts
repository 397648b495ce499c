/** The one verdict that the window, the tray and both editors' panels show, and the sentence under it. */
import type { Verdict } from "#shared/protocol/down.ts";
import { roles } from "#shared/protocol/handshake.ts";
import { crashReason, type Link, type Links } from "./links.ts";
import type { State } from "./state.ts";

export function verdictOf(state: State, links: Links): Verdict {
  const { mode } = state.head;
  if (mode === "halted" || mode === "booting") return "stopped";
  if (mode === "safe") return "safe-mode";
  if (mode === "paused") return "paused";
  if (state.quarantine.size > 0) return "needs-you";
  const answering = [...links.byRole.values()].filter((link) => isLinked(link) && !link.silent);
  return answering.length === 2 ? "live" : "waiting";
}

export function isLinked(link: Link | undefined): link is Link {
  return link !== undefined && link.connection !== null && link.phase === "linked";
}

export function sentenceOf(state: State, links: Links): string {
  switch (verdictOf(state, links)) {
    case "stopped":
      return state.head.modeReason || "VibeSync stopped. Everything confirmed is on disk.";
    case "safe-mode":
      return `${state.head.modeReason || "Safe mode is on."} ${comparisonSentence(state, links)}`;
    case "paused":
      return "Paused. Edits are kept and sent when you resume.";
    case "needs-you":
      return `${state.quarantine.size} ${state.quarantine.size === 1 ? "object needs" : "objects need"} a decision.`;
    case "waiting":
      return waitingSentence(links);
    case "live":
      return state.provisional.size + links.beingChecked().size === 0
        ? "Everything is in step."
        : "Sending the latest edits.";
  }
}

/** After a crash: whose scene is still to be compared, since without it only a person ends safe mode. */
function comparisonSentence({ head }: State, links: Links): string {
  const nothing = "Nothing is written to either editor.";
  const absent = roles.filter((role) => !isLinked(links.byRole.get(role)));
  if (!links.crashCheck || head.modeReason !== crashReason || absent.length === 0) return nothing;
  const editors = absent.map(editorWord).join(" and in ");
  return `${nothing} Open the scene in ${editors} to compare it, or leave safe mode yourself.`;
}

function waitingSentence(links: Links): string {
  const busy = [...links.byRole.values()].find((link) => link.connection !== null && link.phase !== "linked");
  if (busy) return `Reading the scene in ${editorWord(busy.role)}.`;
  const away = [...links.byRole.values()].find((link) => link.connection === null && link.patienceUntilMs > 0);
  if (away) return `${editorWord(away.role)} is away. It may be compiling or restarting; its edits are kept.`;
  const silent = [...links.byRole.values()].find((link) => isLinked(link) && link.silent);
  if (silent) return `${editorWord(silent.role)} does not answer. It may be busy; it is brought up to date afterwards.`;
  const present = [...links.byRole.values()].find(isLinked);
  if (!present) return "Open a scene in Blender and in Unity.";
  return `Open a scene in ${present.role === "blender" ? "Unity" : "Blender"}. Edits are kept meanwhile.`;
}

function editorWord(role: Link["role"]): string {
  return role === "blender" ? "Blender" : "Unity";
}
