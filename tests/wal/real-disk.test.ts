/**
 * The same promises on a real disk, with real processes: killed writers, a second hub, a full file system, a folder
 * that may not be written, a folder that goes away.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { lockProject, readHolder } from "#electron/wal/lock.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { checkpointAt, isPrefix, must, readProject, recordsAfter, walFolder } from "./log-script.ts";

const segmentBytes = 65_536;
const kills = 8;
const fillLevels = 50;
const nobody = 65_534;
const program = join(import.meta.dirname, "writer-process.ts");

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "vibesync-wal-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Child {
  readonly process: ChildProcess;
  readonly lines: string[];
  /** Resolves with the first line that matches. */
  seen(pattern: RegExp): Promise<string>;
  readonly ended: Promise<void>;
}

function start(mode: "append" | "lock"): Child {
  const child = spawn(process.execPath, ["--import", "tsx", program, folder, mode], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const listeners: (() => void)[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    for (const listener of listeners) listener();
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const seen = (pattern: RegExp): Promise<string> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const line = lines.find((each) => pattern.test(each));
        if (line !== undefined) resolve(line);
      };
      listeners.push(look);
      look();
      void ended.then(() => reject(new Error(`the process ended after: ${lines.slice(-3).join(" | ")}`)));
    });
  return { process: child, lines, seen, ended };
}

function openLog(): { log: LogWriter; texts: readonly string[] } {
  const { recovery, texts } = must(readProject(realDisk, folder));
  return { log: must(LogWriter.open(realDisk, recovery.end, { segmentBytes })), texts };
}

describe("a killed writer", () => {
  it("[WAL-7] [WAL-15] loses nothing it confirmed and releases its lock at once", async () => {
    for (let kill = 0; kill < kills; kill += 1) {
      const child = start("append");
      await child.seen(/^durable/);
      await new Promise((resolve) => setTimeout(resolve, (kill * 37) % 150));
      child.process.kill("SIGKILL");
      await child.ended;
      const lock = must(await lockProject(realDisk, { folder, nowMs: 0 }));
      const told = Math.max(...child.lines.map((line) => Number(/^durable (\d+)$/.exec(line)?.[1] ?? 0)));
      const { texts } = must(readProject(realDisk, folder));
      expect(told).toBeGreaterThan(0);
      expect(texts.length).toBeGreaterThanOrEqual(told);
      expect(isPrefix(texts)).toBe(true);
      await lock.release();
    }
  }, 60_000);
});

describe("a second hub", () => {
  it("[WAL-15] is refused while the first lives, and told which process that is", async () => {
    const lock = must(await lockProject(realDisk, { folder, nowMs: Date.UTC(2026, 0, 2) }));
    const child = start("lock");
    const line = await child.seen(/^refused/);
    expect(line).toContain("E_PROJECT_LOCKED");
    expect(line).toContain(`process ${process.pid} on`);
    expect(line).toContain("2026-01-02T00:00:00.000Z");
    await child.ended;
    await lock.release();
    await lock.release();
    await must(await lockProject(realDisk, { folder, nowMs: 0 })).release();
  });

  it("[WAL-15] is refused through another name of the folder, and in the same process", async () => {
    const child = start("lock");
    await child.seen(/^locked/);
    const alias = `${folder}-alias`;
    fs.symlinkSync(folder, alias);
    for (const name of [folder, alias, join(folder, ".", "..", folder.split("/").at(-1) ?? "")]) {
      const refused = await lockProject(realDisk, { folder: name, nowMs: 0 });
      expect(refused).toMatchObject({ ok: false, failure: { code: "E_PROJECT_LOCKED" } });
    }
    fs.unlinkSync(alias);
    expect(readHolder(realDisk, folder)?.pid).toBe(child.process.pid);
    child.process.kill("SIGKILL");
    await child.ended;
    const lock = must(await lockProject(realDisk, { folder, nowMs: 0 }));
    expect((await lockProject(realDisk, { folder, nowMs: 0 })).ok).toBe(false);
    await lock.release();
  });
});

describe("a full disk", () => {
  it("[WAL-16] at fifty fill levels: a coded refusal, and everything confirmed is there (R7)", async (context) => {
    if (!mountSmallDisk(folder)) {
      context.skip("mounting is not permitted here; io-error.test.ts fills the fake disk instead");
    }
    const root = folder;
    const confirmed: number[] = [];
    try {
      for (let level = 0; level < fillLevels; level += 1) {
        folder = join(root, `level-${level}`);
        fs.mkdirSync(folder);
        fs.writeFileSync(join(folder, "ballast"), new Uint8Array(1_000_000 - 11_000 * level));
        confirmed.push(await fillUp());
        fs.rmSync(folder, { recursive: true });
      }
    } finally {
      folder = root;
      execFileSync("umount", [root]);
    }
    // From a disk that takes nothing at all to one that takes several segments.
    expect(Math.min(...confirmed)).toBe(0);
    expect(new Set(confirmed).size).toBeGreaterThan(5);
  }, 60_000);
});

/** A file system of 1 MiB in memory; false when that is not permitted. */
function mountSmallDisk(path: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", path], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Appends and saves checkpoints until the disk is full, then makes room and looks at what is there. */
async function fillUp(): Promise<number> {
  let confirmed = 0;
  const opened = readProject(realDisk, folder);
  const writer = opened.ok ? LogWriter.open(realDisk, opened.value.recovery.end, { segmentBytes }) : opened;
  if (writer.ok) {
    const log = writer.value;
    for (let appended = log.append(recordsAfter(0, 60)); ; appended = log.append(recordsAfter(log.lastLsn, 60))) {
      if (!appended.ok) {
        expect(appended.failure.code).toBe("E_DISK_FULL");
        break;
      }
      confirmed = must(await log.flush());
      if (confirmed % 1_200 !== 0) continue;
      const saved = checkpointAt(realDisk, confirmed, folder);
      if (!saved.ok) expect(saved.failure.code).toBe("E_DISK_FULL");
    }
    await log.close();
  } else {
    expect(writer.failure.code).toBe("E_DISK_FULL");
  }
  fs.rmSync(join(folder, "ballast"));
  const { texts } = must(readProject(realDisk, folder));
  expect(texts.length).toBe(confirmed);
  expect(isPrefix(texts)).toBe(true);
  return confirmed;
}

describe("a folder that may not be written", () => {
  it.skipIf(process.platform === "win32")("[WAL-16] is refused with E_READ_ONLY and left as it is", async () => {
    const { log } = openLog();
    must(log.append(recordsAfter(0, 50)));
    must(await log.close());
    for (const path of [folder, walFolder(folder), join(folder, "checkpoints")]) fs.chmodSync(path, 0o555);
    for (const name of fs.readdirSync(walFolder(folder))) fs.chmodSync(join(walFolder(folder), name), 0o444);
    await withoutPrivileges(async () => {
      expect(await lockProject(realDisk, { folder, nowMs: 0 })).toMatchObject({ failure: { code: "E_READ_ONLY" } });
      const opened = must(readProject(realDisk, folder));
      expect(opened.texts.length).toBe(50);
      const writer = LogWriter.open(realDisk, opened.recovery.end, { segmentBytes });
      expect(writer).toMatchObject({ failure: { code: "E_READ_ONLY" } });
      const saved = durableReplace(realDisk, { path: join(folder, "x"), bytes: new Uint8Array(1), code: "E_DISK" });
      expect(saved).toMatchObject({ failure: { code: "E_READ_ONLY" } });
    });
    expect(fs.readdirSync(folder).sort()).toEqual(["checkpoints", "wal"]);
  });
});

/** Runs as a user whom permissions bind: root is not. */
async function withoutPrivileges(run: () => Promise<void>): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot) process.seteuid?.(nobody);
  try {
    await run();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}

describe("a folder that goes away while the log is open", () => {
  for (const how of ["deleted", "moved"] as const) {
    it(`[WAL-7] ${how}: nothing more is confirmed`, async () => {
      const { log } = openLog();
      must(log.append(recordsAfter(0, 5)));
      must(await log.flush());
      if (how === "deleted") fs.rmSync(walFolder(folder), { recursive: true });
      else fs.renameSync(walFolder(folder), join(folder, "elsewhere"));
      log.append(recordsAfter(5, 5));
      const flushed = await log.flush();
      expect(flushed).toMatchObject({ ok: false, failure: { code: "E_WAL_WRITE" } });
      expect(log.durableLsn).toBe(5);
      await log.close();
    });
  }
});

describe("names that are hard for file systems", () => {
  it("[WAL-15] Unicode, spaces and quotes in the project's path", async () => {
    folder = join(folder, "Szene „für\u00a0Ünïty“ 場景 'x'");
    fs.mkdirSync(folder);
    const lock = must(await lockProject(realDisk, { folder, nowMs: 0 }));
    expect((await lockProject(realDisk, { folder, nowMs: 0 })).ok).toBe(false);
    const { log } = openLog();
    must(log.append(recordsAfter(0, 9)));
    must(await log.close());
    expect(must(readProject(realDisk, folder)).texts.length).toBe(9);
    await lock.release();
    folder = join(folder, "..");
  });
});
