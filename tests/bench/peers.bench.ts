/**
 * Beside others, in one run: our log beside SQLite that syncs every commit, and the whole hub beside Hocuspocus with
 * SQLite; for both of the latter what is on disk when the process is killed right after its last acknowledgement.
 *
 * Each pair is measured in turns, so that a busy machine hits both. The two hubs get the same places under the same
 * uuids at the same pace (load.ts), each is a process of its own with both clients in this one, and a run is over when
 * the last frame is answered and the other client shows it. Hocuspocus answers before it stores; what storing costs it
 * is not in its rate, what verifying and snapshots cost us during a run is in ours. The comparison is with a document
 * that merges an object's fields, as the hub does; beside it is one where an object is a single value. Stands alone:
 * `node --import tsx tests/bench/peers.bench.ts`; the bench's main calls `measure`.
 */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { LogRecord } from "#electron/core/wal-frame.ts";
import type { LogWriter } from "#electron/wal/writer.ts";
import type { Result } from "#shared/result.ts";
import { type Hub, link, type Pair, processorUs, settled, startHub, stopHub, updatesPerSecond } from "./hub.bench.ts";
import { type Measurement, median, show } from "./measurement.ts";
import { HocuspocusPair, type Merging } from "./peers/hocuspocus.ts";
import { ensurePeers, type Peers } from "./peers/packages.ts";
import { must, openLog, recordsOf } from "./wal.bench.ts";

const objects = 10_000;
const rowsPerFrame = 100;
/** Seconds of each: a burst would be over before anybody has something to store or to verify. */
const frames = 3_000;
/** A second and more: what was once written goes on costing a client memory. */
const theirFrames: { readonly [How in Merging]: number } = { fields: 500, whole: 1_500 };
const runs = 4;
/** Each change takes it the whole document. */
const storingFrames = 100;
const storingRuns = 3;
/**
 * Frames on the way without an answer. Sixteen is what an editor has at most while somebody drags things and the link
 * is as fast as it gets; without a bound it is what each can take, and both may gather as much as they like.
 */
const windows = [16, Number.POSITIVE_INFINITY] as const;
const recordsPerCommit = 1_000;
const recordBytes = 64;
/** Changes of our segments, and several of SQLite's checkpoints, are among those that count. */
const commitsPerRun = 50;
const logRuns = 9;

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

/** One commit after the other: each is on the medium before the next begins, as with SQLite. */
async function commitSerially(log: LogWriter, records: readonly LogRecord[]): Promise<void> {
  for (let commit = 0; commit < commitsPerRun; commit += 1) {
    must(log.append(records));
    must(await log.flush());
  }
}

/** As the engine does it: one group is written while the one before is synced; each is answered by its own sync. */
async function commitInTurns(log: LogWriter, records: readonly LogRecord[]): Promise<void> {
  let before: Promise<Result<number>> | null = null;
  for (let commit = 0; commit < commitsPerRun; commit += 1) {
    must(log.append(records));
    const synced = log.flush();
    if (before) must(await before);
    before = synced;
  }
  if (before) must(await before);
}

async function measureLog(peers: Peers, folder: string): Promise<Measurement[]> {
  const sqlite = sqliteCommit(peers, path.join(folder, "log.db"));
  const log = openLog(path.join(folder, "wal"));
  const records = recordsOf(recordsPerCommit, recordBytes);
  const rates: { readonly [Name in "theirs" | "serial" | "inTurns"]: number[] } = {
    theirs: [],
    serial: [],
    inTurns: [],
  };
  let first = 0;
  const theirs = () => {
    for (let commit = 0; commit < commitsPerRun; commit += 1, first += recordsPerCommit) sqlite.commit(first);
  };
  for (let run = 0; run <= logRuns; run += 1) {
    for (const [name, work] of [
      ["theirs", theirs],
      ["serial", () => commitSerially(log, records)],
      ["inTurns", () => commitInTurns(log, records)],
    ] as const) {
      const startMs = performance.now();
      await work();
      rates[name].push((commitsPerRun * recordsPerCommit * 1_000) / (performance.now() - startMs));
    }
  }
  await log.close();
  sqlite.close();
  const middle = (found: readonly number[]) => median(found.slice(1));
  const [sqliteRate, serialRate, rate] = [middle(rates.theirs), middle(rates.serial), middle(rates.inTurns)];
  return [
    { name: "SQLite FULL, commits of 1,000 records", value: sqliteRate, unit: "rec/s" },
    { name: "log, commits of 1,000 records, each after the other", value: serialRate, unit: "rec/s" },
    { name: "log, commits of 1,000 records, as the engine makes them", value: rate, unit: "rec/s" },
    { name: "log, each after the other / SQLite FULL", value: serialRate / sqliteRate, unit: "×" },
    { name: "log / SQLite FULL, commits of 1,000 records", value: rate / sqliteRate, unit: "×" },
  ];
}

/** Rates of runs in turns, of which the first is not counted, and what they cost each hub until it is at rest again. */
async function measureWindow({ start, hub, pair }: Hubs, inFlightMax: number): Promise<Measurement[]> {
  const theirs = { fields: await start("fields"), whole: await start("whole") };
  const bound = Number.isFinite(inFlightMax) ? { inFlightMax } : {};
  const measured = { fields: theirRun("fields"), whole: theirRun("whole"), ours: ourRun };
  const found: { readonly [Name in keyof typeof measured]: Run[] } = { fields: [], whole: [], ours: [] };
  for (let run = 0; run <= runs; run += 1) {
    for (const name of ["fields", "whole", "ours"] as const) found[name].push(await measured[name]());
  }
  for (const merging of ["fields", "whole"] as const) await theirs[merging].killAndCount(objects);
  const how = Number.isFinite(inFlightMax) ? `${inFlightMax} frames of 100 in flight` : "frames of 100, no bound";
  const middle = (name: keyof typeof measured, what: keyof Run) => {
    return median(found[name].slice(1).map((one) => one[what]));
  };
  const [fieldsRate, wholeRate, ourRate] = [middle("fields", "rate"), middle("whole", "rate"), middle("ours", "rate")];
  const time = "processor time an update, all of it";
  return [
    { name: `Hocuspocus + SQLite, updates, ${how}`, value: fieldsRate, unit: "rows/s" },
    { name: `  an object a single value, ${how}`, value: wholeRate, unit: "rows/s" },
    { name: `hub, durable updates, ${how}`, value: ourRate, unit: "rows/s" },
    { name: `hub / Hocuspocus + SQLite, ${how}`, value: ourRate / fieldsRate, unit: "×" },
    { name: `  hub / an object a single value, ${how}`, value: ourRate / wholeRate, unit: "×" },
    { name: `  Hocuspocus + SQLite, ${time}`, value: middle("fields", "rowUs"), unit: "µs" },
    { name: `  hub, ${time}`, value: middle("ours", "rowUs"), unit: "µs" },
  ];

  function theirRun(merging: Merging): () => Promise<Run> {
    const [of, count] = [theirs[merging], theirFrames[merging]];
    const rate = () => of.updatesPerSecond({ frames: count, rows: rowsPerFrame, objects, inFlightMax });
    return () => runOf(of, { rows: count * rowsPerFrame, rate, rest: () => of.rest() });
  }

  function ourRun(): Promise<Run> {
    const rows = frames * rowsPerFrame;
    const rate = () => updatesPerSecond(pair, { rows: rowsPerFrame, rowsPerRun: rows, ...bound });
    return runOf(hub, { rows, rate, rest: () => settled(pair.from, pair.to) });
  }
}

type Run = { readonly rate: number; readonly rowUs: number };
type Measured = { readonly rows: number; rate(): Promise<number>; rest(): Promise<void> };

async function runOf(process: { readonly child: ChildProcess }, { rows, rate, rest }: Measured): Promise<Run> {
  const beforeUs = processorUs(process);
  const found = await rate();
  await rest();
  return { rate: found, rowUs: (processorUs(process) - beforeUs) / rows };
}

type Hubs = { start(merging: Merging): Promise<HocuspocusPair>; readonly hub: Hub; readonly pair: Pair };

/** Told to store at every change, and waited for until it has: how fast it is durable, like the hub. */
async function measureStoring(peers: Peers, folder: string): Promise<Measurement> {
  const theirs = await HocuspocusPair.start(peers, path.join(folder, "each.db"), { storing: "each" });
  const rates: number[] = [];
  const inFlightMax = windows[0];
  for (let run = 0; run <= storingRuns; run += 1) {
    rates.push(await theirs.updatesPerSecond({ frames: storingFrames, rows: rowsPerFrame, objects, inFlightMax }));
  }
  await theirs.killAndCount(objects);
  const name = `Hocuspocus storing each change, until stored, ${inFlightMax} in flight`;
  return { name, value: median(rates.slice(1)), unit: "rows/s" };
}

async function measureHubs(peers: Peers, folder: string): Promise<Measurement[]> {
  const start = (merging: Merging) => {
    const file = path.join(mkdtempSync(path.join(folder, "theirs-")), "documents.db");
    return HocuspocusPair.start(peers, file, { merging });
  };
  const hub = await startHub(folder);
  const pair = await link(hub.home);
  const { from } = pair;
  const lines: Measurement[] = [];
  for (const inFlightMax of windows) lines.push(...(await measureWindow({ start, hub, pair }, inFlightMax)));
  // Once more, so that both have just answered what is looked for on their disks.
  const load = { rows: rowsPerFrame, rowsPerRun: frames * rowsPerFrame };
  const theirs = await start("fields");
  await theirs.updatesPerSecond({ frames: theirFrames.fields, rows: rowsPerFrame, objects, inFlightMax: windows[0] });
  const theirCount = await theirs.killAndCount(objects);
  await updatesPerSecond(pair, { ...load, inFlightMax: windows[0] });
  const gone = once(hub.child, "exit");
  hub.child.kill("SIGKILL");
  await gone;
  for (const editor of [from, pair.to]) editor.leave();
  // What a killed hub says of itself is still there; the next one's word is waited for.
  rmSync(path.join(hub.home, "hub.json"), { force: true });
  const again = await startHub(folder);
  try {
    const after = await link(again.home, 0);
    const kept = from.sameRows(after.to, objects);
    for (const editor of [after.from, after.to]) editor.leave();
    return [
      ...lines,
      await measureStoring(peers, folder),
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
