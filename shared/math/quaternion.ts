/** Rotations as quaternions in the order x, y, z, w (glTF's and Unity's; Blender writes w first). Hamilton product. */
import { cross, scaled, sum, type Vec3 } from "./vector.ts";

export type Quaternion = readonly [number, number, number, number];

export const identity: Quaternion = [0, 0, 0, 1];

/** Below this length a quaternion has no direction to keep. */
const lengthMin = 1e-12;

export function quaternion(values: readonly number[]): Quaternion {
  const [x = 0, y = 0, z = 0, w = 1] = values;
  return [x, y, z, w];
}

/** The rotation that turns by `b` first, then by `a`. */
export function multiply([ax, ay, az, aw]: Quaternion, [bx, by, bz, bw]: Quaternion): Quaternion {
  return [
    aw * bx + ax * bw + ay * bz - az * by,
    aw * by - ax * bz + ay * bw + az * bx,
    aw * bz + ax * by - ay * bx + az * bw,
    aw * bw - ax * bx - ay * by - az * bz,
  ];
}

export function conjugate([x, y, z, w]: Quaternion): Quaternion {
  return [-x, -y, -z, w];
}

/** Unit length; a quaternion without a direction becomes the identity. */
export function normalized([x, y, z, w]: Quaternion): Quaternion {
  const length = Math.hypot(x, y, z, w);
  return length < lengthMin ? identity : [x / length, y / length, z / length, w / length];
}

/** Turns a vector by a unit quaternion. */
export function rotated([x, y, z, w]: Quaternion, vector: Vec3): Vec3 {
  const axis: Vec3 = [x, y, z];
  const twice = scaled(cross(axis, vector), 2);
  return sum(sum(vector, scaled(twice, w)), cross(axis, twice));
}

/** A turn by `angle` radians about a unit axis. */
export function turn(axis: Vec3, angle: number): Quaternion {
  const sine = Math.sin(angle / 2);
  return [axis[0] * sine, axis[1] * sine, axis[2] * sine, Math.cos(angle / 2)];
}
