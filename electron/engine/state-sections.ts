/**
 * What a saved state is made of, however it is written: its sections, how they become a state again, and the schemas
 * of those that are few enough to be JSON in every format.
 *
 * Owns: what follows from the sections (`undecided`, `marked`) and is therefore not saved.
 */
import { z } from "zod";
import { mark } from "#electron/core/failure.ts";
import { sidesSchema } from "#electron/core/record.ts";
import type { Counter, Entity, Head, Provisional, Quarantine, State, Tombstone } from "#electron/core/state.ts";
import { type Uuid, uuidSchema } from "#shared/ids.ts";
import { errorCodeSchema, modeSchema, type Role, roles } from "#shared/protocol/handshake.ts";

/** A long section comes in pieces. */
export type Sections = {
  readonly head: Head;
  readonly entities: Iterable<Entity>;
  readonly tombstones: Iterable<Tombstone>;
  readonly provisional: Iterable<readonly [Uuid, Provisional]>;
  readonly quarantine: readonly (readonly [
    Uuid,
    Omit<Quarantine, "closure" | "stamp" | "sides"> & Partial<Quarantine>,
  ])[];
  readonly counters: readonly (readonly [string, Counter])[];
  readonly present: readonly Role[];
};
export type SectionName = keyof Sections;

export const whole = z.int().min(0);
const role = z.enum(roles);
const head = z.strictObject({
  lsn: whole,
  finalLsn: whole,
  lamport: whole,
  mode: modeSchema,
  modeReason: z.string(),
  batch: whole,
  closed: z.boolean(),
  // Not in the first checkpoints: nothing had been forgotten then.
  horizonLsn: whole.default(0),
  horizonStamp: whole.default(0),
});
const quarantine = z.strictObject({
  code: errorCodeSchema,
  message: z.string(),
  lsn: whole,
  timeMs: z.number(),
  /** These are missing in what was saved before there were sides. */
  closure: uuidSchema.optional(),
  stamp: whole.optional(),
  sides: sidesSchema.optional(),
});
const counter = z.strictObject({
  operation: z.string(),
  code: errorCodeSchema,
  uuid: uuidSchema.nullable(),
  role: role.nullable().default(null),
  count: whole,
  firstMs: z.number(),
  lastMs: z.number(),
  message: z.string(),
  windowCount: whole,
  windowMs: z.number(),
  // What a checkpoint does not say was not known when it was written: nothing was held against anything then.
  strikes: whole.default(0),
  clean: whole.default(0),
});

/** The sections that are JSON in every format. */
export const plainSchemas = {
  head,
  quarantine: z.array(z.tuple([uuidSchema, quarantine])),
  counters: z.array(z.tuple([z.string(), counter])),
  present: z.array(role),
} as const satisfies { readonly [Name in SectionName]?: z.ZodType };

/** Adds what sections, or pieces of them, say. */
export function fill(state: State, sections: Partial<Sections>): void {
  if (sections.head) state.head = sections.head;
  for (const entity of sections.entities ?? []) state.entities.load(entity.uuid, entity);
  for (const tombstone of sections.tombstones ?? []) {
    const { uuid } = tombstone.entity;
    state.tombstones.load(uuid, tombstone);
    if (tombstone.pending) state.noteUndecided(uuid, tombstone.pending.batch);
  }
  for (const [uuid, fields] of sections.provisional ?? []) {
    const batches = new Set(Object.values(fields).map((one) => one.batch));
    state.provisional.load(uuid, fields);
    for (const batch of batches) state.noteUndecided(uuid, batch);
  }
  for (const [uuid, { closure = uuid, stamp = 0, sides = {}, ...value }] of sections.quarantine ?? [])
    state.quarantine.load(uuid, { ...value, closure, stamp, sides });
  for (const [key, value] of sections.counters ?? []) {
    state.counters.set(key, value);
    if (value.uuid !== null) mark(state, value.uuid);
  }
  for (const one of sections.present ?? []) state.present.set(one, true);
}
