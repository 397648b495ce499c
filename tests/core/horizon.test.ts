/** Deletions are remembered up to a limit; what may have been deleted before that never comes back unsaid. */
import { beforeEach, describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { limits } from "#electron/core/limits.ts";
import { State } from "#electron/core/state.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const { tombstonesMax, tombstonesForgottenAtOnce } = limits;

function bury(state: State, { uuid, batch, stamp }: { uuid: string; batch: number; stamp: number }): void {
  const ops = [{ op: "delete" as const, uuid, stamp }];
  evolve(state, state.head.lsn + 1, { type: "edit", timeMs: 1, batch, reason: "edit", role: "blender", ops });
}

function decide(state: State, batch: number): void {
  evolve(state, state.head.lsn + 1, { type: "final", timeMs: 1, batch, finalLsn: state.head.lsn });
}

describe("beyond the limit", () => {
  const state = new State();
  bury(state, { uuid: uuidOf(1), batch: 1, stamp: 17 });
  for (let n = 2; n <= tombstonesMax; n += 1) bury(state, { uuid: uuidOf(n), batch: 2, stamp: 16 * n + 1 });
  decide(state, 2);
  const before = state.tombstones.size;
  bury(state, { uuid: uuidOf(tombstonesMax + 1), batch: 3, stamp: 16 * tombstonesMax + 17 });

  it("[ENG-50] the oldest tombstones are forgotten, many at once, but for one that nobody decided about", () => {
    expect(before).toBe(tombstonesMax);
    expect(state.tombstones.size).toBe(tombstonesMax + 1 - (tombstonesForgottenAtOnce - 1));
    const kept = [1, 2, tombstonesForgottenAtOnce, tombstonesForgottenAtOnce + 1, tombstonesMax + 1].filter((n) =>
      state.tombstones.has(uuidOf(n)),
    );
    expect(kept).toEqual([1, tombstonesForgottenAtOnce + 1, tombstonesMax + 1]);
  });

  it("[ENG-50] it is known how far back memory goes, also behind a checkpoint", () => {
    const horizon = { horizonLsn: tombstonesForgottenAtOnce, horizonStamp: 16 * tombstonesForgottenAtOnce + 1 };
    expect(state.head).toMatchObject(horizon);
    const decoded = decodeState(encodeState(state));
    expect(decoded.ok && decoded.value.head).toMatchObject(horizon);
  });
});

describe("an editor from before what is remembered", () => {
  const old = stampOf(5, "unity");
  const listed = (uuid: string, stamp: number): IndexedEntity => {
    return { uuid, kind: "object", fields: objectFields({ name: `Thing ${uuid.slice(-1)}` }), stamp };
  };
  let desk: Desk;
  beforeEach(() => {
    desk = new Desk();
    desk.boot();
    desk.link("blender");
    desk.link("unity");
    desk.state.head = { ...desk.state.head, horizonLsn: desk.state.head.lsn, horizonStamp: stampOf(9, "blender") };
    desk.state.commit();
  });

  it("[ENG-50] lists its scene: what was deleted meanwhile cannot be told from the log", () => {
    const { lsn } = desk.state.head;
    desk.drop("unity");
    desk.greet("unity", { log: "00000000-0000-4000-8000-00000000000b", lsn: lsn - 1 });
    expect(desk.told("unity", "welcome").at(-1)).toMatchObject({ resumed: false });
  });

  it("[ENG-50] keeps what it brings, and a person is told by name that it may have been deleted", () => {
    desk.drop("unity");
    desk.link("unity", [listed(uuidOf(1), old), listed(uuidOf(2), stampOf(10, "unity")), listed(uuidOf(3), 0)]);
    expect([1, 2, 3].every((n) => desk.state.entities.has(uuidOf(n)))).toBe(true);
    const told = desk.effects.flatMap((effect) => (effect.kind === "notice" ? [effect] : []));
    expect(told.filter(({ code }) => code === "E_HORIZON")).toHaveLength(1);
    expect(told.find(({ code }) => code === "E_HORIZON")?.message).toMatch(/^1 object.*\(Thing 1\)/);
    expect(desk.recordsOf("fault").map(({ code }) => code)).toContain("E_HORIZON");
  });

  it("[ENG-50] says nothing about what is known", () => {
    desk.drop("unity");
    desk.link("unity", [listed(uuidOf(2), stampOf(10, "unity"))]);
    desk.link("blender", [listed(uuidOf(2), old)]);
    expect(desk.recordsOf("fault").map(({ code }) => code)).not.toContain("E_HORIZON");
  });
});
