/**
 * Saved states of format 1, which are only read any more: one JSON text, in one line or in a line for each 256 entries
 * of a section.
 *
 * Field values are checked as JSON only: their own types are those of the records that made them.
 */
import { z } from "zod";
import {
  type Entity,
  type FieldRegisters,
  fieldedOf,
  type Provisional,
  provisionalOf,
  type Register,
  type Tombstone,
} from "#electron/core/state.ts";
import { type Uuid, uuidSchema } from "#shared/ids.ts";
import { entityKindSchema } from "#shared/protocol/operation.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { fieldNameSchema } from "#shared/scene/value.ts";
import { plainSchemas, type Sections, whole } from "./state-sections.ts";

const lineBreak = 0x0a;
const brace = 0x7b;

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
const unsettled = z.partialRecord(fieldNameSchema, lastFinal);
const pendingDeletion = z.strictObject({ batch: whole, fields: unsettled });
const schemas = {
  ...plainSchemas,
  format: z.literal(1),
  entities: z.array(entity),
  tombstones: z.array(
    z.strictObject({ entity, stamp: whole, lsn: whole, timeMs: z.number(), pending: pendingDeletion.optional() }),
  ),
  provisional: z.array(z.tuple([uuidSchema, unsettled])),
} as const;

/** Format 1 begins with a brace, every later one with its number. */
export function isStateText([first]: Uint8Array): boolean {
  return first === brace;
}

/** The state's sections as they come. Throws at what does not fit. */
export function* sectionsOfText(bytes: Uint8Array): Generator<Partial<Sections>> {
  // Missing where nobody was asked who was present.
  yield { present: [] };
  for (const [section, value] of piecesIn(bytes)) {
    const parsed = schemaOf(section).parse(value);
    if (section === "entities") yield { entities: (parsed as PlainEntity[]).map(entityOf) };
    else if (section === "tombstones") yield { tombstones: (parsed as PlainTombstone[]).map(tombstoneOf) };
    else if (section === "provisional") yield { provisional: (parsed as [Uuid, PlainUnsettled][]).map(unsettledEntry) };
    else yield { [section]: parsed };
  }
}

function schemaOf(section: string): z.ZodType {
  return (schemas as { readonly [section: string]: z.ZodType })[section] ?? z.never();
}

/** A long list comes in pieces, each a line. */
function* piecesIn(bytes: Uint8Array): Generator<readonly [section: string, value: unknown]> {
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

/** A transform is three registers like any other here. */
type PlainEntity = Omit<Entity, "registers" | "transform"> & { readonly registers: FieldRegisters };
type PlainUnsettled = { readonly [Name in FieldName]?: { readonly batch: number; readonly register?: Register } };
type PlainTombstone = Omit<Tombstone, "entity" | "pending"> & {
  readonly entity: PlainEntity;
  readonly pending?: { readonly batch: number; readonly fields: PlainUnsettled };
};

function entityOf({ uuid, kind, registers: all, createdStamp, createdLsn, lsn, timeMs }: PlainEntity): Entity {
  const { registers, transform } = fieldedOf(all);
  return { uuid, kind, registers, transform, createdStamp, createdLsn, lsn, timeMs };
}

function tombstoneOf({ entity, pending, ...rest }: PlainTombstone): Tombstone {
  const dead = { entity: entityOf(entity), ...rest };
  return pending ? { ...dead, pending: { batch: pending.batch, fields: unsettledOf(pending.fields) } } : dead;
}

function unsettledEntry([uuid, plain]: readonly [Uuid, PlainUnsettled]): readonly [Uuid, Provisional] {
  return [uuid, unsettledOf(plain)];
}

function unsettledOf(plain: PlainUnsettled): Provisional {
  const entries = Object.entries(plain) as [FieldName, NonNullable<PlainUnsettled[FieldName]>][];
  const finals = entries.flatMap(([name, { register }]) => (register ? [[name, register] as const] : []));
  return provisionalOf(
    entries.map(([name, { batch }]) => [name, batch]),
    Object.fromEntries(finals),
  );
}
