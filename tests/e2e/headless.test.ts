/**
 * The hub without a window, on plain Node, as a build server runs it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appFolder, eventually, type Folders, makeFolders } from "./launch.ts";

const entry = path.join(appFolder, "out/main/headless.cjs");
let folders: Folders;
let running: ChildProcess[] = [];

beforeEach(() => {
  folders = makeFolders();
  fs.mkdirSync(folders.home, { mode: 0o700 });
});
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
  running = [];
  fs.rmSync(folders.root, { recursive: true, force: true });
});

function start(project = folders.project) {
  const args = [entry, "--project", project, "--home", folders.home];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  running.push(child);
  const said = { out: "", error: "" };
  child.stdout.on("data", (text) => {
    said.out += text;
  });
  child.stderr.on("data", (text) => {
    said.error += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  return { child, said, ended };
}

const discovery = () => path.join(folders.home, "hub.json");
const isListening = () => eventually("the hub listens", () => fs.existsSync(discovery()));

describe("the hub without a window", () => {
  it("says its status in one line, never its token, and ends clean on SIGINT", async () => {
    const { child, said, ended } = start();
    await isListening();
    await eventually("it says so", () => said.out.includes("Waiting · project · port "));
    const { token, port } = JSON.parse(fs.readFileSync(discovery(), "utf8")) as { token: string; port: number };
    expect(said.out).toContain(`port ${port} · Blender absent · Unity absent`);
    child.kill("SIGINT");
    expect(await ended).toBe(0);
    expect(said.out).toMatch(/Stopping \(SIGINT\)[\s\S]*Everything is on disk\./);
    expect(said.out + said.error).not.toContain(token);
    expect(fs.existsSync(discovery())).toBe(false);
  });

  it("opens the same project again after SIGTERM", async () => {
    for (const _round of [1, 2]) {
      const { child, ended } = start();
      await isListening();
      child.kill("SIGTERM");
      expect(await ended).toBe(0);
    }
  });

  it("says why it cannot open a project, and ends with 1", async () => {
    start();
    await isListening();
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.said.error).toContain("E_PROJECT_LOCKED");
  });

  it("[ENG-40] writes diagnostics beside a hub that has the project open", async () => {
    const { child } = start();
    await isListening();
    const file = path.join(folders.root, "bundle.zip");
    const said = execFileSync(
      process.execPath,
      [entry, "--project", folders.project, "--home", folders.home, "--diagnostics", file],
      { encoding: "utf8" },
    );
    expect(said).toContain("bundle.zip");
    const files = unzipSync(fs.readFileSync(file));
    expect(strFromU8(files["vibesync-diagnostics/wal-tail.jsonl"] as Uint8Array)).toContain('"type":"boot"');
    expect(child.exitCode).toBe(null);
  });

  it("explains itself, and refuses an option it does not know", () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [entry, ...args], { encoding: "utf8", stdio: "pipe" });
    expect(run("--help")).toContain("--project <folder>");
    expect(() => run("--frobnicate")).toThrow(/status 2|Command failed/);
  });
});
