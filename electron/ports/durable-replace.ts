/**
 * Replaces a small file so that a crash, a power cut or a full disk leaves the old one or the new one, never a mixture.
 *
 * Owns: the one way in which the hub replaces a file: temporary file in the same folder, looped write, fsync, length
 * check, close, rename, fsync of the folder.
 * Must never: touch the old file before the new one is complete on the medium, or leave its temporary file behind after
 * an error. (After a crash it may: `<name>.tmp` is always rubbish, and the next replacement removes it.) A path has
 * one writer at a time; the project lock sees to that.
 *
 * A failure of the last step, the folder's fsync, is reported although the new file is already in place: the caller
 * must then treat both versions as possible.
 */
import { dirname } from "node:path";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { type Result, success } from "#shared/result.ts";
import { closeQuietly, type Disk, isMissing, removeQuietly, writeAll } from "./disk.ts";
import { diskFailure } from "./disk-failure.ts";

export interface Replacement {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The code reported when the disk is neither full nor read-only. */
  readonly code: ErrorCode;
}

export const temporarySuffix = ".tmp";

export function durableReplace(disk: Disk, { path, bytes, code }: Replacement): Result<void> {
  const temporary = path + temporarySuffix;
  try {
    if (!isMissing(disk, temporary)) disk.unlink(temporary);
    writeDurably(disk, temporary, bytes);
    try {
      disk.rename(temporary, path);
    } catch (error) {
      removeQuietly(disk, temporary);
      throw error;
    }
    disk.syncDirectory(dirname(path));
    return success(undefined);
  } catch (error) {
    return diskFailure(error, code, `Could not save ${path}`);
  }
}

/** Creates `path` with `bytes` and syncs it; throws with nothing left behind. The name is not durable yet. */
function writeDurably(disk: Disk, path: string, bytes: Uint8Array): void {
  const fd = disk.open(path, "wx");
  let isOpen = true;
  try {
    writeAll(disk, fd, bytes, 0);
    disk.sync(fd);
    const sizeBytes = disk.sizeOf(fd);
    if (sizeBytes !== bytes.length) {
      const text = `EIO: ${sizeBytes} of ${bytes.length} bytes were written`;
      throw Object.assign(new Error(text), { code: "EIO" });
    }
    isOpen = false;
    disk.close(fd);
  } catch (error) {
    if (isOpen) closeQuietly(disk, fd);
    removeQuietly(disk, path);
    throw error;
  }
}
