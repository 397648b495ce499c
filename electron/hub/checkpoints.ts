/**
 * When the state is saved beside the log: at the end, and once in so many records or changes ([ENG-34]).
 *
 * Owns: what a start would have to replay, and that one is saved at a time. Edits go on meanwhile: what is saved is the
 * state at the call. Must never: save what the log does not have on the medium.
 */
import { changesIn, type Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import { encodedParts, viewOf } from "#electron/engine/state-codec.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { Log } from "#electron/ports/log.ts";
import { type CheckpointFolders, saveCheckpointInSteps } from "#electron/wal/checkpoint.ts";
import { assert } from "#shared/assert.ts";
import { type Result, success } from "#shared/result.ts";

/** What lies in the log behind the newest checkpoint: a start folds it again. */
export class Backlog {
  records = 0;
  changes = 0;

  add(record: Record): void {
    this.records += 1;
    this.changes += changesIn(record);
  }
}

/** Between two checkpoints: both bound the replay after a crash to about a second. */
const recordsPerCheckpointDefault = 50_000;
/** Moving things makes few records of many changes; at the worst this is a checkpoint every few seconds. */
const changesPerCheckpoint = 400_000;

export type CheckpointParts = {
  readonly disk: Disk;
  readonly folders: CheckpointFolders;
  readonly state: State;
  readonly log: Log;
  readonly logId: Uint8Array;
  /** When the project was opened: runs that end too soon must not make the log, and every start, longer and longer. */
  readonly backlog: Backlog;
  readonly recordsPerCheckpoint?: number;
  readonly buggify?: Buggify;
  readonly pause?: () => Promise<void>;
};

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #backlog: Backlog;
  #isSaving = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    this.#backlog = parts.backlog;
  }

  get isDue(): boolean {
    if (this.#isSaving) return false;
    const { recordsPerCheckpoint = recordsPerCheckpointDefault, buggify = neverBuggify } = this.#parts;
    const { records, changes } = this.#backlog;
    return records >= recordsPerCheckpoint || changes >= changesPerCheckpoint || buggify("checkpoint now");
  }

  note(records: readonly Record[]): void {
    for (const record of records) this.#backlog.add(record);
  }

  /** The state as it is now, saved once the log has it on the medium: what is appended meanwhile does not matter. */
  async save(): Promise<Result<void>> {
    assert(!this.#isSaving, "[ENG-34] one checkpoint is saved at a time");
    this.#backlog = new Backlog();
    this.#isSaving = true;
    try {
      return await this.#save();
    } finally {
      this.#isSaving = false;
    }
  }

  async #save(): Promise<Result<void>> {
    const { disk, folders, state, log, logId, pause } = this.#parts;
    const { lsn } = state.head;
    if (lsn === 0) return success(undefined);
    const view = viewOf(state);
    const flushed = await log.flush();
    // A flush that failed halts the engine, which says so.
    if (!flushed.ok || flushed.value < lsn) return success(undefined);
    return saveCheckpointInSteps(disk, folders, { logId, lsn, parts: encodedParts(view), pause });
  }
}
