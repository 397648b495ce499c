/**
 * A hub in a process of its own that a test kills like a crash does, again and again. Its program is bundled once, so
 * that a start costs a fraction of what compiling every source would.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { build } from "vite";

const root = path.resolve(import.meta.dirname, "../..");
const entry = "tests/hub/hub-process.ts";

/** Bundles the program into a folder of this process's own below out/, where it finds its packages. */
async function bundleHub(): Promise<string> {
  const outDir = path.join("out", "hub-process", String(process.pid));
  const output = { entryFileNames: "hub-process.mjs" };
  const options = { ssr: entry, outDir, target: "node20", minify: false, rollupOptions: { output } };
  process.once("exit", () => fs.rmSync(path.join(root, outDir), { recursive: true, force: true }));
  await build({ root, configFile: false, logLevel: "error", build: options });
  return path.join(root, outDir, output.entryFileNames);
}

let bundled: Promise<string> | null = null;

export class KillableHub {
  #child: ChildProcess | null = null;

  async start(project: string, home: string): Promise<void> {
    bundled ??= bundleHub();
    const args = [await bundled, project, home];
    this.#child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null || child.exitCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }
}
