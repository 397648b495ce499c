/** The scripted editors' own honesty: what the engine's and the transport's tests rely on. */
import { describe, expect, it } from "vitest";
import { EditorApply } from "#electron/demo/editor-apply.ts";
import { EditorModel } from "#electron/demo/editor-model.ts";
import { EditorScene } from "#electron/demo/editor-scene.ts";
import { EditorShadow } from "#electron/demo/editor-shadow.ts";
import { EditorUser } from "#electron/demo/editor-user.ts";
import { spaceFor } from "#electron/demo/native-space.ts";
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { turn } from "#shared/math/quaternion.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { TinyHub } from "./tiny-hub.ts";

let made = 0;
function newUuid(): Uuid {
  made += 1;
  return `00000000-0000-4000-8000-${made.toString(16).padStart(12, "0")}`;
}

function editor(role: Role, metresPerUnit = 1) {
  const model = new EditorModel({ role, instance: newUuid(), name: role, version: "1", metresPerUnit });
  return { model, user: new EditorUser(model, newUuid) };
}

function pair(metresPerUnit = 1) {
  const hub = new TinyHub();
  const blender = editor("blender", metresPerUnit);
  const unity = editor("unity");
  hub.link(blender.model);
  hub.link(unity.model);
  return { hub, blender, unity };
}

function differences(a: EditorModel, b: EditorModel): string[] {
  const found: string[] = [];
  for (const uuid of new Set([...a.scene.uuids(), ...b.scene.uuids()])) {
    const [one, other] = [a.scene.read(uuid), b.scene.read(uuid)];
    if (!one || !other) found.push(`${uuid} is in one scene only`);
    for (const [name, value] of Object.entries(one ?? {})) {
      const theirs = other?.[name as FieldName];
      if (!isSameValue(name as FieldName, value as FieldValue, theirs))
        found.push(`${uuid} ${name} ${value} ${theirs}`);
    }
  }
  return found;
}

describe("a scripted pair", () => {
  it("[WIRE-9] shows every kind of object and every user action in the other editor, in its own space", () => {
    const { hub, blender, unity } = pair(0.1);
    const grounds = blender.user.createCollection("Grounds");
    const mesh = blender.user.createMesh("Stone", [2, 4, 6]);
    const keep = blender.user.createObject({ name: "Keep", type: "mesh", data: mesh, collections: [grounds] });
    const rotation = turn([0, 0.6, 0.8], 1);
    const camera = blender.user.createObject({
      name: "Eye",
      type: "camera",
      parent: keep,
      translation: [1, 2, 3],
      rotation,
    });
    const lamp = unity.user.createObject({ name: "Lamp", type: "light", "light.color": [1, 0.5, 0.25] });
    hub.settle();
    expect(unity.model.scene.uuids().sort()).toEqual([grounds, mesh, keep, camera, lamp].sort());
    unity.user.move(keep, [10_000, 0.5, -3]);
    unity.user.reparent(lamp, camera);
    unity.user.rename(keep, "Donjon");
    blender.user.setVisible(keep, false);
    const copy = blender.user.duplicate(keep);
    hub.settle();
    expect(differences(blender.model, unity.model)).toEqual([]);
    expect(unity.model.scene.read(keep)).toMatchObject({ name: "Donjon", visible: false });
    expect(unity.model.scene.has(copy)).toBe(true);
    unity.user.delete(keep);
    hub.settle();
    expect(blender.model.scene.uuids().sort()).toEqual([grounds, mesh, copy].sort());
    unity.user.undo();
    hub.settle();
    expect(differences(blender.model, unity.model)).toEqual([]);
    expect(blender.model.scene.parentOf(lamp)).toBe(camera);
  });

  it("keeps its scene in the editor's own axes and units", () => {
    const { hub, blender, unity } = pair(0.01);
    const box = unity.user.createObject({ name: "Box", translation: [1, 3, -2], scale: [1, 0.5, 2] });
    hub.settle();
    expect(unity.model.scene.nativeOf(box)?.translation).toEqual([-1, 3, -2]);
    expect(blender.model.scene.nativeOf(box)?.translation).toEqual([100, 200, 300]);
    expect(blender.model.scene.nativeOf(box)?.scale).toEqual([1, 2, 0.5]);
  });

  it("[WIRE-18] answers nothing to what it was told: no echo", () => {
    const { hub, blender, unity } = pair(0.3048);
    const box = blender.user.createObject({ name: "Box", type: "camera", rotation: turn([0.36, 0.48, 0.8], 2.1) });
    hub.settle();
    for (let step = 1; step <= 200; step += 1) {
      (step % 2 ? blender : unity).user.move(box, [step / 7, -step * 31.7, 12_345.678 / step]);
      const before = hub.said.length;
      hub.settle();
      expect(hub.said.slice(before)).toEqual(["frame"]);
    }
    unity.model.dirty.add(box);
    blender.model.dirty.add(box);
    expect([...unity.model.capture(), ...blender.model.capture()]).toEqual([]);
  });

  it("[WIRE-22] sends transforms on the binary lane, mixed changes as text", () => {
    const { hub, blender } = pair();
    const box = blender.user.createObject({ name: "Box" });
    hub.settle();
    const before = hub.said.length;
    blender.user.move(box, [1, 2, 3]);
    hub.settle();
    blender.user.set(box, { name: "Chest", translation: [3, 2, 1] });
    hub.settle();
    expect(hub.said.slice(before)).toEqual(["frame", "change"]);
  });

  it("[WIRE-17] orders a change: parents first, then values, then deletes", () => {
    const { blender } = pair();
    const old = blender.user.createObject({ name: "Old" });
    const kept = blender.user.createObject({ name: "Kept" });
    blender.model.capture();
    blender.user.delete(old);
    blender.user.rename(kept, "Renamed");
    const parent = newUuid();
    const child = blender.user.createObject({ name: "Child", parent });
    blender.model.scene.add(parent, "object", { name: "Parent", parent: null });
    blender.model.dirty.add(parent);
    const [change] = blender.model.capture();
    const ops = change?.kind === "message" && change.message.kind === "change" ? change.message.ops : [];
    expect(ops.map(({ op, uuid }) => [op, uuid])).toEqual([
      ["create", parent],
      ["create", child],
      ["set", kept],
      ["delete", old],
    ]);
  });

  it("[WIRE-19] says where the children of a deleted parent are now", () => {
    const { hub, blender, unity } = pair();
    const parent = blender.user.createObject({ name: "Parent" });
    const child = blender.user.createObject({ name: "Child", parent });
    hub.settle();
    blender.user.delete(parent);
    const [change] = blender.model.capture();
    expect(change).toMatchObject({
      message: {
        ops: [
          { op: "set", uuid: child, fields: { parent: null } },
          { op: "delete", uuid: parent },
        ],
      },
    });
    hub.hear(blender.model, change ? [change] : []);
    expect(unity.model.scene.read(child)).toMatchObject({ parent: null });
    expect(differences(blender.model, unity.model)).toEqual([]);
  });

  it("[WIRE-24] leaves alone what the user holds, and applies it by its stamp when the user lets go", () => {
    const { hub, blender, unity } = pair();
    const box = blender.user.createObject({ name: "Box" });
    hub.settle();
    hub.hear(unity.model, unity.model.grab([box]));
    blender.user.move(box, [5, 0, 0]);
    blender.user.rename(box, "Chest");
    hub.settle();
    expect(unity.model.scene.read(box)).toMatchObject({ name: "Box", translation: [0, 0, 0] });
    unity.user.move(box, [0, 0, 9]);
    hub.settle();
    hub.hear(unity.model, unity.model.release());
    expect(unity.model.scene.read(box)).toMatchObject({ name: "Chest", translation: [0, 0, 9] });
    expect(differences(blender.model, unity.model)).toEqual([]);
  });

  it("[WIRE-25] answers a verify from the live scene, and says what is missing, pending or held", () => {
    const { hub, blender, unity } = pair();
    const box = blender.user.createObject({ name: "Box" });
    hub.settle();
    unity.model.scene.write(box, { name: "Tampered" });
    hub.hear(unity.model, unity.model.grab([box]));
    blender.user.setVisible(box, false);
    hub.settle();
    const gone = newUuid();
    const items = [box, gone].map((uuid) => ({ uuid, fields: ["name", "visible"] as FieldName[] }));
    hub.tell(unity.model, { kind: "verify", epoch: 1, batch: 1, lsn: 3, transforms: [box, gone], items });
    expect(hub.verified.at(-1)?.items).toEqual([
      { uuid: box, fields: { name: "Tampered", visible: true }, pending: ["name"], held: true },
      { uuid: gone, fields: {}, missing: true },
    ]);
    expect(hub.said).toContain("read-back");
  });
});

describe("a link that breaks", () => {
  it("[WIRE-12] keeps changes until they are accepted and sends them again with the same seq and stamp", () => {
    const { hub, blender } = pair();
    const box = blender.user.createObject({ name: "Box" });
    const lost = blender.model.capture();
    blender.model.disconnected();
    expect(blender.model.capture()).toEqual([]);
    const again = blender.model.receive(welcome({ resumed: true }));
    expect(again.filter(({ kind }) => kind === "message")).toContainEqual(lost[0]);
    hub.hear(blender.model, again);
    expect(hub.entities.has(box)).toBe(true);
    expect(blender.model.unanswered).toBe(0);
  });

  it("[WIRE-16] resumes without a listing, and finds what the user did meanwhile", () => {
    const { hub, blender } = pair();
    const box = blender.user.createObject({ name: "Box" });
    hub.settle();
    blender.model.disconnected();
    blender.user.move(box, [1, 1, 1]);
    const said = blender.model.receive(welcome({ resumed: true }));
    expect(said.map((one) => (one.kind === "frame" ? "frame" : one.message.kind))).toEqual(["state", "frame"]);
  });

  it("[WIRE-14] lists what is agreed with its stamp, an edit with a new one, and names what is deleted", () => {
    const { hub, blender, unity } = pair();
    const box = blender.user.createObject({ name: "Box" });
    const other = blender.user.createObject({ name: "Other" });
    hub.settle();
    hub.unlink(unity.model);
    unity.user.move(box, [7, 0, 0]);
    unity.user.delete(other);
    blender.user.rename(box, "Renamed while Unity was away");
    hub.settle();
    hub.link(unity.model);
    hub.settle();
    expect(differences(blender.model, unity.model)).toEqual([]);
    expect(blender.model.scene.has(other)).toBe(false);
    expect(unity.model.scene.read(box)).toMatchObject({ name: "Renamed while Unity was away", translation: [7, 0, 0] });
  });

  it("[WIRE-11] [WIRE-13] another file is another epoch: numbers start again, an empty scene is one page", () => {
    const { blender } = pair();
    blender.user.createObject({ name: "Box" });
    blender.model.capture();
    const epoch = blender.model.epoch;
    const said = blender.model.open({ uuid: null, name: "other.blend", saved: false }, () => undefined);
    expect(said.map((one) => one.kind === "message" && one.message)).toEqual([
      expect.objectContaining({ kind: "state", epoch: epoch + 1 }),
      { kind: "index", epoch: epoch + 1, page: 0, last: true, entities: [], deleted: [] },
    ]);
    blender.user.createObject({ name: "New" });
    expect(blender.model.capture()).toMatchObject([{ message: { epoch: epoch + 1, seq: 1 } }]);
  });

  it("[WIRE-11] drops what was on its way to the document before", () => {
    const { blender } = pair();
    blender.model.open({ uuid: null, name: "other.blend", saved: false }, () => undefined);
    const stamp = stampOf(9, "unity");
    const op = { op: "create", uuid: newUuid(), kind: "object", fields: { name: "Late" }, stamp } as const;
    expect(blender.model.receive(apply(3, [op]))).toEqual([]);
    expect([...blender.model.scene.uuids()]).toEqual([]);
    expect(blender.model.appliedLsn).toBe(0);
    blender.model.receive({ ...apply(4, [op]), epoch: blender.model.epoch } as Parameters<EditorModel["receive"]>[0]);
    expect([...blender.model.scene.uuids()]).toEqual([op.uuid]);
  });

  it("[WIRE-10] [WIRE-11] takes no answer about the document before for one about this one", () => {
    const { blender } = pair();
    blender.user.createObject({ name: "Old" });
    const [old] = blender.model.capture();
    const [epoch, seq] = [blender.model.epoch, 1];
    expect(old).toMatchObject({ message: { epoch, seq } });
    blender.model.open({ uuid: null, name: "other.blend", saved: false }, () => undefined);
    blender.user.createObject({ name: "New" });
    const sent = blender.model.capture();
    expect(sent).toMatchObject([{ message: { epoch: epoch + 1, seq } }]);
    const accepted = { kind: "accepted" as const, epoch, seq, lsn: 9, refused: [] };
    const rejected = { kind: "rejected", epoch, seq, code: "E_CYCLE", message: "", retry: false } as const;
    const reindex = { kind: "reindex", epoch, code: "E_INDEX_INCOMPLETE" } as const;
    for (const late of [accepted, rejected, reindex]) expect(blender.model.receive(late)).toEqual([]);
    expect(blender.model.resend()).toEqual(sent);
    expect(blender.model.rejections).toEqual([]);
    blender.model.receive({ ...accepted, epoch: epoch + 1 });
    expect(blender.model.unanswered).toBe(0);
  });

  it("[WIRE-8] never makes a stamp at or below one that it has seen", () => {
    const { blender } = pair();
    const seen = stampOf(1_000, "hub");
    blender.model.receive({
      kind: "apply",
      epoch: 1,
      lsn: 1,
      reason: "edit",
      ops: [{ op: "delete", uuid: newUuid(), stamp: seen }],
    });
    blender.user.createObject({ name: "Box" });
    const [change] = blender.model.capture();
    expect(change).toMatchObject({ message: { stamp: stampOf(1_001, "blender") } });
  });

  it("puts a crossing of two parent changes right when the hub's repair arrives", () => {
    const { blender } = pair();
    const a = blender.user.createObject({ name: "A" });
    const b = blender.user.createObject({ name: "B" });
    blender.model.capture();
    blender.user.reparent(a, b);
    const stamp = stampOf(500, "unity");
    blender.model.receive(apply(1, [{ op: "set", uuid: b, fields: { parent: a }, stamp }]));
    expect(blender.model.scene.parentOf(b)).toBeNull();
    blender.model.receive(apply(2, [{ op: "set", uuid: a, fields: { parent: null }, stamp: stamp + 16 }]));
    expect([blender.model.scene.parentOf(a), blender.model.scene.parentOf(b)]).toEqual([null, a]);
  });
});

function apply(lsn: number, ops: readonly object[]) {
  return { kind: "apply", epoch: 1, lsn, reason: "edit", ops } as Parameters<EditorModel["receive"]>[0];
}

function welcome({ resumed }: { resumed: boolean }) {
  const id = "99999999-9999-4999-8999-999999999999";
  const place = { session: id, project: id, projectName: "Test", log: id, lsn: 1, stamp: 0 };
  return { kind: "welcome", protocol: 1, mode: "live", resumed, ...place } as const;
}

it("[WIRE-20] a parent that would close a circle waits, and is taken when the circle is gone, also of what is new", () => {
  const scene = new EditorScene(spaceFor("unity", 1));
  const apply = new EditorApply(scene, new EditorShadow("unity"));
  const [one, two, three] = [newUuid(), newUuid(), newUuid()];
  const made = (uuid: Uuid, parent: Uuid | null, stamp: number) => {
    return { op: "create" as const, uuid, kind: "object" as const, stamp, fields: { name: "Thing", parent } };
  };
  apply.take([made(one, null, 1), made(two, one, 1), made(three, two, 1)], 0);
  apply.take([{ op: "set", uuid: one, stamp: 2, fields: { parent: three } }], 0);
  expect(scene.parentOf(one)).toBe(null);
  const four = newUuid();
  scene.write(one, { parent: four });
  apply.take([made(four, three, 2)], 0);
  expect([scene.has(four), scene.parentOf(four)]).toEqual([true, null]);
  apply.take([{ op: "set", uuid: one, stamp: 3, fields: { parent: null } }], 0);
  expect(scene.parentOf(four)).toBe(three);
});
