/**
 * What a hub would tell the window in every state that a person can meet, as plain data.
 *
 * Owns: realistic numbers and names, and one scene per state. tests/renderer/scenes.test.ts checks every one against
 * the contract's schemas, so that the window is never tried with something that the real hub cannot say.
 * Must never: hold behaviour; the fake bridge (fake-hub.ts) answers from it.
 */
import type { PushValue, RequestAnswer } from "#shared/ipc/contract.ts";
import type {
  EditorView,
  FailureRow,
  ObjectState,
  ObjectView,
  RollbackPreview,
  SetupView,
  SnapshotRow,
  StatusView,
  TimelineRow,
} from "#shared/ipc/view.ts";

export type Scene = {
  readonly status: StatusView;
  readonly objects: readonly ObjectView[];
  /** Newest first. */
  readonly timeline: readonly TimelineRow[];
  readonly failures: readonly FailureRow[];
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
  "needs-you",
  "halted",
] as const;
export type SceneName = (typeof sceneNames)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
export const manyObjects = 10_000;
const someObjects = 240;
const logLength = 1_400;

const families = ["Tower", "Wall", "Gate", "Crate", "Barrel", "Torch", "Banner", "Stair", "Well", "Cart"] as const;
const projectId = uuidOf(900_001);

export function uuidOf(index: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, "0");
  const mixed = (Math.imul(index + 1, 2_654_435_761) >>> 0) % 0x1_0000_0000;
  return `${hex(mixed, 8)}-${hex(index % 0x1_0000, 4)}-4${hex((index * 7) % 0x1000, 3)}-8${hex((index * 13) % 0x1000, 3)}-${hex(index, 12)}`;
}

function oidOf(index: number): string {
  return (uuidOf(index) + uuidOf(index + 5_000)).replaceAll("-", "").slice(0, 40);
}

export function nameOf(index: number): string {
  const family = families[index % families.length] ?? "Thing";
  return `${family}.${String(Math.floor(index / families.length)).padStart(3, "0")}`;
}

function objectsOf(count: number, nowMs: number, stateAt: (index: number) => ObjectState): readonly ObjectView[] {
  return Array.from({ length: count }, (_, index): ObjectView => {
    const state = stateAt(index);
    const isCollection = index % 50 === 0;
    const isMesh = index % 9 === 4;
    return {
      uuid: uuidOf(index),
      kind: isCollection ? "collection" : isMesh ? "mesh" : "object",
      type: isCollection || isMesh ? null : index % 12 === 5 ? "light" : "mesh",
      name: nameOf(index),
      parent: index % 4 === 1 ? uuidOf(index - 1) : null,
      blender: true,
      unity: state !== "one-side",
      state,
      changedBy: index % 3 === 0 ? "unity" : "blender",
      changedMs: nowMs - (index % 97) * 41_000 - 2_000,
      lsn: (index * 37) % logLength,
    };
  });
}

function rowsOf(nowMs: number, everyMs: number): readonly TimelineRow[] {
  return Array.from({ length: logLength }, (_, age): TimelineRow => {
    const lsn = logLength - age;
    return { lsn, timeMs: nowMs - age * everyMs, ...storyOf(lsn) };
  });
}

function storyOf(lsn: number): Omit<TimelineRow, "lsn" | "timeMs"> {
  const index = (lsn * 31) % someObjects;
  const about = { uuids: [uuidOf(index)], entities: 1, name: nameOf(index), code: null };
  const nobody = { uuids: [], entities: 0, name: "", code: null };
  const writer = Math.floor(lsn / 40) % 2 === 0 ? "blender" : "unity";
  if (lsn === 1) return { kind: "boot", writer: "hub", summary: "VibeSync started a new log", ...nobody };
  if (lsn % 97 === 0) {
    return { kind: "snapshot", writer: "hub", summary: `Snapshot of ${someObjects} objects`, ...nobody };
  }
  if (lsn % 211 === 0) {
    const summary = `${nameOf(index)}: Unity showed another rotation than agreed; the agreed one was put back`;
    return { kind: "revoke", writer: "hub", summary, ...about, code: "E_VERIFY_MISMATCH" };
  }
  if (lsn % 173 === 0) {
    return {
      kind: "fault",
      writer: "unity",
      summary: "Unity did not answer in time. It may be compiling or loading.",
      ...nobody,
      code: "E_TIMEOUT",
    };
  }
  if (lsn % 11 === 0) return { kind: "final", writer: "hub", summary: "Both editors show it", ...nobody };
  if (lsn % 7 === 0) return { kind: "edit", writer, summary: `Renamed to ${nameOf(index)}`, ...about };
  return { kind: "transform", writer, summary: "Moved, turned", ...about, entities: 1 + (lsn % 3) };
}

function snapshotsOf(nowMs: number): readonly SnapshotRow[] {
  const row = (index: number, ageMs: number, rest: Pick<SnapshotRow, "reason" | "label">): SnapshotRow => ({
    oid: oidOf(index),
    lsn: Math.max(1, logLength - index * 90),
    timeMs: nowMs - ageMs,
    objects: someObjects - index,
    ...rest,
  });
  return [
    row(1, 3 * minuteMs, { reason: "final", label: "" }),
    row(2, 21 * minuteMs, { reason: "manual", label: "Before the lighting pass" }),
    row(3, hourMs, { reason: "before-delete", label: "" }),
    row(4, 3 * hourMs, { reason: "before-first-mutation", label: "Morning start" }),
    row(5, 26 * hourMs, { reason: "exit", label: "" }),
    row(6, 27 * hourMs, { reason: "manual", label: "Level 2 blockout, as shown to the art director" }),
    row(7, 75 * hourMs, { reason: "before-rollback", label: "" }),
  ];
}

function previewOf(): RollbackPreview {
  const item = (index: number, fields: string[]) => ({
    uuid: uuidOf(index),
    kind: "object" as const,
    name: nameOf(index),
    fields,
  });
  const changes = Array.from({ length: 140 }, (_, index) => item(index + 20, ["translation", "rotation"]));
  return {
    oid: oidOf(2),
    atLsn: logLength - 180,
    comeBack: Array.from({ length: 12 }, (_, index) => item(index + 3, [])),
    goAway: [item(201, []), item(202, []), item(203, [])],
    change: changes,
    counts: { comeBack: 12, goAway: 3, change: changes.length },
  };
}

function editor(role: EditorView["role"], nowMs: number): EditorView {
  const isBlender = role === "blender";
  return {
    role,
    link: "linked",
    name: isBlender ? "Blender" : "Unity Editor",
    version: isBlender ? "4.5.3 LTS" : "6000.2.9f1",
    plugin: "0.1.0",
    document: {
      uuid: uuidOf(isBlender ? 7_001 : 7_002),
      name: isBlender ? "castle.blend" : "Castle.unity",
      saved: true,
    },
    activity: isBlender ? "editing" : "idle",
    unsaved: isBlender,
    entities: someObjects,
    waiting: 0,
    held: 0,
    progress: null,
    roundTripMs: isBlender ? 3.6 : 9.2,
    sinceMs: nowMs - hourMs,
  };
}

function absent(role: EditorView["role"], nowMs: number): EditorView {
  return {
    ...editor(role, nowMs),
    link: "absent",
    name: "",
    version: "",
    plugin: "",
    document: null,
    activity: "idle",
    unsaved: false,
    entities: 0,
    roundTripMs: null,
  };
}

const setupFound: SetupView = {
  found: [
    { role: "blender", path: "/opt/blender-4.5/blender", name: "Blender", version: "4.5.3", plugin: "current" },
    { role: "blender", path: "/usr/bin/blender", name: "Blender", version: "3.6.12", plugin: "older" },
    { role: "unity", path: "/home/artist/CastleGame", name: "CastleGame", version: "6000.2.9f1", plugin: "none" },
  ],
  pluginVersion: "0.1.0",
  pluginFolder: "/opt/vibesync/plugins",
};

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
      project: { id: projectId, name: "CastleGame", folder: "/home/artist/CastleGame" },
      editors: {
        blender: { ...editor("blender", nowMs), entities: objects.length },
        unity: { ...editor("unity", nowMs), entities: objects.filter((object) => object.unity).length },
      },
      counts: countsOf(objects),
      log: { lsn: logLength, durableLsn: logLength, finalLsn: logLength - 4 },
      editsPerSecond: 38.4,
      failures: { timeouts: 0, refused: 0, mismatches: 0, disk: 0 },
      lastSnapshotMs: nowMs - 3 * minuteMs,
      port: 48_261,
      demo: false,
      notices: [],
    },
    objects,
    timeline: rowsOf(nowMs, 280),
    failures: [],
    snapshots: snapshotsOf(nowMs),
    preview: previewOf(),
    setup: setupFound,
    settings: { closeAction: "ask", startHidden: false, density: "comfortable", calm: false, firstRunDone: true },
  };
}

function withStatus(scene: Scene, change: Partial<StatusView>): Scene {
  return { ...scene, status: { ...scene.status, ...change } };
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

function needsYouScene(nowMs: number): Scene {
  const objects = objectsOf(someObjects, nowMs, (index) =>
    index % 34 === 2 ? "conflict" : index % 60 === 7 ? "one-side" : "in-step",
  );
  const held = objects.filter((object) => object.state === "conflict");
  const why = [
    ["E_LOOP", "kept bouncing between the editors and is held back until you decide."],
    ["E_VERIFY_MISMATCH", "was shown differently by Unity twice; the agreed value was put back."],
    ["E_TOMBSTONED", "was deleted in Unity while it was moved in Blender."],
  ] as const;
  const failures = held.map(({ uuid, name }, index): FailureRow => {
    const [code, words] = why[index % why.length] ?? why[0];
    return {
      operation: "set translation",
      code,
      uuid,
      name,
      count: 1 + index * 3,
      lastMs: nowMs - index * 5 * minuteMs - 9_000,
      message: `${name} ${words}`,
      quarantined: true,
    };
  });
  const others: FailureRow[] = [
    {
      operation: "verify",
      code: "E_TIMEOUT",
      uuid: null,
      name: "",
      count: 2,
      lastMs: nowMs - 90_000,
      message: "Unity did not answer in time. It may be compiling or loading.",
      quarantined: false,
    },
  ];
  return {
    ...withStatus(liveScene(nowMs, objects), {
      verdict: "needs-you",
      sentence: `${held.length} objects are held back until you decide. Everything else is in step.`,
      failures: { timeouts: 2, refused: 0, mismatches: 7, disk: 0 },
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
    failures: [...failures, ...others],
  };
}

export function sceneOf(name: SceneName, nowMs: number): Scene {
  const few = objectsOf(someObjects, nowMs, (index) => (index % 80 === 3 ? "held" : "in-step"));
  const live = liveScene(nowMs, few);
  const { blender, unity } = live.status.editors;
  switch (name) {
    case "empty":
      return emptyScene(nowMs);
    case "first-run":
      return { ...emptyScene(nowMs), setup: setupFound, settings: { ...live.settings, firstRunDone: false } };
    case "indexing":
      return withStatus(live, {
        mode: "indexing",
        verdict: "waiting",
        sentence: "Unity is listing its scene; edits are taken up when it is done.",
        editors: { blender, unity: { ...unity, link: "linking", progress: 0.42, roundTripMs: null } },
        editsPerSecond: 0,
      });
    case "live":
      return liveScene(
        nowMs,
        objectsOf(manyObjects, nowMs, (index) =>
          index % 211 === 8 ? "sending" : index % 400 === 9 ? "one-side" : "in-step",
        ),
      );
    case "demo":
      return withStatus(live, {
        demo: true,
        sentence: "The built-in pair is at work. End the demo to link your own editors.",
      });
    case "reload":
      return withStatus(live, {
        verdict: "waiting",
        sentence: "Unity is reloading its scripts and will be back; edits wait for it.",
        editors: { blender, unity: { ...unity, link: "away", activity: "reloading", waiting: 23, roundTripMs: null } },
      });
    case "paused":
      return withStatus(live, {
        mode: "paused",
        verdict: "paused",
        sentence: "You paused the link. Resume to bring both editors up to date.",
        editors: { blender: { ...blender, waiting: 5 }, unity: { ...unity, waiting: 12 } },
        editsPerSecond: 0,
      });
    case "safe-mode":
      return withStatus(live, {
        mode: "safe",
        verdict: "safe-mode",
        sentence: "Nothing is written to either editor. Look at the failures, then leave safe mode.",
        editors: { blender: { ...blender, waiting: 1 }, unity: { ...unity, waiting: 31 } },
        failures: { timeouts: 5, refused: 1, mismatches: 0, disk: 0 },
      });
    case "needs-you":
      return needsYouScene(nowMs);
    case "halted":
      return withStatus(live, {
        mode: "halted",
        verdict: "stopped",
        sentence: "The disk is full. Nothing was lost. Free some space, then restart the engine.",
        editors: { blender: absent("blender", nowMs), unity: absent("unity", nowMs) },
        editsPerSecond: 0,
        failures: { timeouts: 0, refused: 0, mismatches: 0, disk: 1 },
        port: null,
        notices: [
          {
            id: 1,
            timeMs: nowMs - 20_000,
            level: "error",
            code: "E_DISK_FULL",
            message: "The disk is full. Nothing was lost. Free some space, then resume.",
            uuid: null,
          },
        ],
      });
  }
}

/** More edits, as a push, on top of what the scene's log ends with. */
export function growth(fromLsn: number, count: number, nowMs: number): PushValue<"timeline-grew"> {
  return {
    rows: Array.from({ length: count }, (_, index) => ({
      lsn: fromLsn + index + 1,
      timeMs: nowMs,
      ...storyOf(fromLsn + index + 1),
    })),
  };
}
