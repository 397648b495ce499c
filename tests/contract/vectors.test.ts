/** The conformance vectors, as TypeScript reads them. Python and C# read the same files. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
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
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Placement } from "#shared/math/placement.ts";
import {
  directionAcrossUnity,
  intensityPerUnityUnit,
  placementAcrossUnity,
  toDegrees,
} from "#shared/math/unity-space.ts";
import { scaled, type Vec3 } from "#shared/math/vector.ts";
import { decodeTransforms, encodeTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import { downMessageSchema } from "#shared/protocol/down.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { lamportOf, stampOf, type Writer, writerOf } from "#shared/scene/stamp.ts";

function vectors<Case>(name: string): readonly Case[] {
  const file = path.resolve(import.meta.dirname, `../../shared/protocol/vectors/${name}.json`);
  return JSON.parse(readFileSync(file, "utf8")) as Case[];
}

/** Hand-worked numbers are written with six digits. */
const digits = 5;

type MessageCase = { name: string; valid: boolean; message?: unknown; text?: string };

describe.each([
  ["messages-up", upMessageSchema],
  ["messages-down", downMessageSchema],
] as const)("[WIRE-31] %s", (name, schema) => {
  it.each(vectors<MessageCase>(name).map((one) => [one.name, one] as const))("%s", (_, { valid, message, text }) => {
    expect(isRead(schema, text ?? JSON.stringify(message))).toBe(valid);
  });
});

function isRead(schema: typeof upMessageSchema | typeof downMessageSchema, text: string): boolean {
  try {
    return schema.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

type FrameCase = { name: string; hex: string; valid: boolean; frame?: TransformFrame; code?: string };

describe("[WIRE-31] transforms", () => {
  it.each(vectors<FrameCase>("transforms").map((one) => [one.name, one] as const))("%s", (_, one) => {
    const decoded = decodeTransforms(Buffer.from(one.hex, "hex"));
    if (!one.valid) {
      expect(decoded).toMatchObject({ ok: false, failure: { code: one.code } });
      return;
    }
    expect(decoded).toEqual({ ok: true, value: one.frame });
    expect(Buffer.from(encodeTransforms(one.frame as TransformFrame)).toString("hex")).toBe(one.hex);
  });
});

type PlacementCase = {
  kind: "placement";
  name: string;
  metresPerUnit: number;
  aimed: boolean;
  parentAimed: boolean;
  blender: Placement;
  canonical: Placement;
  unity: Placement;
};
type Numbers = { readonly [name: string]: number };
type ValueCase = { kind: string; name: string; type: string; aspect: number; metresPerUnit: number } & {
  readonly [Space in "blender" | "canonical" | "unity"]: Numbers;
};
type BoundsCase = { kind: "mesh"; metresPerUnit: number } & {
  readonly [Space in "blender" | "canonical" | "unity"]: { center: Vec3; size: Vec3 };
};

const conversions = vectors<{ kind: string; name: string }>("conversions");
const ofKind = <Case>(kind: string) =>
  conversions.filter((one) => one.kind === kind).map((one) => [one.name, one as Case] as const);

describe("[WIRE-33] [WIRE-34] conversions", () => {
  it.each(ofKind<PlacementCase>("placement"))("%s", (_, one) => {
    const { metresPerUnit, blender, canonical, unity } = one;
    const aim = { self: one.aimed, parent: one.parentAimed };
    expectPlaced(placementFromBlender(blender, aim, metresPerUnit), canonical);
    expectPlaced(placementToBlender(canonical, aim, metresPerUnit), blender);
    expectPlaced(placementAcrossUnity(canonical, aim), unity);
    expectPlaced(placementAcrossUnity(unity, aim), canonical);
  });

  it.each(ofKind<BoundsCase>("mesh"))("%s", (_, { metresPerUnit, blender, canonical, unity }) => {
    expectNear(scaled(directionFromBlender(blender.center), metresPerUnit), canonical.center);
    expectNear(scaled(directionToBlender(canonical.center), 1 / metresPerUnit), blender.center);
    expectNear(scaled(extentsAcrossBlender(blender.size), metresPerUnit), canonical.size);
    expectNear(directionAcrossUnity(canonical.center), unity.center);
    expectNear(canonical.size, unity.size);
  });

  it.each(ofKind<ValueCase>("camera"))("%s", (_, { aspect, metresPerUnit, blender, canonical, unity }) => {
    const { lens, sensorWidth, orthoScale } = blender;
    if (lens !== undefined && sensorWidth !== undefined) {
      expect(yfovFromLens(lens, sensorWidth, aspect)).toBeCloseTo(canonical["yfov"] ?? 0, digits);
      expect(lensFromYfov(canonical["yfov"] ?? 0, sensorWidth, aspect)).toBeCloseTo(lens, 3);
      expect(toDegrees(canonical["yfov"] ?? 0)).toBeCloseTo(unity["fieldOfView"] ?? 0, 3);
    } else {
      expect(ymagFromOrthoScale(orthoScale ?? 0, aspect, metresPerUnit)).toBeCloseTo(canonical["ymag"] ?? 0, digits);
      expect(orthoScaleFromYmag(canonical["ymag"] ?? 0, aspect, metresPerUnit)).toBeCloseTo(orthoScale ?? 0, digits);
      expect(unity["orthographicSize"]).toBe(canonical["ymag"]);
    }
    expect((blender["clipEnd"] ?? 0) * metresPerUnit).toBeCloseTo(canonical["far"] ?? 0, digits);
  });

  it.each(ofKind<ValueCase>("light"))("%s", (_, { type, blender, canonical, unity }) => {
    const intensity = (blender["energy"] ?? 0) * intensityPerEnergy(type, blender["areaM2"] ?? 1);
    expect(isSameValue("light.intensity", intensity, canonical["intensity"])).toBe(true);
    expect(isSameValue("light.intensity", intensity / intensityPerUnityUnit(type), unity["intensity"])).toBe(true);
    if (blender["spotSize"] === undefined) return;
    expect(blender["spotSize"] / 2).toBeCloseTo(canonical["outer"] ?? 0, digits);
    expect((blender["spotSize"] / 2) * (1 - (blender["spotBlend"] ?? 0))).toBeCloseTo(canonical["inner"] ?? 0, digits);
    expect(toDegrees((canonical["inner"] ?? 0) * 2)).toBeCloseTo(unity["innerSpotAngle"] ?? 0, 3);
  });
});

function expectPlaced(actual: Placement, expected: Placement): void {
  for (const name of ["translation", "rotation", "scale"] as const) {
    expect(isSameValue(name, actual[name], expected[name]), `${name} ${actual[name]} is ${expected[name]}`).toBe(true);
  }
}

function expectNear(actual: Vec3, expected: Vec3): void {
  for (const [axis, value] of actual.entries()) expect(value).toBeCloseTo(expected[axis] ?? Number.NaN, digits);
}

type EpsilonCase = { field: FieldName; a: FieldValue; b: FieldValue; same: boolean };

describe("[WIRE-18] tolerances", () => {
  it.each(vectors<EpsilonCase>("epsilon").map((one) => [JSON.stringify(one), one] as const))("%s", (_, one) => {
    expect(isSameValue(one.field, one.a, one.b)).toBe(one.same);
    expect(isSameValue(one.field, one.b, one.a)).toBe(one.same);
  });
});

type StampCase =
  | { kind: "of"; lamport: number; writer: Writer; stamp: number }
  | { kind: "next"; seen: number[]; writer: Writer; stamp: number }
  | { kind: "wins"; stored: number; written: number; counts: boolean };

describe("[WIRE-8] [WIRE-9] stamps", () => {
  it.each(vectors<StampCase>("stamps").map((one) => [JSON.stringify(one), one] as const))("%s", (_, one) => {
    if (one.kind === "of") {
      expect(stampOf(one.lamport, one.writer)).toBe(one.stamp);
      expect([lamportOf(one.stamp), writerOf(one.stamp)]).toEqual([one.lamport, one.writer]);
    } else if (one.kind === "next") {
      expect(stampOf(Math.max(0, ...one.seen.map(lamportOf)) + 1, one.writer)).toBe(one.stamp);
      for (const seen of one.seen) expect(one.stamp).toBeGreaterThan(seen);
    } else {
      expect(one.written > one.stored).toBe(one.counts);
    }
  });
});
