/**
 * An object's place as one value: the ten numbers of the binary lane, and who wrote each of their three parts.
 *
 * Moving things is most of all work. A row that names all three parts becomes the place as it is, without a copy and
 * without a register for each part; `registerOf` in state.ts shows the parts like any other field.
 */
import { maskAll, maskBit, type TransformRow } from "#shared/protocol/binary.ts";
import { type FieldName, type Fields, type FieldValue, transformFields } from "#shared/scene/fields.ts";

/**
 * Who wrote a value when (stamp), and where that stands in the log. `intent`: of what the hub repaired, the write of a
 * person's that it stands for.
 */
export type Written = {
  readonly stamp: number;
  readonly lsn: number;
  readonly intent?: { readonly stamp: number; readonly lsn: number };
};

export type Transform = {
  /** Translation xyz, rotation xyzw, scale xyz; zeros in a part that nobody wrote. */
  readonly values: readonly number[];
  readonly translation: Written | null;
  readonly rotation: Written | null;
  readonly scale: Written | null;
};

export type TransformPart = (typeof transformFields)[number];
/** Parts of a place: those that the mask names. */
export type Placing = Pick<TransformRow, "mask" | "values">;

export const noTransform: Transform = { values: new Array(10).fill(0), translation: null, rotation: null, scale: null };

const firstOf = { translation: 0, rotation: 3, scale: 7 } as const;
const endOf = { translation: 3, rotation: 7, scale: 10 } as const;

export function isTransformPart(name: FieldName): name is TransformPart {
  return name === "translation" || name === "rotation" || name === "scale";
}

export function partOf({ values }: Pick<Placing, "values">, name: TransformPart): number[] {
  return values.slice(firstOf[name], endOf[name]);
}

/** The fields that a row's mask names. */
export function transformFieldsOf(row: Placing): Fields {
  const fields: { [Name in FieldName]?: FieldValue } = {};
  for (const name of transformFields) if (row.mask & maskBit[name]) fields[name] = partOf(row, name);
  return fields;
}

/** The parts among some fields; undefined when there are none. */
export function placingOf(fields: Fields): Placing | undefined {
  let mask = 0;
  const values = new Array<number>(10).fill(0);
  for (const name of transformFields) {
    const part = fields[name] as readonly number[] | undefined;
    if (part === undefined) continue;
    mask |= maskBit[name];
    for (const [index, value] of part.entries()) values[firstOf[name] + index] = value;
  }
  return mask === 0 ? undefined : { mask, values };
}

/** `after` laid over `before`: the values that its mask does not name stay. */
export function laidOver(before: readonly number[], { mask, values }: Placing): readonly number[] {
  if (mask === maskAll) return values;
  const laid = [...before];
  for (const name of transformFields) {
    if ((mask & maskBit[name]) === 0) continue;
    for (let index = firstOf[name]; index < endOf[name]; index += 1) laid[index] = values[index] as number;
  }
  return laid;
}

export function placed(before: Transform, placing: Placing, written: Written): Transform {
  const { mask } = placing;
  return {
    values: laidOver(before.values, placing),
    translation: mask & maskBit.translation ? written : before.translation,
    rotation: mask & maskBit.rotation ? written : before.rotation,
    scale: mask & maskBit.scale ? written : before.scale,
  };
}

type PartRegisters = { readonly [Part in TransformPart]: (Written & { readonly value: FieldValue }) | undefined };

/** The place whose parts are these registers. */
export function transformOf(parts: PartRegisters): Transform {
  const values = new Array<number>(10).fill(0);
  const written: { [Part in TransformPart]: Written | null } = { translation: null, rotation: null, scale: null };
  let last = null as Written | null;
  for (const name of transformFields) {
    const register = parts[name];
    if (register === undefined) continue;
    const part = register.value as readonly number[];
    for (let index = 0; index < part.length; index += 1) values[firstOf[name] + index] = part[index] as number;
    // Most of all they were written at once: one note of it does for all.
    if (last === null || !isSameWrite(last, register)) last = writtenIn(register);
    written[name] = last;
  }
  return { values, ...written };
}

export function isSameWrite(one: Written, other: Written): boolean {
  const isSame = one.stamp === other.stamp && one.lsn === other.lsn;
  return isSame && one.intent?.stamp === other.intent?.stamp && one.intent?.lsn === other.intent?.lsn;
}

function writtenIn({ stamp, lsn, intent }: Written): Written {
  return intent ? { stamp, lsn, intent } : { stamp, lsn };
}
