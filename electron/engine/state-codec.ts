/**
 * The state as a checkpoint's bytes and back. JSON: whoever debugs a project can read it. 100,000 objects take a
 * second to encode, so it goes in parts, over a view of the state that later edits do not reach.
 *
 * Read back it must fit the schema like anything else from disk; the checkpoint's own digest has been checked before.
 */

import { z } from "zod";
import { mark } from "#electron/core/failure.ts";
import { sidesSchema } from "#electron/core/record.ts";
import {
  type Counter,
  type Entity,
  type Fielded,
  type Head,
  type Provisional,
  type Quarantine,
  type Register,
  registerOf,
  registersOf,
  State,
  type Tombstone,
} from "#electron/core/state.ts";
import { transformOf } from "#electron/core/transform.ts";
import { type Uuid, uuidSchema } from "#shared/ids.ts";
import { errorCodeSchema, modeSchema, type Role, roles } from "#shared/protocol/handshake.ts";
import { entityKindSchema } from "#shared/protocol/operation.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { fieldNameSchema, fieldsSchema } from "#shared/scene/value.ts";

/** A few milliseconds. */
const entriesPerPart = 256;
const lineBreak = 0x0a;

const whole = z.int().min(0);
/** Any value of JSON: it came out of JSON.parse. */
const json = z.custom<unknown>((value) => value !== undefined);
const register = z.strictObject({
  value: json,
  stamp: whole,
  lsn: whole,
  intent: z.strictObject({ stamp: whole, lsn: whole }).optional(),
});
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

/** Everything that is saved, as it was when it was asked for. */
export type StateView = ReturnType<typeof viewOf>;

/**
 * The state as it is now, whatever is done to it afterwards: what the maps hold is never changed, only replaced, so a
 * list of it is enough.
 */
export function viewOf(state: State) {
  return {
    format: 1,
    head: state.head,
    entities: [...state.entities.values()],
    tombstones: [...state.tombstones.values()],
    provisional: [...state.provisional.entries()],
    quarantine: [...state.quarantine.entries()],
    counters: [...state.counters.entries()],
    present: [...state.present.keys()].sort(),
  };
}

const encodersBySection: { readonly [section: string]: (one: never) => unknown } = {
  entities: plainEntity,
  tombstones: plainTombstone,
  provisional: ([uuid, fields]: readonly [Uuid, Provisional]) => [uuid, plainFinals(fields)],
};

/**
 * The bytes of a view in parts, each a line of few enough entries that making or reading it does not hold up anybody.
 * Together they are one JSON text; a line break within a value is escaped, so that it can be read line by line.
 */
export function* encodedParts(view: StateView): Generator<Uint8Array> {
  let opening = "{";
  for (const [section, value] of Object.entries(view)) {
    const name = `${opening}${JSON.stringify(section)}:`;
    opening = ",";
    if (!Array.isArray(value)) {
      yield lineOf(name + JSON.stringify(value));
      continue;
    }
    yield lineOf(`${name}[`);
    yield* encodedList(value, encodersBySection[section]);
    yield lineOf("]");
  }
  yield Buffer.from("}", "utf8");
}

function* encodedList(list: readonly unknown[], encoder: (one: never) => unknown = (one) => one) {
  for (let from = 0; from < list.length; from += entriesPerPart) {
    const text = JSON.stringify(list.slice(from, from + entriesPerPart).map((one) => encoder(one as never)));
    yield lineOf((from === 0 ? "" : ",") + text.slice(1, -1));
  }
}

function lineOf(text: string): Uint8Array {
  return Buffer.from(`${text}\n`, "utf8");
}

export function encodeState(state: State): Uint8Array {
  return Buffer.concat([...encodedParts(viewOf(state))]);
}

export function decodeState(bytes: Uint8Array): Result<State> {
  const state = new State();
  const missing = new Set<string>(Object.keys(stateSchema.shape));
  try {
    for (const [section, value] of sectionsIn(bytes)) {
      const parsed = schemaOf(section).safeParse(value);
      if (!parsed.success) return failure("E_CHECKPOINT", "The saved state does not fit.", { cause: parsed.error });
      fill(state, { [section]: parsed.data });
      state.commit();
      missing.delete(section);
    }
    for (const section of missing) fill(state, { [section]: schemaOf(section).parse(undefined) });
    return success(state);
  } catch (cause) {
    return failure("E_CHECKPOINT", "The saved state is not readable.", { cause });
  }
}

/** What was not there yet when the state was saved has a default; what nobody knows fits nothing. */
function schemaOf(section: string): z.ZodType {
  return (stateSchema.shape as { readonly [section: string]: z.ZodType })[section] ?? z.never();
}

/** The state's sections as they come; a long list comes in pieces. Older versions wrote one line. */
function* sectionsIn(bytes: Uint8Array): Generator<readonly [section: string, value: unknown]> {
  const lines = linesOf(bytes);
  if (lines.length === 1) {
    yield* Object.entries(JSON.parse(lines[0] ?? "") as object);
    return;
  }
  const last = lines.pop();
  if (last !== "}") throw new SyntaxError("The saved state is cut short.");
  let list: string | null = null;
  for (const line of lines) {
    if (list !== null && line !== "]") {
      yield [list, JSON.parse(`[${line.startsWith(",") ? line.slice(1) : line}]`)];
    } else if (list !== null) {
      list = null;
    } else {
      const isList = line.endsWith(":[");
      const entries = Object.entries(JSON.parse(`{${line.slice(1)}${isList ? "]" : ""}}`) as object);
      yield* entries;
      list = isList ? (entries.at(-1)?.[0] ?? null) : null;
    }
  }
  if (list !== null) throw new SyntaxError("The saved state is cut short.");
}

function linesOf(bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lines: string[] = [];
  for (let from = 0; from < buffer.length; ) {
    const at = buffer.indexOf(lineBreak, from);
    const to = at < 0 ? buffer.length : at;
    lines.push(buffer.toString("utf8", from, to));
    from = to + 1;
  }
  return lines;
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
  return { ...plain, ...fieldedOf(plain.registers) };
}

function fieldedOf({ translation, rotation, scale, ...registers }: PlainEntity["registers"]): Fielded {
  return { registers, transform: transformOf({ translation, rotation, scale }) };
}

type PlainTombstone = Omit<Tombstone, "entity" | "pending"> & {
  readonly entity: PlainEntity;
  readonly pending?: { readonly batch: number; readonly fields: PlainFinals };
};

function plainTombstone({ entity, pending, ...rest }: Tombstone): PlainTombstone {
  const plain = { entity: plainEntity(entity), ...rest };
  return pending ? { ...plain, pending: { ...pending, fields: plainFinals(pending.fields) } } : plain;
}

/** On disk it is the register itself that a provisional field goes back to. */
type PlainFinals = { readonly [Name in FieldName]?: { readonly batch: number; readonly register?: Register } };

function plainFinals(fields: Provisional): PlainFinals {
  const plain = Object.entries(fields).map(([name, { batch, before }]) => {
    const register = registerOf(before, name as FieldName);
    return [name, register ? { batch, register } : { batch }];
  });
  return Object.fromEntries(plain);
}

function finalsOf(plain: PlainFinals): Provisional {
  const entries = Object.entries(plain);
  const before = fieldedOf(Object.fromEntries(entries.map(([name, { register }]) => [name, register])));
  return Object.fromEntries(entries.map(([name, { batch }]) => [name, { batch, before }]));
}

/** Field values are checked as JSON only here: their own types are those of the records that made them. */
type Plain = {
  readonly head: Head;
  readonly entities: readonly PlainEntity[];
  readonly tombstones: readonly PlainTombstone[];
  readonly provisional: readonly (readonly [Uuid, PlainFinals])[];
  readonly quarantine: readonly (readonly [
    Uuid,
    Omit<Quarantine, "closure" | "stamp" | "sides"> & Partial<Quarantine>,
  ])[];
  readonly counters: readonly (readonly [string, Counter])[];
  readonly present: readonly Role[];
};

/** Adds what one section, or a piece of it, says. */
function fill(state: State, plain: Partial<Plain>): void {
  if (plain.head) state.head = plain.head;
  for (const value of plain.entities ?? []) state.entities.set(value.uuid, entityOf(value));
  for (const value of plain.tombstones ?? []) {
    const { entity, pending, ...rest } = value;
    const { uuid } = entity;
    const dead = { entity: entityOf(entity), ...rest };
    state.tombstones.set(uuid, pending ? { ...dead, pending: { ...pending, fields: finalsOf(pending.fields) } } : dead);
    if (pending) state.noteUndecided(uuid, pending.batch);
  }
  for (const [uuid, value] of plain.provisional ?? []) {
    const batches = new Set(Object.values(value).map((one) => one.batch));
    state.provisional.set(uuid, finalsOf(value));
    for (const batch of batches) state.noteUndecided(uuid, batch);
  }
  for (const [uuid, { closure = uuid, stamp = 0, sides = {}, ...value }] of plain.quarantine ?? [])
    state.quarantine.set(uuid, { ...value, closure, stamp, sides });
  for (const [key, value] of plain.counters ?? []) {
    state.counters.set(key, value);
    if (value.uuid !== null) mark(state, value.uuid);
  }
  for (const one of plain.present ?? []) state.present.set(one, true);
}

/** One entity as a snapshot's text holds it; also read from there. */
export const snapshotEntitySchema = z.strictObject({ uuid: uuidSchema, kind: entityKindSchema, fields: fieldsSchema });
