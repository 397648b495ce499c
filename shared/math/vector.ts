/** Three-component vectors, as readonly triples. Pure; never rounds: rounding to float32 is the editors' own. */

export type Vec3 = readonly [number, number, number];

export function vec3(values: readonly number[]): Vec3 {
  const [x = 0, y = 0, z = 0] = values;
  return [x, y, z];
}

export function scaled([x, y, z]: Vec3, factor: number): Vec3 {
  return [x * factor, y * factor, z * factor];
}

export function sum(a: Vec3, b: Vec3): Vec3 {
  return [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
}

/** Component by component: a point through a scale. */
export function product(a: Vec3, b: Vec3): Vec3 {
  return [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
}

export function cross(a: Vec3, b: Vec3): Vec3 {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}
