/**
 * What a person can do about a project that cannot be opened, by the reason why (phase 0.4). Small, because it is
 * needed before the hub's code is read; what is offered is done in electron/hub/recovery.ts.
 */
import type { RecoveryOffer } from "#shared/ipc/view.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";

/** Nothing on the medium is in the way of reading, but the log or the saved state cannot be used. */
const unusable: ReadonlySet<ErrorCode> = new Set(["E_CHECKPOINT", "E_WAL_CORRUPT", "E_WAL_VERSION"]);

export function offersFor(code: ErrorCode): RecoveryOffer[] {
  if (unusable.has(code)) return ["restore-snapshot", "export-scene"];
  return code === "E_PROJECT_FILE" ? ["export-scene"] : [];
}
