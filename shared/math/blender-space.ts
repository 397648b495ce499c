/**
 * Blender ⇄ canonical. Blender: right-handed, +Z up, lengths in Blender units of `metresPerUnit` metres (the scene's
 * `unit_settings.scale_length`); cameras and lights look along −Z with +Y up, as canonical ones do.
 *
 * With C the turn that takes Blender's axes to canonical ones, (x, y, z) → (x, z, −y), an ordinary local matrix becomes
 * C·M·C⁻¹. An aimed object keeps its own axes (C drops out on its right), and so do its children on their left:
 *
 *     canonical = A·M·B⁻¹   A = identity below an aimed parent, else C;   B = identity for an aimed object, else C
 *
 * Lengths alone are scaled by metresPerUnit; rotation and scale have no unit. Exact in both directions but for
 * rounding.
 */
import type { Aim, Placement } from "./placement.ts";
import { conjugate, multiply, type Quaternion } from "./quaternion.ts";
import { scaled, type Vec3 } from "./vector.ts";

/** C as a rotation: −90° about X. */
const axesTurn: Quaternion = [-Math.SQRT1_2, 0, 0, Math.SQRT1_2];
const axesTurnBack: Quaternion = conjugate(axesTurn);

/** Luminous efficacy used by glTF exporters: lumen per watt. */
export const lumensPerWatt = 683;

export function directionFromBlender([x, y, z]: Vec3): Vec3 {
  return [x, z, -y];
}

export function directionToBlender([x, y, z]: Vec3): Vec3 {
  return [x, -z, y];
}

/** Extents and scales: the axes change places, signs stay. Its own inverse. */
export function extentsAcrossBlender([x, y, z]: Vec3): Vec3 {
  return [x, z, y];
}

export function placementFromBlender(local: Placement, aim: Aim, metresPerUnit: number): Placement {
  const { translation, rotation, scale } = local;
  return {
    translation: scaled(aim.parent ? translation : directionFromBlender(translation), metresPerUnit),
    rotation: turned(rotation, { left: aim.parent ? null : axesTurn, right: aim.self ? null : axesTurnBack }),
    scale: aim.self ? scale : extentsAcrossBlender(scale),
  };
}

export function placementToBlender(local: Placement, aim: Aim, metresPerUnit: number): Placement {
  const { translation, rotation, scale } = local;
  return {
    translation: scaled(aim.parent ? translation : directionToBlender(translation), 1 / metresPerUnit),
    rotation: turned(rotation, { left: aim.parent ? null : axesTurnBack, right: aim.self ? null : axesTurn }),
    scale: aim.self ? scale : extentsAcrossBlender(scale),
  };
}

type Turns = { readonly left: Quaternion | null; readonly right: Quaternion | null };

function turned([x, y, z, w]: Quaternion, { left, right }: Turns): Quaternion {
  if (left === null) return right === null ? [x, y, z, w] : multiply([x, y, z, w], right);
  if (right === null) return multiply(left, [x, y, z, w]);
  // C·q·C⁻¹ in closed form: exact, where two products would round.
  return left === axesTurn ? [x, z, -y, w] : [x, -z, y, w];
}

/**
 * Vertical field of view (radians) of a camera fitted to its width: `lens` and `sensorWidth` in mm, `aspect` = width /
 * height.
 */
export function yfovFromLens(lens: number, sensorWidth: number, aspect: number): number {
  return 2 * Math.atan(sensorWidth / aspect / (2 * lens));
}

export function lensFromYfov(yfov: number, sensorWidth: number, aspect: number): number {
  return sensorWidth / aspect / (2 * Math.tan(yfov / 2));
}

/** Half the height an orthographic camera shows (metres), from `ortho_scale`: the full larger side in Blender units. */
export function ymagFromOrthoScale(orthoScale: number, aspect: number, metresPerUnit: number): number {
  return (orthoScale / 2 / Math.max(aspect, 1)) * metresPerUnit;
}

export function orthoScaleFromYmag(ymag: number, aspect: number, metresPerUnit: number): number {
  return (ymag * 2 * Math.max(aspect, 1)) / metresPerUnit;
}

/**
 * Canonical intensity per unit of Blender's light energy: watt → candela (point, spot), W/m² → lux (sun), watt → nit
 * for an area light of `areaM2` square metres.
 */
export function intensityPerEnergy(lightType: string, areaM2: number): number {
  switch (lightType) {
    case "sun":
      return lumensPerWatt;
    case "area":
      return lumensPerWatt / (Math.PI * areaM2);
    default:
      return lumensPerWatt / (4 * Math.PI);
  }
}
