/**
 * A hub in a process of its own that a test kills like a crash does, again and again. Its program is bundled once, and
 * while one hub works the next has loaded already, so that a start costs a fraction of what it costs an artist.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { build } from "vite";
import type { HubOrder } from "./hub-process.ts";

const root = path.resolve(import.meta.dirname, "../..");
const entry = "tests/hub/hub-process.ts";

/** Bundles the program and its packages into a folder of this process's own below out/. */
async function bundleHub(): Promise<string> {
  const outDir = path.join("out", "hub-process", String(process.pid));
  const output = { entryFileNames: "hub-process.mjs" };
  const options = { ssr: entry, outDir, target: "node20", minify: false, rollupOptions: { output } };
  process.once("exit", () => fs.rmSync(path.join(root, outDir), { recursive: true, force: true }));
  await build({ root, configFile: false, logLevel: "error", ssr: { noExternal: true }, build: options });
  return path.join(root, outDir, output.entryFileNames);
}

let bundled: Promise<string> | null = null;

async function load(): Promise<ChildProcess> {
  bundled ??= bundleHub();
  return spawn(process.execPath, [await bundled], { cwd: root, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

async function killNow(child: ChildProcess | null): Promise<void> {
  if (child === null || child.exitCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

export class KillableHub {
  #child: ChildProcess | null = null;
  #next: ChildProcess | null = null;

  async start(project: string, home: string): Promise<void> {
    this.#child = this.#next ?? (await load());
    this.#next = null;
    this.#child.send({ project, home } satisfies HubOrder);
    this.#next = await load();
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    await killNow(child);
  }

  /** Kills the one that waits, too. */
  async end(): Promise<void> {
    await this.kill();
    const next = this.#next;
    this.#next = null;
    await killNow(next);
  }
}
