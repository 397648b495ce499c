/**
 * A small project on a disk, and a model of what it must still know after any fault.
 *
 * Owns: opening a log the way the hub does (checkpoint, then the records behind it), appending recognisable records,
 * and the comparison with what was appended and confirmed.
 */
import { join } from "node:path";
import type { LogRecord, Lsn } from "#electron/core/wal-frame.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { findCheckpoint, saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { type Recovery, recoverLog } from "#electron/wal/repair.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { type Result, success } from "#shared/result.ts";

export const project = "/project";
export const segmentBytes = 2_048;
export const testLogId = Uint8Array.from({ length: 16 }, (_, index) => index * 7 + 1);

/** The state: the texts of all records so far. A checkpoint is their JSON. */
export interface OpenedLog {
  readonly texts: readonly string[];
  readonly recovery: Recovery;
}

export function walFolder(root: string = project): string {
  return join(root, "wal");
}

/** Different lengths, so that frames end at every place of a sector; the text says which record it is. */
export function textOf(lsn: Lsn): string {
  return `record ${lsn} ${"x".repeat((lsn * 37) % 120)}`;
}

export function recordOf(lsn: Lsn): LogRecord {
  return { type: 1 + (lsn % 3), schema: 1, payload: new TextEncoder().encode(textOf(lsn)) };
}

export function recordsAfter(lsn: Lsn, count: number): readonly LogRecord[] {
  return Array.from({ length: count }, (_, index) => recordOf(lsn + 1 + index));
}

/** Reads the project as the hub does at start. */
export function readProject(disk: Disk, root: string = project): Result<OpenedLog> {
  const found = findCheckpoint(disk, join(root, "checkpoints"));
  if (!found.ok) return found;
  const { checkpoint } = found.value;
  const texts: string[] = checkpoint === undefined ? [] : JSON.parse(new TextDecoder().decode(checkpoint.state));
  const recovery = recoverLog(disk, {
    folder: walFolder(root),
    fromLsn: (checkpoint?.lsn ?? 0) + 1,
    logId: checkpoint?.logId,
    beginsLog: checkpoint?.beginsLog,
    newLogId: testLogId,
    visit: ({ payload }) => texts.push(new TextDecoder().decode(payload)),
  });
  return recovery.ok ? success({ texts, recovery: recovery.value }) : recovery;
}

export function openWriter(disk: Disk, recovery: Recovery): Result<LogWriter> {
  return LogWriter.open(disk, recovery.end, { segmentBytes });
}

export function checkpointAt(disk: Disk, lsn: Lsn, root: string = project): Result<void> {
  const texts = Array.from({ length: lsn }, (_, index) => textOf(index + 1));
  const state = new TextEncoder().encode(JSON.stringify(texts));
  const folders = { checkpoints: join(root, "checkpoints"), wal: walFolder(root) };
  return saveCheckpoint(disk, folders, { logId: testLogId, lsn, state });
}

/** The value, or the failure as a test error. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message} (${result.failure.cause})`);
  return result.value;
}

/** True when `texts` are the records 1 … n for some n. */
export function isPrefix(texts: readonly string[]): boolean {
  return texts.every((text, index) => text === textOf(index + 1));
}
