/**
 * How long the app takes from the start of its process to the first picture and to an open hub, and what it holds in
 * memory.
 *
 * The app runs as people run it: no driver is attached until the picture is there, because one would hold up the start.
 * Fresh folders each time; the first run, which may read from a cold disk, is told apart. Needs a display, or opens an
 * Xvfb. Stands alone: `node --import tsx tests/bench/start.bench.ts`; the bench's main calls `measure`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { type Display, end, openDisplay } from "#tests/e2e/display.ts";
import { command, environmentOf, makeFolders } from "#tests/e2e/launch.ts";

const runs = 6;
/** After the start's own garbage is collected and caches are warm. */
const memoryAfterMs = 6_000;
const listenMsMax = 20_000;
const kibPerMb = 1_024;

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "MB";
}

type Start = { readonly paintMs: number; readonly linkedMs: number; readonly memoryMb: number };

export async function measure(): Promise<Measurement[]> {
  const display = await openDisplay();
  const starts: Start[] = [];
  try {
    for (let run = 0; run < runs; run += 1) starts.push(await oneStart(display, run === runs - 1));
  } finally {
    await display.stop();
  }
  const [first, ...warm] = starts;
  const last = starts.at(-1);
  return [
    { name: "app start to first paint, first run", value: first?.paintMs ?? Number.NaN, unit: "ms" },
    { name: "app start to first paint, warm", value: median(warm.map((start) => start.paintMs)), unit: "ms" },
    {
      name: "app start to first paint, warm, worst",
      value: Math.max(...warm.map((start) => start.paintMs)),
      unit: "ms",
    },
    { name: "app start to hub open, warm", value: median(warm.map((start) => start.linkedMs)), unit: "ms" },
    { name: "app memory, idle, all processes (PSS)", value: last?.memoryMb ?? Number.NaN, unit: "MB" },
  ];
}

async function oneStart(display: Display, withMemory: boolean): Promise<Start> {
  const folders = makeFolders();
  const { executable, args } = await command();
  const startedMs = Date.now();
  const child = spawn(executable, ["--remote-debugging-port=0", ...args], {
    env: environmentOf(folders, display),
    stdio: ["ignore", "ignore", "pipe"],
  });
  try {
    const linked = fileAppears(`${folders.home}/hub.json`);
    const address = await debuggingAddress(child);
    const linkedMs = (await linked) - startedMs;
    const browser = await chromium.connectOverCDP(address);
    const paintMs = (await firstPaintMs(browser)) - startedMs;
    await browser.close();
    if (withMemory) await new Promise((resolve) => setTimeout(resolve, memoryAfterMs));
    return { paintMs, linkedMs, memoryMb: withMemory ? memoryMbOf(child.pid ?? 0) : 0 };
  } finally {
    await end(child);
    fs.rmSync(folders.root, { recursive: true, force: true });
  }
}

function debuggingAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stderr) return reject(new Error("There is no output to read."));
    const timer = setTimeout(() => reject(new Error("The app opened no debugging port.")), listenMsMax);
    createInterface({ input: child.stderr }).on("line", (line) => {
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (!address) return;
      clearTimeout(timer);
      resolve(address);
    });
  });
}

async function fileAppears(file: string): Promise<number> {
  for (const deadlineMs = Date.now() + listenMsMax; Date.now() < deadlineMs; ) {
    if (fs.existsSync(file)) return Date.now();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`${file} did not appear.`);
}

/** Wall-clock time of the page's first contentful paint. */
async function firstPaintMs(browser: Browser): Promise<number> {
  const page = browser.contexts()[0]?.pages()[0];
  if (!page) throw new Error("The app has no window.");
  return await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const observer = new PerformanceObserver((list) => {
          const paint = list.getEntriesByName("first-contentful-paint")[0];
          if (paint) resolve(performance.timeOrigin + paint.startTime);
        });
        observer.observe({ type: "paint", buffered: true });
      }),
  );
}

/** Proportional set size of the process and everything it started: shared pages are counted once. */
function memoryMbOf(pid: number): number {
  const parents = new Map<number, number>();
  for (const name of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = /^PPid:\s+(\d+)/m.exec(readOrEmpty(`/proc/${name}/status`))?.[1];
    if (parent) parents.set(Number(name), Number(parent));
  }
  const isOurs = (one: number | undefined): boolean => one !== undefined && (one === pid || isOurs(parents.get(one)));
  const kib = [...parents.keys()]
    .filter(isOurs)
    .map((one) => Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${one}/smaps_rollup`))?.[1] ?? 0));
  return kib.reduce((sum, one) => sum + one, 0) / kibPerMb;
}

/** A process may end between being listed and being read. */
function readOrEmpty(file: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  for (const { name, value, unit } of await measure()) console.log(`${name}: ${value.toFixed(0)} ${unit}`);
}
