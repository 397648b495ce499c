/** What the hub says reaches the scene: in order, never what the user holds, never over a newer edit. */
import type { Suite } from "../run.ts";
import { equal, near, sleep, until } from "./rig.ts";

const rest = { translation: [0, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
const idA = "aaaaaaaa-0000-4000-8000-000000000001";
const idB = "aaaaaaaa-0000-4000-8000-000000000002";
const idMesh = "aaaaaaaa-0000-4000-8000-000000000003";
const idCollection = "aaaaaaaa-0000-4000-8000-000000000004";

function object(uuid: string, name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const fields = { name, type: "empty", parent: null, collections: [], data: null, visible: true, ...rest, ...more };
  return { op: "create", uuid, kind: "object", fields };
}

export const applying: Suite = {
  "objects made in the other editor appear, with place, parent and visibility, and do not echo": async (rig) => {
    await rig.link();
    rig.hub.apply([object(idA, "A", { translation: [1, 2, 3] }), object(idB, "B", { parent: idA, visible: false })]);
    await until("B is there", async () => (await rig.dump())[idB] !== undefined);
    near((await rig.shown(idA)).translation, [1, 2, 3], "place");
    const b = await rig.shown(idB);
    equal([b.name, b.parent, b["visible"]], ["B", idA, false], "B");
    rig.hub.move(idA, [4, 5, 6]);
    await until("moved", async () => (await rig.shown(idA)).translation[0] === 4);
    await rig.quiet();
    equal(rig.hub.of("change").length + rig.hub.transformRows, 0, "changes sent");
  },

  "children of cameras and lights stay where they are in the world": async (rig) => {
    await rig.link();
    const camera = object(idA, "Camera", { type: "camera", "camera.yfov": 0.7, "camera.projection": "perspective" });
    rig.hub.apply([camera, object(idB, "Child", { parent: idA, translation: [1, 2, 3] })]);
    await until("the child is there", async () => (await rig.dump())[idB] !== undefined);
    near((await rig.shown(idB)).translation, [1, 2, 3], "the child's canonical place");
    near((await rig.shown(idA))["rotation"], [0, 0, 0, 1], "the camera's canonical rotation");
    rig.hub.apply([{ op: "set", uuid: idB, fields: { parent: null } }]);
    await until("unparented", async () => (await rig.shown(idB)).parent === null);
    near((await rig.shown(idB)).translation, [1, 2, 3], "canonical values are kept when the parent changes");
    await rig.quiet();
  },

  "a mesh is a box of its bounds, collections are kept without loss": async (rig) => {
    await rig.link();
    const fields = { name: "Rock", "mesh.center": [0, 1, 0], "mesh.size": [2, 4, 6] };
    const collection = { op: "create", uuid: idCollection, kind: "collection", fields: { name: "Set", parent: null } };
    const rock = object(idA, "Rock", { type: "mesh", data: idMesh, collections: [idCollection] });
    rig.hub.apply([{ op: "create", uuid: idMesh, kind: "mesh", fields }, collection, rock]);
    await until("the rock is there", async () => (await rig.dump())[idA] !== undefined);
    const shown = await rig.shown(idA);
    equal([shown["type"], shown["data"], shown["collections"]], ["mesh", idMesh, [idCollection]], "the rock");
    await rig.do("save");
    await rig.do("open", { path: "Assets/Main.unity" });
    await rig.listed();
    await rig.settled();
    equal((await rig.shown(idA))["collections"], [idCollection], "collections after saving and opening");
    near((await rig.shown(idMesh))["mesh.size"], [2, 4, 6], "the mesh after saving and opening");
    await rig.quiet();
  },

  "[WIRE-9] a late write with an older stamp changes nothing": async (rig) => {
    await rig.link();
    const a = await rig.create("A", { translation: [1, 0, 0] });
    await rig.settled();
    const old = { op: "set" as const, uuid: a, fields: { translation: [9, 9, 9] }, stamp: 17 };
    rig.hub.send({ kind: "apply", epoch: rig.hub.epoch, lsn: 100, reason: "edit", ops: [old] });
    await sleep(200);
    near((await rig.shown(a)).translation, [1, 0, 0], "place");
  },

  "[WIRE-24] what the user holds is not written, and the user's last word wins": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    const b = await rig.create("B");
    await rig.settled();
    await rig.do("hold", { object: a });
    await until("held is told", () => rig.hub.of("held").at(-1)?.uuids[0] === a);
    rig.hub.apply([{ op: "set", uuid: a, fields: { name: "Remote", translation: [50, 0, 0] } }]);
    rig.hub.move(b, [3, 0, 0]);
    await until("others are written", async () => (await rig.shown(b)).translation[0] === 3);
    equal((await rig.shown(a)).name, "A", "the held object's name");
    equal((await rig.state()).word, "Held", "the word");
    await rig.do("drag", { object: a, translation: [1, 0, 0] });
    await rig.do("drag", { object: a, translation: [2, 0, 0] });
    await rig.do("release");
    await until("the rest is applied", async () => (await rig.shown(a)).name === "Remote");
    near((await rig.shown(a)).translation, [2, 0, 0], "the drag was newer than what arrived meanwhile");
    await until("the hub has it", () => JSON.stringify(rig.hub.field(a, "translation")) === "[2,0,0]");
    await until("nothing is held any more", () => rig.hub.of("held").at(-1)?.uuids.length === 0);
    await rig.do("undo");
    await until(
      "one undo takes back the whole drag",
      () => JSON.stringify(rig.hub.field(a, "translation")) === "[0,0,0]",
    );
  },

  "a remote deletion spares children that the user has just made, and the user's undo does not bring it back": async (
    rig,
  ) => {
    await rig.link();
    rig.hub.apply([object(idA, "A", { translation: [5, 0, 0] })]);
    await until("A is there", async () => (await rig.dump())[idA] !== undefined);
    const mine = await rig.create("Mine", { parent: "A", translation: [1, 0, 0] });
    rig.hub.apply([{ op: "delete", uuid: idA }]);
    await until("A is gone", async () => (await rig.dump())[idA] === undefined);
    const shown = await rig.shown(mine);
    equal(shown.parent, null, "the child's parent");
    near(shown.translation, [6, 0, 0], "the child's place in the world");
    await rig.settled();
    equal(rig.hub.field(mine, "parent"), null, "the hub was told");
    equal(rig.hub.entities.has(idA), false, "A stays deleted");
  },

  "[WIRE-25] verification is answered from the live scene": async (rig) => {
    await rig.link();
    const a = await rig.create("A", { translation: [1, 2, 3] });
    await rig.settled();
    const items = [
      { uuid: a, fields: ["name" as const, "visible" as const] },
      { uuid: idB, fields: ["name" as const] },
    ];
    const { epoch, lsn } = rig.hub;
    rig.hub.send({ kind: "verify", epoch, batch: 7, lsn, transforms: [a, idB], items });
    await until("verified", () => rig.hub.of("verified").length === 1);
    const [row, missing] = rig.hub.readBacks;
    near(row?.values, [1, 2, 3, 0, 0, 0, 1, 1, 1, 1], "the row");
    equal([row?.mask, row?.flags, missing?.flags], [7, 0, 1], "masks and flags");
    const [found, lost] = rig.hub.of("verified")[0]?.items ?? [];
    equal(found?.fields, { name: "A", visible: true }, "fields");
    equal(lost?.missing, true, "missing");
  },

  "remote values that an undo reverted are put back, local ones are edits": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await rig.settled();
    rig.hub.move(a, [10, 0, 0]);
    await until("moved by the hub", async () => (await rig.shown(a)).translation[0] === 10);
    await rig.do("rename", { object: a, name: "Renamed" });
    await rig.settled();
    await rig.do("undo");
    await until("the name is back", () => rig.hub.field(a, "name") === "A");
    await rig.do("undo");
    await rig.quiet();
    near((await rig.shown(a)).translation, [10, 0, 0], "the hub's move is not the user's to undo");
    near(rig.hub.field(a, "translation"), [10, 0, 0], "and was not sent as an edit");
  },

  "an object that the hub made survives the undo of its parent's creation": async (rig) => {
    await rig.link();
    const p = await rig.create("P", { translation: [2, 0, 0] });
    await rig.settled();
    rig.hub.apply([object(idA, "Guest", { parent: p, translation: [1, 0, 0] })]);
    await until("the guest is there", async () => (await rig.dump())[idA] !== undefined);
    await rig.do("undo");
    await until("the parent is gone", () => !rig.hub.entities.has(p));
    await rig.settled();
    const guest = await rig.shown(idA);
    equal(guest.parent, null, "the guest's parent");
    near(guest.translation, [3, 0, 0], "the guest's place in the world");
    equal(rig.hub.field(idA, "parent"), null, "the hub was told");
  },

  "what cannot be applied is said, with a code, and does not stop the rest": async (rig) => {
    await rig.link();
    const tree = await rig.create("Tree");
    const leaf = await rig.create("Leaf", { parent: "Tree" });
    await rig.do("prefab", { object: tree });
    await rig.settled();
    rig.hub.apply([{ op: "set", uuid: leaf, fields: { parent: null } }, object(idA, "A")]);
    await until("A is there", async () => (await rig.dump())[idA] !== undefined);
    await until("the fault is told", () =>
      rig.hub.of("fault").some(({ uuid, code }) => uuid === leaf && code === "E_APPLY"),
    );
    equal((await rig.shown(leaf)).parent, tree, "Unity refuses to reparent inside an instance");
  },
};
