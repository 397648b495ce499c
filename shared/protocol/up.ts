/**
 * Everything an editor may say once it is trusted (text lane). The binary lane is in binary.ts, the greeting in
 * handshake.ts.
 *
 * Every message that speaks of the scene carries the epoch: it is raised when the editor opens another file or scene,
 * and messages of an older epoch are refused. A fault is counted and a person's word is taken, whatever is open.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import { fieldNameSchema, fieldsSchema } from "../scene/value.ts";
import { authSchema, documentSchema, errorCodeSchema, helloSchema, messageTextSchema } from "./handshake.ts";
import { wireLimits } from "./limits.ts";
import { entityKindSchema, epochSchema, lsnSchema, operationSchema, seqSchema, stampSchema } from "./operation.ts";

/**
 * One entity as the editor has it now. `stamp` is the stamp of every field not named in `stamps`: the shadow's stamp
 * when the value is what the hub last agreed to, a new stamp when the user changed it since, 0 when the editor cannot
 * know.
 */
const indexedEntity = z
  .strictObject({
    uuid: uuidSchema,
    kind: entityKindSchema,
    fields: fieldsSchema,
    stamp: stampSchema,
    stamps: z.partialRecord(fieldNameSchema, stampSchema).optional(),
  })
  .meta({ id: "IndexedEntity" });
export type IndexedEntity = z.infer<typeof indexedEntity>;

/** One page of the editor's scene. Page numbers start at 0; `last` closes the list. */
export const indexSchema = z.strictObject({
  kind: z.literal("index"),
  epoch: epochSchema,
  page: z.int().min(0).max(100_000),
  last: z.boolean(),
  entities: z.array(indexedEntity).max(wireLimits.entitiesPerPageMax),
  /** Entities the editor's shadow knew and its user deleted since. */
  deleted: z.array(z.strictObject({ uuid: uuidSchema, stamp: stampSchema })).max(wireLimits.entitiesPerPageMax),
});

/** What the user did: at most one operation per entity, in the order create → parent → values → delete. */
export const changeSchema = z.strictObject({
  kind: z.literal("change"),
  epoch: epochSchema,
  seq: seqSchema,
  stamp: stampSchema,
  /** The position of the last record applied when the edit was found; of coalesced edits, the lowest. */
  base: lsnSchema,
  ops: z.array(operationSchema).min(1).max(wireLimits.opsPerMessageMax),
});

/**
 * Read back from the live scene, after everything up to the asked position was applied. Transforms come before it in
 * read-back frames on the binary lane; this closes the batch.
 */
const verifiedItem = z
  .strictObject({
    uuid: uuidSchema,
    fields: fieldsSchema,
    /** It is not in the scene (right for a deleted entity). */
    missing: z.boolean().optional(),
    /** Fields with an edit of the user's that was not sent or accepted yet: not comparable now. */
    pending: z.array(fieldNameSchema).optional(),
    /** The user holds it: the remote change waits in the editor. */
    held: z.boolean().optional(),
    /** The editor could not apply it. */
    failed: errorCodeSchema.optional(),
  })
  .meta({ id: "VerifiedItem" });
export type VerifiedItem = z.infer<typeof verifiedItem>;

export const verifiedSchema = z.strictObject({
  kind: z.literal("verified"),
  epoch: epochSchema,
  batch: z.int().min(1).max(0xffff_ffff),
  items: z.array(verifiedItem).max(wireLimits.verifyItemsMax),
});

/** The objects that the user holds right now (drag, field being typed in): remote changes to them wait. Empty: none. */
export const heldSchema = z.strictObject({
  kind: z.literal("held"),
  epoch: epochSchema,
  uuids: z.array(uuidSchema).max(wireLimits.heldMax),
});

export const activities = ["idle", "editing", "playing", "reloading", "compiling", "loading", "rendering"] as const;
export type Activity = (typeof activities)[number];

/**
 * What the editor is doing. While `playing`, `reloading`, `compiling`, `loading` or `rendering` nothing is sent to it.
 * A raised epoch (another file) is followed by an index.
 */
export const stateSchema = z.strictObject({
  kind: z.literal("state"),
  epoch: epochSchema,
  activity: z.enum(activities),
  document: documentSchema,
  /** For the artist's eyes: unsaved changes, undo steps available. */
  unsaved: z.boolean(),
  undoSteps: z.int().min(0).max(1_000_000),
});

/** The user pressed a button in the editor's panel. */
export const requestSchema = z.strictObject({
  kind: z.literal("request"),
  action: z.enum(["pause", "resume", "safe-mode", "resync"]),
});

/** Something went wrong in the editor that the hub should count and show. */
export const faultSchema = z.strictObject({
  kind: z.literal("fault"),
  code: errorCodeSchema,
  message: messageTextSchema,
  uuid: uuidSchema.optional(),
});

/** The editor leaves on purpose. `reload`: it will be back; its place is kept for a minute. */
export const byeSchema = z.strictObject({ kind: z.literal("bye"), reason: z.enum(["quit", "reload", "disconnect"]) });

export const upMessageSchema = z.discriminatedUnion("kind", [
  helloSchema,
  authSchema,
  indexSchema,
  changeSchema,
  verifiedSchema,
  heldSchema,
  stateSchema,
  requestSchema,
  faultSchema,
  byeSchema,
]);
export type UpMessage = z.infer<typeof upMessageSchema>;
export type UpKind = UpMessage["kind"];
export type UpMessageOf<Kind extends UpKind> = Extract<UpMessage, { kind: Kind }>;
