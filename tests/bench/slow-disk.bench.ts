/**
 * What an editor sees of a slow disk: previews of 3 transforms from socket to socket, at 60 a second, while each
 * fdatasync takes 0 ms to 5 s longer (R21).
 *
 * The real hub in a process of its own with 10,000 objects. Stands alone:
 * `node --import tsx tests/bench/slow-disk.bench.ts`; the bench's main calls `measure`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { type Hub, link, type Pair, previewHop, settled, startHub, stopHub, until } from "./hub.bench.ts";
import { type Measurement, median, quantile, show } from "./measurement.ts";

const addedMs = [0, 10, 100, 2_000, 5_000] as const;
const hops = 300;
const tickMs = 16;

async function previews({ from, to }: Pair, first: number): Promise<number[]> {
  const took: number[] = [];
  for (let hop = 0; hop < hops; hop += 1) {
    const tookMs = await previewHop(from, to, first + hop);
    took.push(tookMs);
    await sleep(Math.max(0, tickMs - tookMs));
  }
  return took;
}

async function measureAll(pair: Pair, { child }: Hub): Promise<Measurement[]> {
  const lines: Measurement[] = [];
  for (const [run, latencyMs] of addedMs.entries()) {
    child.send(latencyMs);
    const took = await previews(pair, run * hops);
    const name = `preview hop, fdatasync + ${latencyMs} ms`;
    lines.push({ name: `${name}, p50`, value: median(took), unit: "ms" });
    lines.push({ name: `${name}, p99`, value: quantile(took, 0.99), unit: "ms" });
    child.send(0);
    await until("everything is accepted", () => pair.from.acceptedSeq === pair.from.seq);
    await settled(pair.from, pair.to);
  }
  return lines;
}

export async function measure(): Promise<readonly Measurement[]> {
  const root = mkdtempSync(path.join(tmpdir(), "vibesync-bench-slow-disk-"));
  const slowSync = pathToFileURL(path.join(import.meta.dirname, "slow-sync.mjs")).href;
  const hub = await startHub(root, ["--import", slowSync]);
  try {
    const { from, to } = await link(hub.home);
    await settled(from, to);
    const lines = await measureAll({ from, to }, hub);
    for (const editor of [from, to]) editor.leave();
    return lines;
  } finally {
    await stopHub(hub);
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
