/**
 * The pieces of the scenes: objects, log rows, snapshots, editors, with realistic names and numbers.
 *
 * Everything is made from an index, so that two runs look the same.
 */
import type { PushValue } from "#shared/ipc/contract.ts";
import {
  type ConflictRow,
  type EditorView,
  type ObjectState,
  type ObjectView,
  type ReviewRow,
  type RollbackPreview,
  reviewChanges,
  type SetupView,
  type SnapshotRow,
  type TimelineRow,
} from "#shared/ipc/view.ts";

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const manyObjects = 10_000;
export const someObjects = 240;
export const logLength = 1_400;

const families = ["Tower", "Wall", "Gate", "Crate", "Barrel", "Torch", "Banner", "Stair", "Well", "Cart"] as const;

export function uuidOf(index: number): string {
  const hex = (value: number, length: number) => value.toString(16).padStart(length, "0");
  const mixed = (Math.imul(index + 1, 2_654_435_761) >>> 0) % 0x1_0000_0000;
  const middle = [hex(index % 0x1_0000, 4), `4${hex((index * 7) % 0x1000, 3)}`, `8${hex((index * 13) % 0x1000, 3)}`];
  return [hex(mixed, 8), ...middle, hex(index, 12)].join("-");
}

function oidOf(index: number): string {
  return (uuidOf(index) + uuidOf(index + 5_000)).replaceAll("-", "").slice(0, 40);
}

export function nameOf(index: number): string {
  const family = families[index % families.length] ?? "Thing";
  return `${family}.${String(Math.floor(index / families.length)).padStart(3, "0")}`;
}

export function objectsOf(
  count: number,
  nowMs: number,
  stateAt: (index: number) => ObjectState,
): readonly ObjectView[] {
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

export function rowsOf(nowMs: number, everyMs: number): readonly TimelineRow[] {
  return Array.from({ length: logLength }, (_, age): TimelineRow => {
    const lsn = logLength - age;
    return { lsn, timeMs: nowMs - age * everyMs, ...storyOf(lsn) };
  });
}

/** Held edits of every sort, oldest first. */
export function reviewOf(nowMs: number, count: number): ReviewRow[] {
  return Array.from({ length: count }, (_, index): ReviewRow => {
    const change = reviewChanges[index % reviewChanges.length] as ReviewRow["change"];
    const place = { field: "translation", before: "0, 0, 0 m", after: `${index}, 2.5, -3.1 m` };
    const more = [{ field: "parent", before: "none", after: nameOf(index + 1) }, place];
    return {
      uuid: uuidOf(index),
      kind: "object",
      name: nameOf(index),
      change,
      by: index % 3 === 0 ? "unity" : "blender",
      timeMs: nowMs - (count - index) * 100,
      fields: change === "moved" ? more : [place],
    };
  });
}

/** In turn: two parents, a deletion of two against a change, and something that bounced, of which no side is known. */
export function conflictOf({ uuid, kind, name, changedMs }: ObjectView, index: number): ConflictRow {
  const about = { uuid, kind, name, timeMs: changedMs, closure: uuid };
  const kinds = [
    {
      code: "E_CONFLICT",
      why: "Changed in Blender and in Unity at once: parent, name.",
      blender: "changed",
      unity: "changed",
      fields: [
        { field: "name", agreed: name, blender: `${name} left`, unity: `${name} west` },
        { field: "parent", agreed: "none", blender: nameOf(index + 1), unity: nameOf(index + 2) },
        { field: "translation", agreed: "0, 0, 0 m", blender: "1.25, 2.5, -3.1 m", unity: "0, 0, 0 m" },
      ],
    },
    {
      code: "E_CONFLICT",
      why: "Deleted in Blender while it was changed in Unity.",
      closure: uuidOf(1),
      blender: "gone",
      unity: "changed",
      fields: [{ field: "visible", agreed: "yes", blender: "", unity: "no" }],
    },
    {
      code: "E_CONFLICT",
      why: "Deleted in Blender together with something that was changed in Unity meanwhile.",
      closure: uuidOf(1),
      blender: "gone",
      unity: "agreed",
      fields: [],
    },
    {
      code: "E_LOOP",
      why: `${name} kept bouncing between the editors and is held back until you decide.`,
      blender: "agreed",
      unity: "agreed",
      fields: [],
    },
  ] as const satisfies readonly Partial<ConflictRow>[];
  return { ...about, ...(kinds[index % kinds.length] ?? kinds[0]) } as ConflictRow;
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

export function snapshotsOf(nowMs: number): readonly SnapshotRow[] {
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

export function previewOf(): RollbackPreview {
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

export function editor(role: EditorView["role"], nowMs: number): EditorView {
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

export function absent(role: EditorView["role"], nowMs: number): EditorView {
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

export const setupFound: SetupView = {
  found: [
    { role: "blender", path: "/opt/blender-4.5/blender", name: "Blender", version: "4.5.3", plugin: "current" },
    { role: "blender", path: "/usr/bin/blender", name: "Blender", version: "3.6.12", plugin: "older" },
    { role: "unity", path: "/projects/CastleGame", name: "CastleGame", version: "6000.2.9f1", plugin: "none" },
  ],
  pluginVersion: "0.1.0",
  pluginFolder: "/opt/vibesync/plugins",
};

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
