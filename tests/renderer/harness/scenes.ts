/**
 * What a hub would tell the window in every state that a person can meet, as plain data.
 *
 * Owns: realistic numbers and names, and one scene per state. tests/renderer/scenes.test.ts checks every one against
 * the contract's schemas, so that the window is never tried with something that the real hub cannot say.
 * Must never: hold behaviour; the fake bridge (fake-hub.ts) answers from it.
 */
import { failureTotals, stopRow } from "#electron/hub/failure-totals.ts";
import type { RequestAnswer } from "#shared/ipc/contract.ts";
import type {
  ConflictRow,
  FailureRow,
  ObjectView,
  ReviewRow,
  RollbackPreview,
  SetupView,
  SnapshotRow,
  StatusView,
  TimelineRow,
} from "#shared/ipc/view.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import {
  absent,
  conflictOf,
  editor,
  hourMs,
  logLength,
  manyObjects,
  minuteMs,
  objectsOf,
  previewOf,
  reviewOf,
  rowsOf,
  setupFound,
  snapshotsOf,
  someObjects,
  uuidOf,
} from "./scene-parts.ts";

export type Scene = {
  readonly status: StatusView;
  readonly objects: readonly ObjectView[];
  /** Newest first. */
  readonly timeline: readonly TimelineRow[];
  readonly failures: readonly FailureRow[];
  readonly review: readonly ReviewRow[];
  readonly conflicts: readonly ConflictRow[];
  readonly snapshots: readonly SnapshotRow[];
  readonly preview: RollbackPreview;
  readonly setup: SetupView;
  readonly settings: RequestAnswer<"settings">;
};

export const sceneNames = [
  "empty",
  "first-run",
  "indexing",
  "live",
  "demo",
  "reload",
  "paused",
  "safe-mode",
  "review",
  "needs-you",
  "halted",
  "refused",
] as const;
export type SceneName = (typeof sceneNames)[number];

const manyHeld = 10_000;
const projectId = uuidOf(900_001);

function noCounts(): StatusView["counts"] {
  return { objects: 0, inStep: 0, sending: 0, held: 0, conflict: 0, oneSide: 0 };
}

function countsOf(objects: readonly ObjectView[]): StatusView["counts"] {
  const counts = { ...noCounts(), objects: objects.length };
  const names = {
    "in-step": "inStep",
    sending: "sending",
    held: "held",
    conflict: "conflict",
    "one-side": "oneSide",
  } as const;
  for (const { state } of objects) counts[names[state]] += 1;
  return counts;
}

function liveScene(nowMs: number, objects: readonly ObjectView[]): Scene {
  return {
    status: {
      mode: "live",
      verdict: "live",
      sentence: "Both editors show the same scene. Every change is on disk.",
      project: { id: projectId, name: "CastleGame", folder: "/projects/CastleGame" },
      editors: {
        blender: { ...editor("blender", nowMs), entities: objects.length },
        unity: { ...editor("unity", nowMs), entities: objects.filter((object) => object.unity).length },
      },
      counts: countsOf(objects),
      log: { lsn: logLength, durableLsn: logLength, finalLsn: logLength - 4 },
      editsPerSecond: 38.4,
      failures: { timeouts: 0, refused: 0, mismatches: 0, disk: 0 },
      lastSnapshotMs: nowMs - 3 * minuteMs,
      toReview: 0,
      port: 48_261,
      demo: false,
      notices: [],
      offers: [],
    },
    objects,
    timeline: rowsOf(nowMs, 280),
    failures: [],
    review: [],
    conflicts: [],
    snapshots: snapshotsOf(nowMs),
    preview: previewOf(),
    setup: setupFound,
    settings: { closeAction: "ask", startHidden: false, density: "comfortable", calm: false, firstRunDone: true },
  };
}

function withStatus(scene: Scene, change: Partial<StatusView>): Scene {
  return { ...scene, status: { ...scene.status, ...change } };
}

/** Counters and list have one source in the hub, too. */
function withFailures(scene: Scene, failures: readonly FailureRow[]): Scene {
  return { ...withStatus(scene, { failures: failureTotals(failures) }), failures };
}

/** A failure that is nobody's in particular. */
function plainRow(code: ErrorCode, count: number, lastMs: number): FailureRow {
  const of = { operation: "verify", code, uuid: null, role: "unity", name: "", count } as const;
  return { ...of, firstMs: lastMs, lastMs, consequence: "none", message: errorSentence[code], quarantined: false };
}

function emptyScene(nowMs: number): Scene {
  const live = liveScene(nowMs, []);
  return {
    ...withStatus(live, {
      verdict: "waiting",
      sentence: "No editor is linked. Open a scene in Blender or Unity, or install the plugins.",
      editors: { blender: absent("blender", nowMs), unity: absent("unity", nowMs) },
      log: { lsn: 1, durableLsn: 1, finalLsn: 1 },
      editsPerSecond: 0,
      lastSnapshotMs: null,
    }),
    timeline: live.timeline.slice(-1),
    snapshots: [],
    setup: { ...setupFound, found: [] },
  };
}

/** One row of each thing that the hub does because of what it remembers, but for holding back. */
function rememberedRows(objects: readonly ObjectView[], nowMs: number): FailureRow[] {
  const kinds = [
    ["crash", "E_CRASHED", "slow"],
    ["apply", "E_APPLY", "waiting"],
    ["verify-again", "E_VERIFY_MISMATCH", "care"],
    ["verify-again", "E_VERIFY_MISMATCH", "none"],
  ] as const;
  return kinds.map(([operation, code, consequence], index): FailureRow => {
    const { uuid = null, name = "" } = objects[40 + index] ?? {};
    const lastMs = nowMs - index * hourMs - 40_000;
    const message = errorSentence[code];
    const row = { operation, code, uuid, role: "unity", name, count: index + 1, consequence } as const;
    return { ...row, firstMs: lastMs - hourMs, lastMs, message, quarantined: false };
  });
}

function needsYouScene(nowMs: number): Scene {
  const objects = objectsOf(someObjects, nowMs, (index) =>
    index % 34 === 2 ? "conflict" : index % 60 === 7 ? "one-side" : "in-step",
  );
  const held = objects.filter((object) => object.state === "conflict");
  const why = [
    ["E_LOOP", "kept bouncing between the editors and is held back until you decide."],
    ["E_VERIFY_MISMATCH", "was shown differently by Unity twice; the agreed value was put back."],
    ["E_APPLY", "could not be applied in Unity three times."],
  ] as const;
  const failures = held.map(({ uuid, name }, index): FailureRow => {
    const [code, words] = why[index % why.length] ?? why[0];
    return {
      operation: "set translation",
      code,
      uuid,
      role: "unity",
      name,
      count: 1 + index * 3,
      firstMs: nowMs - index * hourMs - 9_000,
      lastMs: nowMs - index * 5 * minuteMs - 9_000,
      consequence: "held",
      message: `${name} ${words}`,
      quarantined: true,
    };
  });
  const others: FailureRow[] = [plainRow("E_TIMEOUT", 2, nowMs - 90_000), ...rememberedRows(objects, nowMs)];
  const live = withFailures(liveScene(nowMs, objects), [...failures, ...others]);
  return {
    ...withStatus(live, {
      verdict: "needs-you",
      sentence: `${held.length} objects are held back until you decide. Everything else is in step.`,
      notices: [
        {
          id: 2,
          timeMs: nowMs - 9_000,
          level: "warning",
          code: "E_LOOP",
          message: failures[0]?.message ?? "",
          uuid: held[0]?.uuid ?? null,
        },
        {
          id: 1,
          timeMs: nowMs - hourMs,
          level: "info",
          code: null,
          message: "Unity is linked again after reloading its scripts.",
          uuid: null,
        },
      ],
    }),
    conflicts: held.map((object, index) => conflictOf(object, index)),
  };
}

type SceneParts = { readonly nowMs: number; readonly live: Scene };

/** How each state differs from the live one. */
const makers: { readonly [Name in SceneName]: (parts: SceneParts) => Scene } = {
  empty: ({ nowMs }) => emptyScene(nowMs),
  "first-run": ({ nowMs, live }) => ({
    ...emptyScene(nowMs),
    setup: setupFound,
    settings: { ...live.settings, firstRunDone: false },
  }),
  indexing: ({ live }) =>
    withStatus(live, {
      mode: "indexing",
      verdict: "waiting",
      sentence: "Unity is listing its scene; edits are taken up when it is done.",
      editors: {
        blender: live.status.editors.blender,
        unity: { ...live.status.editors.unity, link: "linking", progress: 0.42, roundTripMs: null },
      },
      editsPerSecond: 0,
    }),
  live: ({ nowMs }) =>
    liveScene(
      nowMs,
      objectsOf(manyObjects, nowMs, (index) =>
        index % 211 === 8 ? "sending" : index % 400 === 9 ? "one-side" : "in-step",
      ),
    ),
  demo: ({ live }) =>
    withStatus(live, {
      demo: true,
      sentence: "The built-in pair is at work. End the demo to link your own editors.",
    }),
  reload: ({ live }) =>
    withStatus(live, {
      verdict: "waiting",
      sentence: "Unity is reloading its scripts and will be back; edits wait for it.",
      editors: {
        blender: live.status.editors.blender,
        unity: { ...live.status.editors.unity, link: "away", activity: "reloading", waiting: 23, roundTripMs: null },
      },
    }),
  paused: ({ live }) =>
    withStatus(live, {
      mode: "paused",
      verdict: "paused",
      sentence: "You paused the link. Resume to bring both editors up to date.",
      editors: {
        blender: { ...live.status.editors.blender, waiting: 5 },
        unity: { ...live.status.editors.unity, waiting: 12 },
      },
      editsPerSecond: 0,
    }),
  "safe-mode": ({ nowMs, live }) =>
    withStatus(withFailures(live, [plainRow("E_TIMEOUT", 5, nowMs), plainRow("E_RATE", 1, nowMs)]), {
      mode: "safe",
      verdict: "safe-mode",
      sentence: "Nothing is written to either editor. Look at the failures, then leave safe mode.",
      editors: {
        blender: { ...live.status.editors.blender, waiting: 1 },
        unity: { ...live.status.editors.unity, waiting: 31 },
      },
    }),
  review: ({ nowMs, live }) => ({
    ...withStatus(live, {
      mode: "safe",
      verdict: "safe-mode",
      sentence: "Turned on by you. Nothing is written to either editor.",
      editors: {
        blender: { ...live.status.editors.blender, waiting: 4_000 },
        unity: { ...live.status.editors.unity, waiting: 6_000 },
      },
      toReview: manyHeld,
    }),
    review: reviewOf(nowMs, manyHeld),
  }),
  "needs-you": ({ nowMs }) => needsYouScene(nowMs),
  halted: ({ nowMs, live }) => {
    const message = "The disk is full. Nothing was lost. Free some space, then restart the engine.";
    const failure = { code: "E_DISK_FULL", message } as const;
    const timeMs = nowMs - 20_000;
    return withStatus(withFailures(live, [stopRow({ failure, timeMs }, "engine")]), {
      mode: "halted",
      verdict: "stopped",
      sentence: message,
      editors: { blender: absent("blender", nowMs), unity: absent("unity", nowMs) },
      editsPerSecond: 0,
      port: null,
      notices: [{ id: 1, timeMs, level: "error", ...failure, uuid: null }],
    });
  },
  refused: ({ nowMs, live }) => refusedScene(nowMs, live),
};

/** No project is open: what the hub knew is not known here. */
function refusedScene(nowMs: number, live: Scene): Scene {
  const sentence =
    "The log holds a record of an unknown kind (14, layout 1): a newer VibeSync wrote it. Install that version.";
  const stop = { failure: { code: "E_WAL_VERSION", message: sentence }, timeMs: nowMs } as const;
  const nothing = { objects: [], timeline: [], snapshots: [] };
  return {
    ...withStatus(withFailures(live, [stopRow(stop, "open")]), {
      mode: "halted",
      verdict: "stopped",
      sentence,
      project: null,
      editors: { blender: absent("blender", nowMs), unity: absent("unity", nowMs) },
      counts: countsOf([]),
      log: { lsn: 0, durableLsn: 0, finalLsn: 0 },
      editsPerSecond: 0,
      lastSnapshotMs: null,
      port: null,
      notices: [{ id: 0, timeMs: nowMs, level: "error", ...stop.failure, uuid: null }],
      offers: ["restore-snapshot", "export-scene"],
    }),
    ...nothing,
  };
}

export function sceneOf(name: SceneName, nowMs: number): Scene {
  const objects = objectsOf(someObjects, nowMs, (index) => (index % 80 === 3 ? "held" : "in-step"));
  return makers[name]({ nowMs, live: liveScene(nowMs, objects) });
}
