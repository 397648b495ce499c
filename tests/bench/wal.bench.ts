/**
 * What the log costs: commits of 1, 100 and 1,000 records of 64 bytes and of one record of 1,000 rows, replay of
 * 100,000 records, a page of the timeline.
 *
 * Each commit is measured next to the bare thing it is made of, a write of the same bytes into a preallocated file and
 * an fdatasync, in turns, so that a busy machine hits both; the medians' ratio is what counts. Stands alone:
 * `node --import tsx tests/bench/wal.bench.ts`; the bench's main calls `measure`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { LogRecord } from "#electron/core/wal-frame.ts";
import { realDisk, writeAll } from "#electron/ports/disk.ts";
import { LogReader } from "#electron/wal/reader.ts";
import { recoverLog } from "#electron/wal/repair.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import type { Result } from "#shared/result.ts";

const rowBytes = 64;
const shapes = [
  { name: "1 record", records: 1, payloadBytes: rowBytes, commits: 400 },
  { name: "100 records", records: 100, payloadBytes: rowBytes, commits: 300 },
  { name: "1,000 records", records: 1_000, payloadBytes: rowBytes, commits: 200 },
  { name: "1,000 rows in 1 record", records: 1, payloadBytes: 1_000 * rowBytes, commits: 200 },
] as const;
const bareFileBytes = 16_777_216;
const replayRecords = 100_000;
const replaysMeasured = 5;
const pageRecords = 200;

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "rows/s" | "×";
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

export function recordsOf(count: number, payloadBytes: number): readonly LogRecord[] {
  return Array.from({ length: count }, (_, index) => ({
    type: 1,
    schema: 1,
    payload: new Uint8Array(payloadBytes).fill(index),
  }));
}

export function openLog(folder: string): LogWriter {
  const newLogId = new Uint8Array(16).fill(1);
  const recovery = must(recoverLog(realDisk, { folder, fromLsn: 1, newLogId, visit: () => {} }));
  return must(LogWriter.open(realDisk, recovery.end));
}

/** A preallocated file to which the same bytes are written and synced, without any log around it. */
class BareFile {
  readonly #fd: number;
  #at = 0;

  constructor(path: string) {
    this.#fd = realDisk.open(path, "wx");
    writeAll(realDisk, this.#fd, new Uint8Array(bareFileBytes), 0);
    realDisk.sync(this.#fd);
  }

  async commitMs(bytes: Uint8Array): Promise<number> {
    const startMs = performance.now();
    writeAll(realDisk, this.#fd, bytes, this.#at);
    await realDisk.datasync(this.#fd);
    this.#at = this.#at + 2 * bytes.length > bareFileBytes ? 0 : this.#at + bytes.length;
    return performance.now() - startMs;
  }

  close(): void {
    realDisk.close(this.#fd);
  }
}

async function measureCommits(folder: string): Promise<readonly Measurement[]> {
  const lines: Measurement[] = [];
  const bare = new BareFile(join(folder, "bare"));
  const log = openLog(join(folder, "wal"));
  for (const { name, records: count, payloadBytes, commits } of shapes) {
    const records = recordsOf(count, payloadBytes);
    const bytes = new Uint8Array(count * (payloadBytes + 32));
    const [ours, theirs]: [number[], number[]] = [[], []];
    for (let commit = 0; commit < commits; commit += 1) {
      theirs.push(await bare.commitMs(bytes));
      const startMs = performance.now();
      must(log.append(records));
      must(await log.flush());
      ours.push(performance.now() - startMs);
    }
    const [median, rows] = [quantile(ours, 0.5), (count * payloadBytes) / rowBytes];
    lines.push({ name: `commit of ${name}, p50`, value: median, unit: "ms" });
    lines.push({ name: `commit of ${name}, p99`, value: quantile(ours, 0.99), unit: "ms" });
    lines.push({
      name: `commit of ${name} / bare write + fdatasync`,
      value: median / quantile(theirs, 0.5),
      unit: "×",
    });
    lines.push({ name: `durable, ${name} a commit`, value: (rows * 1_000) / median, unit: "rows/s" });
  }
  must(await log.close());
  bare.close();
  return lines;
}

async function measureReplay(folder: string): Promise<readonly Measurement[]> {
  const log = openLog(folder);
  for (let lsn = 0; lsn < replayRecords; lsn += 1_000) must(log.append(recordsOf(1_000, rowBytes)));
  must(await log.close());
  const replays: number[] = [];
  for (let count = 0; count < replaysMeasured; count += 1) {
    let bytes = 0;
    const visit = ({ payload }: LogRecord): void => {
      bytes += payload.length;
    };
    const startMs = performance.now();
    must(recoverLog(realDisk, { folder, fromLsn: 1, newLogId: new Uint8Array(16), visit }));
    replays.push(performance.now() - startMs);
    if (bytes !== replayRecords * rowBytes) throw new Error("the replay lost records");
  }
  const reader = new LogReader(realDisk, folder);
  const page = (): number => {
    const startMs = performance.now();
    must(reader.newestFirst({ beforeLsn: replayRecords + 1, recordsMax: pageRecords, payloadBytesMax: 1_000_000 }));
    return performance.now() - startMs;
  };
  return [
    { name: `replay of ${replayRecords} records`, value: quantile(replays, 0.5), unit: "ms" },
    { name: `timeline page of ${pageRecords}, first`, value: page(), unit: "ms" },
    { name: `timeline page of ${pageRecords}, later`, value: quantile([page(), page(), page()], 0.5), unit: "ms" },
  ];
}

export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "vibesync-bench-wal-"));
  try {
    const commits = await measureCommits(folder);
    return [...commits, ...(await measureReplay(join(folder, "replay")))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, value, unit } of await measure()) {
    const digits = unit === "rows/s" ? 0 : 2;
    console.log(`${name.padEnd(56)} ${value.toFixed(digits).padStart(10)} ${unit}`);
  }
}
