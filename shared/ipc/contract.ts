/**
 * The typed bridge between the window and the main process: channel → schemas of request, response and pushes.
 *
 * Both ends are checked against it: `electron/ipc/router.ts` validates every argument and every answer, the preload
 * passes only these channel names (shared/ipc/channels.ts, compared by a test), and `renderer/hub-client.ts` derives
 * its types.
 */
import { z } from "zod";
import { choices } from "../choice.ts";
import { uuidSchema } from "../ids.ts";
import { errorCodeSchema, messageTextSchema } from "../protocol/handshake.ts";
import { lsnSchema } from "../protocol/operation.ts";
import {
  aboutSchema,
  conflictRowSchema,
  conflictRowsMax,
  diagnosticsSchema,
  failureRowSchema,
  objectDetailSchema,
  objectViewSchema,
  reviewRowSchema,
  reviewRowsMax,
  roleSchema,
  rollbackPreviewSchema,
  settingsSchema,
  setupViewSchema,
  snapshotRowSchema,
  statusViewSchema,
  timelineKinds,
  timelineRowSchema,
} from "./view.ts";

const nothing = z.null();
const oid = z.string().regex(/^[0-9a-f]{40}$/);
const label = z.string().max(200);
const path = z.string().min(1).max(4_096);

export const timelineFilterSchema = z.strictObject({
  uuid: uuidSchema.nullable(),
  kinds: z.array(z.enum(timelineKinds)).max(timelineKinds.length),
  writer: z.enum(["blender", "unity", "hub"]).nullable(),
  /** Part of an entity's name or of the summary; empty for all. */
  search: z.string().max(200),
});
export type TimelineFilter = z.infer<typeof timelineFilterSchema>;

/** Requests of the window: `[argument, answer]`. The answer travels in an envelope (see `envelopeSchema`). */
export const requests = {
  status: [nothing, statusViewSchema],
  objects: [nothing, z.strictObject({ objects: z.array(objectViewSchema) })],
  "object-detail": [z.strictObject({ uuid: uuidSchema }), objectDetailSchema],
  timeline: [
    z.strictObject({ before: lsnSchema.nullable(), limit: z.int().min(1).max(500), filter: timelineFilterSchema }),
    z.strictObject({ rows: z.array(timelineRowSchema).max(500), more: z.boolean() }),
  ],
  failures: [nothing, z.strictObject({ rows: z.array(failureRowSchema).max(1_000) })],
  snapshots: [
    z.strictObject({ before: oid.nullable(), limit: z.int().min(1).max(200) }),
    z.strictObject({ rows: z.array(snapshotRowSchema).max(200), more: z.boolean() }),
  ],
  "snapshot-take": [z.strictObject({ label }), snapshotRowSchema],
  "snapshot-name": [z.strictObject({ oid, label }), nothing],
  "snapshot-preview": [z.strictObject({ oid }), rollbackPreviewSchema],
  /** `undo` is the snapshot taken just before; rolling back to it is the undo. */
  "snapshot-rollback": [
    z.strictObject({ oid }),
    z.strictObject({ undo: oid, changed: z.int().min(0), lsn: lsnSchema }),
  ],
  "set-paused": [z.strictObject({ paused: z.boolean() }), nothing],
  "set-safe-mode": [z.strictObject({ on: z.boolean() }), nothing],
  /** What is remembered of one kind of failure is forgotten; what it led to has its own way back. */
  forget: [
    z.strictObject({
      operation: z.string().max(2_000),
      code: errorCodeSchema,
      uuid: uuidSchema.nullable(),
      role: roleSchema.nullable(),
    }),
    nothing,
  ],
  /** What is held back until a person decides, oldest first; `total` counts what the list leaves out. */
  conflicts: [
    nothing,
    z.strictObject({ rows: z.array(conflictRowSchema).max(conflictRowsMax), total: z.int().min(0) }),
  ],
  /** Brings the chosen version to both editors. Answers with how many were decided, those that go along included. */
  release: [
    z.strictObject({ uuids: z.array(uuidSchema).min(1).max(conflictRowsMax), keep: z.enum(choices) }),
    z.strictObject({ decided: z.int().min(0) }),
  ],
  /** What safe mode holds, oldest first; `total` counts what the list leaves out. */
  review: [nothing, z.strictObject({ rows: z.array(reviewRowSchema).max(reviewRowsMax), total: z.int().min(0) })],
  /** Null: everything held. Answers with how many objects were decided, those that go along included. */
  "review-decide": [
    z.strictObject({
      decision: z.enum(["approve", "refuse"]),
      uuids: z.array(uuidSchema).min(1).max(reviewRowsMax).nullable(),
    }),
    z.strictObject({ decided: z.int().min(0) }),
  ],
  "restart-engine": [nothing, nothing],
  /** Where no project could be opened: the newest snapshot that can be read begins a new log, then it is opened. */
  "restore-snapshot": [nothing, z.strictObject({ objects: z.int().min(0), takenMs: z.number() })],
  /** The newest snapshot that can be read, as one file; a path of null means that the person cancelled. */
  "export-scene": [nothing, z.strictObject({ path: path.nullable(), objects: z.int().min(0) })],
  setup: [nothing, setupViewSchema],
  "install-plugin": [z.strictObject({ role: roleSchema, path }), z.strictObject({ message: z.string() })],
  "choose-unity-project": [nothing, z.strictObject({ path: path.nullable() })],
  "choose-blender": [nothing, z.strictObject({ path: path.nullable() })],
  "choose-project-folder": [nothing, z.strictObject({ path: path.nullable() })],
  "set-demo": [z.strictObject({ on: z.boolean() }), nothing],
  settings: [nothing, settingsSchema],
  "set-settings": [settingsSchema.partial(), settingsSchema],
  "show-folder": [z.strictObject({ which: z.enum(["project", "logs", "plugins"]) }), nothing],
  /** Gathers a bundle and shows all of it; `save-diagnostics` then writes exactly that. */
  diagnostics: [z.strictObject({ hidesNames: z.boolean() }), diagnosticsSchema],
  "save-diagnostics": [z.strictObject({ id: z.int() }), z.strictObject({ path: path.nullable() })],
  "close-decided": [z.strictObject({ action: z.enum(["tray", "quit"]), remember: z.boolean() }), nothing],
  about: [nothing, aboutSchema],
} as const satisfies Record<string, readonly [z.ZodType, z.ZodType]>;

/** Pushes to the window; at most ten a second of each, coalesced. */
export const pushes = {
  "status-changed": statusViewSchema,
  "objects-changed": z.strictObject({
    /** True: forget everything before (another project, a restart of the engine). */
    reset: z.boolean(),
    upserts: z.array(objectViewSchema).max(10_000),
    removed: z.array(uuidSchema).max(10_000),
  }),
  "timeline-grew": z.strictObject({ rows: z.array(timelineRowSchema).max(500) }),
  "failures-changed": z.strictObject({ rows: z.array(failureRowSchema).max(1_000) }),
  "snapshots-changed": z.strictObject({ newest: snapshotRowSchema.nullable() }),
  /** The window's close button was pressed and nobody decided yet what it means. */
  "close-asked": nothing,
  /** From the tray or a notification: show this view. */
  "show-view": z.strictObject({ view: z.string().max(40), uuid: uuidSchema.nullable() }),
} as const satisfies Record<string, z.ZodType>;

export type RequestChannel = keyof typeof requests;
export type RequestArgument<Channel extends RequestChannel> = z.infer<(typeof requests)[Channel][0]>;
export type RequestAnswer<Channel extends RequestChannel> = z.infer<(typeof requests)[Channel][1]>;
export type PushChannel = keyof typeof pushes;
export type PushValue<Channel extends PushChannel> = z.infer<(typeof pushes)[Channel]>;

/** `invoke` loses error classes, so failures travel as values. */
export const failureSchema = z.strictObject({
  code: errorCodeSchema,
  message: messageTextSchema,
  uuid: uuidSchema.optional(),
  cause: z.string().optional(),
});
export type Envelope<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly failure: z.infer<typeof failureSchema> };

/** What the preload puts on `window.hub`. */
export type HubBridge = {
  request(channel: string, argument: unknown): Promise<unknown>;
  /** Returns the function that ends the subscription. */
  on(channel: string, handler: (value: unknown) => void): () => void;
};
