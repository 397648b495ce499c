/** The conversions' laws, over random placements; the worked numbers are in the conformance vectors. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placementFromBlender, placementToBlender } from "#shared/math/blender-space.ts";
import { isSameRotation, isSameValue } from "#shared/math/epsilon.ts";
import type { Aim, Placement } from "#shared/math/placement.ts";
import { conjugate, identity, multiply, normalized, type Quaternion, rotated, turn } from "#shared/math/quaternion.ts";
import {
  gammaFromLinear,
  linearFromGamma,
  placementAcrossUnity,
  toDegrees,
  toRadians,
} from "#shared/math/unity-space.ts";
import { cross, product, sum, type Vec3 } from "#shared/math/vector.ts";

const length = fc.double({ min: -20_000, max: 20_000, noNaN: true });
const factor = fc.double({ min: 0.01, max: 100, noNaN: true });
const signed = fc.tuple(factor, fc.boolean()).map(([size, isMirrored]) => (isMirrored ? -size : size));
const vector = fc.tuple(length, length, length);
const rotation = fc
  .tuple(...([0, 1, 2, 3] as const).map(() => fc.double({ min: -1, max: 1, noNaN: true })))
  .filter((parts) => Math.hypot(...parts) > 0.1)
  .map((parts) => normalized(parts as unknown as Quaternion));
const placement: fc.Arbitrary<Placement> = fc.record({
  translation: vector,
  rotation,
  scale: fc.tuple(signed, signed, signed),
});
const aim: fc.Arbitrary<Aim> = fc.record({ self: fc.boolean(), parent: fc.boolean() });
const metresPerUnit = fc.constantFrom(1, 0.01, 0.3048, 1000);

function expectSame(actual: Placement, expected: Placement): void {
  for (const name of ["translation", "rotation", "scale"] as const) {
    expect(isSameValue(name, actual[name], expected[name]), `${name} ${actual[name]} is ${expected[name]}`).toBe(true);
  }
}

/** A point of the object's own space, seen from its parent's. */
function through({ translation, rotation: turned, scale }: Placement, point: Vec3): Vec3 {
  return sum(translation, rotated(turned, product(scale, point)));
}

function expectNear(actual: Vec3, expected: Vec3): void {
  const size = Math.max(1, ...actual.map(Math.abs), ...expected.map(Math.abs));
  for (const [axis, value] of actual.entries())
    expect(Math.abs(value - (expected[axis] ?? Number.NaN)) / size).toBeLessThan(1e-9);
}

const upright = ([x, y, z]: Vec3): Vec3 => [x, z, -y];
const mirrored = ([x, y, z]: Vec3): Vec3 => [-x, y, z];
const aimedMirror = ([x, y, z]: Vec3): Vec3 => [x, y, -z];
const same = (point: Vec3): Vec3 => point;

describe("[WIRE-33] Blender's space", () => {
  it("there and back is where it was, with any scale_length, aimed or not", () => {
    fc.assert(
      fc.property(placement, aim, metresPerUnit, (local, aimed, unit) => {
        expectSame(placementToBlender(placementFromBlender(local, aimed, unit), aimed, unit), local);
      }),
    );
  });

  it("a point seen through either space is the same point", () => {
    fc.assert(
      fc.property(placement, aim, vector, (local, aimed, point) => {
        const own = aimed.self ? same : upright;
        const parents = aimed.parent ? same : upright;
        expectNear(through(placementFromBlender(local, aimed, 1), own(point)), parents(through(local, point)));
      }),
    );
  });

  it("[WIRE-34] a chain of objects, some of them cameras, ends at the same point of the world", () => {
    const link = fc.record({ local: placement, isAimed: fc.boolean() });
    fc.assert(
      fc.property(fc.array(link, { minLength: 1, maxLength: 5 }), (chain) => {
        let blender: Vec3 = [0, 0, 0];
        let canonical: Vec3 = [0, 0, 0];
        for (let at = chain.length - 1; at >= 0; at -= 1) {
          const { local, isAimed } = chain[at] as (typeof chain)[number];
          const aimed = { self: isAimed, parent: chain[at - 1]?.isAimed ?? false };
          blender = through(local, blender);
          canonical = through(placementFromBlender(local, aimed, 1), canonical);
        }
        expectNear(canonical, upright(blender));
      }),
    );
  });
});

describe("[WIRE-33] Unity's space", () => {
  it("the mapping is its own inverse", () => {
    fc.assert(
      fc.property(placement, aim, (local, aimed) => {
        expectSame(placementAcrossUnity(placementAcrossUnity(local, aimed), aimed), local);
      }),
    );
  });

  it("a point seen through either space is the same point", () => {
    fc.assert(
      fc.property(placement, aim, vector, (local, aimed, point) => {
        const own = aimed.self ? aimedMirror : mirrored;
        const parents = aimed.parent ? aimedMirror : mirrored;
        expectNear(through(placementAcrossUnity(local, aimed), own(point)), parents(through(local, point)));
      }),
    );
  });

  it("[WIRE-34] what a camera looks at is the same: canonical −Z, Unity +Z", () => {
    fc.assert(
      fc.property(placement, (local) => {
        const aimed = { self: true, parent: false };
        const unity = placementAcrossUnity(local, aimed);
        expectNear(rotated(unity.rotation, [0, 0, 1]), mirrored(rotated(local.rotation, [0, 0, -1])));
        expectNear(rotated(unity.rotation, [0, 1, 0]), mirrored(rotated(local.rotation, [0, 1, 0])));
      }),
    );
  });

  it("angles and colours go there and back", () => {
    fc.assert(
      fc.property(fc.double({ min: -8, max: 8, noNaN: true }), (value) => {
        expect(toRadians(toDegrees(value))).toBeCloseTo(value, 12);
        expect(linearFromGamma(gammaFromLinear(value))).toBeCloseTo(value, 6);
      }),
    );
  });
});

describe("quaternions", () => {
  it("a product turns by the right one first", () => {
    fc.assert(
      fc.property(rotation, rotation, vector, (a, b, point) => {
        expectNear(rotated(multiply(a, b), point), rotated(a, rotated(b, point)));
      }),
    );
  });

  it("the conjugate turns back, and q and −q are one rotation", () => {
    fc.assert(
      fc.property(rotation, (one) => {
        expect(isSameRotation(multiply(one, conjugate(one)), identity)).toBe(true);
        expect(
          isSameRotation(
            one,
            one.map((part) => -part),
          ),
        ).toBe(true);
      }),
    );
  });

  it("a quarter turn about Z takes X to Y, and without a direction there is no turn", () => {
    expectNear(rotated(turn([0, 0, 1], Math.PI / 2), [1, 0, 0]), [0, 1, 0]);
    expect(normalized([0, 0, 0, 0])).toEqual(identity);
    expect(cross([1, 0, 0], [0, 1, 0])).toEqual([0, 0, 1]);
  });
});
