/**
 * The zod schema of every field's value, derived from the field table. Numbers are finite and bounded; text is bounded.
 */
import { z } from "zod";
import { uuidSchema } from "../ids.ts";
import {
  type EntityKind,
  type FieldName,
  type FieldSpec,
  type Fields,
  type FieldType,
  fieldNames,
  fieldSpec,
} from "./fields.ts";

/** Larger magnitudes than any scene has; keeps every float32 conversion finite. */
const numberMax = 1e30;
export const nameLengthMax = 256;
const collectionsPerObjectMax = 64;

const finite = z.number().min(-numberMax).max(numberMax);

export function valueSchema(type: FieldType): z.ZodType {
  if (typeof type !== "string") return z.enum(type as readonly [string, ...string[]]);
  switch (type) {
    case "text":
      return z.string().max(nameLengthMax);
    case "boolean":
      return z.boolean();
    case "number":
      return finite;
    case "vec2":
      return vector(2);
    case "vec3":
    case "color":
      return vector(3);
    case "quaternion":
      return vector(4);
    case "uuid-or-null":
      return z.union([uuidSchema, z.null()]);
    case "uuid-set":
      return z.array(uuidSchema).max(collectionsPerObjectMax);
  }
}

function vector(length: number): z.ZodType {
  return z.array(finite).min(length).max(length);
}

function shapeOf(include: (spec: FieldSpec) => boolean): Record<string, z.ZodType> {
  const shape: Record<string, z.ZodType> = {};
  for (const name of fieldNames) {
    const spec = fieldSpec(name);
    if (include(spec)) shape[name] = valueSchema(spec.type).optional();
  }
  return shape;
}

/** Any subset of any kind's fields; which kind has which field is decided where the entity is known. */
export const fieldsSchema = z.strictObject(shapeOf(() => true)).meta({ id: "Fields" }) as unknown as z.ZodType<Fields>;

export const fieldNameSchema = z.enum(fieldNames as readonly [FieldName, ...FieldName[]]).meta({ id: "FieldName" });

export function kindFieldsSchema(kind: EntityKind): z.ZodType {
  return z.strictObject(shapeOf((spec) => spec.kinds.includes(kind)));
}
