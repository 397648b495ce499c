/**
 * Failures by their kind, for the counters that are always in sight; and the one that is in no log, because it stopped
 * the engine, or kept the project from being opened. Pure, and needed before a project is open.
 */
import type { FailureRow, StatusView } from "#shared/ipc/view.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Failure } from "#shared/result.ts";

/** What ended the work, and when. */
export type Stop = { readonly failure: Failure; readonly timeMs: number };

const diskCodes: ReadonlySet<ErrorCode> = new Set([
  "E_WAL_WRITE",
  "E_WAL_FSYNC",
  "E_WAL_CORRUPT",
  "E_DISK_FULL",
  "E_READ_ONLY",
  "E_DISK",
  "E_CHECKPOINT",
  "E_SNAPSHOT",
  "E_REGISTRY",
]);
const mismatchCodes: ReadonlySet<ErrorCode> = new Set(["E_VERIFY_MISMATCH", "E_APPLY", "E_LOOP"]);

export function failureTotals(rows: Iterable<Pick<FailureRow, "code" | "count">>): StatusView["failures"] {
  const totals = { timeouts: 0, refused: 0, mismatches: 0, disk: 0 };
  for (const { code, count } of rows) {
    if (code === "E_TIMEOUT") totals.timeouts += count;
    else if (mismatchCodes.has(code)) totals.mismatches += count;
    else if (diskCodes.has(code)) totals.disk += count;
    else totals.refused += count;
  }
  return totals;
}

export function stopRow({ failure: { code, message }, timeMs }: Stop, operation: "engine" | "open"): FailureRow {
  return {
    operation,
    code,
    uuid: null,
    role: null,
    name: "",
    count: 1,
    firstMs: timeMs,
    lastMs: timeMs,
    message: message.slice(0, 2_000),
    quarantined: false,
    consequence: "stopped",
  };
}
