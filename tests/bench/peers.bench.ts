/**
 * Beside others, in one run: our log beside SQLite that syncs every commit, and the whole hub beside Hocuspocus with
 * SQLite; for both of the latter what is on disk when the process is killed right after its last acknowledgement.
 *
 * Each pair is measured in turns, so that a busy machine hits both. Stands alone:
 * `node --import tsx tests/bench/peers.bench.ts`; the bench's main calls `measure`.
 */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { link, startHub, stopHub, updatesPerSecond } from "./hub.bench.ts";
import { type Measurement, median, show } from "./measurement.ts";
import { HocuspocusPair } from "./peers/hocuspocus.ts";
import { ensurePeers, type Peers } from "./peers/packages.ts";
import { openLog, recordsOf } from "./wal.bench.ts";

const objects = 10_000;
const rowsPerFrame = 100;
const framesPerRun = 400;
const runs = 3;
/**
 * Frames on the way without an answer. Sixteen is what an editor has at most while somebody drags things and the link
 * is as fast as it gets; without a bound both may gather as much as they like.
 */
const windows = [16, Number.POSITIVE_INFINITY] as const;
const recordsPerCommit = 1_000;
const recordBytes = 64;
/** Two changes of our segments, and several of SQLite's checkpoints, are among those that count. */
const commits = 400;
const commitsToWarmUp = 40;

type Sqlite = new (
  file: string,
) => {
  pragma(text: string): unknown;
  exec(sql: string): unknown;
  prepare(sql: string): { run(...parameters: unknown[]): unknown };
  transaction<Argument>(work: (argument: Argument) => void): (argument: Argument) => void;
  close(): void;
};

/** One table, one row a record, one transaction a commit, synchronous = FULL: what an engineer would reach for. */
function sqliteCommit(peers: Peers, file: string): { commit(first: number): void; close(): void } {
  const database = new (peers.load("better-sqlite3") as Sqlite)(file);
  database.pragma("journal_mode = WAL");
  database.pragma("synchronous = FULL");
  database.exec("CREATE TABLE log (lsn INTEGER PRIMARY KEY, payload BLOB)");
  const insert = database.prepare("INSERT INTO log VALUES (?, ?)");
  const payload = Buffer.alloc(recordBytes, 7);
  const commit = database.transaction((first: number) => {
    for (let record = 0; record < recordsPerCommit; record += 1) insert.run(first + record, payload);
  });
  return { commit, close: () => database.close() };
}

async function measureLog(peers: Peers, folder: string): Promise<Measurement[]> {
  const sqlite = sqliteCommit(peers, path.join(folder, "log.db"));
  const log = openLog(path.join(folder, "wal"));
  const records = recordsOf(recordsPerCommit, recordBytes);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let commit = -commitsToWarmUp; commit < commits; commit += 1) {
    let startMs = performance.now();
    sqlite.commit((commit + commitsToWarmUp) * recordsPerCommit);
    if (commit >= 0) theirs.push(performance.now() - startMs);
    startMs = performance.now();
    const appended = log.append(records);
    const flushed = appended.ok ? await log.flush() : appended;
    if (!flushed.ok) throw new Error(flushed.failure.message);
    if (commit >= 0) ours.push(performance.now() - startMs);
  }
  await log.close();
  sqlite.close();
  const rate = (times: readonly number[]) => (recordsPerCommit * 1_000) / median(times);
  return [
    { name: "SQLite FULL, commits of 1,000 records", value: rate(theirs), unit: "rec/s" },
    { name: "log, commits of 1,000 records", value: rate(ours), unit: "rec/s" },
    { name: "log / SQLite FULL, commits of 1,000 records", value: rate(ours) / rate(theirs), unit: "×" },
  ];
}

async function measureHubs(peers: Peers, folder: string): Promise<Measurement[]> {
  const theirs = await HocuspocusPair.start(peers, path.join(folder, "documents.db"));
  const hub = await startHub(folder);
  const { from, to } = await link(hub.home);
  const lines: Measurement[] = [];
  for (const inFlightMax of windows) {
    const [rates, theirRates]: [number[], number[]] = [[], []];
    for (let run = 0; run < runs; run += 1) {
      const frames = framesPerRun;
      theirRates.push(await theirs.updatesPerSecond({ frames, rows: rowsPerFrame, objects, inFlightMax }));
      const bound = Number.isFinite(inFlightMax) ? { inFlightMax } : {};
      rates.push(await updatesPerSecond(from, { rows: rowsPerFrame, rowsPerRun: frames * rowsPerFrame, ...bound }));
    }
    const how = Number.isFinite(inFlightMax) ? `${inFlightMax} frames of 100 in flight` : "frames of 100, no bound";
    lines.push(
      { name: `Hocuspocus + SQLite, updates, ${how}`, value: median(theirRates), unit: "rows/s" },
      { name: `hub, durable updates, ${how}`, value: median(rates), unit: "rows/s" },
      { name: `hub / Hocuspocus + SQLite, ${how}`, value: median(rates) / median(theirRates), unit: "×" },
    );
  }
  const theirCount = await theirs.killAndCount(objects);
  const gone = once(hub.child, "exit");
  hub.child.kill("SIGKILL");
  await gone;
  for (const editor of [from, to]) editor.leave();
  // What a killed hub says of itself is still there; the next one's word is waited for.
  rmSync(path.join(hub.home, "hub.json"), { force: true });
  const again = await startHub(folder);
  try {
    const after = await link(again.home, 0);
    const kept = from.sameRows(after.to, objects);
    for (const editor of [after.from, after.to]) editor.leave();
    return [
      ...lines,
      { name: "Hocuspocus + SQLite, objects as acknowledged after kill -9", value: theirCount, unit: "" },
      { name: `hub, objects as acknowledged after kill -9, of ${objects}`, value: kept, unit: "" },
    ];
  } finally {
    await stopHub(again);
  }
}

export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "vibesync-bench-peers-"));
  try {
    const peers = await ensurePeers();
    return [...(await measureLog(peers, folder)), ...(await measureHubs(peers, path.join(folder)))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
