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
import { runAtOnce, type Steps } from "./steps.ts";

export interface Replacement {
  readonly path: string;
  readonly bytes: Uint8Array;
  /** The code reported when the disk is neither full nor read-only. */
  readonly code: ErrorCode;
}

export const temporarySuffix = ".tmp";

export function durableReplace(disk: Disk, { path, bytes, code }: Replacement): Result<void> {
  try {
    return success(runAtOnce(disk, replacing(disk, path, [bytes])));
  } catch (error) {
    return diskFailure(error, code, `Could not save ${path}`);
  }
}

/** The same in steps, for large files that come in parts: one part a step. Throws the disk's error. */
export function* replacing(disk: Disk, path: string, parts: readonly Uint8Array[]): Steps<void> {
  const temporary = path + temporarySuffix;
  if (!isMissing(disk, temporary)) disk.unlink(temporary);
  yield* writingDurably(disk, temporary, parts);
  try {
    disk.rename(temporary, path);
  } catch (error) {
    removeQuietly(disk, temporary);
    throw error;
  }
  disk.syncDirectory(dirname(path));
}

/** Creates `path` with `parts` and syncs it; throws with nothing left behind. The name is not durable yet. */
function* writingDurably(disk: Disk, path: string, parts: readonly Uint8Array[]): Steps<void> {
  const fd = disk.open(path, "wx");
  let isOpen = true;
  try {
    let wantedBytes = 0;
    for (const part of parts) {
      writeAll(disk, fd, part, wantedBytes);
      wantedBytes += part.length;
      yield "pause";
    }
    yield { syncs: fd };
    const sizeBytes = disk.sizeOf(fd);
    if (sizeBytes !== wantedBytes) {
      const text = `EIO: ${sizeBytes} of ${wantedBytes} bytes were written`;
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
