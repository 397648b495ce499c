/**
 * What the log holds: one union, one schema and one type number each. Numbers are never reused.
 *
 * How a record becomes bytes is in electron/engine/record-codec.ts; what it does to the state in evolve.ts.
 */
import { z } from "zod";
import { choices } from "#shared/choice.ts";
import { uuidSchema } from "#shared/ids.ts";
import type { TransformRow } from "#shared/protocol/binary.ts";
import { errorCodeSchema, messageTextSchema, modeSchema, roles } from "#shared/protocol/handshake.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { lsnSchema, stampedOperationSchema, stampSchema } from "#shared/protocol/operation.ts";
import { fieldsSchema } from "#shared/scene/value.ts";

const timeMs = z.number();
const batch = z.int().min(0);
const role = z.enum(roles);
const text = z.string().max(2_000);

/** Why operations were written: an editor's edit, its listing, or one of the hub's own reasons. */
export const editReasons = ["edit", "index", "rollback", "revoke", "repair", "approve"] as const;
export type EditReason = (typeof editReasons)[number];

const edit = z.strictObject({
  type: z.literal("edit"),
  timeMs,
  batch,
  reason: z.enum(editReasons),
  /** Null for the hub's own. */
  role: role.nullable(),
  ops: z.array(stampedOperationSchema).max(wireLimits.opsPerMessageMax),
});
const final = z.strictObject({ type: z.literal("final"), timeMs, batch, finalLsn: lsnSchema });
const fault = z.strictObject({
  type: z.literal("fault"),
  timeMs,
  operation: text,
  code: errorCodeSchema,
  message: messageTextSchema,
  uuid: uuidSchema.nullable(),
  role: role.nullable(),
});
const session = z.strictObject({
  type: z.literal("session"),
  timeMs,
  role,
  event: z.enum(["linked", "away", "left", "epoch", "indexed"]),
  detail: text,
});
const mode = z.strictObject({ type: z.literal("mode"), timeMs, mode: modeSchema, reason: text });
const quarantine = z.strictObject({
  type: z.literal("quarantine"),
  timeMs,
  uuid: uuidSchema,
  code: errorCodeSchema,
  message: messageTextSchema,
});
/** What one editor shows of a held entity (`Side` in state.ts). */
export const sideSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("alive"), stamp: stampSchema, fields: fieldsSchema }),
  z.strictObject({ kind: z.literal("gone"), stamp: stampSchema }),
]);
export const sidesSchema = z.partialRecord(role, sideSchema);
/** Two editors are in conflict: `operation` makes the entity what was last agreed, in the hub alone. */
const hold = z.strictObject({
  type: z.literal("hold"),
  timeMs,
  batch,
  code: errorCodeSchema,
  closure: uuidSchema,
  members: z
    .array(z.strictObject({ operation: stampedOperationSchema, sides: sidesSchema, message: messageTextSchema }))
    .max(wireLimits.opsPerMessageMax),
});
/** An editor's user went on with an entity that is held back. */
const claim = z.strictObject({ type: z.literal("claim"), timeMs, uuid: uuidSchema, role, side: sideSchema });
/** `kept`: whose version the person chose; the writes that follow bring it about. */
const release = z.strictObject({
  type: z.literal("release"),
  timeMs,
  uuid: uuidSchema,
  kept: z.enum(choices).optional(),
});
const snapshot = z.strictObject({
  type: z.literal("snapshot"),
  timeMs,
  oid: text,
  reason: text,
  label: text,
  stateLsn: lsnSchema,
});
const boot = z.strictObject({ type: z.literal("boot"), timeMs, pid: z.int(), version: text, recovered: text });
const close = z.strictObject({ type: z.literal("close"), timeMs });
/** What changes the memory of failures besides the failures themselves (failure.ts). */
const memory = z.strictObject({
  type: z.literal("memory"),
  timeMs,
  what: z.discriminatedUnion("event", [
    z.strictObject({ event: z.literal("clean"), uuid: uuidSchema }),
    z.strictObject({
      event: z.literal("forgotten"),
      operation: text,
      code: errorCodeSchema,
      uuid: uuidSchema.nullable(),
      role: role.nullable(),
    }),
  ]),
});

export const jsonRecordSchemas = {
  edit,
  final,
  fault,
  session,
  mode,
  quarantine,
  release,
  snapshot,
  boot,
  close,
  hold,
  claim,
  memory,
};
type JsonType = keyof typeof jsonRecordSchemas;
export type JsonRecord = z.infer<(typeof jsonRecordSchemas)[JsonType]>;

/** Live transforms of one editor in one turn. */
export type TransformsRecord = {
  readonly type: "transforms";
  readonly timeMs: number;
  readonly batch: number;
  readonly role: (typeof roles)[number];
  readonly stamp: number;
  readonly rows: readonly TransformRow[];
};

export type Record = JsonRecord | TransformsRecord;
export type RecordOf<Type extends Record["type"]> = Extract<Record, { type: Type }>;

/** Type numbers on disk. */
export const recordTypes = {
  edit: 1,
  transforms: 2,
  final: 3,
  fault: 4,
  session: 5,
  mode: 6,
  quarantine: 7,
  release: 8,
  snapshot: 9,
  boot: 10,
  close: 11,
  hold: 12,
  claim: 13,
  memory: 14,
} as const satisfies { [Type in Record["type"]]: number };

/** How many values or things a record is about: what it costs to fold it again. */
export function changesIn(record: Record): number {
  if (record.type === "transforms") return record.rows.length;
  if (record.type === "edit") return record.ops.length;
  return record.type === "hold" ? record.members.length : 1;
}
