/**
 * The status to show while no hub is there: it boots, or it could not open and the reason is the sentence.
 */

import { failureTotals, type Stop, stopRow } from "#electron/hub/failure-totals.ts";
import type { EditorView, StatusView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { offersFor } from "./recovery-offers.ts";

export function emptyStatus(stop: Stop | null, nowMs: number): StatusView {
  const reason = stop?.failure ?? null;
  return {
    mode: reason ? "halted" : "booting",
    verdict: reason ? "stopped" : "waiting",
    sentence: reason ? reason.message : "Opening the project ...",
    project: null,
    editors: { blender: absentEditor("blender", nowMs), unity: absentEditor("unity", nowMs) },
    counts: { objects: 0, inStep: 0, sending: 0, held: 0, conflict: 0, oneSide: 0 },
    log: { lsn: 0, durableLsn: 0, finalLsn: 0 },
    editsPerSecond: 0,
    failures: failureTotals(stop ? [stopRow(stop, "open")] : []),
    lastSnapshotMs: null,
    toReview: 0,
    port: null,
    demo: false,
    notices: stop
      ? [
          {
            id: 0,
            timeMs: stop.timeMs,
            level: "error",
            code: stop.failure.code,
            message: stop.failure.message,
            uuid: null,
          },
        ]
      : [],
    offers: reason ? offersFor(reason.code) : [],
  };
}

function absentEditor(role: Role, sinceMs: number): EditorView {
  return {
    role,
    link: "absent",
    name: "",
    version: "",
    plugin: "",
    document: null,
    activity: "idle",
    unsaved: false,
    entities: 0,
    waiting: 0,
    held: 0,
    progress: null,
    roundTripMs: null,
    sinceMs,
  };
}
