/**
 * A large project: what saving the state costs whoever works meanwhile, and how long the next start takes when a hub
 * was killed that had written 64 MiB of log since: with the state saved as often as a hub does, and with all of it to
 * fold.
 *
 * Stands alone: `node --import tsx tests/bench/restart.bench.ts`; the bench's main calls `measure`.
 */
import { statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Record } from "#electron/core/record.ts";
import type { Opened } from "#electron/hub/boot.ts";
import { Backlog, Checkpoints } from "#electron/hub/checkpoints.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import { listCheckpoints } from "#electron/wal/checkpoint.ts";
import { append, close, creations, moved, must, open, openElsewhere, withProject } from "./long-log.ts";
import { type Measurement, median, quantile, show } from "./measurement.ts";

const objects = 100_000;
const recordsBehind = 49_000;
const logBytes = 64 * 1024 * 1024;
/** A row is 64 bytes, and a record 100 around them. */
const rowsPerRecord = Math.round((logBytes / recordsBehind - 100) / 64);
const recordsPerGroup = 1_000;
const openings = 5;
const savings = 3;

function* edits(): Generator<Record> {
  for (let index = 0; index < recordsBehind; index += 1) yield moved(index, { objects, rows: rowsPerRecord });
}

/** How long each stretch was in which nothing but the saving ran, in ms. */
async function turnsOfSaving(opened: Opened): Promise<readonly number[]> {
  const turns: number[] = [];
  let fromMs = performance.now();
  const pause = async () => {
    turns.push(performance.now() - fromMs);
    await pauseForOthers();
    fromMs = performance.now();
  };
  const { state, folders, writer: log, logIdBytes: logId } = opened;
  const datasync = async (fd: number) => {
    turns.push(performance.now() - fromMs);
    await realDisk.datasync(fd);
    fromMs = performance.now();
  };
  const parts = { disk: { ...realDisk, datasync }, folders, state, log, logId, backlog: new Backlog(), pause };
  must(await new Checkpoints(parts).save());
  return [...turns, performance.now() - fromMs];
}

/** As a hub does it, which looks at every final batch whether the state is to be saved. */
async function work(opened: Opened): Promise<void> {
  const { state, folders, writer: log, logIdBytes: logId } = opened;
  const checkpoints = new Checkpoints({ disk: realDisk, folders, state, log, logId, backlog: new Backlog() });
  for (const group of groupsOf(edits())) {
    await append(opened, group);
    checkpoints.note(group);
    if (checkpoints.isDue) must(await checkpoints.save());
  }
}

function* groupsOf(records: Iterable<Record>): Generator<Record[]> {
  let group: Record[] = [];
  for (const record of records) {
    if (group.push(record) < recordsPerGroup) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

function restarts(project: string): number {
  return median(Array.from({ length: openings }, () => openElsewhere(project).ms / 1_000));
}

/** A project of the large scene, saved, and then `more`. */
async function withLarge(more: (opened: Opened) => Promise<void>, use: (project: string) => number): Promise<number> {
  return withProject(async (project) => {
    const opened = await open(project);
    await append(opened, creations(objects));
    await turnsOfSaving(opened);
    await more(opened);
    await close(opened);
    return use(project);
  });
}

export async function measure(): Promise<readonly Measurement[]> {
  return withProject(async (project) => {
    const opened = await open(project);
    await append(opened, creations(objects));
    const turns: number[][] = [];
    for (let count = 0; count < savings; count += 1) turns.push([...(await turnsOfSaving(opened))]);
    const { checkpoints } = opened.folders;
    const [lsn = 0] = listCheckpoints(realDisk, checkpoints).slice(-1);
    const file = path.join(checkpoints, `${String(lsn).padStart(16, "0")}.checkpoint`);
    await close(opened);
    const what = `saving ${objects} objects`;
    const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
    return [
      { name: `${what}, longest turn`, value: median(turns.map((each) => Math.max(...each))), unit: "ms" },
      { name: `${what}, turn p99`, value: median(turns.map((each) => quantile(each, 0.99))), unit: "ms" },
      { name: `${what}, all turns together`, value: median(turns.map(sum)), unit: "ms" },
      { name: `${what}, file`, value: statSync(file).size / 1_048_576, unit: "MiB" },
      { name: `restart with ${objects} objects and 64 MiB of log`, value: await withLarge(work, restarts), unit: "s" },
      {
        name: "the same with nothing saved since",
        value: await withLarge((one) => append(one, edits()), restarts),
        unit: "s",
      },
    ];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
