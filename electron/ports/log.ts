/**
 * The write-ahead log as the engine sees it.
 *
 * Owns: the promise between engine and log. `append` puts a group into the page cache, in order and all or nothing: it
 * survives the death of the hub. `flush` makes everything appended before the call durable: it survives a power cut.
 * Must never be used to acknowledge earlier than `durableLsn` says.
 */
import type { LogRecord, Lsn } from "#electron/core/wal-frame.ts";
import type { Result } from "#shared/result.ts";

export interface LsnRange {
  readonly firstLsn: Lsn;
  readonly lastLsn: Lsn;
}

export interface Log {
  /** The last record appended; 0 when there is none. */
  readonly lastLsn: Lsn;
  /** Everything up to here is on the medium. Never more than `lastLsn`, never goes back. */
  readonly durableLsn: Lsn;
  /**
   * Gives the records the next LSNs and writes them. The payloads may be reused as soon as it returns.
   * On failure nothing was appended. E_DISK_FULL and E_READ_ONLY may be tried again; after any other code, and after a
   * failed flush, every later call fails in the same way: open the project anew.
   */
  append(records: readonly LogRecord[]): Result<LsnRange>;
  /** The durable LSN, at least the `lastLsn` at the time of the call. One sync is in flight at a time. */
  flush(): Promise<Result<Lsn>>;
  /** Flushes, proves the end durable and lets go of the files. Nothing may be appended afterwards. */
  close(): Promise<Result<Lsn>>;
}
