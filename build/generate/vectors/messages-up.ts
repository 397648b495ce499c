/** Messages from an editor: one of every kind and shape that is right, and every way of being wrong that has a rule. */
import { nameLengthMax } from "#shared/scene/value.ts";
import { clientNonce, ids, invalid, invalidText, type MessageCase, someProof, valid, without } from "./case.ts";

const hello = {
  kind: "hello",
  protocol: { min: 1, max: 1 },
  role: "blender",
  editor: { name: "Blender", version: "3.4.1" },
  plugin: "0.1.0",
  instance: ids.instance,
  project: null,
  document: { uuid: null, name: "untitled.blend", saved: false },
  epoch: 1,
  nonce: clientNonce,
  resume: null,
};
const object = {
  name: "Cube",
  type: "mesh",
  parent: null,
  collections: [ids.walls],
  data: ids.mesh,
  visible: true,
  translation: [1, 2.5, -3],
  rotation: [0, 0, 0, 1],
  scale: [1, 1, -1],
};
const create = { op: "create", uuid: ids.cube, kind: "object", fields: object };
const change = { kind: "change", epoch: 1, seq: 1, stamp: 17, base: 0, ops: [create] };
const index = { kind: "index", epoch: 1, page: 0, last: true, entities: [], deleted: [] };
const entity = { uuid: ids.cube, kind: "object", fields: object, stamp: 17 };
const state = {
  kind: "state",
  epoch: 1,
  activity: "idle",
  document: { uuid: ids.document, name: "castle.blend", saved: true },
  unsaved: false,
  undoSteps: 12,
};
const verified = { kind: "verified", epoch: 1, batch: 7, items: [] };
const held = { kind: "held", epoch: 1, uuids: [] };
const set = (fields: object) => ({ ...change, ops: [{ op: "set", uuid: ids.cube, fields }] });
const nested = (depth: number) => `${"[".repeat(depth)}${"]".repeat(depth)}`;
const setText = (fields: string) =>
  `{"kind":"change","epoch":1,"seq":1,"stamp":17,"base":0,"ops":[{"op":"set","uuid":"${ids.cube}","fields":${fields}}]}`;

const right: readonly MessageCase[] = [
  valid("hello, never linked before", hello),
  valid("hello, linked and resuming", {
    ...hello,
    role: "unity",
    project: ids.project,
    document: { uuid: ids.document, name: "Castle.unity", saved: true },
    epoch: 4_294_967_295,
    resume: { log: ids.log, lsn: 9_007_199_254_740_991 },
  }),
  valid("hello, a plugin of several versions", { ...hello, protocol: { min: 1, max: 65_535 } }),
  valid("auth", { kind: "auth", proof: someProof }),
  valid("index, a scene without entities", index),
  valid("index, a page of a longer list", {
    ...index,
    page: 3,
    last: false,
    entities: [entity, { uuid: ids.walls, kind: "collection", fields: { name: "Walls", parent: null }, stamp: 0 }],
    deleted: [{ uuid: ids.lamp, stamp: 33 }],
  }),
  valid("index, one field newer than the rest", { ...index, entities: [{ ...entity, stamps: { translation: 49 } }] }),
  valid("change: create with every field of a mesh object", change),
  valid("change: duplicate", { ...change, ops: [{ ...create, copiedFrom: ids.lamp }] }),
  valid("change: a camera", {
    ...change,
    ops: [
      {
        ...create,
        fields: {
          name: "Camera",
          type: "camera",
          "camera.projection": "perspective",
          "camera.yfov": 0.4,
          "camera.near": 0.1,
          "camera.far": 1000,
        },
      },
    ],
  }),
  valid("change: a spot light", {
    ...change,
    ops: [
      {
        ...create,
        fields: {
          name: "Spot",
          type: "light",
          "light.type": "spot",
          "light.color": [1, 0.9, 0.8],
          "light.intensity": 54.3,
          "light.range": 0,
          "light.outer": 0.785,
          "light.inner": 0.66,
        },
      },
    ],
  }),
  valid("change: a mesh's bounds", {
    ...change,
    ops: [{ op: "create", uuid: ids.mesh, kind: "mesh", fields: { "mesh.center": [0, 0, 0], "mesh.size": [2, 2, 2] } }],
  }),
  valid("change: set without fields", set({})),
  valid("change: set and delete", {
    ...change,
    seq: 4_294_967_295,
    stamp: 9_007_199_254_740_991,
    ops: [
      { op: "set", uuid: ids.cube, fields: { parent: ids.lamp, visible: false } },
      { op: "delete", uuid: ids.lamp },
    ],
  }),
  valid("change: the largest and the smallest number", set({ translation: [1e30, -1e30, 5e-324] })),
  valid("change: a name of 256 characters", set({ name: "n".repeat(nameLengthMax) })),
  valid("change: a name outside ASCII", set({ name: "Zinne größer 城 🏰" })),
  valid("verified: every mark", {
    ...verified,
    items: [
      { uuid: ids.cube, fields: { name: "Cube", visible: true } },
      { uuid: ids.lamp, fields: {}, missing: true },
      { uuid: ids.walls, fields: { name: "Walls" }, pending: ["name", "light.color"], held: true, failed: "E_APPLY" },
    ],
  }),
  valid("held: one", { ...held, uuids: [ids.cube] }),
  valid("held: none", held),
  ...["idle", "editing", "playing", "reloading", "compiling", "loading", "rendering"].map((activity) =>
    valid(`state: ${activity}`, { ...state, activity }),
  ),
  ...["pause", "resume", "safe-mode", "resync"].map((action) => valid(`request: ${action}`, { kind: "request", action })),
  valid("fault", { kind: "fault", code: "E_APPLY", message: "Cube has a locked channel.", uuid: ids.cube }),
  valid("fault without a uuid", { kind: "fault", code: "E_REGISTRY", message: "" }),
  ...["quit", "reload", "disconnect"].map((reason) => valid(`bye: ${reason}`, { kind: "bye", reason })),
  valid("a number written with an exponent", { ...change, stamp: 1.7e1 }),
];

const wrongShape: readonly MessageCase[] = [
  invalidText("not JSON", "{"),
  invalidText("nothing", ""),
  invalidText("two messages", '{"kind":"held","epoch":1,"uuids":[]}{"kind":"held","epoch":1,"uuids":[]}'),
  invalidText("a comment", '{"kind":"held","epoch":1,"uuids":[]/* none */}'),
  invalid("null", null),
  invalid("an array", []),
  invalid("a string", "hello"),
  invalid("a number", 1),
  invalid("no kind", { reason: "quit" }),
  invalid("unknown kind", { kind: "exec", command: "rm" }),
  invalid("a message that only the hub sends", { kind: "final", lsn: 1 }),
  invalid("kind in another case", { kind: "Bye", reason: "quit" }),
  invalid("kind is an array", { kind: ["bye"], reason: "quit" }),
  invalid("an unknown member", { kind: "bye", reason: "quit", force: true }),
  invalid("an unknown member deep inside", set({ translation: [0, 0, 0], mass: 1 })),
  invalidText("__proto__", '{"kind":"bye","reason":"quit","__proto__":{"polluted":true}}'),
  invalidText("__proto__, escaped", '{"kind":"bye","reason":"quit","__pr\\u006fto__":{"polluted":true}}'),
  invalidText("__proto__ among the fields", setText('{"__proto__":{"visible":true}}')),
  invalidText("constructor", '{"kind":"bye","reason":"quit","constructor":{"prototype":{}}}'),
  invalidText("deep: 100 arrays", nested(100)),
  invalidText("deep: 10,000 arrays", nested(10_000)),
  invalidText("deep inside a value", setText(`{"translation":${nested(50)}}`)),
];

const wrongValue: readonly MessageCase[] = [
  ...["protocol", "role", "editor", "plugin", "instance", "project", "document", "epoch", "nonce", "resume"].map(
    (member) => invalid(`hello without ${member}`, without(hello, member)),
  ),
  invalid("hello: unknown role", { ...hello, role: "maya" }),
  invalid("hello: version 0", { ...hello, protocol: { min: 0, max: 1 } }),
  invalid("hello: nonce too short", { ...hello, nonce: "00" }),
  invalid("hello: nonce in upper case", { ...hello, nonce: clientNonce.toUpperCase() }),
  invalid("hello: epoch 0", { ...hello, epoch: 0 }),
  invalid("auth: proof is not hex", { kind: "auth", proof: "z".repeat(64) }),
  invalid("auth: proof of 65 digits", { kind: "auth", proof: "0".repeat(65) }),
  invalid("change: no operations", { ...change, ops: [] }),
  invalid("change: seq 0", { ...change, seq: 0 }),
  invalid("change: seq beyond 32 bits", { ...change, seq: 4_294_967_296 }),
  invalid("change: seq with a fraction", { ...change, seq: 1.5 }),
  invalid("change: seq as text", { ...change, seq: "1" }),
  invalid("change: negative stamp", { ...change, stamp: -1 }),
  invalid("change: negative base", { ...change, base: -1 }),
  invalid("change: no base", { ...change, base: undefined }),
  invalidText("change: stamp beyond 2^53", JSON.stringify(change).replace('"stamp":17', '"stamp":9007199254740993')),
  invalid("change: unknown operation", { ...change, ops: [{ op: "move", uuid: ids.cube }] }),
  invalid("change: create without a kind", { ...change, ops: [{ op: "create", uuid: ids.cube, fields: {} }] }),
  invalid("change: unknown entity kind", { ...change, ops: [{ ...create, kind: "particle" }] }),
  invalid("change: delete with fields", { ...change, ops: [{ op: "delete", uuid: ids.cube, fields: {} }] }),
  invalid("change: uuid in upper case", { ...change, ops: [{ op: "delete", uuid: ids.cube.replaceAll("1", "A") }] }),
  invalid("change: uuid in braces", { ...change, ops: [{ op: "delete", uuid: `{${ids.cube}}` }] }),
  invalid("change: uuid without hyphens", { ...change, ops: [{ op: "delete", uuid: "1".repeat(32) }] }),
  invalid("value: translation of two numbers", set({ translation: [0, 0] })),
  invalid("value: translation of four numbers", set({ translation: [0, 0, 0, 0] })),
  invalid("value: translation as an object", set({ translation: { x: 0, y: 0, z: 0 } })),
  invalid("value: null in a vector", set({ translation: [0, null, 0] })),
  invalid("value: text in a vector", set({ translation: [0, "0", 0] })),
  invalid("value: rotation of three numbers", set({ rotation: [0, 0, 0] })),
  invalid("value: beyond 1e30", set({ translation: [1.1e30, 0, 0] })),
  invalidText("value: infinite", setText('{"translation":[1e999,0,0]}'), "E_NOT_FINITE"),
  invalidText("value: negative infinite", setText('{"light.intensity":-1e999}'), "E_NOT_FINITE"),
  invalidText("value: NaN", setText('{"translation":[NaN,0,0]}')),
  invalidText("value: Infinity", setText('{"translation":[Infinity,0,0]}')),
  invalid("value: visible as a number", set({ visible: 1 })),
  invalid("value: name of 257 characters", set({ name: "n".repeat(nameLengthMax + 1) })),
  invalid("value: name is null", set({ name: null })),
  invalid("value: parent is not a uuid", set({ parent: "Cube" })),
  invalid("value: unknown object type", set({ type: "curve" })),
  invalid("value: unknown light type", set({ "light.type": "disco" })),
  invalid("value: 65 collections", set({ collections: new Array(65).fill(ids.walls) })),
  invalid("index: page -1", { ...index, page: -1 }),
  invalid("index: page beyond the limit", { ...index, page: 100_001 }),
  invalid("index: entity without a stamp", { ...index, entities: [without(entity, "stamp")] }),
  invalid("index: stamp of an unknown field", { ...index, entities: [{ ...entity, stamps: { mass: 1 } }] }),
  invalid("verified: batch 0", { ...verified, batch: 0 }),
  invalid("verified: without an epoch", without(verified, "epoch")),
  invalid("held: without an epoch", without(held, "epoch")),
  invalid("verified: unknown code", {
    ...verified,
    items: [{ uuid: ids.cube, fields: {}, failed: "E_OOPS" }],
  }),
  invalid("state: unknown activity", { ...state, activity: "sleeping" }),
  invalid("state: negative undo steps", { ...state, undoSteps: -1 }),
  invalid("request: unknown action", { kind: "request", action: "delete-everything" }),
  invalid("fault: text of 1,001 characters", { kind: "fault", code: "E_APPLY", message: "m".repeat(1_001) }),
  invalid("bye: unknown reason", { kind: "bye", reason: "crash" }),
];

export const messagesUp: readonly MessageCase[] = [...right, ...wrongShape, ...wrongValue];
