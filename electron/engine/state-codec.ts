/**
 * The state as a checkpoint's bytes and back. JSON: whoever debugs a project can read it, and 100,000 objects take a
 * second.
 *
 * Read back it must fit the schema like anything else from disk; the checkpoint's own digest has been checked before.
 */

import { z } from "zod";
import { mark } from "#electron/core/failure.ts";
import {
  type Counter,
  type Entity,
  type Head,
  type Provisional,
  type Quarantine,
  type Register,
  registersOf,
  State,
  type Tombstone,
} from "#electron/core/state.ts";
import { noTransform, placed, placingOf } from "#electron/core/transform.ts";
import { type Uuid, uuidSchema } from "#shared/ids.ts";
import { errorCodeSchema, modeSchema, type Role, roles } from "#shared/protocol/handshake.ts";
import { entityKindSchema } from "#shared/protocol/operation.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { fieldNameSchema, fieldsSchema } from "#shared/scene/value.ts";

const whole = z.int().min(0);
const register = z.strictObject({ value: z.json(), stamp: whole, lsn: whole });
const entity = z.strictObject({
  uuid: uuidSchema,
  kind: entityKindSchema,
  registers: z.partialRecord(fieldNameSchema, register),
  createdStamp: whole,
  createdLsn: whole,
  lsn: whole,
  timeMs: z.number(),
});
const lastFinal = z.strictObject({ batch: whole, register: register.optional() });
const pendingDeletion = z.strictObject({ batch: whole, fields: z.partialRecord(fieldNameSchema, lastFinal) });
const role = z.enum(roles);
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
const quarantine = z.strictObject({ code: errorCodeSchema, message: z.string(), lsn: whole, timeMs: z.number() });

const stateSchema = z.strictObject({
  format: z.literal(1),
  head: z.strictObject({
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
  }),
  entities: z.array(entity),
  tombstones: z.array(
    z.strictObject({ entity, stamp: whole, lsn: whole, timeMs: z.number(), pending: pendingDeletion.optional() }),
  ),
  provisional: z.array(z.tuple([uuidSchema, z.partialRecord(fieldNameSchema, lastFinal)])),
  quarantine: z.array(z.tuple([uuidSchema, quarantine])),
  counters: z.array(z.tuple([z.string(), counter])),
  present: z.array(role).default([]),
});

export function encodeState(state: State): Uint8Array {
  const plain = {
    format: 1,
    head: state.head,
    entities: Array.from(state.entities.values(), plainEntity),
    tombstones: Array.from(state.tombstones.values(), (one) => ({ ...one, entity: plainEntity(one.entity) })),
    provisional: [...state.provisional.entries()],
    quarantine: [...state.quarantine.entries()],
    counters: [...state.counters.entries()],
    present: [...state.present.keys()].sort(),
  };
  return Buffer.from(JSON.stringify(plain), "utf8");
}

export function decodeState(bytes: Uint8Array): Result<State> {
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    const parsed = stateSchema.safeParse(JSON.parse(text));
    if (!parsed.success) return failure("E_CHECKPOINT", "The saved state does not fit.", { cause: parsed.error });
    return success(fill(parsed.data as Plain));
  } catch (cause) {
    return failure("E_CHECKPOINT", "The saved state is not readable.", { cause });
  }
}

/** On disk a transform is three registers like any other. */
type PlainEntity = Omit<Entity, "registers" | "transform"> & {
  readonly registers: { readonly [Name in FieldName]?: Register };
};

function plainEntity(entity: Entity): PlainEntity {
  const { transform: _transform, ...plain } = entity;
  return { ...plain, registers: Object.fromEntries(registersOf(entity)) };
}

function entityOf(plain: PlainEntity): Entity {
  const { translation, rotation, scale, ...registers } = plain.registers;
  let transform = noTransform;
  for (const [name, register] of Object.entries({ translation, rotation, scale })) {
    const placing = register && placingOf({ [name]: register.value });
    if (placing) transform = placed(transform, placing, { stamp: register.stamp, lsn: register.lsn });
  }
  return { ...plain, registers, transform };
}

/** Field values are checked as JSON only here: their own types are those of the records that made them. */
type Plain = {
  readonly head: Head;
  readonly entities: readonly PlainEntity[];
  readonly tombstones: readonly (Omit<Tombstone, "entity"> & { readonly entity: PlainEntity })[];
  readonly provisional: readonly (readonly [Uuid, Provisional])[];
  readonly quarantine: readonly (readonly [Uuid, Quarantine])[];
  readonly counters: readonly (readonly [string, Counter])[];
  readonly present: readonly Role[];
};

function fill(plain: Plain): State {
  const state = new State();
  state.head = plain.head;
  for (const value of plain.entities) state.entities.set(value.uuid, entityOf(value));
  for (const value of plain.tombstones) {
    const { uuid } = value.entity;
    state.tombstones.set(uuid, { ...value, entity: entityOf(value.entity) });
    if (value.pending) state.noteUndecided(uuid, value.pending.batch);
  }
  for (const [uuid, value] of plain.provisional) {
    const batches = new Set(Object.values(value).map((one) => one.batch));
    for (const batch of batches) state.noteProvisional(uuid, value, batch);
  }
  for (const [uuid, value] of plain.quarantine) state.quarantine.set(uuid, value);
  for (const [key, value] of plain.counters) state.counters.set(key, value);
  for (const { uuid } of state.counters.values()) if (uuid !== null) mark(state, uuid);
  for (const one of plain.present) state.present.set(one, true);
  state.commit();
  return state;
}

/** One entity as a snapshot's text holds it; also read from there. */
export const snapshotEntitySchema = z.strictObject({ uuid: uuidSchema, kind: entityKindSchema, fields: fieldsSchema });
