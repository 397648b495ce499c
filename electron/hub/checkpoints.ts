/**
 * When the state is saved beside the log: at the end, and once in so many records ([ENG-34]).
 *
 * Owns: the count since the last one, and that one is saved at a time. Edits go on meanwhile: what is saved is the
 * state at the call. Must never: save what the log does not have on the medium.
 */
import type { State } from "#electron/core/state.ts";
import { encodedParts, viewOf } from "#electron/engine/state-codec.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { Log } from "#electron/ports/log.ts";
import { type CheckpointFolders, saveCheckpointInSteps } from "#electron/wal/checkpoint.ts";
import { assert } from "#shared/assert.ts";
import { type Result, success } from "#shared/result.ts";

/** Records between two checkpoints: bounds the replay after a crash to well under a second. */
const recordsPerCheckpointDefault = 50_000;

export type CheckpointParts = {
  readonly disk: Disk;
  readonly folders: CheckpointFolders;
  readonly state: State;
  readonly log: Log;
  readonly logId: Uint8Array;
  /** Of the newest one when the project was opened. */
  readonly checkpointLsn: number;
  readonly recordsPerCheckpoint?: number;
  readonly buggify?: Buggify;
  readonly pause?: () => Promise<void>;
};

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #recordsSince: number;
  #isSaving = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    // Runs that end too soon for one of their own must not make the log, and every start, longer and longer.
    this.#recordsSince = parts.state.head.lsn - parts.checkpointLsn;
  }

  get isDue(): boolean {
    if (this.#isSaving) return false;
    const { recordsPerCheckpoint = recordsPerCheckpointDefault, buggify = neverBuggify } = this.#parts;
    return this.#recordsSince >= recordsPerCheckpoint || buggify("checkpoint now");
  }

  note(records: number): void {
    this.#recordsSince += records;
  }

  /** The state as it is now, saved once the log has it on the medium: what is appended meanwhile does not matter. */
  async save(): Promise<Result<void>> {
    assert(!this.#isSaving, "[ENG-34] one checkpoint is saved at a time");
    this.#recordsSince = 0;
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
