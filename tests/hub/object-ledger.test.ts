/** The window's list of objects: told in parts, and whole for who asks in the middle of it. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { Links } from "#electron/core/links.ts";
import { State } from "#electron/core/state.ts";
import { ObjectLedger } from "#electron/hub/object-ledger.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";

/** More than are looked at in two parts. */
const objects = 2_500;

function scene(): State {
  const state = new State();
  const ops = Array.from({ length: objects }, (_, index) => {
    return { op: "create", uuid: uuidOf(index), kind: "object", fields: objectFields(), stamp: 17 } as const;
  });
  evolve(state, 1, { type: "edit", timeMs: 1, batch: 1, reason: "edit", role: "blender", ops });
  state.commit();
  return state;
}

describe("the window's list of objects", () => {
  it("is told in parts, each object once", () => {
    const ledger = new ObjectLedger(scene(), new Links());
    const parts = [...ledger.takeDeltas()].map(({ upserts }) => upserts.map(({ uuid }) => uuid));
    expect(parts.length).toBe(3);
    expect(new Set(parts.flat()).size).toBe(objects);
    expect([...ledger.takeDeltas()]).toEqual([]);
  });

  it("is whole for who asks between two parts, whatever changes meanwhile", () => {
    const state = scene();
    const ledger = new ObjectLedger(state, new Links());
    const telling = ledger.takeDeltas();
    telling.next();
    expect(ledger.counts().objects).toBeLessThan(objects);
    const last = uuidOf(objects - 1);
    const ops = [{ op: "set", uuid: last, fields: { name: "Meanwhile" }, stamp: 33 } as const];
    const record = { type: "edit", timeMs: 2, batch: 2, reason: "edit", role: "blender", ops } as const;
    evolve(state, 2, { ...record, ops: [...ops] });
    ledger.note([{ ...record, ops: [...ops] }]);
    const all = ledger.all();
    expect(all.length).toBe(objects);
    expect(all.find(({ uuid }) => uuid === last)?.name).toBe("Meanwhile");
    expect(ledger.counts().objects).toBe(objects);
    expect([...telling]).toEqual([]);
  });
});
