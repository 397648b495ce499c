/**
 * What the hub costs: one change from socket to socket, durable updates a second with 10,000 objects, memory.
 *
 * The real hub in a process of its own, two fast editors here. The hop of a structural change is measured in turns with
 * the bare ws relay and a bare fdatasync, so that a busy machine hits all three; their ratio is what counts. Stands
 * alone: `node --import tsx tests/bench/hub.bench.ts`; the bench's main calls `measure`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { bundle } from "#build/bundle.mjs";
import { realDisk, writeAll } from "#electron/ports/disk.ts";
import { BenchEditor } from "./bench-editor.ts";
import { type Sender, sendFrames } from "./load.ts";
import { type Measurement, median, quantile, show } from "./measurement.ts";
import { frameOf, type Relay, startRelay } from "./relay.bench.ts";

const repository = path.resolve(import.meta.dirname, "../..");
const objects = 10_000;
const rounds = 3;
const hopsPerRound = 200;
/** Between two hops: what the one before set off (verification) is over. */
const restMs = 8;
const rowsPerPreview = 3;
const shapes = [
  { rows: 1, rowsPerRun: 20_000 },
  { rows: 100, rowsPerRun: 400_000 },
  { rows: 1_000, rowsPerRun: 400_000 },
] as const;
const runsPerShape = 5;
/** Rows on the way without an answer: about what the kernel's socket buffers and the hub's inbox hold. */
const rowsInFlightMax = 50_000;
const framesInFlightMax = 4_000;
const settleMsMax = 120_000;
const syncBytes = 4_096;
const kibPerMb = 1_024;
const usPerClockTick = 10_000;

export type Hub = { readonly child: ChildProcess; readonly home: string };
type Times = {
  readonly relay: number[];
  readonly sync: number[];
  readonly durable: number[];
  readonly preview: number[];
};

/**
 * The built hub on plain Node: from the sources it would take its snapshots in the main thread. Run the bench with
 * `--cpu-prof` to profile the hub as well. `options` are Node's own.
 */
export async function startHub(root: string, options: readonly string[] = []): Promise<Hub> {
  await bundle();
  const home = path.join(root, "home");
  const profile = process.execArgv.filter((argument) => argument.startsWith("--cpu-prof"));
  const script = path.join(repository, "out/main/headless.cjs");
  const args = [...profile, ...options, script, "--home", home, "--project", path.join(root, "project")];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  await until("it is open", () => existsSync(path.join(home, "hub.json")) || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error("The hub did not open; see above.");
  return { child, home };
}

export async function stopHub({ child }: Hub): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill("SIGTERM");
  await once(child, "exit");
}

export async function until(what: string, isTrue: () => boolean): Promise<void> {
  for (const deadlineMs = performance.now() + settleMsMax; !isTrue(); await sleep(2)) {
    if (performance.now() > deadlineMs) throw new Error(`The hub did not get there: ${what}.`);
  }
}

/** Resident memory of the hub's process, in MB. */
function memoryMb({ child }: Hub): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN) / kibPerMb;
}

/** Processor time of the hub's process so far, all threads, in µs. */
export function processorUs({ child }: Pick<Hub, "child">): number {
  const fields = readFileSync(`/proc/${child.pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * usPerClockTick;
}

class SyncProbe {
  readonly #fd: number;

  constructor(file: string) {
    this.#fd = realDisk.open(file, "wx");
    writeAll(realDisk, this.#fd, new Uint8Array(syncBytes), 0);
    realDisk.sync(this.#fd);
  }

  async ms(): Promise<number> {
    const startMs = performance.now();
    writeAll(realDisk, this.#fd, new Uint8Array(syncBytes).fill(startMs), 0);
    await realDisk.datasync(this.#fd);
    return performance.now() - startMs;
  }

  close(): void {
    realDisk.close(this.#fd);
  }
}

async function relayHop({ from, to }: Relay, frame: Buffer): Promise<number> {
  const arrived = once(to, "message");
  const startMs = performance.now();
  from.send(frame);
  await arrived;
  return performance.now() - startMs;
}

/** A new name, from socket to socket: it leaves the hub only once it is in the log. */
async function durableHop(from: BenchEditor, to: BenchEditor, count: number): Promise<number> {
  const arrived = new Promise<void>((resolve) => {
    to.onMessage = (message) => {
      if (message.kind === "apply" && message.reason === "edit") resolve();
    };
  });
  const startMs = performance.now();
  from.setField(count % objects, "name", `Renamed.${count}`);
  await arrived;
  return performance.now() - startMs;
}

export async function previewHop(from: BenchEditor, to: BenchEditor, count: number): Promise<number> {
  const arrived = new Promise<void>((resolve) => {
    to.onFrame = resolve;
  });
  const startMs = performance.now();
  from.move((count * rowsPerPreview) % (objects - rowsPerPreview), rowsPerPreview);
  await arrived;
  return performance.now() - startMs;
}

export type Pair = { readonly from: BenchEditor; readonly to: BenchEditor };

export async function measureHops({ from, to }: Pair, folder: string): Promise<Measurement[]> {
  const times: Times = { relay: [], sync: [], durable: [], preview: [] };
  const relay = await startRelay("bare");
  const probe = new SyncProbe(path.join(folder, "probe"));
  const frame = frameOf(rowsPerPreview);
  const kinds: readonly (readonly [number[], (count: number) => Promise<number>])[] = [
    [times.relay, () => relayHop(relay, frame)],
    [times.sync, () => probe.ms()],
    [times.durable, (count) => durableHop(from, to, count)],
    [times.preview, (count) => previewHop(from, to, count)],
  ];
  for (let hop = 0; hop < rounds * hopsPerRound; hop += 1) {
    for (const [found, measureOne] of kinds) {
      found.push(await measureOne(hop));
      await sleep(restMs);
    }
  }
  probe.close();
  await relay.stop();
  return hopLines(times);
}

function hopLines({ relay, sync, durable, preview }: Times): Measurement[] {
  const unit = "ms";
  const bare = median(relay) + median(sync);
  return [
    { name: "bare ws relay, paced hop, p50", value: median(relay), unit },
    { name: "bare write + fdatasync of 4 KiB, paced, p50", value: median(sync), unit },
    { name: "hub, durable hop of a structural change, p50", value: median(durable), unit },
    { name: "hub, durable hop of a structural change, p99", value: quantile(durable, 0.99), unit },
    { name: "hub, durable hop / (relay + fdatasync), p50", value: median(durable) / bare, unit: "×" },
    { name: "hub, preview hop of 3 transforms, p50", value: median(preview), unit },
    { name: "hub, preview hop of 3 transforms, p99", value: quantile(preview, 0.99), unit },
    { name: "hub, preview hop / relay, p50", value: median(preview) / median(relay), unit: "×" },
  ];
}

type Shape = { readonly rows: number; readonly rowsPerRun: number; readonly inFlightMax?: number };

/**
 * Updates a second until the last of `rowsPerRun` is accepted, which is after it is durable, and the other editor shows
 * it.
 */
export async function updatesPerSecond({ from, to }: Pair, { rows, rowsPerRun, ...shape }: Shape) {
  const frames = Math.ceil(rowsPerRun / rows);
  const fitting = Math.max(1, Math.min(framesInFlightMax, Math.floor(rowsInFlightMax / rows)));
  const inFlightMax = shape.inFlightMax ?? fitting;
  const last = ((frames - 1) * rows) % objects;
  const sender: Sender = {
    get inFlight() {
      if (from.rejections > 0) throw new Error("The hub refused a change of the bench.");
      return from.seq - from.acceptedSeq;
    },
    send: (frame) => from.move((frame * rows) % objects, rows),
    answered: () => from.answered(),
  };
  const startMs = performance.now();
  await sendFrames(sender, frames, inFlightMax);
  while (!from.showsSame(to, last)) await to.answered();
  return (frames * rows * 1_000) / (performance.now() - startMs);
}

export async function measureUpdates({ from, to }: Pair, hub: Hub): Promise<Measurement[]> {
  const lines: Measurement[] = [];
  for (const shape of shapes) {
    const rates: number[] = [];
    const beforeUs = processorUs(hub);
    for (let run = 0; run < runsPerShape; run += 1) {
      rates.push(await updatesPerSecond({ from, to }, shape));
      await settled(from, to);
    }
    const usPerRow = (processorUs(hub) - beforeUs) / (runsPerShape * shape.rowsPerRun);
    const what = `${shape.rows} a frame`;
    lines.push({ name: `hub, durable updates, ${what}`, value: median(rates), unit: "rows/s" });
    lines.push({ name: `hub, processor time an update, all of it, ${what}`, value: usPerRow, unit: "µs" });
  }
  return lines;
}

/** Everything that was sent is with the other editor, and final. */
export async function settled(from: BenchEditor, to: BenchEditor): Promise<void> {
  await until("both editors hold the same rows", () => from.rows.compare(to.rows) === 0);
  await until("the hub is live", () => from.isLive && to.isLive);
  await sleep(1_000);
}

/** Two editors, the first of which brings `listed` objects of its own; linked when both show all there are. */
export async function link(home: string, listed = objects): Promise<Pair & { readonly linkMs: number }> {
  const startMs = performance.now();
  const from = await BenchEditor.connect(home, { role: "blender", objects: listed });
  const to = await BenchEditor.connect(home, { role: "unity", objects: 0 });
  await until("both are live", () => from.isLive && to.isLive && to.known === objects);
  return { from, to, linkMs: performance.now() - startMs };
}

export async function measure(): Promise<readonly Measurement[]> {
  const root = mkdtempSync(path.join(tmpdir(), "vibesync-bench-hub-"));
  const hub = await startHub(root);
  try {
    const emptyMb = memoryMb(hub);
    const { from, to, linkMs } = await link(hub.home);
    await sleep(5_000);
    const idleMb = memoryMb(hub);
    const hops = await measureHops({ from, to }, root);
    const updates = await measureUpdates({ from, to }, hub);
    const loadedMb = memoryMb(hub);
    for (const editor of [from, to]) editor.leave();
    return [
      { name: `hub, two editors linked, ${objects} objects listed and sent`, value: linkMs / 1_000, unit: "s" },
      ...hops,
      ...updates,
      { name: "hub memory, empty", value: emptyMb, unit: "MB" },
      { name: `hub memory, idle with ${objects} objects`, value: idleMb, unit: "MB" },
      { name: `hub memory, after the load, ${objects} objects`, value: loadedMb, unit: "MB" },
    ];
  } finally {
    await stopHub(hub);
    rmSync(root, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
