/**
 * What an errno means to a person.
 *
 * Owns: the one translation from a thrown disk error to a Failure. A full disk and a read-only folder have their own
 * codes because a person can act on them; everything else keeps the code of the operation that met it.
 * Must never: swallow a bug. What is not an errno error is thrown on.
 */
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { failure, type Result } from "#shared/result.ts";
import { errnoOf } from "./disk.ts";

const fullErrnos: ReadonlySet<string> = new Set(["ENOSPC", "EDQUOT"]);
const readOnlyErrnos: ReadonlySet<string> = new Set(["EROFS", "EACCES", "EPERM"]);

/** Turns a thrown errno error into a failure; `otherwise` is the code when it is neither full nor read-only. */
export function diskFailure(
  error: unknown,
  otherwise: ErrorCode,
  action: string,
): Extract<Result<never>, { ok: false }> {
  const errno = errnoOf(error);
  if (errno === "") throw error;
  if (fullErrnos.has(errno)) {
    return failure("E_DISK_FULL", `${action}: the disk is full. Free some space, then start again.`, { cause: error });
  }
  if (readOnlyErrnos.has(errno)) {
    const message = `${action}: the folder may not be written. Check its permissions, then start again.`;
    return failure("E_READ_ONLY", message, { cause: error });
  }
  return failure(otherwise, `${action}: the disk reported ${errno}.`, { cause: error });
}
