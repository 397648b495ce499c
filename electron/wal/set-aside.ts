/**
 * Puts a damaged log aside, so that a new one can begin behind what was saved out of it.
 *
 * Owns: the second half of a salvage. The first half is the caller's: read as far as the damage, then save that state
 * with `saveCheckpoint({ …, logId: a new one, beginsLog: true })`. Only then may the old log go.
 * Must never: delete anything. The old files stay beside the new ones until a person removes them.
 *
 * A salvage that is interrupted anywhere starts again from the saved checkpoint: until the old segments are gone they
 * belong to another log than it, which is damage like before.
 */
import { basename, dirname, join } from "node:path";
import type { Lsn } from "#electron/core/wal-frame.ts";
import { type Disk, isMissing } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { type Result, success } from "#shared/result.ts";
import { type CheckpointFolders, checkpointPath, listCheckpoints } from "./checkpoint.ts";
import { ensureFolder } from "./segment-files.ts";

export interface SetAside {
  /** The checkpoint that begins the new log; all others go. */
  readonly keptLsn: Lsn;
  /** Part of the new folders' names, different for each salvage: the time. */
  readonly mark: string;
}

/** Returns the folders in which the damaged log and its checkpoints now are. */
export function setAsideLog(disk: Disk, folders: CheckpointFolders, { keptLsn, mark }: SetAside): Result<string[]> {
  const aside = (folder: string): string => join(dirname(folder), `${basename(folder)}-damaged-${mark}`);
  const made: string[] = [];
  try {
    const others = listCheckpoints(disk, folders.checkpoints).filter((lsn) => lsn !== keptLsn);
    if (others.length > 0) {
      const target = aside(folders.checkpoints);
      ensureFolder(disk, target, dirname(target));
      for (const lsn of others) disk.rename(checkpointPath(folders.checkpoints, lsn), checkpointPath(target, lsn));
      disk.syncDirectory(target);
      disk.syncDirectory(folders.checkpoints);
      made.push(target);
    }
    if (!isMissing(disk, folders.wal)) {
      disk.rename(folders.wal, aside(folders.wal));
      disk.syncDirectory(dirname(folders.wal));
      made.push(aside(folders.wal));
    }
    return success(made);
  } catch (error) {
    return diskFailure(error, "E_WAL_WRITE", `Could not put the damaged log in ${folders.wal} aside`);
  }
}
