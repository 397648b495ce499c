/**
 * The same thing in three spaces. Rotations are x, y, z, w everywhere, in Blender too.
 *
 * The first cases are worked by hand (from Blender's own matrices) and literal. The rest is computed here with 4 × 4
 * matrices, C·M·C⁻¹ and D·M·D: another way than the closed forms they test.
 */

type Placement = { translation: readonly number[]; rotation: readonly number[]; scale: readonly number[] };
type Matrix = readonly (readonly number[])[];
type Setting = { name: string; metresPerUnit?: number; aimed?: boolean; parentAimed?: boolean };

const noTurn = [0, 0, 0, 1];
const noScale = [1, 1, 1];
const half = Math.SQRT1_2;

const worked = [
  {
    kind: "placement",
    name: "worked: Euler XYZ 30° 40° 50°, scale 1 2 0.5",
    metresPerUnit: 1,
    aimed: false,
    parentAimed: false,
    blender: { translation: [1, 2, 3], rotation: [0.080805, 0.402198, 0.303372, 0.860042], scale: [1, 2, 0.5] },
    canonical: { translation: [1, 3, -2], rotation: [0.080805, 0.303372, -0.402198, 0.860042], scale: [1, 0.5, 2] },
    unity: { translation: [-1, 3, -2], rotation: [0.080805, -0.303372, 0.402198, 0.860042], scale: [1, 0.5, 2] },
  },
  {
    kind: "placement",
    name: "worked: the default camera",
    metresPerUnit: 1,
    aimed: true,
    parentAimed: false,
    blender: {
      translation: [7.358891, -6.925791, 4.958309],
      rotation: [0.481705, 0.212905, 0.334247, 0.781608],
      scale: noScale,
    },
    canonical: {
      translation: [7.358891, 4.958309, 6.925791],
      rotation: [-0.212063, 0.386895, 0.085801, 0.893297],
      scale: noScale,
    },
    unity: {
      translation: [-7.358891, 4.958309, 6.925791],
      rotation: [0.085801, 0.893297, -0.212063, 0.386895],
      scale: noScale,
    },
  },
  {
    kind: "placement",
    name: "worked: 90° about up",
    metresPerUnit: 1,
    aimed: false,
    parentAimed: false,
    blender: { translation: [0, 0, 0], rotation: [0, 0, half, half], scale: noScale },
    canonical: { translation: [0, 0, 0], rotation: [0, half, 0, half], scale: noScale },
    unity: { translation: [0, 0, 0], rotation: [0, -half, 0, half], scale: noScale },
  },
  {
    kind: "placement",
    name: "worked: a lamp pointing straight down, as Blender makes it",
    metresPerUnit: 1,
    aimed: true,
    parentAimed: false,
    blender: { translation: [0, 0, 5], rotation: noTurn, scale: noScale },
    canonical: { translation: [0, 5, 0], rotation: [-half, 0, 0, half], scale: noScale },
    unity: { translation: [0, 5, 0], rotation: [0, half, -half, 0], scale: noScale },
  },
  {
    kind: "placement",
    name: "worked: one unit in front of a camera it hangs on",
    metresPerUnit: 1,
    aimed: false,
    parentAimed: true,
    blender: { translation: [0, 0, -1], rotation: noTurn, scale: noScale },
    canonical: { translation: [0, 0, -1], rotation: [half, 0, 0, half], scale: noScale },
    unity: { translation: [0, 0, 1], rotation: [0, half, -half, 0], scale: noScale },
  },
];

const blenderToCanonical: Matrix = [
  [1, 0, 0],
  [0, 0, 1],
  [0, -1, 0],
];
const canonicalToBlender: Matrix = [
  [1, 0, 0],
  [0, 0, -1],
  [0, 1, 0],
];
const mirror: Matrix = [
  [-1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];
const aimedMirror: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, -1],
];
const same: Matrix = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
];

function times(a: Matrix, b: Matrix): number[][] {
  return a.map((row) => [0, 1, 2].map((column) => row.reduce((total, x, k) => total + x * cell(b, k, column), 0)));
}

function cell(matrix: Matrix, row: number, column: number): number {
  return matrix[row]?.[column] ?? 0;
}

function apply(matrix: Matrix, vector: readonly number[], factor: number): number[] {
  return matrix.map((row) => row.reduce((total, x, k) => total + x * (vector[k] ?? 0), 0) * factor + 0);
}

function rotationMatrix([x = 0, y = 0, z = 0, w = 1]: readonly number[]): Matrix {
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
  ];
}

/** The quaternion of a rotation matrix, by the largest of its four squares. */
function quaternionOf(m: Matrix): number[] {
  const [xx, yy, zz] = [cell(m, 0, 0), cell(m, 1, 1), cell(m, 2, 2)];
  const squares = [1 + xx - yy - zz, 1 - xx + yy - zz, 1 - xx - yy + zz, 1 + xx + yy + zz];
  const largest = squares.indexOf(Math.max(...squares));
  const f = 0.5 / Math.sqrt(squares[largest] ?? 1);
  const [a, b, c] = [cell(m, 2, 1) - cell(m, 1, 2), cell(m, 0, 2) - cell(m, 2, 0), cell(m, 1, 0) - cell(m, 0, 1)];
  const [d, e, g] = [cell(m, 1, 0) + cell(m, 0, 1), cell(m, 0, 2) + cell(m, 2, 0), cell(m, 2, 1) + cell(m, 1, 2)];
  const own = 0.25 / f;
  const rows = [
    [own, d * f, e * f, a * f],
    [d * f, own, g * f, b * f],
    [e * f, g * f, own, c * f],
    [a * f, b * f, c * f, own],
  ];
  return (rows[largest] ?? noTurn).map((value) => value + 0);
}

/** left · local · right, right being orthogonal: the scale goes along with the axes that `right` turns. */
function carried(local: Placement, { left, right, factor }: { left: Matrix; right: Matrix; factor: number }): Placement {
  return {
    translation: apply(left, local.translation, factor),
    rotation: quaternionOf(times(times(left, rotationMatrix(local.rotation)), right)),
    scale: [0, 1, 2].map((column) =>
      [0, 1, 2].reduce((total, k) => total + cell(right, k, column) ** 2 * (local.scale[k] ?? 1), 0),
    ),
  };
}

function computed(setting: Setting, blender: Placement) {
  const { name, metresPerUnit = 1, aimed = false, parentAimed = false } = setting;
  const canonical = carried(blender, {
    left: parentAimed ? same : blenderToCanonical,
    right: aimed ? same : canonicalToBlender,
    factor: metresPerUnit,
  });
  const unity = carried(canonical, {
    left: parentAimed ? aimedMirror : mirror,
    right: aimed ? aimedMirror : mirror,
    factor: 1,
  });
  return { kind: "placement", name, metresPerUnit, aimed, parentAimed, blender, canonical, unity };
}

const tilted = [0.080805, 0.402198, 0.303372, 0.860042];
const length = Math.hypot(...tilted);
const some: Placement = {
  translation: [1.25, -2.5, 3.75],
  rotation: tilted.map((value) => value / length),
  scale: [1, 2, 0.5],
};

const placements = [
  computed({ name: "at rest" }, { translation: [0, 0, 0], rotation: noTurn, scale: noScale }),
  computed({ name: "scale_length 0.01: centimetres", metresPerUnit: 0.01 }, { ...some, translation: [150, -250, 375] }),
  computed({ name: "scale_length 1000: kilometres", metresPerUnit: 1000 }, { ...some, translation: [0.5, 1.5, -2] }),
  computed({ name: "scale_length 0.3048, a camera", metresPerUnit: 0.3048, aimed: true }, some),
  computed({ name: "mirrored along x" }, { ...some, scale: [-1, 1, 1] }),
  computed({ name: "mirrored along Blender's y" }, { ...some, scale: [1, -2, 3] }),
  computed({ name: "mirrored along Blender's z, a light", aimed: true }, { ...some, scale: [1, 2, -3] }),
  computed({ name: "all axes mirrored" }, { ...some, scale: [-1, -1, -1] }),
  computed({ name: "10 km from the origin" }, { ...some, translation: [10_000.125, -9_999.5, 0.25] }),
  computed({ name: "a camera with a scale", aimed: true }, some),
  computed({ name: "the child of a light", parentAimed: true }, some),
  computed({ name: "a camera on a light", aimed: true, parentAimed: true }, some),
  computed({ name: "the child of a camera, scale_length 2", parentAimed: true, metresPerUnit: 2 }, some),
  computed({ name: "half a turn about Blender's y" }, { ...some, rotation: [0, 1, 0, 0] }),
];

const values = [
  {
    kind: "mesh",
    name: "bounds, scale_length 0.1",
    metresPerUnit: 0.1,
    blender: { center: [1, 2, 3], size: [4, 5, 6] },
    canonical: { center: [0.1, 0.3, -0.2], size: [0.4, 0.6, 0.5] },
    unity: { center: [-0.1, 0.3, -0.2], size: [0.4, 0.6, 0.5] },
  },
  {
    kind: "camera",
    name: "worked: 50 mm on 36 mm at 16:9",
    metresPerUnit: 1,
    aspect: 16 / 9,
    blender: { lens: 50, sensorWidth: 36, clipStart: 0.1, clipEnd: 1000 },
    canonical: { projection: "perspective", yfov: 0.399596, near: 0.1, far: 1000 },
    unity: { fieldOfView: 22.895, near: 0.1, far: 1000 },
  },
  {
    kind: "camera",
    name: "worked: orthographic, scale 6 at 16:9, scale_length 2",
    metresPerUnit: 2,
    aspect: 16 / 9,
    blender: { orthoScale: 6, clipStart: 0.5, clipEnd: 100 },
    canonical: { projection: "orthographic", ymag: 3.375, near: 1, far: 200 },
    unity: { orthographicSize: 3.375, near: 1, far: 200 },
  },
  light("point", { energy: 1000 }, { intensity: 54_351.413 }, { intensity: 25.330_296 }),
  light(
    "spot",
    { energy: 1000, spotSize: Math.PI / 2, spotBlend: 0.2 },
    { intensity: 54_351.413, outer: 0.785_398, inner: 0.628_319 },
    { intensity: 25.330_296, spotAngle: 90, innerSpotAngle: 72 },
  ),
  light("sun", { energy: 2 }, { intensity: 1366 }, { intensity: 0.636_62 }),
  light("area", { energy: 100, areaM2: 0.25 }, { intensity: 86_962.261 }, { intensity: 86_962.261 }),
];

function light(type: string, blender: object, canonical: object, unity: object) {
  return { kind: "light", name: `worked: ${type}`, type, blender, canonical, unity };
}

export const conversions = [...worked, ...placements, ...values];
