/**
 * What the snapshots are made of: the final values of every entity, as canonical JSON, and the state's hash.
 *
 * Owns: which entities changed since the recorder was told. A provisional field shows its last final value here; an entity
 * without any final value is not in a snapshot yet. Must never: hold up a turn; texts are made when a batch is final and at
 * most every 500 ms.
 */
import { createHash } from "node:crypto";
import type { Record } from "#electron/core/record.ts";
import type { Entity, Provisional, State } from "#electron/core/state.ts";
import { changedBy } from "#electron/core/verify.ts";
import type { FinalBatch } from "#electron/snapshots/pace.ts";
import type { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import type { Uuid } from "#shared/ids.ts";

const noteIntervalMs = 500;
const hashBytes = 16;

export class SnapshotFeed {
  readonly #state: State;
  readonly #dirty = new Set<Uuid>();
  readonly #hashes = new Map<Uuid, Buffer>();
  readonly #sum = Buffer.alloc(hashBytes);
  #recorder: SnapshotRecorder | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(state: State) {
    this.#state = state;
  }

  start(recorder: SnapshotRecorder): void {
    this.#recorder = recorder;
  }

  noteRecords(records: readonly Record[]): void {
    for (const record of records) {
      if (record.type === "transforms") for (const { uuid } of record.rows) this.#dirty.add(uuid);
      else if (record.type === "edit") for (const operation of record.ops) this.#dirty.add(changedBy(operation)[0]);
    }
  }

  /** A batch is final: the recorder hears of it soon. */
  finalised(): void {
    this.#timer ??= setTimeout(() => this.flush(), noteIntervalMs);
  }

  /** Tells the recorder now what became final since it was last told. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const changed: { uuid: Uuid; json: string | null }[] = [];
    for (const uuid of this.#dirty) {
      const provisional = this.#state.provisional.get(uuid);
      if (!provisional) this.#dirty.delete(uuid);
      const json = this.#textOf(uuid, provisional);
      if (this.#rehash(uuid, json)) changed.push({ uuid, json });
    }
    if (changed.length > 0) this.#recorder?.note({ lsn: this.#state.head.lsn, stateHash: this.#hash(), changed });
  }

  wholeState(): FinalBatch {
    const changed: { uuid: Uuid; json: string | null }[] = [];
    for (const uuid of this.#state.entities.keys()) {
      const json = this.#textOf(uuid, this.#state.provisional.get(uuid));
      this.#rehash(uuid, json);
      if (json !== null) changed.push({ uuid, json });
    }
    return { lsn: this.#state.head.lsn, stateHash: this.#hash(), changed };
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #textOf(uuid: Uuid, provisional: Provisional | undefined): string | null {
    const entity = this.#state.entities.get(uuid);
    return entity ? snapshotText(entity, provisional) : null;
  }

  /** Whether the text is new. The state's hash is the sum (xor) of its entities' hashes, so that one costs one. */
  #rehash(uuid: Uuid, json: string | null): boolean {
    const before = this.#hashes.get(uuid);
    const after = json === null ? undefined : createHash("sha256").update(json).digest().subarray(0, hashBytes);
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

/** An entity's final values; null when it has none yet. */
export function snapshotText(entity: Entity, provisional: Provisional | undefined): string | null {
  const fields: { [name: string]: Json } = {};
  for (const [name, register] of Object.entries(entity.registers)) {
    const pending = provisional?.[name as keyof Provisional];
    const final = pending ? pending.register : register;
    if (final) fields[name] = final.value as Json;
  }
  if (Object.keys(fields).length === 0) return null;
  return canonicalJson({ uuid: entity.uuid, kind: entity.kind, fields });
}
