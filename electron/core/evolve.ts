/**
 * What a record does to the state. The only writer of the state, live and on replay alike: recovery is this fold
 * ([ENG-2]).
 *
 * Cannot refuse, only assert: whatever may be refused was refused in decide.ts, before the record was made.
 */
import { assert, unreachable } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import { maskBit, type TransformRow } from "#shared/protocol/binary.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type FieldName, type Fields, type FieldValue, transformFields } from "#shared/scene/fields.ts";
import { lamportOf } from "#shared/scene/stamp.ts";
import { countFault } from "./failure.ts";
import { limits } from "./limits.ts";
import type { Record, RecordOf, TransformsRecord } from "./record.ts";
import type { Entity, LastFinal, Register, State } from "./state.ts";

/** Applies the record at `lsn`, which must be the next one. */
export function evolve(state: State, lsn: number, record: Record): void {
  assert(lsn === state.head.lsn + 1, "[ENG-4] log positions have no gaps");
  state.head = { ...state.head, lsn, closed: false };
  switch (record.type) {
    case "edit":
      return evolveEdit(state, lsn, record);
    case "transforms":
      return evolveTransforms(state, lsn, record);
    case "final":
      return evolveFinal(state, record);
    case "fault":
      return countFault(state, record);
    case "mode":
      state.head = { ...state.head, mode: record.mode, modeReason: record.reason };
      return;
    case "quarantine": {
      const { uuid, code, message, timeMs } = record;
      state.quarantine.set(uuid, { code, message, lsn, timeMs });
      return;
    }
    case "release":
      state.quarantine.delete(record.uuid);
      return;
    case "close":
      state.head = { ...state.head, closed: true };
      return;
    case "session":
    case "snapshot":
    case "boot":
      return;
    default:
      unreachable(record);
  }
}

function evolveEdit(state: State, lsn: number, record: RecordOf<"edit">): void {
  const { batch, timeMs } = record;
  let lamport = state.head.lamport;
  for (const operation of record.ops) {
    evolveOperation(state, operation, { lsn, batch, timeMs });
    lamport = Math.max(lamport, lamportOf(operation.stamp));
  }
  state.head = { ...state.head, lamport, batch: Math.max(state.head.batch, batch + 1) };
}

type Place = { readonly lsn: number; readonly batch: number; readonly timeMs: number };

function evolveOperation(state: State, operation: StampedOperation, place: Place): void {
  const { uuid, stamp } = operation;
  switch (operation.op) {
    case "create": {
      assert(!state.entities.has(uuid), "[ENG-5] a living entity is not created again");
      const { lsn, timeMs } = place;
      const entity: Entity = {
        uuid,
        kind: operation.kind,
        registers: {},
        createdStamp: stamp,
        createdLsn: lsn,
        lsn,
        timeMs,
      };
      state.tombstones.delete(uuid);
      setFields(state, entity, { fields: operation.fields, stamp, place });
      return;
    }
    case "set": {
      const entity = state.entities.get(uuid);
      assert(entity !== undefined, "[ENG-6] only a living entity is changed");
      setFields(state, entity, { fields: operation.fields, stamp, place });
      return;
    }
    case "delete": {
      const dead = state.tombstones.get(uuid)?.entity;
      const entity = state.entities.get(uuid) ?? dead ?? neverSeen(uuid, stamp, place);
      state.entities.delete(uuid);
      state.provisional.delete(uuid);
      state.tombstones.set(uuid, { entity, stamp, lsn: place.lsn, timeMs: place.timeMs });
      forgetOldTombstones(state);
      return;
    }
    default:
      unreachable(operation);
  }
}

/**
 * A deletion may overtake the creation it belongs to: it leaves a tombstone all the same, so that the late one finds
 * it.
 */
function neverSeen(uuid: Uuid, stamp: number, { lsn, timeMs }: Place): Entity {
  return { uuid, kind: "object", registers: {}, createdStamp: stamp, createdLsn: lsn, lsn, timeMs };
}

type Write = { readonly fields: Fields; readonly stamp: number; readonly place: Place };

function setFields(state: State, entity: Entity, write: Write): void {
  const { fields, stamp, place } = write;
  const registers: { [Name in FieldName]?: Register } = { ...entity.registers };
  const provisional: { [Name in FieldName]?: LastFinal } = { ...state.provisional.get(entity.uuid) };
  for (const [key, value] of Object.entries(fields)) {
    const name = key as FieldName;
    const before = registers[name];
    provisional[name] = { batch: place.batch, register: provisional[name] ? provisional[name].register : before };
    registers[name] = { value: value as FieldValue, stamp, lsn: place.lsn };
  }
  state.entities.set(entity.uuid, { ...entity, registers, lsn: place.lsn, timeMs: place.timeMs });
  state.provisional.set(entity.uuid, provisional);
}

type Move = { readonly row: TransformRow; readonly stamp: number; readonly place: Place };

/** `setFields` for a row of the binary lane, which is most of all work: without a list of fields in between. */
function setTransform(state: State, entity: Entity, { row, stamp, place }: Move): void {
  const { lsn, batch, timeMs } = place;
  const { mask, values } = row;
  const registers: { [Name in FieldName]?: Register } = { ...entity.registers };
  const before = state.provisional.get(entity.uuid);
  const provisional: { [Name in FieldName]?: LastFinal } = before ? { ...before } : {};
  for (const name of transformFields) {
    if ((mask & maskBit[name]) === 0) continue;
    const pending = provisional[name];
    provisional[name] = { batch, register: pending ? pending.register : registers[name] };
    registers[name] = { value: values.slice(valuesFrom[name], valuesTo[name]), stamp, lsn };
  }
  const { uuid, kind, createdStamp, createdLsn } = entity;
  state.entities.set(uuid, { uuid, kind, registers, createdStamp, createdLsn, lsn, timeMs });
  state.provisional.set(uuid, provisional);
}

function evolveTransforms(state: State, lsn: number, record: TransformsRecord): void {
  const { stamp, batch, timeMs } = record;
  const place = { lsn, batch, timeMs };
  for (const row of record.rows) {
    const entity = state.entities.get(row.uuid);
    assert(entity !== undefined, "[ENG-6] only a living entity is moved");
    setTransform(state, entity, { row, stamp, place });
  }
  const lamport = Math.max(state.head.lamport, lamportOf(stamp));
  state.head = { ...state.head, lamport, batch: Math.max(state.head.batch, batch + 1) };
}

const valuesFrom = { translation: 0, rotation: 3, scale: 7 } as const;
const valuesTo = { translation: 3, rotation: 7, scale: 10 } as const;

/** The fields that a row's mask names. */
export function transformFieldsOf(row: TransformRow): Fields {
  const fields: { [Name in FieldName]?: FieldValue } = {};
  for (const name of transformFields) {
    if (row.mask & maskBit[name]) fields[name] = row.values.slice(valuesFrom[name], valuesTo[name]);
  }
  return fields;
}

/** Promotes what the batch decided about; fields written again since belong to a later batch. */
function evolveFinal(state: State, record: RecordOf<"final">): void {
  const promoted: [Uuid, { [Name in FieldName]?: LastFinal }][] = [];
  for (const [uuid, fields] of state.provisional.entries()) {
    const left = Object.entries(fields).filter(([, entry]) => entry.batch !== record.batch);
    if (left.length < Object.keys(fields).length) promoted.push([uuid, Object.fromEntries(left)]);
  }
  for (const [uuid, left] of promoted) {
    if (Object.keys(left).length === 0) state.provisional.delete(uuid);
    else state.provisional.set(uuid, left);
  }
  state.head = { ...state.head, finalLsn: Math.max(state.head.finalLsn, record.finalLsn) };
}

/** Tombstones leave in the order they came: the map keeps insertion order in its base, and deletes are rare. */
function forgetOldTombstones(state: State): void {
  if (state.tombstones.size <= limits.tombstonesMax) return;
  let oldest: { uuid: Uuid; lsn: number } | undefined;
  for (const [uuid, { lsn }] of state.tombstones.entries()) {
    if (oldest === undefined || lsn < oldest.lsn) oldest = { uuid, lsn };
  }
  if (oldest) state.tombstones.delete(oldest.uuid);
}
