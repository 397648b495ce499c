/**
 * The many things of a state as rows of a checkpoint, in MessagePack: entities, tombstones, and what is not final yet.
 *
 * Kinds and fields are numbers in a list of names that the checkpoint begins with, so that the field table may change.
 * Who wrote a value stands once in a row for all that were written together: most were.
 *
 *   entity       [uuid, kind, created stamp, created LSN, LSN, time, place, [field, writing, value, …]]
 *   place        [] or [mask, [10 numbers], a writing for each part of the mask]
 *   writing      nil: the one before it in the row; or [stamp, LSN]; or [stamp, LSN, intended stamp, its LSN]
 *   tombstone    [entity, stamp, LSN, time, nil or [batch, unsettled]]
 *   unsettled    [field, batch, writing or false: nothing was final, value, …]
 *   provisional  [uuid, unsettled]
 */
import {
  type Entity,
  type Provisional,
  provisionalOf,
  type Register,
  registerOf,
  type Tombstone,
} from "#electron/core/state.ts";
import { isSameWrite, noTransform, type Transform, type Written } from "#electron/core/transform.ts";
import type { Uuid } from "#shared/ids.ts";
import { maskBit } from "#shared/protocol/binary.ts";
import {
  type EntityKind,
  entityKinds,
  type FieldName,
  type FieldValue,
  fieldNames,
  isFieldName,
  transformFields,
} from "#shared/scene/fields.ts";
import { PackedReader, PackedWriter } from "./packed.ts";

const placeNumbers = 10;
const names = [...entityKinds, ...fieldNames];
const numberOfName = new Map<string, number>(names.map((name, index) => [name, index]));

export class RowWriter {
  readonly #out = new PackedWriter();
  /** The newest writing of the row. */
  #written: Written | null = null;

  take(): Uint8Array {
    return this.#out.take();
  }

  text(text: string): void {
    this.#out.text(text);
  }

  whole(value: number): void {
    this.#out.number(value);
  }

  /** The list of names that rows go by. */
  names(): void {
    this.#out.list(names.length);
    for (const name of names) this.#out.text(name);
  }

  rows<Row>(rows: readonly Row[], write: (row: Row) => void): void {
    this.#out.list(rows.length);
    for (const row of rows) {
      this.#written = null;
      write(row);
    }
  }

  readonly entity = (entity: Entity): void => {
    const { uuid, kind, createdStamp, createdLsn, lsn, timeMs, transform, registers } = entity;
    this.#out.list(8);
    this.#out.uuid(uuid);
    this.#name(kind);
    this.#numbers([createdStamp, createdLsn, lsn, timeMs]);
    this.#place(transform);
    const fields = Object.entries(registers);
    this.#out.list(fields.length * 3);
    for (const [name, register] of fields) {
      this.#name(name);
      this.#register(register);
    }
  };

  readonly tombstone = ({ entity, stamp, lsn, timeMs, pending }: Tombstone): void => {
    this.#out.list(5);
    this.entity(entity);
    this.#numbers([stamp, lsn, timeMs]);
    if (pending === undefined) return this.#out.nothing();
    this.#out.list(2);
    this.#out.number(pending.batch);
    this.#unsettled(pending.fields);
  };

  readonly provisional = ([uuid, fields]: readonly [Uuid, Provisional]): void => {
    this.#out.list(2);
    this.#out.uuid(uuid);
    this.#unsettled(fields);
  };

  #unsettled(fields: Provisional): void {
    const entries = Object.entries(fields);
    this.#out.list(entries.length * 4);
    for (const [name, { batch, before }] of entries) {
      const register = registerOf(before, name as FieldName);
      this.#name(name);
      this.#out.number(batch);
      if (register) this.#register(register);
      else for (const none of [false, null]) this.#out.value(none);
    }
  }

  #place(transform: Transform): void {
    const parts = transformFields.filter((name) => transform[name] !== null);
    if (parts.length === 0) return this.#out.list(0);
    this.#out.list(2 + parts.length);
    this.#out.number(parts.reduce((mask, name) => mask | maskBit[name], 0));
    this.#out.list(placeNumbers);
    this.#numbers(transform.values);
    for (const name of parts) this.#writing(transform[name] as Written);
  }

  #register(register: Register): void {
    this.#writing(register);
    this.#out.value(register.value);
  }

  #writing(written: Written): void {
    if (this.#written !== null && isSameWrite(this.#written, written)) return this.#out.nothing();
    this.#written = written;
    const { stamp, lsn, intent } = written;
    this.#out.list(intent ? 4 : 2);
    this.#numbers(intent ? [stamp, lsn, intent.stamp, intent.lsn] : [stamp, lsn]);
  }

  #name(name: string): void {
    this.#out.number(numberOfName.get(name) as number);
  }

  #numbers(numbers: readonly number[]): void {
    for (const number of numbers) this.#out.number(number);
  }
}

export class RowReader {
  readonly #in: PackedReader;
  #kinds: readonly (EntityKind | undefined)[] = [];
  #fields: readonly (FieldName | undefined)[] = [];
  /** The newest writing of the row. */
  #written: Written | null = null;

  constructor(bytes: Uint8Array) {
    this.#in = new PackedReader(bytes);
  }

  get isAtEnd(): boolean {
    return this.#in.isAtEnd;
  }

  text(): string {
    return this.#in.text();
  }

  whole(): number {
    return this.#in.whole();
  }

  /** Names that are not known may stand here, as long as no row goes by them. */
  names(): void {
    const found = Array.from({ length: this.#in.list() }, () => this.#in.text());
    this.#kinds = found.map((name) => entityKinds.find((kind) => kind === name));
    this.#fields = found.map((name) => (isFieldName(name) ? name : undefined));
  }

  *rows<Row>(read: () => Row): Generator<Row> {
    for (let left = this.#in.list(); left > 0; left -= 1) {
      this.#written = null;
      yield read();
    }
  }

  readonly entity = (): Entity => {
    this.#expectList(8);
    const uuid = this.#in.uuid();
    const kind = known(this.#kinds[this.#in.whole()]);
    const createdStamp = this.#in.whole();
    const createdLsn = this.#in.whole();
    const lsn = this.#in.whole();
    const timeMs = this.#in.number();
    const transform = this.#place();
    const registers: { [Name in FieldName]?: Register } = {};
    for (let left = this.#in.list(); left > 0; left -= 3) {
      const name = this.#field();
      registers[name] = this.#register(this.#writing());
    }
    return { uuid, kind, registers, transform, createdStamp, createdLsn, lsn, timeMs };
  };

  readonly tombstone = (): Tombstone => {
    this.#expectList(5);
    const entity = this.entity();
    const stamp = this.#in.whole();
    const lsn = this.#in.whole();
    const timeMs = this.#in.number();
    if (this.#in.isNothing()) return { entity, stamp, lsn, timeMs };
    this.#expectList(2);
    const batch = this.#in.whole();
    return { entity, stamp, lsn, timeMs, pending: { batch, fields: this.#unsettled() } };
  };

  readonly provisional = (): readonly [Uuid, Provisional] => {
    this.#expectList(2);
    return [this.#in.uuid(), this.#unsettled()];
  };

  #unsettled(): Provisional {
    const finals: { [Name in FieldName]?: Register } = {};
    const batches: [FieldName, number][] = [];
    for (let left = this.#in.list(); left > 0; left -= 4) {
      const name = this.#field();
      batches.push([name, this.#in.whole()]);
      const register = this.#lastFinal();
      if (register) finals[name] = register;
    }
    return provisionalOf(batches, finals);
  }

  #lastFinal(): Register | undefined {
    if (!this.#in.isFalse()) return this.#register(this.#writing());
    if (!this.#in.isNothing()) throw new SyntaxError("A value stands where none was final.");
    return undefined;
  }

  #place(): Transform {
    const length = this.#in.list();
    if (length === 0) return noTransform;
    const mask = this.#in.whole();
    this.#expectList(placeNumbers);
    const values = new Array<number>(placeNumbers);
    for (let index = 0; index < placeNumbers; index += 1) values[index] = this.#in.number();
    const translation = mask & maskBit.translation ? this.#writing() : null;
    const rotation = mask & maskBit.rotation ? this.#writing() : null;
    const scale = mask & maskBit.scale ? this.#writing() : null;
    return { values, translation, rotation, scale };
  }

  #register({ stamp, lsn, intent }: Written): Register {
    const value = this.#in.value() as FieldValue;
    return intent ? { value, stamp, lsn, intent } : { value, stamp, lsn };
  }

  #writing(): Written {
    if (!this.#in.isNothing()) this.#written = this.#newWriting();
    return known(this.#written);
  }

  #newWriting(): Written {
    const length = this.#in.list();
    const stamp = this.#in.whole();
    const lsn = this.#in.whole();
    return length === 2 ? { stamp, lsn } : { stamp, lsn, intent: { stamp: this.#in.whole(), lsn: this.#in.whole() } };
  }

  #field(): FieldName {
    return known(this.#fields[this.#in.whole()]);
  }

  #expectList(length: number): void {
    if (this.#in.list() !== length) throw new SyntaxError("A row of the saved state has another length.");
  }
}

function known<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined) throw new SyntaxError("A row of the saved state names what is not there.");
  return value;
}
