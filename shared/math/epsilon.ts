/**
 * When two values are the same value. Below these tolerances nothing is sent, and verification passes.
 *
 * Lengths use max(1e-5, 2^-22 × magnitude): a flat 1e-5 is finer than float32 can hold beyond about 80 m, and both
 * editors store float32. Rotations are compared as rotations: q and −q are equal.
 */
import type { Tolerance } from "../scene/fields.ts";
import { type FieldName, type FieldValue, fieldSpec } from "../scene/fields.ts";

export const lengthEpsilon = 1e-5;
export const lengthRelativeEpsilon = 2 ** -22;
export const rotationEpsilon = 1e-6;
export const colorEpsilon = 1e-4;
export const ratioEpsilon = 1e-5;

export function isSameLength(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(lengthEpsilon, lengthRelativeEpsilon * Math.max(Math.abs(a), Math.abs(b)));
}

function isSameRatio(a: number, b: number): boolean {
  return Math.abs(a - b) <= ratioEpsilon * Math.max(1, Math.abs(a), Math.abs(b));
}

export function isSameRotation(a: readonly number[], b: readonly number[]): boolean {
  let dot = 0;
  for (let index = 0; index < 4; index += 1) dot += (a[index] as number) * (b[index] as number);
  return 1 - Math.abs(dot) <= rotationEpsilon;
}

const comparison: Record<Exclude<Tolerance, "rotation" | "exact">, (a: number, b: number) => boolean> = {
  length: isSameLength,
  ratio: isSameRatio,
  color: (a, b) => Math.abs(a - b) <= colorEpsilon,
};

/**
 * Whether two values of a field are the same within the field's tolerance. Shapes may differ: then they are not. A
 * value that is not given means nothing to show, like null: an Empty has no mesh, whether its editor says so or not.
 */
export function isSameValue(name: FieldName, a: FieldValue | undefined, b: FieldValue | undefined): boolean {
  if ((a ?? null) === (b ?? null)) return true;
  const { tolerance } = fieldSpec(name);
  if (typeof a === "number" && typeof b === "number") {
    return tolerance !== "exact" && tolerance !== "rotation" && comparison[tolerance](a, b);
  }
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  if (tolerance === "exact") return a.every((item, index) => item === b[index]);
  if (tolerance === "rotation") return isSameRotation(a as number[], b as number[]);
  const isSame = comparison[tolerance];
  return a.every((item, index) => isSame(item as number, b[index] as number));
}
