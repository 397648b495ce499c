/** The angles people read are the rotation itself, in the order of each editor. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { blenderAngles, unityAngles } from "#shared/math/euler.ts";
import { multiply, normalized, type Quaternion, quaternion, turn } from "#shared/math/quaternion.ts";
import type { Vec3 } from "#shared/math/vector.ts";

const part = fc.double({ min: -1, max: 1, noNaN: true });
const rotations = fc.tuple(part, part, part, part).map((parts) => normalized(quaternion(parts)));
const poles = fc
  .tuple(fc.constantFrom(-90, 90), fc.integer({ min: -180, max: 180 }), fc.integer({ min: -180, max: 180 }))
  .map(([pole, first, second]) => [pole, first, second] as const);

const about = (axis: Vec3, angle: number) => turn(axis, (angle * Math.PI) / 180);
const inBlender = ([x, y, z]: Vec3) =>
  multiply(about([0, 0, 1], z), multiply(about([0, 1, 0], y), about([1, 0, 0], x)));
const inUnity = ([x, y, z]: Vec3) => multiply(about([0, 1, 0], y), multiply(about([1, 0, 0], x), about([0, 0, 1], z)));

function expectSame(one: Quaternion, other: Quaternion): void {
  const likeness = Math.abs(one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0));
  expect(likeness).toBeCloseTo(1, 5);
}

describe("angles", () => {
  it("make the same rotation again, anywhere", () => {
    fc.assert(
      fc.property(rotations, (rotation) => {
        expectSame(inBlender(blenderAngles(rotation)), rotation);
        expectSame(inUnity(unityAngles(rotation)), rotation);
      }),
    );
  });

  it("make the same rotation again at the poles", () => {
    fc.assert(
      fc.property(poles, ([pole, first, second]) => {
        const [blender, unity] = [inBlender([first, pole, second]), inUnity([pole, first, second])];
        expectSame(inBlender(blenderAngles(blender)), blender);
        expectSame(inUnity(unityAngles(unity)), unity);
      }),
    );
  });

  it("are what was typed in, between the poles", () => {
    for (const angles of [[10, 20, 30] as const, [-100, 45, 170] as const]) {
      blenderAngles(inBlender(angles)).forEach((angle, at) => {
        expect(angle).toBeCloseTo(angles[at] ?? 0, 6);
      });
    }
    unityAngles(inUnity([45, -100, 170])).forEach((angle, at) => {
      expect(angle).toBeCloseTo([45, -100, 170][at] ?? 0, 6);
    });
  });
});
