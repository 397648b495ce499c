/** One operation on one entity, as it stands in changes (up), applies (down) and in the log. */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import { entityKinds } from "../scene/fields.ts";
import { fieldsSchema } from "../scene/value.ts";

export const stampSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ id: "Stamp" });
export const lsnSchema = z.int().min(0).max(Number.MAX_SAFE_INTEGER).meta({ id: "Lsn" });
export const seqSchema = z.int().min(1).max(0xffff_ffff).meta({ id: "Seq" });
export const epochSchema = z.int().min(1).max(0xffff_ffff).meta({ id: "Epoch" });
export const entityKindSchema = z.enum(entityKinds).meta({ id: "EntityKind" });

const create = z.strictObject({
  op: z.literal("create"),
  uuid: uuidSchema,
  kind: entityKindSchema,
  fields: fieldsSchema,
  /** The entity that the editor's user duplicated, when it was one. */
  copiedFrom: uuidSchema.optional(),
});
const set = z.strictObject({ op: z.literal("set"), uuid: uuidSchema, fields: fieldsSchema });
const remove = z.strictObject({ op: z.literal("delete"), uuid: uuidSchema });

/** What an editor did. Its stamp is the message's. */
export const operationSchema = z.discriminatedUnion("op", [create, set, remove]).meta({ id: "Operation" });
export type Operation = z.infer<typeof operationSchema>;

/** What an editor is to do. Each carries its own stamp, because a resync gathers writes of many moments. */
export const stampedOperationSchema = z
  .discriminatedUnion("op", [
    create.extend({ stamp: stampSchema }),
    set.extend({ stamp: stampSchema }),
    remove.extend({ stamp: stampSchema }),
  ])
  .meta({ id: "StampedOperation" });
export type StampedOperation = z.infer<typeof stampedOperationSchema>;
