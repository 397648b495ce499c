/**
 * What the snapshots are made of: the final values of every entity, as canonical JSON, and the state's hash.
 *
 * Owns: which entities changed since the recorder was told, and the guarded path of a deletion: what is deleted stays
 * in the feed as it last was until a `before-delete` snapshot holds it ([ENG-14]). A provisional field shows its last
 * final value here; an entity without any final value is not in a snapshot yet. Stage before: a turn's records are in
 * the log.
 * Must never: hold up a turn or an acknowledgement; texts are made when a batch is final, at the pace of paced-work.ts.
 */
import { hash } from "node:crypto";
import { changedBy } from "#electron/core/batches.ts";
import type { Record } from "#electron/core/record.ts";
import { type Entity, fieldOf, finalOf, type Provisional, type State } from "#electron/core/state.ts";
import type { SnapshotInfo } from "#electron/ports/snapshots.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import type { FinalBatch, SnapshotOrder } from "#electron/snapshots/pace.ts";
import type { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import type { Uuid } from "#shared/ids.ts";
import { failure, type Result } from "#shared/result.ts";
import { type FieldName, transformFields } from "#shared/scene/fields.ts";
import { PacedWork } from "./paced-work.ts";

const noteIntervalMs = 500;
/** Between two `before-delete` snapshots; what is deleted meanwhile waits for the next. */
const guardIntervalMs = 1_000;
/** Edits that come while a snapshot of now is taken: after so many times they are left to the log. */
const takesMax = 3;
/** After a failed one. The log and the tombstones keep everything until then. */
const guardRetryMs = 30_000;
const hashBytes = 16;
/** A few milliseconds. */
const textsPerTurn = 256;

type Change = FinalBatch["changed"][number];
/** What a text is made of: the state's objects never change, so that it can be made later. */
type Source = {
  readonly uuid: Uuid;
  readonly entity: Entity | undefined;
  readonly provisional: Provisional | undefined;
};

export class SnapshotFeed {
  readonly #state: State;
  readonly #dirty = new Set<Uuid>();
  /** Deleted, and not yet known to be in a snapshot. */
  readonly #doomed = new Map<Uuid, Entity>();
  readonly #hashes = new Map<Uuid, Buffer>();
  readonly #sum = Buffer.alloc(hashBytes);
  /** The whole state while its texts are being made. */
  #whole: Map<Uuid, string | null> | null = null;
  #recorder: SnapshotRecorder | null = null;
  readonly #telling = new PacedWork(noteIntervalMs, () => this.#tell());
  #guardTimer: NodeJS.Timeout | null = null;
  #guarding: Promise<boolean> | null = null;
  #showsProvisional = false;
  #takingNow: Promise<unknown> = Promise.resolve();

  constructor(state: State) {
    this.#state = state;
  }

  start(recorder: SnapshotRecorder): void {
    this.#recorder = recorder;
    // What the last run left provisional becomes final without a record that names it again.
    for (const uuid of this.#state.provisional.keys()) this.#dirty.add(uuid);
  }

  /** What was deleted after the newest snapshot is in none as it last was: the run ended before that was taken. */
  guardSince(snapshotLsn: number): void {
    for (const [uuid, { lsn }] of this.#state.tombstones.entries()) if (lsn > snapshotLsn) this.#doom(uuid);
  }

  /** What was moved has its old final value until its batch is final. */
  noteRecords(records: readonly Record[]): void {
    for (const record of records) {
      if (record.type === "edit") for (const operation of record.ops) this.#noteOperation(changedBy(operation));
      else if (record.type === "hold") for (const { operation } of record.members) this.#dirty.add(operation.uuid);
    }
  }

  /** A batch is final, and these got a final value by it: the recorder hears of it soon. */
  finalised(uuids: readonly Uuid[] = []): void {
    for (const uuid of uuids) this.#dirty.add(uuid);
    this.#telling.soon();
  }

  /** Tells the recorder now what became final since it was last told. */
  flush(): void {
    this.#telling.now();
  }

  /** Everything that changed, as it is at one moment, whenever its texts are made. */
  *#tell(): Generator<void, void> {
    const { lsn } = this.#state.head;
    const changed: Change[] = [];
    let made = 0;
    for (const source of this.#takeDirty()) {
      if (made > 0 && made % textsPerTurn === 0) yield;
      made += 1;
      const json = textOf(source);
      if (!this.#rehash(source.uuid, json)) continue;
      changed.push({ uuid: source.uuid, json });
      this.#whole?.set(source.uuid, json);
    }
    if (changed.length > 0) this.#recorder?.note(this.#batchOf(lsn, changed));
  }

  #takeDirty(): Source[] {
    if (this.#showsProvisional) for (const uuid of this.#state.provisional.keys()) this.#dirty.add(uuid);
    const sources = Array.from(this.#dirty, (uuid) => this.#sourceOf(uuid));
    if (this.#showsProvisional) return sources;
    for (const uuid of this.#dirty) if (!this.#doomed.has(uuid)) this.#dirty.delete(uuid);
    return sources;
  }

  #batchOf(lsn: number, changed: readonly Change[]): FinalBatch {
    return { lsn, stateHash: this.#hash(), changed };
  }

  /** Takes the snapshot that deletions wait for, if any does, and tells the recorder the state as it is now. */
  async settle(): Promise<void> {
    if (this.#doomed.size > 0) await this.#guard();
    // A snapshot that failed must not make the next one, which somebody asked for, show what is gone.
    this.#doomed.clear();
    this.flush();
  }

  /**
   * A snapshot of the scene as it stands this moment, values included that no editor has confirmed yet: what a person
   * sees and wants to come back to.
   */
  takeNow(order: SnapshotOrder): Promise<Result<SnapshotInfo | null>> {
    const taken = this.#takingNow.then(() => this.#takeNow(order));
    this.#takingNow = taken.catch(() => undefined);
    return taken;
  }

  async #takeNow(order: SnapshotOrder): Promise<Result<SnapshotInfo | null>> {
    await this.settle();
    const recorder = this.#recorder;
    if (recorder === null) return failure("E_SNAPSHOT", "The project was closed before the snapshot was taken.");
    this.#showsProvisional = true;
    this.flush();
    let taken = await recorder.take(order);
    for (let count = 1; count < takesMax && taken.ok; count += 1) {
      this.flush();
      if (recorder.unsavedCount === 0) break;
      taken = await recorder.take(order);
    }
    this.#showsProvisional = false;
    this.finalised();
    return taken;
  }

  /**
   * Everything there is, as it is when `take` is called, once. The texts are made a few at a time, so that nobody is
   * held up; what changes meanwhile is made anew.
   */
  async wholeState(take: (whole: FinalBatch) => void): Promise<void> {
    const texts = new Map<Uuid, string | null>();
    this.#whole = texts;
    const uuids = [...this.#state.entities.keys(), ...this.#doomed.keys(), ...this.#hashes.keys()];
    for (let from = 0; from < uuids.length; from += textsPerTurn) {
      for (const uuid of uuids.slice(from, from + textsPerTurn)) {
        if (texts.has(uuid)) continue;
        const json = textOf(this.#sourceOf(uuid));
        this.#rehash(uuid, json);
        texts.set(uuid, json);
      }
      await pauseForOthers();
    }
    this.flush();
    this.#whole = null;
    const all = Array.from(texts, ([uuid, json]) => ({ uuid, json }));
    const living = all.filter(({ json }) => json !== null);
    take(this.#batchOf(this.#state.head.lsn, living));
  }

  stop(): void {
    this.#telling.stop();
    if (this.#guardTimer) clearTimeout(this.#guardTimer);
    this.#guardTimer = null;
    this.#recorder = null;
  }

  #noteOperation([uuid, fields]: ReturnType<typeof changedBy>): void {
    this.#dirty.add(uuid);
    if (fields === "deleted") this.#doom(uuid);
  }

  #doom(uuid: Uuid): void {
    const tombstone = this.#state.tombstones.get(uuid);
    if (!tombstone) return;
    this.#doomed.set(uuid, tombstone.entity);
    this.#guardSoon(0);
  }

  #guardSoon(waitMs: number): void {
    if (this.#guardTimer || this.#guarding) return;
    this.#guardTimer = setTimeout(() => {
      this.#guardTimer = null;
      if (this.#doomed.size > 0) void this.#guard();
    }, waitMs);
  }

  /** One at a time; whoever comes meanwhile waits for the same one, and what was deleted meanwhile for the next. */
  async #guard(): Promise<void> {
    this.#guarding ??= this.#takeBeforeDelete();
    const isTaken = await this.#guarding;
    this.#guarding = null;
    this.#guardSoon(isTaken ? guardIntervalMs : guardRetryMs);
  }

  async #takeBeforeDelete(): Promise<boolean> {
    const doomed = [...this.#doomed];
    this.flush();
    const taken = await this.#recorder?.take({ reason: "before-delete" });
    if (!taken?.ok) return false;
    for (const [uuid, entity] of doomed) if (this.#doomed.get(uuid) === entity) this.#doomed.delete(uuid);
    if (this.#recorder) this.finalised();
    return true;
  }

  #sourceOf(uuid: Uuid): Source {
    const entity = this.#state.entities.get(uuid);
    if (!entity) return { uuid, entity: this.#doomed.get(uuid), provisional: undefined };
    return { uuid, entity, provisional: this.#showsProvisional ? undefined : this.#state.provisional.get(uuid) };
  }

  /** Whether the text is new. The state's hash is the sum (xor) of its entities' hashes, so that one costs one. */
  #rehash(uuid: Uuid, json: string | null): boolean {
    const before = this.#hashes.get(uuid);
    const after = json === null ? undefined : hash("sha256", json, "buffer").subarray(0, hashBytes);
    if (before === after || (before && after?.equals(before))) return false;
    for (let index = 0; index < hashBytes; index += 1) {
      this.#sum[index] = (this.#sum[index] as number) ^ (before?.[index] ?? 0) ^ (after?.[index] ?? 0);
    }
    if (after) this.#hashes.set(uuid, after);
    else this.#hashes.delete(uuid);
    return true;
  }

  #hash(): string {
    return this.#sum.toString("hex");
  }
}

function textOf({ entity, provisional }: Source): string | null {
  return entity ? snapshotText(entity, provisional) : null;
}

/** An entity's final values; null when it has none yet. */
export function snapshotText(entity: Entity, provisional: Provisional | undefined): string | null {
  const fields: { [name: string]: Json } = {};
  let isEmpty = true;
  for (const name of [...(Object.keys(entity.registers) as FieldName[]), ...transformFields]) {
    const value = provisional?.[name] ? finalOf(provisional, name)?.value : fieldOf(entity, name);
    if (value === undefined) continue;
    fields[name] = value as Json;
    isEmpty = false;
  }
  return isEmpty ? null : canonicalJson({ uuid: entity.uuid, kind: entity.kind, fields });
}
