/**
 * Everything the hub may say to an editor (text lane). Transforms of live edits come on the binary lane instead of
 * `apply`.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import { fieldNameSchema } from "../scene/value.ts";
import {
  challengeSchema,
  errorCodeSchema,
  messageTextSchema,
  modeSchema,
  refusedSchema,
  welcomeSchema,
} from "./handshake.ts";
import { wireLimits } from "./limits.ts";
import { epochSchema, lsnSchema, seqSchema, stampedOperationSchema } from "./operation.ts";

/**
 * The change `seq` of `epoch` is in the log at `lsn` and survives a power cut. Operations refused one by one are
 * listed. An answer of an older epoch is about another document and is dropped.
 */
export const acceptedSchema = z.strictObject({
  kind: z.literal("accepted"),
  epoch: epochSchema,
  seq: seqSchema,
  lsn: lsnSchema,
  refused: z
    .array(z.strictObject({ uuid: uuidSchema, code: errorCodeSchema, message: messageTextSchema }))
    .max(wireLimits.opsPerMessageMax),
});

/**
 * The whole change was refused and had no effect. `retry`: keep it and send it again later. `seq` is null where it was
 * no change, `epoch` besides where it could not be read.
 */
export const rejectedSchema = z.strictObject({
  kind: z.literal("rejected"),
  epoch: epochSchema.nullable(),
  seq: seqSchema.nullable(),
  code: errorCodeSchema,
  message: messageTextSchema,
  retry: z.boolean(),
});

export const applyReasons = ["edit", "resync", "revoke", "rollback", "repair"] as const;
export type ApplyReason = (typeof applyReasons)[number];

/**
 * Apply these, in this order, each field only when the operation's stamp is above the field's own. `revoke` and
 * `repair` put back agreed values. After applying, the editor's resume position is `lsn`. One of an older epoch was
 * meant for another document and is dropped.
 */
export const applySchema = z.strictObject({
  kind: z.literal("apply"),
  epoch: epochSchema,
  lsn: lsnSchema,
  reason: z.enum(applyReasons),
  ops: z.array(stampedOperationSchema).max(wireLimits.opsPerMessageMax),
});

/**
 * Once everything up to `lsn` is applied, read these back from the live scene and answer: `transforms` on the binary
 * lane, then one `verified` with `items`.
 */
export const verifySchema = z.strictObject({
  kind: z.literal("verify"),
  epoch: epochSchema,
  batch: z.int().min(1).max(0xffff_ffff),
  lsn: lsnSchema,
  transforms: z.array(uuidSchema).max(wireLimits.verifyItemsMax),
  items: z.array(z.strictObject({ uuid: uuidSchema, fields: z.array(fieldNameSchema) })).max(wireLimits.verifyItemsMax),
});

/** Everything up to here is final: every linked editor shows it, or it was revoked. */
export const finalSchema = z.strictObject({ kind: z.literal("final"), lsn: lsnSchema });

export const verdicts = ["live", "waiting", "paused", "safe-mode", "needs-you", "stopped"] as const;
export const verdictSchema = z.enum(verdicts).meta({ id: "Verdict" });
export type Verdict = z.infer<typeof verdictSchema>;

/** For the editor's panel: the same verdict as in the window. Sent when it changes. */
export const statusSchema = z.strictObject({
  kind: z.literal("status"),
  mode: modeSchema,
  verdict: verdictSchema,
  /** Whether the other editor is linked. */
  peer: z.boolean(),
  /** Changes waiting to be sent to this editor (paused, safe mode). */
  waiting: z.int().min(0),
  /** Entities held back until the artist decides; at most 100 are named. */
  conflicts: z.array(uuidSchema).max(100),
});

/**
 * The scene must be listed again from page 0 (after an unknown entity, a lost page, or a person's request). A newer
 * epoch's list answers it already.
 */
export const reindexSchema = z.strictObject({
  kind: z.literal("reindex"),
  epoch: epochSchema,
  code: errorCodeSchema,
});

export const downMessageSchema = z.discriminatedUnion("kind", [
  challengeSchema,
  welcomeSchema,
  refusedSchema,
  acceptedSchema,
  rejectedSchema,
  applySchema,
  verifySchema,
  finalSchema,
  statusSchema,
  reindexSchema,
]);
export type DownMessage = z.infer<typeof downMessageSchema>;
export type DownKind = DownMessage["kind"];
export type DownMessageOf<Kind extends DownKind> = Extract<DownMessage, { kind: Kind }>;
