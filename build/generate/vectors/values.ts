/** Tolerances, stamps and proofs. Everything here is worked by hand and literal, but for values 10 km out. */
import { clientNonce, ids, serverNonce } from "./case.ts";

const tilted = [0.080805, 0.402198, 0.303372, 0.860042];

function pair(field: string, [a, b]: readonly [unknown, unknown], same: boolean) {
  return { field, a, b, same };
}

export const epsilon = [
  pair("translation", [[0, 0, 0], [0, 0, 0]], true),
  pair("translation", [[0, 0, 0], [0.0000099, 0, 0]], true),
  pair("translation", [[0, 0, 0], [0.0000101, 0, 0]], false),
  pair("translation", [[1, 2, 3], [1, 2, 3.0000099]], true),
  pair("translation", [[1, 2, 3], [1, 2, 3.0000102]], false),
  pair("translation", [[0, 0, 0], [-0, 0, 0]], true),
  // One float32 step at 10 km is 0.00098 m; the tolerance there is 2^-22 × 10,000 = 0.00238 m.
  pair("translation", [[10_000, 0, 0], [10_000.002, 0, 0]], true),
  pair("translation", [[10_000, 0, 0], [10_000.003, 0, 0]], false),
  pair("translation", [[-10_000, 0, 0], [10_000, 0, 0]], false),
  pair("translation", [[100_000, 0, 0], [100_000.0235, 0, 0]], true),
  pair("translation", [[0, 0, 0], [0, 0]], false),
  pair("rotation", [[0, 0, 0, 1], [0, 0, 0, -1]], true),
  pair("rotation", [tilted, tilted.map((value) => -value)], true),
  // 1 − cos(half the angle) ≤ 1e-6: half angles of up to 0.001414.
  pair("rotation", [[0, 0, 0, 1], [0.0014, 0, 0, 0.99999902]], true),
  pair("rotation", [[0, 0, 0, 1], [0.00145, 0, 0, 0.99999895]], false),
  pair("rotation", [[0, 0, 0, 1], [1, 0, 0, 0]], false),
  pair("scale", [[1, 1, 1], [1, 1, 1.0000099]], true),
  pair("scale", [[1, 1, 1], [-1, 1, 1]], false),
  pair("scale", [[1, 1, 1], [1, 1, 1.00002]], false),
  pair("light.color", [[1, 0.5, 0], [1, 0.50009, 0]], true),
  pair("light.color", [[1, 0.5, 0], [1, 0.50011, 0]], false),
  // Ratios: 1e-5 of the larger magnitude, of 1 at least.
  pair("light.intensity", [54_351.4, 54_351.9], true),
  pair("light.intensity", [54_351.4, 54_352], false),
  pair("camera.yfov", [0.4, 0.4000099], true),
  pair("camera.yfov", [0.4, 0.4000101], false),
  pair("mesh.size", [[2, 2, 2], [2, 2, 2.000009]], true),
  pair("mesh.size", [[2, 2, 2], [2, 2, 2.00002]], false),
  pair("name", ["Cube", "Cube"], true),
  pair("name", ["Cube", "cube"], false),
  pair("visible", [true, true], true),
  pair("visible", [true, false], false),
  pair("parent", [null, null], true),
  pair("parent", [null, ids.cube], false),
  pair("collections", [[], []], true),
  pair("collections", [[ids.walls], [ids.walls]], true),
  pair("collections", [[ids.walls], []], false),
  pair("light.type", ["point", "spot"], false),
];

export const stamps = [
  { kind: "of", lamport: 1, writer: "blender", stamp: 17 },
  { kind: "of", lamport: 1, writer: "unity", stamp: 18 },
  { kind: "of", lamport: 1, writer: "hub", stamp: 31 },
  { kind: "of", lamport: 0, writer: "none", stamp: 0 },
  { kind: "of", lamport: 12_345, writer: "assistant", stamp: 197_534 },
  { kind: "of", lamport: 268_435_456, writer: "blender", stamp: 4_294_967_297 },
  { kind: "of", lamport: 562_949_953_421_311, writer: "hub", stamp: 9_007_199_254_740_991 },
  // [WIRE-8] The next stamp is above every stamp seen or made, and the writer's own.
  { kind: "next", seen: [], writer: "blender", stamp: 17 },
  { kind: "next", seen: [18], writer: "blender", stamp: 33 },
  { kind: "next", seen: [17], writer: "unity", stamp: 34 },
  { kind: "next", seen: [17, 31, 0], writer: "unity", stamp: 34 },
  { kind: "next", seen: [4_294_967_297], writer: "unity", stamp: 4_294_967_314 },
  // [WIRE-9] A write counts only when its stamp is above the field's own.
  { kind: "wins", stored: 17, written: 18, counts: true },
  { kind: "wins", stored: 18, written: 17, counts: false },
  { kind: "wins", stored: 18, written: 18, counts: false },
  { kind: "wins", stored: 0, written: 17, counts: true },
  { kind: "wins", stored: 33, written: 31, counts: false },
];

const told = { clientNonce, serverNonce, instance: ids.instance };

/** Proofs computed with Python's hmac module, not with the code they test. */
export const proofs = [
  {
    ...told,
    name: "the hub's, to a Blender that was never linked",
    token: "a".repeat(64),
    side: "hub",
    role: "blender",
    project: null,
    protocolMax: 1,
    proof: "629a3fadd18e52a309aec2d85a60ec453fe8706b41f4498efe4441ebfb0fbe44",
  },
  {
    ...told,
    name: "the editor's answer to it",
    token: "a".repeat(64),
    side: "editor",
    role: "blender",
    project: null,
    protocolMax: 1,
    proof: "96030db39c6d0c660a0942627b4d07c42997cfe74acb15da7e7650c3dc10e80a",
  },
  {
    ...told,
    name: "a linked Unity of a later version",
    token: "0123456789abcdef".repeat(4),
    side: "editor",
    role: "unity",
    project: ids.project,
    protocolMax: 3,
    proof: "7de5cb109cd40f93fc9531ee3fc904e4730c0e483ef28ea8fa39e872fb69b731",
  },
  {
    ...told,
    name: "the same with another token",
    token: "1123456789abcdef".repeat(4),
    side: "editor",
    role: "unity",
    project: ids.project,
    protocolMax: 3,
    proof: "c0fc4650f7c075403af2cdc6da947a3e57343da05c923ee687bbb0082e35f33f",
  },
];
