/**
 * The hub without a window, on plain Node, as a build server runs it.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { foldersOf } from "#electron/hub/project.ts";
import { restoreOrSalvage } from "#electron/hub/restore.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";
import { must } from "#tests/wal/log-script.ts";
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

function start(...more: string[]) {
  const args = [entry, "--project", folders.project, "--home", folders.home, ...more];
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

/** A record of a kind that this version does not know, at the end of the log. */
async function fromNewerVersion(project: string): Promise<void> {
  const { recovery } = must(restoreOrSalvage(realDisk, foldersOf(project), "0"));
  const log = must(LogWriter.open(realDisk, recovery.end));
  must(log.append([{ type: 999, schema: 1, payload: Buffer.from("{}") }]));
  must(await log.close());
}

async function oneSnapshot(project: string): Promise<void> {
  const history = must(await SnapshotStore.open(project));
  const json = JSON.stringify({ uuid: uuidOf(1), kind: "object", fields: objectFields() });
  const base = history.opening.head ? { base: history.opening.head.oid } : {};
  const changed = [{ uuid: uuidOf(1), json }];
  must(
    await history.commit({ lsn: 9, stateHash: "nine", timeMs: 1_500, reason: "manual", changed, whole: true, ...base }),
  );
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

  it("[ENG-47] says what can be done about a project of a newer version, and does it", async () => {
    const { child, ended } = start();
    await isListening();
    child.kill("SIGTERM");
    await ended;
    await fromNewerVersion(folders.project);
    const refused = start();
    expect(await refused.ended).toBe(1);
    expect(refused.said.error).toContain("E_WAL_VERSION");
    expect(refused.said.error).toContain("What can be done: --restore-snapshot, --export <file>");
    await oneSnapshot(folders.project);
    const scene = path.join(folders.root, "scene.json");
    const args = [entry, "--project", folders.project, "--home", folders.home];
    const said = execFileSync(process.execPath, [...args, "--export", scene], { encoding: "utf8" });
    expect(said).toContain("1 objects from the snapshot of");
    expect(JSON.parse(fs.readFileSync(scene, "utf8"))).toMatchObject({ objects: [{ fields: { name: "Thing" } }] });
    const restored = start("--restore-snapshot");
    await isListening();
    await eventually("it says safe mode", () => restored.said.out.includes("Safe mode"));
    expect(restored.said.out).toContain("1 objects from the snapshot of");
  });

  it("explains itself, and refuses an option it does not know", () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [entry, ...args], { encoding: "utf8", stdio: "pipe" });
    expect(run("--help")).toContain("--project <folder>");
    expect(() => run("--frobnicate")).toThrow(/status 2|Command failed/);
  });
});
