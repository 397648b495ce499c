/** What a user does in Unity reaches the hub, once, with the right identities. */
import type { Suite } from "../run.ts";
import { equal, near, until } from "./rig.ts";

export const editing: Suite = {
  "a new scene is listed, an empty one as one empty page": async (rig) => {
    await rig.link();
    const pages = rig.hub.of("index");
    equal([pages.length, pages[0]?.page, pages[0]?.last], [1, 0, true], "[WIRE-13] pages");
  },

  "creating, moving, renaming, hiding, parenting and deleting are told once and do not echo": async (rig) => {
    await rig.link();
    const a = await rig.create("A", { type: "cube", translation: [1, 2, 3] });
    const b = await rig.create("B", { parent: "A" });
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await rig.do("rename", { object: b, name: "Child" });
    await rig.do("toggle", { object: b });
    await rig.settled();
    near(rig.hub.field(a, "translation"), [2, 2, 3], "moved");
    equal(rig.hub.field(b, "name"), "Child", "renamed");
    equal(rig.hub.field(b, "visible"), false, "hidden");
    equal(rig.hub.field(b, "parent"), a, "parented");
    equal(rig.hub.field(a, "type"), "mesh", "type");
    await rig.do("parent", { object: b, parent: null });
    await rig.do("delete", { object: a });
    await rig.settled();
    equal(rig.hub.entities.has(a), false, "deleted");
    equal(rig.hub.field(b, "parent"), null, "unparented");
    await rig.quiet();
  },

  "[WIRE-22] transforms alone travel on the binary lane": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    const texts = rig.hub.of("change").length;
    await rig.do("move", { object: a, by: [0, 5, 0] });
    await rig.settled();
    equal(rig.hub.of("change").length, texts, "JSON changes for a move");
    equal(rig.hub.transformRows, 1, "rows");
  },

  "[WIRE-21] a copy gets its own identity, its children too, and says what it was copied from": async (rig) => {
    await rig.link();
    const a = await rig.create("A", { type: "cube" });
    const b = await rig.create("B", { parent: "A" });
    const { uuid: copy } = await rig.do<{ uuid: string }>("duplicate", { object: a });
    await rig.settled();
    const creates = rig.hub.of("change").flatMap(({ ops }) => ops.flatMap((op) => (op.op === "create" ? [op] : [])));
    const childCopy = creates.find((op) => op.fields["parent"] === copy);
    equal(creates.find((op) => op.uuid === copy)?.copiedFrom, a, "copiedFrom");
    equal(childCopy?.copiedFrom, b, "the child's copiedFrom");
    equal(rig.hub.field(copy, "data"), rig.hub.field(a, "data"), "the copy shows the same mesh");
    equal(rig.hub.field(a, "name"), "A", "the original keeps its identity");
  },

  "what a script moves without Undo is found by the poll": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    await rig.do("script", { object: a, translation: [7, 0, 0] });
    await until("the poll has seen it", () => JSON.stringify(rig.hub.field(a, "translation")) === "[7,0,0]");
  },

  "undo and redo of move, create and delete are edits and keep identities": async (rig) => {
    await rig.link();
    const a = await rig.create("A", { translation: [1, 0, 0] });
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await rig.settled();
    await rig.do("undo");
    await until("undone", () => JSON.stringify(rig.hub.field(a, "translation")) === "[1,0,0]");
    await rig.do("redo");
    await until("redone", () => JSON.stringify(rig.hub.field(a, "translation")) === "[2,0,0]");
    await rig.do("delete", { object: a });
    await until("deleted", () => !rig.hub.entities.has(a));
    await rig.do("undo");
    await until("back", () => rig.hub.entities.has(a));
    equal((await rig.shown(a)).name, "A", "same identity after undoing the deletion");
    await rig.do("redo");
    await until("deleted again", () => !rig.hub.entities.has(a));
    await rig.quiet();
  },

  "undo of a duplication and its redo keep the copy's identity": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    const { uuid: copy } = await rig.do<{ uuid: string }>("duplicate", { object: a });
    await rig.settled();
    await rig.do("undo");
    await until("gone", () => !rig.hub.entities.has(copy));
    await rig.do("redo");
    await until("back", () => rig.hub.entities.has(copy));
    equal(Object.keys(await rig.dump()).sort(), [a, copy].sort(), "identities");
  },

  "cameras and lights have their own values, and a spot's cone only when it is one": async (rig) => {
    await rig.link();
    const camera = await rig.create("Camera", { type: "camera" });
    const lamp = await rig.create("Lamp", { type: "light" });
    await rig.do("set", { object: camera, "camera.yfov": 0.5, "camera.near": 0.25 });
    await rig.settled();
    near([rig.hub.field(camera, "camera.yfov")], [0.5], "field of view");
    equal(rig.hub.field(camera, "camera.ymag"), undefined, "an orthographic size of a perspective camera");
    equal(rig.hub.field(lamp, "light.outer"), undefined, "the cone of a point light");
    await rig.do("set", { object: lamp, "light.type": "spot", "light.outer": 0.4 });
    await rig.settled();
    near([rig.hub.field(lamp, "light.outer")], [0.4], "the cone of a spot light");
    near(rig.hub.field(camera, "rotation"), [0, 1, 0, 0], "a Unity camera along +Z looks along canonical +Z");
  },

  "the panel tells the truth and its buttons work": async (rig) => {
    await rig.link();
    await rig.settled();
    const lines = await rig.do<string[]>("window");
    equal(lines.slice(0, 2), ["State: In step", "Project: Test"], "the first lines");
    await rig.do("window", { press: "Pause" });
    await until("the hub is asked to pause", () => rig.hub.of("request").at(-1)?.action === "pause");
    await rig.do("window", { press: "Disconnect" });
    await until("goodbye", () => rig.hub.of("bye").at(-1)?.reason === "disconnect");
    equal((await rig.do<string[]>("window"))[1], "Project: Disconnected", "the project's line");
    const a = await rig.create("A");
    await rig.do("window", { press: "Connect" });
    await until("what was done meanwhile is told", () =>
      [...rig.hub.entities.values()].some(({ fields }) => fields["name"] === "A"),
    );
    equal(rig.hub.field(a, "name"), "A", "identity");
  },

  "a player gets nothing of VibeSync": async (rig) => {
    await rig.link();
    await rig.create("A");
    const built = await rig.do<{ objects: object }>("build");
    const left = Object.keys(built.objects);
    equal(
      left.map((key) => key.slice(0, 12)),
      ["unidentified"],
      "objects without an identity",
    );
  },

  "an instance of a prefab has its own identity, also after saving and opening": async (rig) => {
    await rig.link();
    const a = await rig.create("Tree", { type: "cube" });
    await rig.create("Leaf", { parent: "Tree" });
    const prefab = await rig.do<string>("prefab", { object: a });
    const { uuid: second } = await rig.do<{ uuid: string }>("instantiate", { path: prefab });
    await rig.do("move", { object: second, by: [3, 0, 0] });
    await rig.settled();
    const before = Object.keys(await rig.dump()).sort();
    equal(new Set(before).size, 5, "two trees, two leaves and their mesh");
    await rig.do("save");
    await rig.do("open", { path: "Assets/Main.unity" });
    await rig.listed();
    await rig.settled();
    equal(Object.keys(await rig.dump()).sort(), before, "identities after opening");
    near((await rig.shown(second)).translation, [3, 0, 0], "the instance's own place");
  },
};
