/**
 * Rotations as three angles about x, y and z, in degrees, in the order that each editor's own panel shows.
 *
 * For people only: angles lose a degree of freedom near the poles, so nothing is ever computed from them.
 */
import type { Quaternion } from "./quaternion.ts";
import { type Vec3, vec3 } from "./vector.ts";

/** So near a pole two of the angles turn about one axis; one of them is then called zero. */
const poleSine = 0.999_999_9;

/** Blender's default "XYZ Euler": x first, then y, then z, about fixed axes. */
export function blenderAngles([x, y, z, w]: Quaternion): Vec3 {
  const sine = clamped(2 * (w * y - x * z));
  const isPole = Math.abs(sine) > poleSine;
  return degrees([
    isPole ? 0 : Math.atan2(2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    Math.asin(sine),
    isPole
      ? Math.atan2(2 * (w * z - x * y), 1 - 2 * (x * x + z * z))
      : Math.atan2(2 * (x * y + w * z), 1 - 2 * (y * y + z * z)),
  ]);
}

/** Unity's inspector: z first, then x, then y, about fixed axes; takes a rotation in Unity's space. */
export function unityAngles([x, y, z, w]: Quaternion): Vec3 {
  const sine = clamped(2 * (w * x - y * z));
  const isPole = Math.abs(sine) > poleSine;
  return degrees([
    Math.asin(sine),
    isPole
      ? Math.atan2(2 * (w * y - x * z), 1 - 2 * (y * y + z * z))
      : Math.atan2(2 * (x * z + w * y), 1 - 2 * (x * x + y * y)),
    isPole ? 0 : Math.atan2(2 * (x * y + w * z), 1 - 2 * (x * x + z * z)),
  ]);
}

function clamped(sine: number): number {
  return Math.min(1, Math.max(-1, sine));
}

function degrees(radians: Vec3): Vec3 {
  return vec3(radians.map((angle) => (angle * 180) / Math.PI));
}
