/**
 * What the add-on costs a real Blender with 10,000 objects: the main thread's milliseconds per idle tick, and the time
 * until the scene is listed and agreed.
 *
 * Blender in the background, linked to the real hub; only the add-on's own ticks are timed (blender_cost.py). Stands
 * alone: `node --import tsx tests/bench/blender.bench.ts`; the bench's main calls `measure`.
 */
import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { startHub, stopHub } from "./hub.bench.ts";
import { type Measurement, median, quantile, show } from "./measurement.ts";

const runMsMax = 240_000;
const outputBytesMax = 16_777_216;

type Cost = {
  readonly seconds: number;
  readonly linking: readonly number[];
  readonly idle: readonly number[];
  readonly version: string;
};

export function hasBlender(): boolean {
  return spawnSync("blender", ["--version"], { stdio: "ignore" }).status === 0;
}

async function run(home: string): Promise<Cost> {
  const script = path.join(import.meta.dirname, "blender_cost.py");
  const args = ["-b", "--factory-startup", "--python-exit-code", "1", "-P", script];
  const env = { ...process.env, VIBESYNC_HOME: home, PYTHONDONTWRITEBYTECODE: "1" };
  const options = { env, timeout: runMsMax, maxBuffer: outputBytesMax };
  const { stdout } = await promisify(execFile)("blender", args, options);
  const line = stdout.split("\n").find((text) => text.startsWith("{"));
  if (!line) throw new Error(`Blender measured nothing:\n${stdout}`);
  return JSON.parse(line) as Cost;
}

export async function measure(): Promise<readonly Measurement[]> {
  const root = mkdtempSync(path.join(tmpdir(), "vibesync-bench-blender-"));
  const hub = await startHub(root);
  try {
    const { seconds, linking, idle, version } = await run(hub.home);
    const name = `Blender ${version}, 10000 objects`;
    return [
      { name: `${name}, until listed and taken`, value: seconds, unit: "s" },
      { name: `${name}, tick while listing, p50`, value: median(linking), unit: "ms" },
      { name: `${name}, tick while listing, p99`, value: quantile(linking, 0.99), unit: "ms" },
      { name: `${name}, tick while listing, worst`, value: Math.max(...linking), unit: "ms" },
      { name: `${name}, idle tick, p50`, value: median(idle), unit: "ms" },
      { name: `${name}, idle tick, p99`, value: quantile(idle, 0.99), unit: "ms" },
      { name: `${name}, idle tick, worst`, value: Math.max(...idle), unit: "ms" },
    ];
  } finally {
    await stopHub(hub);
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  if (hasBlender()) for (const line of await measure()) console.log(show(line));
  else console.log("SKIPPED: there is no Blender on this machine.");
}
