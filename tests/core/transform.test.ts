/** An object's place: parts laid over each other, each with its own writer, and the same place after a restart. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { type Entity, fieldOf, registersOf, State, writtenOf } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { maskBit } from "#shared/protocol/binary.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { uuidOf } from "./desk.ts";

const one = uuidOf(1);
const values = [1, 2, 3, 0, 1, 0, 0, 4, 5, 6];

function stateWith(fields: Fields): State {
  const state = new State();
  const op = { op: "create", uuid: one, kind: "object", fields, stamp: 17 } as const;
  evolve(state, 1, { type: "edit", timeMs: 1, batch: 1, reason: "edit", role: "blender", ops: [op] });
  state.commit();
  return state;
}

function move(state: State, mask: number, batch: number): Entity {
  const rows = [{ uuid: one, mask, flags: 0, values }];
  evolve(state, state.head.lsn + 1, { type: "transforms", timeMs: 2, batch, role: "unity", stamp: 34, rows });
  return state.entities.get(one) as Entity;
}

describe("an object's place", () => {
  it("[WIRE-9] a row changes the parts that its mask names, and nobody else's stamp", () => {
    const state = stateWith({ translation: [9, 9, 9], scale: [2, 2, 2] });
    const entity = move(state, maskBit.translation | maskBit.rotation, 2);
    expect(Object.fromEntries(registersOf(entity).map(([name, { value, stamp }]) => [name, [value, stamp]]))).toEqual({
      translation: [[1, 2, 3], 34],
      rotation: [[0, 1, 0, 0], 34],
      scale: [[2, 2, 2], 17],
    });
  });

  it("a part that nobody wrote is not there, whatever numbers a row carries", () => {
    const entity = move(stateWith({}), maskBit.translation, 2);
    expect([fieldOf(entity, "rotation"), writtenOf(entity, "scale")]).toEqual([undefined, undefined]);
    expect(entity.transform.values).toEqual([1, 2, 3, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("[ENG-2] [ENG-34] is the same after a checkpoint, and what waits for its batch becomes final all the same", () => {
    const state = stateWith({ translation: [9, 9, 9] });
    move(state, maskBit.translation, 2);
    const read = decodeState(encodeState(state));
    if (!read.ok) throw new Error(read.failure.message);
    expect(read.value.entities.get(one)).toEqual(state.entities.get(one));
    expect(read.value.provisional.get(one)?.translation).toMatchObject({ batch: 2 });
    for (const at of [state, read.value]) {
      evolve(at, at.head.lsn + 1, { type: "final", timeMs: 3, batch: 1, finalLsn: 1 });
      expect(at.provisional.has(one)).toBe(true);
      evolve(at, at.head.lsn + 1, { type: "final", timeMs: 3, batch: 2, finalLsn: 2 });
      expect(at.provisional.has(one)).toBe(false);
    }
  });
});
