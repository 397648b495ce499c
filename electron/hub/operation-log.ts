/**
 * One line for every operation (phase 7): timestamp, process_id, operation, uuids, phase, outcome, error_code.
 *
 * For people and their tools; truth is the WAL. Lines are gathered and written twice a second, never on the path of a
 * change; at 16 MiB the file is set aside, and four old ones are kept. Names and values are not in it.
 */
import { join } from "node:path";
import type { Record } from "#electron/core/record.ts";
import { closeQuietly, type Disk, writeAll } from "#electron/ports/disk.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { isMissing } from "./project.ts";

const fileBytesMax = 16_777_216;
const filesKept = 4;
const uuidsPerLineMax = 20;
const writeIntervalMs = 500;
const waitingLinesMax = 20_000;
const lineFeed = 10;

type Line = {
  operation: string;
  uuids: readonly Uuid[];
  count: number;
  phase: string;
  outcome: string;
  code: ErrorCode | null;
};

export class OperationLog {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #pid: number;
  #waiting: string[] = [];
  #skipped = 0;
  #timer: NodeJS.Timeout | null = null;
  #fd: number | null = null;
  #size = 0;

  constructor(disk: Disk, folder: string, pid: number) {
    this.#disk = disk;
    this.#folder = folder;
    this.#pid = pid;
  }

  note(records: readonly Record[]): void {
    for (const record of records) {
      const line = lineOf(record);
      if (this.#waiting.length >= waitingLinesMax) this.#skipped += 1;
      else this.#waiting.push(this.#text(record.timeMs, line));
    }
    this.#timer ??= setTimeout(() => this.flush(), writeIntervalMs);
  }

  /** A disk that refuses does not stop the hub here: the WAL has noticed first. */
  flush(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    const lines = this.#waiting;
    this.#waiting = [];
    if (this.#skipped > 0) lines.push(JSON.stringify({ operation: "log", outcome: "skipped", count: this.#skipped }));
    this.#skipped = 0;
    if (lines.length === 0) return;
    try {
      this.#append(Buffer.from(`${lines.join("\n")}\n`));
    } catch {
      this.#skipped += lines.length;
      this.#close();
    }
  }

  stop(): void {
    this.flush();
    this.#close();
  }

  #text(timeMs: number, { operation, uuids, count, phase, outcome, code }: Line): string {
    return JSON.stringify({
      timestamp: new Date(timeMs).toISOString(),
      process_id: this.#pid,
      operation,
      uuids: uuids.slice(0, uuidsPerLineMax),
      count,
      phase,
      outcome,
      error_code: code,
    });
  }

  #append(bytes: Uint8Array): void {
    if (this.#fd === null || this.#size >= fileBytesMax) this.#open();
    writeAll(this.#disk, this.#fd as number, bytes, this.#size);
    this.#size += bytes.length;
  }

  #open(): void {
    this.#close();
    const path = this.#path(0);
    if (isMissing(this.#disk, this.#folder)) this.#disk.mkdir(this.#folder);
    if (!isMissing(this.#disk, path) && this.#disk.stat(path).sizeBytes >= fileBytesMax) this.#rotate();
    this.#fd = this.#disk.open(path, isMissing(this.#disk, path) ? "wx" : "r+");
    this.#size = this.#disk.sizeOf(this.#fd);
    this.#endBrokenLine(this.#fd);
  }

  /** A power cut may have left half a line; the next one must not go on in it. */
  #endBrokenLine(fd: number): void {
    if (this.#size === 0) return;
    const last = new Uint8Array(1);
    this.#disk.read(fd, last, this.#size - 1);
    if (last[0] === lineFeed) return;
    writeAll(this.#disk, fd, Uint8Array.of(lineFeed), this.#size);
    this.#size += 1;
  }

  #rotate(): void {
    for (let index = filesKept - 1; index >= 0; index -= 1) {
      if (!isMissing(this.#disk, this.#path(index))) this.#disk.rename(this.#path(index), this.#path(index + 1));
    }
  }

  #path(index: number): string {
    return join(this.#folder, index === 0 ? "operations.jsonl" : `operations.${index}.jsonl`);
  }

  #close(): void {
    if (this.#fd !== null) closeQuietly(this.#disk, this.#fd);
    this.#fd = null;
  }
}

function failed(operation: string, uuids: readonly Uuid[], outcome: string): Line {
  return { operation, uuids, count: uuids.length, phase: "failure", outcome, code: null };
}

function lineOf(record: Record): Line {
  const none = { uuids: [] as Uuid[], count: 0, code: null };
  switch (record.type) {
    case "edit": {
      const uuids = record.ops.map(({ uuid }) => uuid);
      const operations = new Set(record.ops.map(({ op }) => op));
      const operation = `${record.reason}:${[...operations].join("+")}`;
      return { operation, uuids, count: uuids.length, phase: "execution", outcome: "provisional", code: null };
    }
    case "transforms": {
      const uuids = record.rows.map(({ uuid }) => uuid);
      return {
        operation: "edit:transform",
        uuids,
        count: uuids.length,
        phase: "execution",
        outcome: "provisional",
        code: null,
      };
    }
    case "final":
      return { ...none, operation: `batch:${record.batch}`, phase: "verification", outcome: "final" };
    case "fault": {
      const uuids = record.uuid === null ? [] : [record.uuid];
      return { ...failed(record.operation, uuids, "failed"), code: record.code };
    }
    case "quarantine":
      return { ...failed("quarantine", [record.uuid], "held"), code: record.code };
    case "hold": {
      const uuids = record.members.map(({ operation }) => operation.uuid);
      return { ...failed("conflict", uuids, "held"), code: record.code };
    }
    case "claim":
      return failed(`claim:${record.role}`, [record.uuid], "held");
    case "release":
      return failed("release", [record.uuid], `released:${record.kept ?? "agreed"}`);
    case "session":
      return { ...none, operation: `session:${record.role}`, phase: "attach", outcome: record.event };
    case "mode":
      return { ...none, operation: "mode", phase: "monitoring", outcome: record.mode };
    case "snapshot":
      return { ...none, operation: "snapshot", phase: "verification", outcome: record.reason };
    case "boot":
      return { ...none, operation: "boot", phase: "boot", outcome: record.recovered === "" ? "clean" : "recovered" };
    case "memory": {
      const { what } = record;
      const uuids = what.uuid === null ? [] : [what.uuid];
      const code = what.event === "forgotten" ? what.code : null;
      return { operation: "memory", uuids, count: uuids.length, phase: "failure", outcome: what.event, code };
    }
    case "close":
      return { ...none, operation: "close", phase: "boot", outcome: "clean" };
  }
}
