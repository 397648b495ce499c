/**
 * A large project: what saving the state costs whoever works meanwhile, and how long the next start takes with 64 MiB
 * of log behind the saved state, in as many records as ever stand there.
 *
 * Stands alone: `node --import tsx tests/bench/restart.bench.ts`; the bench's main calls `measure`.
 */
import { statSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Record } from "#electron/core/record.ts";
import type { Opened } from "#electron/hub/boot.ts";
import { Checkpoints } from "#electron/hub/checkpoints.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { pauseForOthers } from "#electron/ports/steps.ts";
import { listCheckpoints } from "#electron/wal/checkpoint.ts";
import { append, close, creations, moved, must, open, openElsewhere, withProject } from "./long-log.ts";
import { type Measurement, median, quantile, show } from "./measurement.ts";

const objects = 100_000;
const recordsBehind = 50_000;
const logBytes = 64 * 1024 * 1024;
/** A row is 64 bytes, and a record 100 around them. */
const rowsPerRecord = Math.round((logBytes / recordsBehind - 100) / 64);
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
  const parts = { disk: { ...realDisk, datasync }, folders, state, log, logId, checkpointLsn: 0, pause };
  must(await new Checkpoints(parts).save());
  return [...turns, performance.now() - fromMs];
}

export async function measure(): Promise<readonly Measurement[]> {
  return withProject(async (project) => {
    const opened = await open(project);
    await append(opened, creations(objects));
    const turns: number[][] = [];
    for (let count = 0; count < savings; count += 1) turns.push([...(await turnsOfSaving(opened))]);
    await append(opened, edits());
    const { checkpoints } = opened.folders;
    const [lsn = 0] = listCheckpoints(realDisk, checkpoints).slice(-1);
    const file = path.join(checkpoints, `${String(lsn).padStart(16, "0")}.checkpoint`);
    await close(opened);
    const times = Array.from({ length: openings }, () => openElsewhere(project).ms / 1_000);
    const what = `saving ${objects} objects`;
    const sum = (values: readonly number[]) => values.reduce((total, each) => total + each, 0);
    return [
      { name: `${what}, longest turn`, value: median(turns.map((each) => Math.max(...each))), unit: "ms" },
      { name: `${what}, turn p99`, value: median(turns.map((each) => quantile(each, 0.99))), unit: "ms" },
      { name: `${what}, all turns together`, value: median(turns.map(sum)), unit: "ms" },
      { name: `${what}, file`, value: statSync(file).size / 1_048_576, unit: "MiB" },
      { name: `restart with ${objects} objects and 64 MiB of log`, value: median(times), unit: "s" },
    ];
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
