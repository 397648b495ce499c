/**
 * What the hub knows and must know again after a crash: the fold of the log. Nothing here depends on a connection.
 *
 * Changed only by evolve.ts. Objects in it are never changed in place: a new one replaces the old, so that a dropped
 * turn leaves no trace and a view may hold on to what it was given.
 */
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Mode, Role } from "#shared/protocol/handshake.ts";
import {
  type EntityKind,
  type FieldName,
  type Fields,
  type FieldValue,
  transformFields,
} from "#shared/scene/fields.ts";
import { JournaledMap } from "./journaled-map.ts";
import { isTransformPart, partOf, type Transform, type TransformPart, transformOf, type Written } from "./transform.ts";

/** One field: the value, and who wrote it. */
export type Register = Written & { readonly value: FieldValue };
export type Registers = { readonly [Name in Exclude<FieldName, TransformPart>]?: Register };

export type Entity = {
  readonly uuid: Uuid;
  readonly kind: EntityKind;
  /** Every field but those of its transform; read fields with the functions below. */
  readonly registers: Registers;
  readonly transform: Transform;
  readonly createdStamp: number;
  readonly createdLsn: number;
  /** The newest record that changed it, and that record's time. */
  readonly lsn: number;
  readonly timeMs: number;
};

/** What is left of a deleted entity: enough to refuse late writes, and to bring it back. */
export type Tombstone = {
  readonly entity: Entity;
  readonly stamp: number;
  readonly lsn: number;
  readonly timeMs: number;
  /** No batch decided about the deletion yet: the one that will, and which of the entity's values were not final. */
  readonly pending?: { readonly batch: number; readonly fields: Provisional };
};

/** The fields of an entity at some moment. */
export type Fielded = Pick<Entity, "registers" | "transform">;

/** Where a provisional field goes back to when its batch fails; `finalOf` reads it. Fields written at once share it. */
export type LastFinal = {
  /** The batch that will decide about the newest write. */
  readonly batch: number;
  /** The entity when the field was last final; without the field there is nothing to go back to. */
  readonly before: Fielded;
};
export type Provisional = { readonly [Name in FieldName]?: LastFinal };

/**
 * What one editor goes on showing of an entity that is held back. `alive`: with these fields, and what was agreed for
 * the others. An editor without a side shows what was agreed.
 */
export type Side =
  | { readonly kind: "alive"; readonly stamp: number; readonly fields: Fields }
  | { readonly kind: "gone"; readonly stamp: number };
export type Sides = { readonly [Name in Role]?: Side };

export type Quarantine = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly lsn: number;
  readonly timeMs: number;
  /** Held back together, decided together: the members of one deletion share this name. */
  readonly closure: Uuid;
  /** The hub's, above all it had heard when it was held; an editor is shown its own version under it. */
  readonly stamp: number;
  readonly sides: Sides;
};

export type Counter = {
  readonly operation: string;
  readonly code: ErrorCode;
  readonly uuid: Uuid | null;
  /** The editor that failed last; null: none. */
  readonly role: Role | null;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly message: string;
  /** How many of them fell into the current window, and when it began. */
  readonly windowCount: number;
  readonly windowMs: number;
  /** Failures since it was last in the clear: while there are any of an entity, it is handled with care (memory.ts). */
  readonly strikes: number;
  /** Clean verifications since the last failure. */
  readonly clean: number;
};

export type Head = {
  readonly lsn: number;
  /** Everything up to here is final or revoked. */
  readonly finalLsn: number;
  readonly lamport: number;
  readonly mode: Mode;
  /** Why the mode is what it is, for people. */
  readonly modeReason: string;
  /** The next batch number. */
  readonly batch: number;
  /** False from the first record of a run until its closing record: true at boot means that the last run ended well. */
  readonly closed: boolean;
  /** The newest of the deletions that are forgotten: what was written before may have been deleted ([ENG-50]). */
  readonly horizonLsn: number;
  readonly horizonStamp: number;
};

export const initialHead: Head = {
  lsn: 0,
  finalLsn: 0,
  lamport: 0,
  mode: "live",
  modeReason: "",
  batch: 1,
  closed: true,
  horizonLsn: 0,
  horizonStamp: 0,
};

export class State {
  head: Head = initialHead;
  readonly entities = new JournaledMap<Uuid, Entity>();
  readonly tombstones = new JournaledMap<Uuid, Tombstone>();
  readonly provisional = new JournaledMap<Uuid, Provisional>();
  /**
   * Batch → the entities it decides about. Follows from `provisional` and the tombstones' `pending`; may name more of
   * them, never fewer.
   */
  readonly undecided = new JournaledMap<number, Uuid[]>();
  readonly quarantine = new JournaledMap<Uuid, Quarantine>();
  readonly counters = new JournaledMap<string, Counter>();
  /** Entities with strikes against them; follows from `counters`. */
  readonly marked = new JournaledMap<Uuid, true>();
  /** Editors that were linked when the newest record was written: after a crash, those that were being written to. */
  readonly present = new JournaledMap<Role, true>();
  readonly #maps = [
    ...[this.entities, this.tombstones, this.provisional, this.undecided],
    ...[this.quarantine, this.counters, this.marked, this.present],
  ];
  #committedHead: Head = initialHead;

  noteUndecided(uuid: Uuid, batch: number): void {
    const uuids = this.undecided.get(batch);
    if (uuids) uuids.push(uuid);
    else this.undecided.set(batch, [uuid]);
  }

  commit(): void {
    this.#committedHead = this.head;
    for (const map of this.#maps) map.commit();
  }

  /** Forgets everything since the last commit. */
  drop(): void {
    this.head = this.#committedHead;
    for (const map of this.#maps) map.drop();
  }
}

/** Who wrote the field; undefined: nobody. */
export function writtenOf(entity: Entity | undefined, name: FieldName): Written | undefined {
  if (isTransformPart(name)) return entity?.transform[name] ?? undefined;
  return entity?.registers[name];
}

export function fieldOf(entity: Entity | undefined, name: FieldName): FieldValue | undefined {
  if (entity === undefined) return undefined;
  if (!isTransformPart(name)) return entity.registers[name]?.value;
  return entity.transform[name] ? partOf(entity.transform, name) : undefined;
}

export function registerOf(entity: Fielded, name: FieldName): Register | undefined {
  if (!isTransformPart(name)) return entity.registers[name];
  const written = entity.transform[name];
  return written ? { ...written, value: partOf(entity.transform, name) } : undefined;
}

/** What a provisional field goes back to; undefined: it never was final, or is not provisional. */
export function finalOf(provisional: Provisional | undefined, name: FieldName): Register | undefined {
  const entry = provisional?.[name];
  return entry && registerOf(entry.before, name);
}

/** Any of the fields, those of the transform included. */
export type FieldRegisters = { readonly [Name in FieldName]?: Register };

/** The entity, but for its identity, whose fields have these registers. */
export function fieldedOf({ translation, rotation, scale, ...registers }: FieldRegisters): Fielded {
  return { registers, transform: transformOf({ translation, rotation, scale }) };
}

/** What awaits these batches and goes back to these registers, or to nothing. */
export function provisionalOf(batches: Iterable<readonly [FieldName, number]>, finals: FieldRegisters): Provisional {
  const provisional: { [Name in FieldName]?: LastFinal } = {};
  let last: LastFinal = { batch: -1, before: fieldedOf(finals) };
  for (const [name, batch] of batches) {
    if (last.batch !== batch) last = { batch, before: last.before };
    provisional[name] = last;
  }
  return provisional;
}

/** Every field that has a value. */
export function registersOf(entity: Entity): [FieldName, Register][] {
  const found = Object.entries(entity.registers) as [FieldName, Register][];
  for (const name of transformFields) {
    const register = registerOf(entity, name);
    if (register) found.push([name, register]);
  }
  return found;
}

export function nameOf(entity: Entity | undefined): string {
  const name = fieldOf(entity, "name");
  return typeof name === "string" ? name : "";
}

export function parentOf(entity: Entity | undefined): Uuid | null {
  const parent = fieldOf(entity, "parent");
  return typeof parent === "string" ? parent : null;
}
