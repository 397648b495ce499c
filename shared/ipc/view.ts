/**
 * What the window shows: projections of the hub, ready to draw. The window never computes truth from them.
 *
 * Times are wall-clock milliseconds, positions are LSNs. Everything is bounded: lists that can grow are asked for by
 * page.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import { verdictSchema } from "../protocol/down.ts";
import { documentSchema, errorCodeSchema, modeSchema, roles } from "../protocol/handshake.ts";
import { lsnSchema } from "../protocol/operation.ts";
import { activities } from "../protocol/up.ts";
import { entityKinds, objectTypes } from "../scene/fields.ts";

export const roleSchema = z.enum(roles);
const timeMs = z.number();
const count = z.int().min(0);
const text = z.string().max(2_000);

/** The five words that people see for an object, everywhere. */
export const objectStates = ["in-step", "sending", "held", "conflict", "one-side"] as const;
export const objectStateSchema = z.enum(objectStates);
export type ObjectState = z.infer<typeof objectStateSchema>;

export const writerNameSchema = z.enum(["none", "blender", "unity", "assistant", "hub"]);

/** `absent`: never linked or gone for good; `away`: expected back (reload, restart); `linking`: greeting or listing. */
export const editorViewSchema = z.strictObject({
  role: roleSchema,
  link: z.enum(["absent", "away", "linking", "linked"]),
  name: text,
  version: text,
  plugin: text,
  document: documentSchema.nullable(),
  activity: z.enum(activities),
  unsaved: z.boolean(),
  entities: count,
  /** Changes that wait to be sent to it. */
  waiting: count,
  /** Objects the user holds in it right now. */
  held: count,
  /** 0..1 while its scene is being listed, null otherwise. */
  progress: z.number().min(0).max(1).nullable(),
  roundTripMs: z.number().nullable(),
  sinceMs: timeMs,
});
export type EditorView = z.infer<typeof editorViewSchema>;

export const noticeSchema = z.strictObject({
  id: z.int(),
  timeMs,
  level: z.enum(["info", "warning", "error"]),
  code: errorCodeSchema.nullable(),
  message: text,
  uuid: uuidSchema.nullable(),
});
export type Notice = z.infer<typeof noticeSchema>;

/** What can be done besides trying again when a project cannot be opened. */
export const recoveryOffers = ["restore-snapshot", "export-scene"] as const;
export type RecoveryOffer = (typeof recoveryOffers)[number];

export const statusViewSchema = z.strictObject({
  mode: modeSchema,
  verdict: verdictSchema,
  /** One sentence under the verdict: what is the matter and what to do, or that all is well. */
  sentence: text,
  project: z.strictObject({ id: uuidSchema, name: text, folder: text }).nullable(),
  editors: z.strictObject({ blender: editorViewSchema, unity: editorViewSchema }),
  counts: z.strictObject({
    objects: count,
    inStep: count,
    sending: count,
    held: count,
    conflict: count,
    oneSide: count,
  }),
  log: z.strictObject({ lsn: lsnSchema, durableLsn: lsnSchema, finalLsn: lsnSchema }),
  editsPerSecond: z.number(),
  failures: z.strictObject({ timeouts: count, refused: count, mismatches: count, disk: count }),
  lastSnapshotMs: timeMs.nullable(),
  /** Objects that safe mode holds for a person to approve or refuse. */
  toReview: count,
  port: z.int().nullable(),
  demo: z.boolean(),
  notices: z.array(noticeSchema).max(50),
  /** Only while no project could be opened. */
  offers: z.array(z.enum(recoveryOffers)).max(recoveryOffers.length),
});
export type StatusView = z.infer<typeof statusViewSchema>;

export const objectViewSchema = z.strictObject({
  uuid: uuidSchema,
  kind: z.enum(entityKinds),
  type: z.enum(objectTypes).nullable(),
  name: text,
  parent: uuidSchema.nullable(),
  blender: z.boolean(),
  unity: z.boolean(),
  state: objectStateSchema,
  changedBy: writerNameSchema,
  changedMs: timeMs,
  lsn: lsnSchema,
});
export type ObjectView = z.infer<typeof objectViewSchema>;

export const timelineKinds = [
  "edit",
  "transform",
  "final",
  "revoke",
  "session",
  "mode",
  "fault",
  "snapshot",
  "rollback",
  "boot",
] as const;
export const timelineRowSchema = z.strictObject({
  lsn: lsnSchema,
  timeMs,
  kind: z.enum(timelineKinds),
  writer: writerNameSchema,
  /** At most ten; `entities` is the whole number. */
  uuids: z.array(uuidSchema).max(10),
  entities: count,
  /** The first entity's name at that time, empty when none. */
  name: text,
  summary: text,
  code: errorCodeSchema.nullable(),
});
export type TimelineRow = z.infer<typeof timelineRowSchema>;

export const reviewChanges = ["created", "changed", "moved", "deleted", "differs"] as const;
export const reviewRowsMax = 10_000;
export const reviewRowSchema = z.strictObject({
  uuid: uuidSchema,
  kind: z.enum(entityKinds),
  name: text,
  change: z.enum(reviewChanges),
  by: writerNameSchema,
  timeMs,
  /** Ready to show; before is empty for what is new, after for what is gone. */
  fields: z.array(z.strictObject({ field: text, before: text, after: text })).max(40),
});
export type ReviewRow = z.infer<typeof reviewRowSchema>;

/** What one editor shows of an object that is held back. */
export const sideWords = ["agreed", "changed", "gone"] as const;
export const conflictRowsMax = 1_000;
export const conflictRowSchema = z.strictObject({
  uuid: uuidSchema,
  kind: z.enum(entityKinds),
  name: text,
  code: errorCodeSchema,
  /** One sentence. */
  why: text,
  timeMs,
  /** Rows of the same closure are decided together. */
  closure: uuidSchema,
  blender: z.enum(sideWords),
  unity: z.enum(sideWords),
  /** Those in which the three versions differ, ready to show; empty where the object is not there. */
  fields: z.array(z.strictObject({ field: text, agreed: text, blender: text, unity: text })).max(40),
});
export type ConflictRow = z.infer<typeof conflictRowSchema>;

/**
 * What the hub does because of what it remembers. `slow`: no preview, alone in its batch. `waiting`: kept, sent later.
 * `held`: until a person decides. `care`: everything takes the slow path. `paused`, `safe`: the mode it led to.
 */
export const consequences = ["none", "slow", "waiting", "held", "care", "paused", "safe", "stopped"] as const;
export type Consequence = (typeof consequences)[number];

export const failureRowSchema = z.strictObject({
  operation: text,
  code: errorCodeSchema,
  uuid: uuidSchema.nullable(),
  /** The editor that failed last. */
  role: roleSchema.nullable(),
  name: text,
  count,
  firstMs: timeMs,
  lastMs: timeMs,
  consequence: z.enum(consequences),
  message: text,
  quarantined: z.boolean(),
});
export type FailureRow = z.infer<typeof failureRowSchema>;

export const snapshotReasons = [
  "final",
  "before-first-mutation",
  "before-rollback",
  "before-delete",
  "manual",
  "idle",
  "exit",
  "safe-mode",
] as const;
export const snapshotRowSchema = z.strictObject({
  oid: z.string().regex(/^[0-9a-f]{40}$/),
  lsn: lsnSchema,
  timeMs,
  reason: z.enum(snapshotReasons),
  label: text,
  objects: count.nullable(),
});
export type SnapshotRow = z.infer<typeof snapshotRowSchema>;

const previewItem = z.strictObject({
  uuid: uuidSchema,
  kind: z.enum(entityKinds),
  name: text,
  fields: z.array(text).max(40),
});
/** What a rollback would do. Lists are cut at 500 items; the counts are whole. */
export const rollbackPreviewSchema = z.strictObject({
  oid: z.string(),
  atLsn: lsnSchema,
  comeBack: z.array(previewItem).max(500),
  goAway: z.array(previewItem).max(500),
  change: z.array(previewItem).max(500),
  counts: z.strictObject({ comeBack: count, goAway: count, change: count }),
});
export type RollbackPreview = z.infer<typeof rollbackPreviewSchema>;

const fieldView = z.strictObject({
  field: text,
  /** Ready to show: canonical, and converted into each editor's own space and words. */
  canonical: text,
  blender: text,
  unity: text,
  writer: writerNameSchema,
  lsn: lsnSchema,
  provisional: z.boolean(),
});
export const objectDetailSchema = z.strictObject({
  object: objectViewSchema,
  fields: z.array(fieldView).max(64),
  history: z.array(timelineRowSchema).max(20),
});
export type ObjectDetail = z.infer<typeof objectDetailSchema>;

export const foundEditorSchema = z.strictObject({
  role: roleSchema,
  /** Blender's executable, or the Unity project's folder. */
  path: text,
  name: text,
  version: text,
  plugin: z.enum(["none", "current", "older", "unknown"]),
});
export const setupViewSchema = z.strictObject({
  found: z.array(foundEditorSchema).max(50),
  pluginVersion: text,
  /** Where the two plugin packages lie, for installing by hand. */
  pluginFolder: text,
});
export type SetupView = z.infer<typeof setupViewSchema>;

export const settingsSchema = z.strictObject({
  closeAction: z.enum(["ask", "tray", "quit"]),
  startHidden: z.boolean(),
  density: z.enum(["comfortable", "compact"]),
  calm: z.boolean(),
  firstRunDone: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;

export const diagnosticsSchema = z.strictObject({
  id: z.int(),
  files: z
    .array(
      z.strictObject({
        path: text,
        bytes: count,
        /** The beginning of a long file; `isWhole` says whether there is more. */
        text: z.string().max(200_000),
        isWhole: z.boolean(),
      }),
    )
    .max(20),
});
export type Diagnostics = z.infer<typeof diagnosticsSchema>;

export const aboutSchema = z.strictObject({
  version: text,
  electron: text,
  chromium: text,
  node: text,
  runtime: z.enum(["npm", "override", "fallback", "packaged", "unknown"]),
  protocol: z.int(),
  platform: text,
});
export type About = z.infer<typeof aboutSchema>;
