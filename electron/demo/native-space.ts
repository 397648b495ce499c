/**
 * How Blender and Unity keep what the wire says in canonical terms: other axes, other units, 32-bit floats.
 *
 * Owns: the two spaces of the demo editors. A native value has the canonical field's name and the editor's own meaning
 * (`camera.yfov` is a lens in millimetres in Blender, degrees in Unity), so that every value that travels is converted
 * twice, as between the real ones.
 */
import {
  directionFromBlender,
  directionToBlender,
  extentsAcrossBlender,
  intensityPerEnergy,
  lensFromYfov,
  orthoScaleFromYmag,
  placementFromBlender,
  placementToBlender,
  yfovFromLens,
  ymagFromOrthoScale,
} from "#shared/math/blender-space.ts";
import type { Aim, Placement } from "#shared/math/placement.ts";
import { normalized, quaternion } from "#shared/math/quaternion.ts";
import {
  directionAcrossUnity,
  endlessRange,
  gammaFromLinear,
  intensityPerUnityUnit,
  linearFromGamma,
  placementAcrossUnity,
  toDegrees,
  toRadians,
} from "#shared/math/unity-space.ts";
import { scaled, type Vec3, vec3 } from "#shared/math/vector.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { type FieldName, type Fields, type FieldValue, fieldSpec, transformDefaults } from "#shared/scene/fields.ts";

/** What decides how a value is converted: whose axes are turned, and what the light's intensity counts. */
export type Setting = { readonly aim: Aim; readonly lightType: string };

export type Space = {
  fromCanonical(fields: Fields, setting: Setting): Fields;
  toCanonical(native: Fields, setting: Setting): Fields;
};

type Convert<Value> = (value: Value, setting: Setting) => Value;
type Conversions = {
  readonly placement: Convert<Placement>;
  readonly number: { readonly [Name in FieldName]?: Convert<number> };
  readonly vector: { readonly [Name in FieldName]?: Convert<Vec3> };
};

const sensorWidthMm = 36;
const aspect = 16 / 9;
const areaM2 = 1;

export function blenderSpace(metresPerUnit = 1): Space {
  const toUnits = (value: number) => value / metresPerUnit;
  const toMetres = (value: number) => value * metresPerUnit;
  return spaceOf({
    native: {
      placement: (placement, { aim }) => placementToBlender(placement, aim, metresPerUnit),
      number: {
        "camera.yfov": (yfov) => lensFromYfov(yfov, sensorWidthMm, aspect),
        "camera.ymag": (ymag) => orthoScaleFromYmag(ymag, aspect, metresPerUnit),
        "camera.near": toUnits,
        "camera.far": toUnits,
        "light.intensity": (intensity, { lightType }) => intensity / intensityPerEnergy(lightType, areaM2),
        "light.range": toUnits,
        "light.outer": (half) => half * 2,
        "light.inner": (half) => half * 2,
      },
      vector: {
        "mesh.center": (center) => scaled(directionToBlender(center), 1 / metresPerUnit),
        "mesh.size": (size) => scaled(extentsAcrossBlender(size), 1 / metresPerUnit),
      },
    },
    canonical: {
      placement: (placement, { aim }) => placementFromBlender(placement, aim, metresPerUnit),
      number: {
        "camera.yfov": (lens) => yfovFromLens(lens, sensorWidthMm, aspect),
        "camera.ymag": (orthoScale) => ymagFromOrthoScale(orthoScale, aspect, metresPerUnit),
        "camera.near": toMetres,
        "camera.far": toMetres,
        "light.intensity": (energy, { lightType }) => energy * intensityPerEnergy(lightType, areaM2),
        "light.range": toMetres,
        "light.outer": (whole) => whole / 2,
        "light.inner": (whole) => whole / 2,
      },
      vector: {
        "mesh.center": (center) => scaled(directionFromBlender(center), metresPerUnit),
        "mesh.size": (size) => scaled(extentsAcrossBlender(size), metresPerUnit),
      },
    },
  });
}

export function unitySpace(): Space {
  return spaceOf({
    native: {
      placement: (placement, { aim }) => placementAcrossUnity(placement, aim),
      number: {
        "camera.yfov": toDegrees,
        "light.intensity": (intensity, { lightType }) => intensity / intensityPerUnityUnit(lightType),
        "light.range": (range) => (range === 0 ? endlessRange : range),
        "light.outer": (half) => toDegrees(half) * 2,
        "light.inner": (half) => toDegrees(half) * 2,
      },
      vector: {
        "mesh.center": directionAcrossUnity,
        "light.color": (color) => vec3(color.map(gammaFromLinear)),
      },
    },
    canonical: {
      placement: (placement, { aim }) => placementAcrossUnity(placement, aim),
      number: {
        "camera.yfov": toRadians,
        "light.intensity": (value, { lightType }) => value * intensityPerUnityUnit(lightType),
        "light.range": (range) => (range === endlessRange ? 0 : range),
        "light.outer": (whole) => toRadians(whole) / 2,
        "light.inner": (whole) => toRadians(whole) / 2,
      },
      vector: {
        "mesh.center": directionAcrossUnity,
        "light.color": (color) => vec3(color.map(linearFromGamma)),
      },
    },
  });
}

export function spaceFor(role: Role, metresPerUnit?: number): Space {
  return role === "blender" ? blenderSpace(metresPerUnit) : unitySpace();
}

/** Into the editor's space everything is rounded to 32 bits, as the editor's own memory does; out of it nothing is. */
function spaceOf({ native, canonical }: { native: Conversions; canonical: Conversions }): Space {
  return {
    fromCanonical: (fields, setting) => rounded(converted(fields, { conversions: native, setting })),
    toCanonical: (fields, setting) => converted(fields, { conversions: canonical, setting }),
  };
}

function converted(fields: Fields, { conversions, setting }: { conversions: Conversions; setting: Setting }): Fields {
  const result: { [Name in FieldName]?: FieldValue } = { ...fields };
  const placement = conversions.placement(placementOf(fields), setting);
  if (fields.translation) result.translation = placement.translation;
  if (fields.rotation) result.rotation = normalized(placement.rotation);
  if (fields.scale) result.scale = placement.scale;
  for (const [key, value] of Object.entries(fields)) {
    const name = key as FieldName;
    const ofNumber = conversions.number[name];
    const ofVector = conversions.vector[name];
    if (ofNumber && typeof value === "number") result[name] = ofNumber(value, setting);
    else if (ofVector && Array.isArray(value)) result[name] = ofVector(vec3(value as number[]), setting);
  }
  return result;
}

function placementOf({ translation, rotation, scale }: Fields): Placement {
  return {
    translation: vec3((translation ?? transformDefaults.translation) as readonly number[]),
    rotation: quaternion((rotation ?? transformDefaults.rotation) as readonly number[]),
    scale: vec3((scale ?? transformDefaults.scale) as readonly number[]),
  };
}

function rounded(fields: Fields): Fields {
  const result: { [Name in FieldName]?: FieldValue } = {};
  for (const [key, value] of Object.entries(fields)) {
    const name = key as FieldName;
    const isExact = fieldSpec(name).tolerance === "exact";
    if (isExact) result[name] = value;
    else if (typeof value === "number") result[name] = Math.fround(value);
    else if (Array.isArray(value)) result[name] = (value as number[]).map(Math.fround);
  }
  return result;
}
