/** The fold: what it refuses to believe, and that a dropped turn leaves no trace. Also the table of modes. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { type InputKind, modeTable } from "#electron/core/mode-table.ts";
import type { RecordOf } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { BugError } from "#shared/assert.ts";
import { modes } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { objectFields, uuidOf } from "./desk.ts";
import { stateText } from "./state-text.ts";

const one = uuidOf(1);
const edit = (...ops: StampedOperation[]): RecordOf<"edit"> => {
  return { type: "edit", timeMs: 1, batch: 1, reason: "edit", role: "blender", ops };
};
const create: StampedOperation = { op: "create", uuid: one, kind: "object", fields: objectFields(), stamp: 17 };

function withOne(): State {
  const state = new State();
  evolve(state, 1, edit(create));
  state.commit();
  return state;
}

describe("the fold", () => {
  it.each([0, 1, 3])("[ENG-4] asserts that the next record is the next one: %i is not behind 1", (lsn) => {
    expect(() => evolve(withOne(), lsn, { type: "close", timeMs: 1 })).toThrow(BugError);
    expect(() => evolve(withOne(), lsn, { type: "close", timeMs: 1 })).toThrow(/ENG-4/);
  });

  it("[ENG-5] asserts that a living entity is not created again; a dead one may be", () => {
    expect(() => evolve(withOne(), 2, edit(create))).toThrow(/ENG-5/);
    const state = withOne();
    evolve(state, 2, edit({ op: "delete", uuid: one, stamp: 33 }));
    expect([state.entities.has(one), state.tombstones.has(one)]).toEqual([false, true]);
    evolve(state, 3, edit({ ...create, stamp: 49 }));
    expect([state.entities.has(one), state.tombstones.has(one)]).toEqual([true, false]);
  });

  it("[ENG-6] asserts that only a living entity is changed or moved; a deletion may overtake its creation", () => {
    const row = { uuid: uuidOf(9), mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0] };
    const rest = { timeMs: 1, batch: 1, role: "unity", stamp: 34 } as const;
    expect(() => evolve(withOne(), 2, edit({ op: "set", uuid: uuidOf(9), fields: { name: "X" }, stamp: 33 }))).toThrow(
      /ENG-6/,
    );
    expect(() => evolve(withOne(), 2, { type: "transforms", ...rest, rows: [row] })).toThrow(/ENG-6/);
    const state = withOne();
    evolve(state, 2, edit({ op: "delete", uuid: uuidOf(9), stamp: 33 }));
    expect(state.tombstones.get(uuidOf(9))).toMatchObject({ stamp: 33, entity: { registers: {} } });
  });

  it("[ENG-14] what both editors delete at once keeps what it was in its tombstone", () => {
    const state = withOne();
    evolve(state, 2, edit({ op: "delete", uuid: one, stamp: 33 }));
    evolve(state, 3, edit({ op: "delete", uuid: one, stamp: 50 }));
    const wanted = { stamp: 50, entity: { registers: { name: { value: "Thing" } } } };
    expect(state.tombstones.get(one)).toMatchObject(wanted);
  });

  it("[ENG-1] a turn that the log did not take leaves no trace", () => {
    const state = withOne();
    const before = stateText(state);
    evolve(state, 2, edit({ op: "set", uuid: one, fields: { name: "X" }, stamp: 33 }));
    evolve(state, 3, edit({ op: "delete", uuid: one, stamp: 49 }));
    evolve(state, 4, edit({ ...create, uuid: uuidOf(2), stamp: 65 }));
    state.drop();
    expect(stateText(state)).toBe(before);
    expect(state.entities.size).toBe(1);
  });
});

describe("modes", () => {
  const outcomes = new Set(["run", "keep", "refuse", "ignore"]);

  it.each(modes)("[ENG-10] %s has an outcome for every kind of input", (mode) => {
    const kinds: readonly InputKind[] = Object.keys(modeTable.live) as InputKind[];
    expect(Object.keys(modeTable[mode])).toEqual(kinds);
    expect(kinds.filter((kind) => !outcomes.has(modeTable[mode][kind]))).toEqual([]);
  });

  it("[ENG-10] edits are kept while paused and in safe mode, rolling back works, and nothing runs when halted", () => {
    for (const mode of ["paused", "safe"] as const) {
      expect(modeTable[mode]).toMatchObject({ edit: "keep", rollback: "run", command: "run" });
    }
    expect(Object.values(modeTable.halted).filter((outcome) => outcome === "run" || outcome === "keep")).toEqual([]);
  });
});
