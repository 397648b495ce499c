/**
 * What a record does to the state. The only writer of the state, live and on replay alike: recovery is this fold
 * ([ENG-2]).
 *
 * Cannot refuse, only assert: whatever may be refused was refused in decide.ts, before the record was made.
 */
import { assert, unreachable } from "#shared/assert.ts";
import { sharedText, type Uuid } from "#shared/ids.ts";
import { fieldNamesOf, maskAll } from "#shared/protocol/binary.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { lamportOf, writerOf } from "#shared/scene/stamp.ts";
import { countFault, easeOff, noteMemory, rememberCrash } from "./failure.ts";
import { limits } from "./limits.ts";
import type { EditReason, Record, RecordOf, TransformsRecord } from "./record.ts";
import {
  type Entity,
  type Head,
  type LastFinal,
  type Provisional,
  type Register,
  registersOf,
  type State,
  writtenOf,
} from "./state.ts";
import { isTransformPart, noTransform, placed, placingOf, type Written } from "./transform.ts";

/** Applies the record at `lsn`, which must be the next one; answers with the entities that it gave a final value. */
export function evolve(state: State, lsn: number, record: Record): readonly Uuid[] {
  assert(lsn === state.head.lsn + 1, "[ENG-4] log positions have no gaps");
  if (record.type === "final") {
    state.head = advanced(state.head, lsn, record);
    return evolveFinal(state, record);
  }
  apply(state, lsn, record);
  return [];
}

function apply(state: State, lsn: number, record: Exclude<Record, RecordOf<"final">>): void {
  const { closed } = state.head;
  state.head = advanced(state.head, lsn, record);
  switch (record.type) {
    case "edit":
      return evolveEdit(state, lsn, record);
    case "transforms":
      return evolveTransforms(state, lsn, record);
    case "fault":
      return countFault(state, record);
    case "mode":
      state.head = { ...state.head, mode: record.mode, modeReason: record.reason };
      return;
    case "quarantine": {
      const { uuid, code, message, timeMs } = record;
      state.quarantine.set(uuid, { code, message, lsn, timeMs, closure: uuid, stamp: 0, sides: {} });
      return;
    }
    case "hold":
      return evolveHold(state, lsn, record);
    case "claim": {
      const held = state.quarantine.get(record.uuid);
      assert(held !== undefined, "[ENG-37] only what is held back has sides");
      state.quarantine.set(record.uuid, { ...held, sides: { ...held.sides, [record.role]: record.side } });
      return;
    }
    case "release":
      evolveRelease(state, lsn, record.uuid);
      return easeOff(state, record.uuid);
    case "memory":
      return noteMemory(state, record);
    case "session":
      return evolvePresence(state, record);
    case "boot":
      if (!closed) rememberCrash(state, record.timeMs);
      return nobodyPresent(state);
    case "close":
      state.head = { ...state.head, closed: true };
      return nobodyPresent(state);
    case "snapshot":
      return;
    default:
      unreachable(record);
  }
}

/** The head behind the record, but for what single kinds of records do to it. Spelt out: it is made for each record. */
function advanced(head: Head, lsn: number, record: Record): Head {
  let { lamport, batch } = head;
  if (record.type === "transforms") lamport = Math.max(lamport, lamportOf(record.stamp));
  if (record.type === "edit") for (const { stamp } of record.ops) lamport = Math.max(lamport, lamportOf(stamp));
  if (record.type === "claim") lamport = Math.max(lamport, lamportOf(record.side.stamp));
  if (record.type === "hold") for (const member of record.members) lamport = Math.max(lamport, lamportIn(member));
  if ("batch" in record && record.type !== "final") batch = Math.max(batch, record.batch + 1);
  const { finalLsn, mode, modeReason, horizonLsn, horizonStamp } = head;
  return { lsn, finalLsn, lamport, mode, modeReason, batch, closed: false, horizonLsn, horizonStamp };
}

function lamportIn({ operation, sides }: RecordOf<"hold">["members"][number]): number {
  const stamps = [operation.stamp, ...Object.values(sides).map((side) => side?.stamp ?? 0)];
  return Math.max(...stamps.map(lamportOf));
}

/** One record for all of it: whatever else is lost, a held entity is there, as agreed, and has its sides. */
function evolveHold(state: State, lsn: number, record: RecordOf<"hold">): void {
  const { batch, timeMs, code, closure } = record;
  for (const { operation, sides, message } of record.members) {
    evolveOperation(state, operation, { lsn, batch, timeMs, reason: null });
    state.quarantine.set(operation.uuid, { code, message, lsn, timeMs, closure, stamp: operation.stamp, sides });
  }
}

/** From here on it is there for everybody: until now an editor may have been without it, whatever it was told. */
function evolveRelease(state: State, lsn: number, uuid: Uuid): void {
  state.quarantine.delete(uuid);
  const entity = state.entities.get(uuid);
  if (entity) state.entities.set(uuid, { ...entity, createdLsn: lsn });
}

function evolveEdit(state: State, lsn: number, record: RecordOf<"edit">): void {
  const { batch, timeMs, reason } = record;
  for (const operation of record.ops) evolveOperation(state, operation, { lsn, batch, timeMs, reason });
}

type Place = {
  readonly lsn: number;
  readonly batch: number;
  readonly timeMs: number;
  /** Null: what was agreed, of something that is held back. */
  readonly reason: EditReason | null;
};

function evolveOperation(state: State, operation: StampedOperation, place: Place): void {
  const { uuid, stamp } = operation;
  switch (operation.op) {
    case "create": {
      assert(!state.entities.has(uuid), "[ENG-5] a living entity is not created again");
      const { lsn, timeMs } = place;
      const entity: Entity = {
        uuid: sharedText(uuid),
        kind: operation.kind,
        registers: {},
        transform: noTransform,
        createdStamp: stamp,
        createdLsn: lsn,
        lsn,
        timeMs,
      };
      reviveFinal(state, uuid, place);
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
      const { batch, lsn, timeMs } = place;
      const fields = state.provisional.get(uuid) ?? state.tombstones.get(uuid)?.pending?.fields ?? {};
      state.entities.delete(uuid);
      state.provisional.delete(uuid);
      state.tombstones.set(uuid, { entity, stamp, lsn, timeMs, pending: { batch, fields } });
      state.noteUndecided(uuid, batch);
      forgetOldTombstones(state);
      return;
    }
    default:
      unreachable(operation);
  }
}

/**
 * An entity that comes back before its deletion was decided goes back, if it must, to what it was before it went: in
 * the other editor it may never have been gone.
 */
function reviveFinal(state: State, uuid: Uuid, { batch }: Place): void {
  const tombstone = state.tombstones.get(uuid);
  if (!tombstone?.pending) return;
  const { entity, pending } = tombstone;
  const fields = registersOf(entity).map(([name]): [FieldName, LastFinal] => {
    return [name, { batch, before: pending.fields[name]?.before ?? entity }];
  });
  state.provisional.set(uuid, Object.fromEntries(fields));
  state.noteUndecided(uuid, batch);
}

/**
 * A deletion may overtake the creation it belongs to: it leaves a tombstone all the same, so that the late one finds
 * it.
 */
function neverSeen(uuid: Uuid, stamp: number, { lsn, timeMs }: Place): Entity {
  return {
    uuid,
    kind: "object",
    registers: {},
    transform: noTransform,
    createdStamp: stamp,
    createdLsn: lsn,
    lsn,
    timeMs,
  };
}

type Write = { readonly fields: Fields; readonly stamp: number; readonly place: Place };

function setFields(state: State, entity: Entity, { fields, stamp, place }: Write): void {
  const { batch, lsn, timeMs, reason } = place;
  const names = Object.keys(fields) as FieldName[];
  const written = { stamp, lsn };
  const writtenOver = (name: FieldName) =>
    reason === "repair" ? { ...written, ...intentOf(writtenOf(entity, name)) } : written;
  const registers: { [Name in FieldName]?: Register } = { ...entity.registers };
  for (const name of names) {
    if (!isTransformPart(name)) registers[name] = { value: fields[name] as FieldValue, ...writtenOver(name) };
  }
  const placing = placingOf(fields);
  let transform = placing ? placed(entity.transform, placing, written) : entity.transform;
  if (reason === "repair")
    for (const name of names.filter(isTransformPart)) transform = { ...transform, [name]: writtenOver(name) };
  awaitFinal(state, entity, { names, batch });
  state.entities.set(entity.uuid, { ...entity, registers, transform, lsn, timeMs });
}

/** What is repaired stands for the write that was there, which may have been a repair itself. */
function intentOf(before: Written | undefined): Pick<Written, "intent"> {
  if (before?.intent) return { intent: before.intent };
  if (!before || writerOf(before.stamp) === "hub") return {};
  return { intent: { stamp: before.stamp, lsn: before.lsn } };
}

/** Remembers what the fields go back to when the batch fails, before they are written. */
function awaitFinal(
  state: State,
  entity: Entity,
  { names, batch }: { names: readonly FieldName[]; batch: number },
): void {
  if (names.length === 0) return;
  const before = state.provisional.get(entity.uuid);
  if (before && names.every((name) => before[name]?.batch === batch)) return;
  const provisional: { [Name in FieldName]?: LastFinal } = { ...before };
  let last: LastFinal = { batch, before: entity };
  for (const name of names) {
    const since = before?.[name]?.before ?? entity;
    if (last.before !== since) last = { batch, before: since };
    provisional[name] = last;
  }
  state.provisional.replace(entity.uuid, before, provisional);
  state.noteUndecided(entity.uuid, batch);
}

/** `awaitFinal` for a whole place: mostly nothing else of the entity waits, and its three parts share one note. */
function awaitPlace(state: State, entity: Entity, batch: number): void {
  const before = state.provisional.get(entity.uuid);
  const since = before ? placeEntry(before) : { batch: -1, before: entity };
  if (since === undefined) return awaitFinal(state, entity, { names: fieldNamesOf(maskAll), batch });
  if (since.batch === batch) return;
  const last: LastFinal = { batch, before: since.before };
  state.provisional.replace(entity.uuid, before, { translation: last, rotation: last, scale: last });
  state.noteUndecided(entity.uuid, batch);
}

/** The one note of all three parts of a place; undefined: they have several, or something else waits as well. */
function placeEntry(fields: Provisional): LastFinal | undefined {
  const { translation, rotation, scale } = fields;
  if (translation === undefined || translation !== rotation || translation !== scale) return undefined;
  for (const name in fields) if (!isTransformPart(name as FieldName)) return undefined;
  return translation;
}

function evolveTransforms(state: State, lsn: number, record: TransformsRecord): void {
  const { stamp, batch, timeMs } = record;
  const written = { stamp, lsn };
  for (const row of record.rows) {
    const entity = state.entities.get(row.uuid);
    assert(entity !== undefined, "[ENG-6] only a living entity is moved");
    if (row.mask === maskAll) awaitPlace(state, entity, batch);
    else awaitFinal(state, entity, { names: fieldNamesOf(row.mask), batch });
    const { uuid, kind, registers, createdStamp, createdLsn } = entity;
    const transform = placed(entity.transform, row, written);
    state.entities.replace(uuid, entity, { uuid, kind, registers, transform, createdStamp, createdLsn, lsn, timeMs });
  }
}

/** Promotes what the batch decided about; fields written again since belong to a later batch. */
function evolveFinal(state: State, { batch, finalLsn }: RecordOf<"final">): readonly Uuid[] {
  const decided: Uuid[] = [];
  for (const uuid of state.undecided.get(batch) ?? []) {
    if (state.tombstones.size > 0) decideDeletion(state, uuid, batch);
    const before = state.provisional.get(uuid);
    if (before === undefined || !isDecidedBy(before, batch)) continue;
    decided.push(uuid);
    if (placeEntry(before)) {
      state.provisional.delete(uuid);
      continue;
    }
    const left = Object.entries(before).filter(([, entry]) => entry.batch !== batch);
    if (left.length === 0) state.provisional.delete(uuid);
    else state.provisional.replace(uuid, before, Object.fromEntries(left));
  }
  state.undecided.delete(batch);
  state.head = { ...state.head, finalLsn: Math.max(state.head.finalLsn, finalLsn) };
  return decided;
}

function decideDeletion(state: State, uuid: Uuid, batch: number): void {
  const tombstone = state.tombstones.get(uuid);
  if (tombstone?.pending?.batch !== batch) return;
  const { pending: _decided, ...rest } = tombstone;
  state.tombstones.set(uuid, rest);
}

function isDecidedBy(fields: Provisional, batch: number): boolean {
  for (const name in fields) if (fields[name as FieldName]?.batch === batch) return true;
  return false;
}

function evolvePresence(state: State, { role, event }: RecordOf<"session">): void {
  if (event === "away" || event === "left") state.present.delete(role);
  else state.present.set(role, true);
}

function nobodyPresent(state: State): void {
  for (const role of [...state.present.keys()]) state.present.delete(role);
}

/**
 * The oldest go, many at a time: looking for them costs a walk over all. One whose batch is undecided stays, it may
 * still have to come back.
 */
function forgetOldTombstones(state: State): void {
  const { tombstones } = state;
  const surplus = tombstones.size - limits.tombstonesMax;
  if (surplus <= 0 || surplus % limits.tombstonesForgottenAtOnce !== 1) return;
  const lsns = Float64Array.from(tombstones.values(), ({ lsn }) => lsn).sort();
  const newest = lsns[limits.tombstonesForgottenAtOnce - 1] as number;
  let { horizonLsn, horizonStamp } = state.head;
  for (const [uuid, { lsn, stamp, pending }] of tombstones.entries()) {
    if (lsn > newest || pending) continue;
    tombstones.delete(uuid);
    horizonLsn = Math.max(horizonLsn, lsn);
    horizonStamp = Math.max(horizonStamp, stamp);
  }
  state.head = { ...state.head, horizonLsn, horizonStamp };
}
