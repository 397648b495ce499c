/** Between a row of the binary lane and the three transform fields. */
import type { Uuid } from "#shared/ids.ts";
import { maskBit, type TransformRow } from "#shared/protocol/binary.ts";
import { type FieldName, type Fields, type FieldValue, transformFields } from "#shared/scene/fields.ts";

const firstValue = { translation: 0, rotation: 3, scale: 7 } as const;
const valueCount = { translation: 3, rotation: 4, scale: 3 } as const;
const rowValues = 10;

export function isTransformField(name: FieldName): boolean {
  return (transformFields as readonly FieldName[]).includes(name);
}

/** A row that carries the transform fields among `fields`. */
export function rowOf(uuid: Uuid, fields: Fields, flags = 0): TransformRow {
  const values: number[] = new Array(rowValues).fill(0);
  let mask = 0;
  for (const name of transformFields) {
    const value = fields[name];
    if (!Array.isArray(value)) continue;
    mask |= maskBit[name];
    for (const [index, part] of value.entries()) values[firstValue[name] + index] = Number(part);
  }
  return { uuid, mask, flags, values };
}

export function fieldsOfRow({ mask, values }: TransformRow): Fields {
  const fields: { [Name in FieldName]?: FieldValue } = {};
  for (const name of transformFields) {
    if (mask & maskBit[name]) fields[name] = values.slice(firstValue[name], firstValue[name] + valueCount[name]);
  }
  return fields;
}
