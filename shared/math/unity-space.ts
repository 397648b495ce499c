/**
 * Canonical ⇄ Unity. Unity: left-handed, +Y up, metres; cameras and lights look along +Z.
 *
 * With D = diag(−1, 1, 1) an ordinary local matrix becomes D·M·D. An aimed object is turned half round its own Y on
 * top, so that Unity's +Z looks where canonical −Z does; D and the half turn together are E = diag(1, 1, −1):
 *
 *     unity = A·M·B   A = E below an aimed parent, else D;   B = E for an aimed object, else D
 *
 * The mapping is its own inverse: the same functions serve both directions. Scale is the same in both spaces.
 */
import { lumensPerWatt } from "./blender-space.ts";
import type { Aim, Placement } from "./placement.ts";
import type { Quaternion } from "./quaternion.ts";
import type { Vec3 } from "./vector.ts";

/** Unity's lights without a falloff end and its cameras cannot hold infinity: glTF importers use this range, metres. */
export const endlessRange = 100_000;

export function directionAcrossUnity([x, y, z]: Vec3): Vec3 {
  return [-x, y, z];
}

export function placementAcrossUnity(local: Placement, aim: Aim): Placement {
  const [x, y, z] = local.translation;
  return {
    translation: aim.parent ? [x, y, -z] : [-x, y, z],
    rotation: rotationAcrossUnity(local.rotation, aim),
    scale: local.scale,
  };
}

/**
 * A mirrored rotation, times the half turn (0, 1, 0, 0) on the sides that are aimed. Signs: q and −q are one rotation.
 */
function rotationAcrossUnity([x, y, z, w]: Quaternion, aim: Aim): Quaternion {
  if (aim.self && aim.parent) return [-x, -y, z, w];
  if (aim.self) return [z, w, x, y];
  if (aim.parent) return [-z, w, -x, y];
  return [x, -y, -z, w];
}

/**
 * Canonical intensity per unit of a Built-in or URP light's intensity: candela (point, spot), lux (sun). Area lights of
 * those pipelines are baked only; they are carried as nits.
 */
export function intensityPerUnityUnit(lightType: string): number {
  switch (lightType) {
    case "sun":
      return lumensPerWatt * Math.PI;
    case "area":
      return 1;
    default:
      return lumensPerWatt * Math.PI;
  }
}

const degreesPerRadian = 180 / Math.PI;

export function toDegrees(radians: number): number {
  return radians * degreesPerRadian;
}

export function toRadians(degrees: number): number {
  return degrees / degreesPerRadian;
}

/** The sRGB curve: Unity keeps light colours gamma encoded. Continued beyond 1 and mirrored below 0. */
export function gammaFromLinear(linear: number): number {
  const size = Math.abs(linear);
  const encoded = size <= 0.003_130_8 ? 12.92 * size : 1.055 * size ** (1 / 2.4) - 0.055;
  return Math.sign(linear) * encoded;
}

export function linearFromGamma(gamma: number): number {
  const size = Math.abs(gamma);
  const decoded = size <= 0.040_45 ? size / 12.92 : ((size + 0.055) / 1.055) ** 2.4;
  return Math.sign(gamma) * decoded;
}
