/** The one status that window, tray and terminal show, from state, links and what the hub counts. Pure projection. */
import { waitingFor } from "#electron/core/catch-up.ts";
import type { Link, Links } from "#electron/core/links.ts";
import { heldCount } from "#electron/core/review.ts";
import type { State } from "#electron/core/state.ts";
import { sentenceOf, verdictOf } from "#electron/core/verdict.ts";
import type { EditorView, Notice, StatusView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { failureTotals, type Stop } from "./failure-totals.ts";
import { failureCounts } from "./failure-view.ts";

export type StatusParts = {
  readonly state: State;
  readonly links: Links;
  /** Why the engine stopped itself. */
  readonly stop: Stop | null;
  readonly project: NonNullable<StatusView["project"]>;
  readonly counts: StatusView["counts"];
  readonly durableLsn: number;
  readonly editsPerSecond: number;
  readonly lastSnapshotMs: number | null;
  readonly port: number | null;
  readonly notices: readonly Notice[];
};

export function statusViewOf(parts: StatusParts): StatusView {
  const { state, links, stop } = parts;
  return {
    mode: stop ? "halted" : state.head.mode,
    verdict: stop ? "stopped" : verdictOf(state, links),
    sentence: (stop ? stop.failure.message : sentenceOf(state, links)).slice(0, 2_000),
    project: parts.project,
    editors: { blender: editorView(parts, "blender"), unity: editorView(parts, "unity") },
    counts: parts.counts,
    log: { lsn: state.head.lsn, durableLsn: parts.durableLsn, finalLsn: state.head.finalLsn },
    editsPerSecond: parts.editsPerSecond,
    failures: failureTotals(failureCounts(parts)),
    lastSnapshotMs: parts.lastSnapshotMs,
    toReview: heldCount(state, links),
    port: parts.port,
    demo: false,
    notices: [...parts.notices],
    offers: [],
  };
}

const nobody = { name: "", version: "", plugin: "", document: null, activity: "idle", unsaved: false } as const;
const nothing = { entities: 0, waiting: 0, held: 0, progress: null, roundTripMs: null, sinceMs: 0 };

function editorView({ state, links, stop }: StatusParts, role: Role): EditorView {
  const link = links.byRole.get(role);
  if (!link || stop) return { role, link: "absent", ...nobody, ...nothing };
  return {
    role,
    link: linkWord(link),
    name: link.editorName,
    version: link.editorVersion,
    plugin: link.plugin,
    document: link.document,
    activity: link.activity,
    unsaved: link.unsaved,
    entities: link.phase === "listing" ? link.pages.length : link.known.size,
    waiting: waitingFor(state, link),
    held: link.held.size,
    progress: link.phase === "listing" ? progressOf(state, link) : null,
    roundTripMs: link.roundTripMs,
    sinceMs: link.sinceMs,
  };
}

function linkWord(link: Link): EditorView["link"] {
  if (link.connection === null) return link.patienceUntilMs > 0 ? "away" : "absent";
  return link.phase === "linked" ? "linked" : "linking";
}

/** Against what the hub knows of the scene; an unknown one counts as half read until it is read. */
function progressOf(state: State, link: Link): number {
  const expected = state.entities.size;
  if (expected === 0) return link.pages.length > 0 ? 0.5 : 0;
  return Math.min(0.99, link.pages.length / expected);
}
