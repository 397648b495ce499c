/**
 * When the state is saved beside the log: at the end, and once in so many records ([ENG-34]).
 *
 * Owns: the count since the last one. Must never: save what the log does not have on the medium.
 */
import type { State } from "#electron/core/state.ts";
import { encodeState } from "#electron/engine/state-codec.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { Log } from "#electron/ports/log.ts";
import { type CheckpointFolders, saveCheckpoint } from "#electron/wal/checkpoint.ts";
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
};

export class Checkpoints {
  readonly #parts: CheckpointParts;
  #recordsSince: number;

  constructor(parts: CheckpointParts) {
    this.#parts = parts;
    // Runs that end too soon for one of their own must not make the log, and every start, longer and longer.
    this.#recordsSince = parts.state.head.lsn - parts.checkpointLsn;
  }

  get isDue(): boolean {
    const { recordsPerCheckpoint = recordsPerCheckpointDefault, buggify = neverBuggify } = this.#parts;
    return this.#recordsSince >= recordsPerCheckpoint || buggify("checkpoint now");
  }

  note(records: number): void {
    this.#recordsSince += records;
  }

  /** The state as it is now, saved once the log has it on the medium: what is appended meanwhile does not matter. */
  async save(): Promise<Result<void>> {
    this.#recordsSince = 0;
    const { disk, folders, state, log, logId } = this.#parts;
    const { lsn } = state.head;
    if (lsn === 0) return success(undefined);
    const bytes = encodeState(state);
    const flushed = await log.flush();
    // A flush that failed halts the engine, which says so.
    if (!flushed.ok || flushed.value < lsn) return success(undefined);
    return saveCheckpoint(disk, folders, { logId, lsn, state: bytes });
  }
}
