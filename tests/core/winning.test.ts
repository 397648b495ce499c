/** Who wins, and does everybody hear of it: stamps, wholes, put-backs, and editors that were not there to be asked. */
import { beforeEach, describe, expect, it } from "vitest";
import { coalesce } from "#electron/core/batch.ts";
import type { Input } from "#electron/core/input.ts";
import { fieldOf } from "#electron/core/state.ts";
import { wholeOperations } from "#electron/core/whole.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const [one, two] = [uuidOf(1), uuidOf(2)];
const set = (uuid: string, fields: object): Operation => ({ op: "set", uuid, fields });
const create = (uuid: string, fields: object = {}): Operation => {
  return { op: "create", uuid, kind: "object", fields: objectFields(fields) };
};

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", create(one), create(two));
  desk.verify("blender");
  desk.verify("unity");
});

function moving(seq: number, uuid: string, x: number): Input {
  const rows = [{ uuid, mask: 1, flags: 0, values: [x, 0, 0, 0, 0, 0, 0, 0, 0, 0] }];
  const frame = { lane: laneTransforms, seq, epoch: 1, lsn: 0, stamp: stampOf(100 + seq, "blender"), rows };
  return { kind: "wire", event: { kind: "frame", connection: desk.connectionOf("blender"), frame } };
}

describe("a change", () => {
  it("[WIRE-10] that was turned away between two moves of one turn is missed, not passed over", () => {
    desk.take(moving(2, one, 1), moving(4, one, 3));
    expect(desk.told("blender", "accepted").map(({ seq }) => seq)).toEqual([1, 2]);
    expect(desk.told("blender", "reindex")).toHaveLength(1);
    expect(fieldOf(desk.state.entities.get(one), "translation")).toEqual([1, 0, 0]);
  });

  it("[WIRE-10] that comes again after a new listing by the same process is answered as it was", () => {
    const created = desk.changeOf("blender", [create(uuidOf(3))]);
    desk.say("blender", created);
    for (const role of ["blender", "unity"] as const) desk.verify(role);
    desk.change("blender", { op: "delete", uuid: uuidOf(3) });
    for (const role of ["blender", "unity"] as const) desk.verify(role);
    const { lsn } = desk.state.head;
    desk.drop("blender");
    // From a later log than this one: it cannot resume, and lists its scene.
    desk.greet("blender", { log: uuidOf(0xb), lsn: 1_000_000 });
    desk.list("blender");
    desk.say("blender", created);
    expect(desk.told("blender", "accepted")).toMatchObject([{ seq: created.seq, refused: [] }]);
    expect(desk.records.slice(lsn).filter(({ type }) => type === "fault")).toEqual([]);
  });
});

describe("numbers", () => {
  it("[WIRE-10] that begin anew, with nothing known of before, are of other changes", () => {
    desk.drop("blender");
    desk.link("blender");
    desk.say("blender", { ...desk.changeOf("blender", [create(uuidOf(3))]), seq: 1 });
    expect(desk.state.entities.has(uuidOf(3))).toBe(true);
  });

  it("[WIRE-10] may have a gap after a listing, and what was turned away may come behind it", () => {
    const change = (seq: number, uuid: string) => ({ ...desk.changeOf("blender", [create(uuid)]), seq });
    const named = [3, 4, 5].map(uuidOf) as [string, string, string];
    const later = change(7, named[0]);
    desk.say("blender", change(9, named[1]));
    expect(desk.told("blender", "reindex")).toHaveLength(1);
    desk.list("blender");
    desk.say("blender", change(9, named[1]));
    desk.say("blender", later);
    for (const role of ["blender", "unity"] as const) desk.verify(role);
    desk.say("blender", change(7, named[2]));
    expect(named.map((uuid) => desk.state.entities.has(uuid))).toEqual([true, true, false]);
    expect(desk.told("blender", "reindex")).toHaveLength(1);
  });
});

describe("a stamp", () => {
  it("[WIRE-9] of a move stays with it when frames are merged", () => {
    const [merged] = coalesce([moving(2, one, 1), moving(3, two, 2), moving(4, two, 3)]);
    expect(merged?.change).toMatchObject({ stamps: [stampOf(102, "blender"), stampOf(104, "blender")] });
    const newer = { ...desk.changeOf("unity", [set(one, { translation: [9, 9, 9] })]), stamp: stampOf(103, "unity") };
    desk.say("unity", newer);
    desk.take(moving(2, one, 1), moving(3, two, 2), moving(4, two, 3));
    expect(fieldOf(desk.state.entities.get(one), "translation")).toEqual([9, 9, 9]);
    expect(fieldOf(desk.state.entities.get(two), "translation")).toEqual([3, 0, 0]);
  });

  it("[WIRE-8] of the hub's is above that of a change it refused: what it puts back wins", () => {
    desk.change("blender", set(two, { parent: one }));
    desk.verify("blender");
    desk.verify("unity");
    const refused = { ...desk.changeOf("unity", [set(one, { parent: two })]), stamp: stampOf(900, "unity") };
    desk.say("unity", refused);
    const putBack = desk.told("unity", "apply").at(-1);
    expect(putBack).toMatchObject({ reason: "repair", ops: [{ uuid: one, fields: { parent: null } }] });
    expect(putBack?.ops[0]?.stamp).toBeGreaterThan(refused.stamp);
  });

  it("[WIRE-15] of every value is its own when an entity is sent whole", () => {
    desk.change("unity", set(one, { name: "Later" }));
    const entity = desk.state.entities.get(one);
    const [born, renamed] = wholeOperations(entity as NonNullable<typeof entity>);
    expect(born).toMatchObject({ op: "create", stamp: entity?.createdStamp, fields: { name: "Later", parent: null } });
    expect(renamed).toEqual({ op: "set", uuid: one, stamp: entity?.registers.name?.stamp, fields: { name: "Later" } });
  });
});

describe("an editor", () => {
  it("[ENG-25] is asked again for what became final while it said nothing", () => {
    desk.change("blender", set(one, { name: "Missed" }));
    desk.verify("blender");
    desk.tick(6_000);
    expect(desk.state.provisional.size).toBe(0);
    const before = desk.told("unity", "verify").length;
    desk.say("unity", { kind: "held", epoch: 1, uuids: [] });
    desk.tick(0);
    const asked = desk.told("unity", "verify").slice(before);
    expect(asked.flatMap(({ items }) => items)).toContainEqual({ uuid: one, fields: ["name"] });
  });

  it("[WIRE-27] that comes back is told what is final when it has shown what it missed, or at once", () => {
    const finals = () => desk.told("unity", "final").map(({ lsn }) => lsn);
    desk.drop("unity");
    desk.change("blender", set(one, { name: "Missed" }));
    desk.verify("blender");
    desk.resume("unity");
    for (const asked of desk.told("unity", "verify")) {
      expect(finals()).toEqual([]);
      desk.verify("unity", {}, asked);
    }
    expect(finals()).toEqual([desk.state.head.finalLsn]);
    desk.drop("unity");
    desk.resume("unity");
    expect(finals()).toEqual([desk.state.head.finalLsn]);
  });

  it("[ENG-25] is asked for a field of which its own change came too late", () => {
    const late = { ...desk.changeOf("unity", [set(one, { visible: false })]), stamp: stampOf(0, "unity") };
    const before = desk.told("unity", "verify").length;
    desk.say("unity", late);
    expect(desk.told("unity", "verify").slice(before)).toMatchObject([{ items: [{ uuid: one, fields: ["visible"] }] }]);
  });

  it("[ENG-26] is told again what is dead when it changes it", () => {
    desk.change("blender", { op: "delete", uuid: one });
    const before = desk.told("unity", "apply").length;
    desk.change("unity", set(one, { name: "Too late" }));
    desk.verify("blender");
    desk.verify("unity");
    desk.tick(0);
    const told = desk.told("unity", "apply").slice(before);
    expect(told).toMatchObject([{ reason: "resync", ops: [{ op: "delete", uuid: one }] }]);
  });

  it("[WIRE-26] whose deletion is on its way has lost nothing", () => {
    desk.change("blender", set(one, { name: "Renamed" }));
    desk.verify("blender");
    const batch = desk.told("unity", "verify").at(-1)?.batch ?? 0;
    for (let look = 0; look < 6; look += 1) {
      desk.say("unity", {
        kind: "verified",
        epoch: 1,
        batch,
        items: [{ uuid: one, fields: {}, missing: true, pending: ["name"] }],
      });
      desk.tick(700);
    }
    expect(desk.recordsOf("fault")).toEqual([]);
    expect(desk.state.quarantine.size).toBe(0);
  });
});

describe("what hangs below a deleted thing", () => {
  it("[ENG-7] [WAL-6] moves before it goes, so that no cut of the log leaves it below nothing", () => {
    desk.change("blender", set(two, { parent: one }));
    desk.verify("blender");
    desk.verify("unity");
    const before = desk.records.length;
    desk.change("unity", { op: "delete", uuid: one });
    const edits = desk.records.slice(before).flatMap((record) => (record.type === "edit" ? record.ops : []));
    expect(edits.map(({ op, uuid }) => [op, uuid])).toEqual([
      ["set", two],
      ["delete", one],
    ]);
  });
});
