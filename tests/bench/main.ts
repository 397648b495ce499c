/**
 * `npm run bench [-- part of a title]`: everything that is measured, in one run on one machine, each figure next to its
 * goal.
 *
 * Nothing here passes or fails. What cannot be measured on this machine is told loudly and left out.
 */
import { availableParallelism, cpus, loadavg } from "node:os";
import * as blender from "./blender.bench.ts";
import { type Goal, goals } from "./goals.ts";
import * as hub from "./hub.bench.ts";
import { type Measurement, show } from "./measurement.ts";
import * as peers from "./peers.bench.ts";
import * as relay from "./relay.bench.ts";
import * as replay from "./replay.bench.ts";
import * as restart from "./restart.bench.ts";
import * as slowDisk from "./slow-disk.bench.ts";
import * as snapshots from "./snapshots.bench.ts";
import * as start from "./start.bench.ts";
import * as wal from "./wal.bench.ts";

type Part = { readonly title: string; measure(): Promise<readonly Measurement[]>; readonly missing?: string };

const parts: readonly Part[] = [
  { title: "log", measure: wal.measure },
  { title: "relay and transport", measure: relay.measure },
  { title: "hub", measure: hub.measure },
  { title: "slow disk", measure: slowDisk.measure },
  { title: "peers", measure: peers.measure },
  { title: "replay", measure: replay.measure },
  { title: "restart", measure: restart.measure },
  { title: "snapshots", measure: snapshots.measure },
  { title: "blender", measure: blender.measure, ...(blender.hasBlender() ? {} : { missing: "there is no Blender" }) },
  { title: "app", measure: start.measure },
];

async function run({ title, measure, missing }: Part): Promise<readonly Measurement[]> {
  console.log(`\n${title} (load ${loadavg()[0]?.toFixed(1)})`);
  if (missing) {
    console.log(`  SKIPPED: ${missing} on this machine.`);
    return [];
  }
  try {
    const lines = await measure();
    for (const line of lines) console.log(`  ${show(line)} ${verdictOf(line)}`);
    return lines;
  } catch (error) {
    console.log(`  NOT MEASURED: ${error instanceof Error ? error.message : String(error)}`);
    return [];
  }
}

function goalOf({ name }: Measurement): Goal | undefined {
  return goals.find(({ pattern }) => pattern.test(name));
}

/** How many times the goal is missed by; 1 or less: it is met. */
function missOf({ value }: Measurement, { atMost, atLeast }: Goal): number {
  return atMost === undefined ? (atLeast ?? 0) / value : value / atMost;
}

function verdictOf(line: Measurement): string {
  const goal = goalOf(line);
  if (!goal) return "";
  const bound = goal.atMost === undefined ? `≥ ${goal.atLeast}` : `≤ ${goal.atMost}`;
  const miss = missOf(line, goal);
  return `goal ${bound.padEnd(8)} ${miss <= 1 ? "met" : `MISSED ${miss.toFixed(2)} ×`}`;
}

const wanted = process.argv[2] ?? "";
const startMs = performance.now();
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${availableParallelism()} cores, Node ${process.version}`);
const lines: Measurement[] = [];
for (const part of parts) if (part.title.includes(wanted)) lines.push(...(await run(part)));
const held = lines.filter((line) => goalOf(line) !== undefined);
console.log(`\ngoals, after ${((performance.now() - startMs) / 1_000).toFixed(0)} s`);
for (const line of held) console.log(`  ${show(line)} ${verdictOf(line)}`);
const met = held.filter((line) => missOf(line, goalOf(line) as Goal) <= 1).length;
console.log(`\n${met} of ${held.length} goals met`);
