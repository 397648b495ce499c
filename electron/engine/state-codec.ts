/**
 * The state as a checkpoint's bytes and back: MessagePack, so that any reader of it shows one, and 100,000 objects are
 * read in a moment. It is made in parts, over a view of the state that later edits do not reach.
 *
 *   2 (the format), the list of names that rows go by, then parts: a section's name, then either a list of some of its
 *   rows (state-rows.ts) or, where there are few, JSON as a text (state-sections.ts). Last the text "end".
 *
 * Read back it must fit like anything else from disk; the checkpoint's own digest has been checked before.
 */
import { z } from "zod";
import { State } from "#electron/core/state.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { RowReader, RowWriter } from "./state-rows.ts";
import { fill, plainSchemas, type SectionName, type Sections } from "./state-sections.ts";
import { isStateText, sectionsOfText } from "./state-text.ts";

const format = 2;
const endOfState = "end";
/** A few milliseconds. */
const rowsPerPart = 256;

/** Everything that is saved, as it was when it was asked for. */
export type StateView = ReturnType<typeof viewOf>;

/**
 * The state as it is now, whatever is done to it afterwards: what the maps hold is never changed, only replaced, so a
 * list of it is enough.
 */
export function viewOf(state: State) {
  return {
    head: state.head,
    entities: [...state.entities.values()],
    tombstones: [...state.tombstones.values()],
    provisional: new EntryList(state.provisional),
    quarantine: [...state.quarantine.entries()],
    counters: [...state.counters.entries()],
    present: [...state.present.keys()].sort(),
  } as const satisfies { readonly [Name in SectionName]: unknown };
}

/** A map's entries as they are now. They are paired when asked for: 100,000 at once would hold everybody up. */
class EntryList<Key, Value> {
  readonly #keys: readonly Key[];
  readonly #values: readonly Value[];

  constructor(map: { keys(): Iterable<Key>; values(): Iterable<Value> }) {
    this.#keys = [...map.keys()];
    this.#values = [...map.values()];
  }

  get length(): number {
    return this.#keys.length;
  }

  slice(from: number, to: number): (readonly [Key, Value])[] {
    return this.#keys.slice(from, to).map((key, index) => [key, this.#values[from + index] as Value]);
  }
}

/** The bytes of a view in parts, so small that making one does not hold up anybody. */
export function* encodedParts(view: StateView): Generator<Uint8Array> {
  const writer = new RowWriter();
  writer.whole(format);
  writer.names();
  yield* packed(writer, "entities", [view.entities, writer.entity]);
  yield* packed(writer, "tombstones", [view.tombstones, writer.tombstone]);
  yield* packed(writer, "provisional", [view.provisional, writer.provisional]);
  for (const section of plainSections) {
    const value = view[section];
    for (const piece of Array.isArray(value) ? piecesOf<unknown>(value) : [value]) {
      writer.text(section);
      writer.text(JSON.stringify(piece));
      yield writer.take();
    }
  }
  writer.text(endOfState);
  yield writer.take();
}

const plainSections = Object.keys(plainSchemas) as (keyof typeof plainSchemas)[];

type Sliced<Row> = { readonly length: number; slice(from: number, to: number): readonly Row[] };
type Rows<Row> = readonly [rows: Sliced<Row>, write: (row: Row) => void];

function* packed<Row>(writer: RowWriter, section: SectionName, [rows, write]: Rows<Row>): Generator<Uint8Array> {
  for (const piece of piecesOf(rows)) {
    writer.text(section);
    writer.rows(piece, write);
    yield writer.take();
  }
}

/** At least one, so that a section that is missing is damage. */
function* piecesOf<Row>(rows: Sliced<Row>): Generator<readonly Row[]> {
  for (let from = 0; from === 0 || from < rows.length; from += rowsPerPart) yield rows.slice(from, from + rowsPerPart);
}

export function encodeState(state: State): Uint8Array {
  return Buffer.concat([...encodedParts(viewOf(state))]);
}

export function decodeState(bytes: Uint8Array): Result<State> {
  const state = new State();
  const missing = new Set<string>(Object.keys(viewOf(state)));
  try {
    for (const sections of isStateText(bytes) ? sectionsOfText(bytes) : sectionsOfRows(new RowReader(bytes))) {
      fill(state, sections);
      state.commit();
      for (const section of Object.keys(sections)) missing.delete(section);
    }
  } catch (cause) {
    return failure("E_CHECKPOINT", "The saved state is not readable.", { cause });
  }
  if (missing.size === 0) return success(state);
  return failure("E_CHECKPOINT", `The saved state lacks ${[...missing].join(", ")}.`);
}

/** The state's sections as they come; a long one comes in pieces. Throws at what does not fit. */
function* sectionsOfRows(reader: RowReader): Generator<Partial<Sections>> {
  if (reader.whole() !== format) throw new SyntaxError("The saved state has another format.");
  reader.names();
  for (;;) {
    const section = reader.text();
    if (section === endOfState) break;
    if (section === "entities") yield { entities: reader.rows(reader.entity) };
    else if (section === "tombstones") yield { tombstones: reader.rows(reader.tombstone) };
    else if (section === "provisional") yield { provisional: reader.rows(reader.provisional) };
    else yield { [section]: plainSchemaOf(section).parse(JSON.parse(reader.text())) };
  }
  if (!reader.isAtEnd) throw new SyntaxError("The saved state goes on behind its end.");
}

/** What nobody knows fits nothing. */
function plainSchemaOf(section: string): z.ZodType {
  return (plainSchemas as { readonly [section: string]: z.ZodType })[section] ?? z.never();
}
