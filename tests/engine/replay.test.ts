/** R23: whatever two editors do, the records read back from bytes give the live state after every turn. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { decodeTransforms, encodeTransforms, laneTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { Desk, objectFields, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";
import { longTestMs, scaled } from "#tests/hostile/scale.ts";

const histories = scaled(300, 100_000);
const checkpoints = scaled(150, 100_000);
const frames = scaled(2_000, 100_000);
const stepsMax = 25;

const uuid = fc.integer({ min: 1, max: 5 }).map(uuidOf);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  uuid.map((id): Operation => ({ op: "create", uuid: id, kind: "object", fields: objectFields() })),
  fc.tuple(uuid, fc.string({ maxLength: 20, unit: "grapheme" })).map(([id, name]): Operation => {
    return { op: "set", uuid: id, fields: { name } };
  }),
  fc.tuple(uuid, fc.option(uuid)).map(([id, parent]): Operation => ({ op: "set", uuid: id, fields: { parent } })),
  fc
    .tuple(uuid, fc.integer())
    .map(([id, x]): Operation => ({ op: "set", uuid: id, fields: { translation: [x, 0, 0] } })),
  uuid.map((id): Operation => ({ op: "delete", uuid: id })),
);
const step = fc.record({
  role: fc.constantFrom("blender" as const, "unity" as const),
  operation,
  waitMs: fc.constantFrom(0, 25, 300, 6_000),
});

function linkedDesk(): Desk {
  const desk = new Desk();
  desk.boot();
  for (const role of ["blender", "unity"] as const) desk.link(role);
  return desk;
}

describe("R23: replay", () => {
  it(
    `[ENG-2] of ${histories} histories gives the live state at every turn`,
    () => {
      const property = fc.property(fc.array(step, { maxLength: stepsMax }), (steps) => {
        const desk = linkedDesk();
        const replayed = new State();
        let lsn = 0;
        for (const one of steps) {
          desk.change(one.role, one.operation);
          desk.tick(one.waitMs);
          for (const record of desk.records.slice(lsn)) {
            const decoded = decodeRecord(encodeRecord(record));
            expect(decoded).toEqual({ ok: true, value: record });
            lsn += 1;
            if (decoded.ok) evolve(replayed, lsn, decoded.value);
          }
          replayed.commit();
          expect(stateText(replayed)).toBe(stateText(desk.state));
        }
      });
      fc.assert(property, { numRuns: histories });
    },
    longTestMs,
  );
});

describe("R23: a checkpoint", () => {
  it(
    `[ENG-2] [ENG-3] at every record of ${checkpoints} histories: read back and gone on from, it gives the live state`,
    () => {
      const property = fc.property(fc.array(step, { maxLength: stepsMax }), (steps) => {
        const desk = linkedDesk();
        for (const one of steps) {
          desk.change(one.role, one.operation);
          desk.tick(one.waitMs);
        }
        let state = new State();
        for (const [index, record] of desk.records.entries()) {
          evolve(state, index + 1, record);
          state.commit();
          const decoded = decodeState(encodeState(state));
          if (!decoded.ok) throw new Error(`at record ${index + 1}: ${decoded.failure.message}`);
          state = decoded.value;
        }
        expect(stateText(state)).toBe(stateText(desk.state));
      });
      fc.assert(property, { numRuns: checkpoints });
    },
    longTestMs,
  );
});

const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
const row = fc.record({
  uuid: fc.uuid(),
  mask: fc.constantFrom(1, 4, 5),
  flags: fc.integer({ min: 0, max: 15 }),
  values: fc.array(finite, { minLength: 10, maxLength: 10 }),
});
const frame: fc.Arbitrary<TransformFrame> = fc.record({
  lane: fc.constant(laneTransforms),
  seq: fc.integer({ min: 1, max: 0xffff_ffff }),
  epoch: fc.integer({ min: 1, max: 0xffff_ffff }),
  lsn: fc.maxSafeNat(),
  stamp: fc.maxSafeNat(),
  rows: fc.array(row, { minLength: 1, maxLength: 8 }),
});

describe("R23: the binary lane", () => {
  it(`[WIRE-31] ${frames} frames come back as they were, to the bit`, () => {
    fc.assert(
      fc.property(frame, (sent) => {
        const bytes = encodeTransforms(sent);
        const decoded = decodeTransforms(bytes);
        expect(decoded).toEqual({ ok: true, value: sent });
        if (decoded.ok) expect(Buffer.from(encodeTransforms(decoded.value)).equals(bytes)).toBe(true);
      }),
      { numRuns: frames },
    );
  });
});
