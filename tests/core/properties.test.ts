/** R23: what must be true of any history: coalescing is done once, and a rollback can be taken back. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coalesce } from "#electron/core/batch.ts";
import type { SnapshotEntity, WireInput } from "#electron/core/input.ts";
import { differenceTo } from "#electron/core/rollback.ts";
import type { State } from "#electron/core/state.ts";
import { valuesOf } from "#electron/core/whole.ts";
import type { Uuid } from "#shared/ids.ts";
import { laneTransforms, maskBit } from "#shared/protocol/binary.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { longTestMs, scaled } from "#tests/hostile/scale.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const coalesced = scaled(500, 100_000);
const rollbacks = scaled(500, 100_000);
const uuidsMax = 5;
const uuid = fc.integer({ min: 1, max: uuidsMax }).map(uuidOf);
const role = fc.constantFrom("blender" as const, "unity" as const);
const place = fc.integer({ min: -1_000, max: 1_000 });

function linkedDesk(): Desk {
  const desk = new Desk();
  desk.boot();
  for (const each of ["blender", "unity"] as const) desk.link(each);
  desk.take({ kind: "pause", paused: true });
  return desk;
}

describe("R23: coalescing", () => {
  /** Each editor moves things of its own: see docs/engine.md, Gaps, for a thing that both move within a turn. */
  const owned = fc
    .tuple(role, fc.integer({ min: 1, max: uuidsMax }))
    .map(([by, index]) => ({ role: by, uuid: uuidOf(by === "blender" ? index : uuidsMax + index) }));
  const move = fc.record({ owned, place, mask: fc.constantFrom(maskBit.translation, 7) });
  const rename = fc.record({ owned, name: fc.string({ maxLength: 5 }) });
  const script = fc.array(fc.oneof({ weight: 5, arbitrary: move }, rename), { maxLength: 30 });

  /** A desk with every object in it, and the script as what its editors say. */
  function told(steps: readonly (typeof script extends fc.Arbitrary<(infer One)[]> ? One : never)[]) {
    const desk = linkedDesk();
    const ids = Array.from({ length: 2 * uuidsMax }, (_, index) => uuidOf(index + 1));
    desk.change(
      "blender",
      ...ids.map((id) => ({ op: "create" as const, uuid: id, kind: "object" as const, fields: objectFields() })),
    );
    let lamport = 100;
    const inputs = steps.map((step): WireInput => {
      lamport += 1;
      const { role: by, uuid: id } = step.owned;
      const [connection, stamp] = [desk.connectionOf(by), stampOf(lamport, by)];
      const { seq, base } = desk.changeOf(by, []);
      if ("name" in step) {
        const ops = [{ op: "set" as const, uuid: id, fields: { name: step.name } }];
        return {
          kind: "wire",
          event: { kind: "message", connection, message: { kind: "change", epoch: 1, seq, stamp, base, ops } },
        };
      }
      const rows = [{ uuid: id, mask: step.mask, flags: 0, values: [step.place, 1, 2, 0, 0, 0, 1, 1, 1, 1] }];
      const frame = { lane: laneTransforms, seq, epoch: 1, lsn: 0, stamp, rows };
      return { kind: "wire", event: { kind: "frame", connection, frame } };
    });
    return { desk, inputs };
  }

  /** Not the stamps: a row that travels with a newer one gets its stamp. */
  const values = ({ entities }: State) => [...entities.values()].map((entity) => [entity.uuid, valuesOf(entity)]);
  const answered = (desk: Desk) =>
    (["blender", "unity"] as const).map((each) => desk.told(each, "accepted").map(({ seq }) => seq));

  it(
    `[ENG-18] ${coalesced} times: done once or three times, what counts is what counts one by one`,
    () => {
      fc.assert(
        fc.property(script, (steps) => {
          const [apart, once, twice] = [told(steps), told(steps), told(steps)];
          for (const input of apart.inputs) apart.desk.take(input);
          once.desk.take(...once.inputs);
          twice.desk.take(...coalesce(coalesce(twice.inputs).map(({ input }) => input)).map(({ input }) => input));
          for (const { desk } of [once, twice]) {
            expect(values(desk.state)).toEqual(values(apart.desk.state));
            expect(answered(desk)).toEqual(answered(apart.desk));
          }
        }),
        { numRuns: coalesced },
      );
    },
    longTestMs,
  );
});

describe("R23: a rollback", () => {
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    uuid.map((id): Operation => ({ op: "create", uuid: id, kind: "object", fields: objectFields() })),
    fc
      .tuple(uuid, fc.string({ maxLength: 5 }))
      .map(([id, name]): Operation => ({ op: "set", uuid: id, fields: { name } })),
    fc.tuple(uuid, fc.option(uuid)).map(([id, parent]): Operation => ({ op: "set", uuid: id, fields: { parent } })),
    fc.tuple(uuid, place).map(([id, x]): Operation => ({ op: "set", uuid: id, fields: { translation: [x, 0, 0] } })),
    uuid.map((id): Operation => ({ op: "delete", uuid: id })),
  );
  const edits = fc.array(fc.record({ role, operation }), { maxLength: 15 });

  function edit(desk: Desk, steps: readonly { role: "blender" | "unity"; operation: Operation }[]): void {
    for (const step of steps) {
      const isKnown = step.operation.op === "create" || desk.state.entities.has(step.operation.uuid);
      if (isKnown) desk.change(step.role, step.operation);
      desk.tick(1_001);
    }
  }

  const sceneOf = ({ entities }: State): ReadonlyMap<Uuid, SnapshotEntity> =>
    new Map([...entities.values()].map((one) => [one.uuid, { uuid: one.uuid, kind: one.kind, fields: valuesOf(one) }]));
  const nothing = { comeBack: [], goAway: [], change: [] };

  it(
    `[ENG-21] ${rollbacks} times: goes back to what was, and rolled back itself, to what is`,
    () => {
      fc.assert(
        fc.property(edits, edits, (first, then) => {
          const desk = linkedDesk();
          edit(desk, first);
          const before = sceneOf(desk.state);
          edit(desk, then);
          const after = sceneOf(desk.state);
          desk.take({ kind: "rollback", oid: "before", target: before });
          expect(differenceTo(desk.state, before)).toEqual(nothing);
          desk.take({ kind: "rollback", oid: "after", target: after });
          expect(differenceTo(desk.state, after)).toEqual(nothing);
        }),
        { numRuns: rollbacks },
      );
    },
    longTestMs,
  );
});
