/**
 * Axes and units end to end: what a real Blender holds, what the Unity package makes of it, and back, with the worked
 * numbers, mirrored and uneven scale, another unit, far from the origin, and children of cameras and lights.
 */
import { strict as assert } from "node:assert";
import { afterAll, beforeAll, describe, it } from "vitest";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { type Described, expectEditorsEqual, Studio } from "./studio.ts";

let studio: Studio;

beforeAll(async () => {
  studio = await Studio.open();
});

afterAll(async () => {
  await studio?.close();
});

async function make(name: string, type: string, values: { readonly [path: string]: unknown }): Promise<void> {
  await studio.blender.do({ do: "create", type, name });
  await studio.blender.do({ do: "set", object: name, values });
}

/** The object as both editors agree on it, compared with canonical values worked out by hand. */
async function expectCanonical(name: string, expected: Described): Promise<void> {
  const scene = await expectEditorsEqual(studio);
  const [, fields] = [...scene].find(([, found]) => found["name"] === name) ?? [];
  assert(fields, `there is ${name}`);
  for (const [field, value] of Object.entries(expected)) {
    const found = fields[field] as FieldValue;
    const isSame = isSameValue(field as FieldName, found, value);
    assert(isSame, `${name}: ${field} is ${JSON.stringify(found)}, expected ${JSON.stringify(value)}`);
  }
}

const turned = { location: [1, 2, 3], rotation_euler: [Math.PI / 6, (2 * Math.PI) / 9, (5 * Math.PI) / 18] };

describe("[WIRE-33] [WIRE-34] one place in three spaces", () => {
  it("the worked example", async () => {
    await make("Worked", "empty", { ...turned, scale: [1, 2, 0.5] });
    await expectCanonical("Worked", {
      translation: [1, 3, -2],
      rotation: [0.080805, 0.303372, -0.402198, 0.860042],
      scale: [1, 0.5, 2],
    });
  });

  it("the default camera", async () => {
    const location = [7.358891, -6.925791, 4.958309];
    await make("Default camera", "camera", { rotation_mode: "QUATERNION", location });
    const rotation_quaternion = [0.781608, 0.481705, 0.212905, 0.334247];
    await studio.blender.do({ do: "set", object: "Default camera", values: { rotation_quaternion } });
    await expectCanonical("Default camera", {
      translation: [7.358891, 4.958309, 6.925791],
      rotation: [-0.212063, 0.386895, 0.085801, 0.893297],
    });
  });

  it("mirrored and uneven scale", async () => {
    await make("Mirrored", "empty", { ...turned, scale: [-1, 2, 3] });
    await expectCanonical("Mirrored", { scale: [-1, 3, 2] });
    await make("All negative", "empty", { scale: [-2, -2, -2] });
    await expectCanonical("All negative", { scale: [-2, -2, -2] });
  });

  it("ten kilometres from the origin", async () => {
    await make("Far", "empty", { location: [10_000.25, -10_000.5, 9_999.75] });
    await expectCanonical("Far", { translation: [10_000.25, 9_999.75, 10_000.5] });
    await studio.unity.do({ do: "move", object: "Far", by: [0.5, 0, 0] });
    await expectCanonical("Far", { translation: [10_000.75, 9_999.75, 10_000.5] });
    await studio.expectQuiet();
  });

  it("children of cameras and lights keep their place", async () => {
    await make("Rig", "camera", turned);
    await make("Spot on rig", "spot", { location: [0, 0, -2] });
    await studio.blender.do({ do: "parent", object: "Spot on rig", to: "Rig", keep: false });
    await make("Flag", "empty", { location: [0, 1, 0] });
    await studio.blender.do({ do: "parent", object: "Flag", to: "Spot on rig", keep: false });
    await expectEditorsEqual(studio);
    await studio.unity.do({ do: "move", object: "Flag", by: [0, 0, 1] });
    await expectEditorsEqual(studio);
  });

  it("another unit: a scene in centimetres", async () => {
    await studio.blender.do({ do: "unit", metres: 0.01 });
    await make("Centimetres", "empty", { location: [100, 200, 300] });
    await expectCanonical("Centimetres", { translation: [1, 3, -2] });
    await studio.unity.do({ do: "move", object: "Centimetres", by: [1, 0, 0] });
    await expectCanonical("Centimetres", { translation: [2, 3, -2] });
    await studio.expectQuiet();
  });
});
