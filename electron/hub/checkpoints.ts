/**
 * When the state is saved beside the log: at the end, and once in so many records ([ENG-34]).
 *
 * Owns: the count since the last one, and that one is saved at a time. Edits go on meanwhile: what is saved is the
 * state at the call. Must never: save what the log does not have on the medium.
 */
import type { State } from "#electron/core/state.ts";
import { encodedParts, viewOf } from "#electron/engine/state-codec.ts";
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
  readonly recordsPerCheckpoint?: number;
  readonly pause?: () => Promise<void>;
};

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #recordsSince = 0;
  #isSaving = false;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
  }

  get isDue(): boolean {
    const { recordsPerCheckpoint = recordsPerCheckpointDefault } = this.#parts;
    return !this.#isSaving && this.#recordsSince >= recordsPerCheckpoint;
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
