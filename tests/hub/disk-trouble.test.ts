/**
 * A project folder that was damaged, is full, locked or read-only: a clear message, and nothing lost (acceptance 7).
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it, type TestContext } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { Hub } from "#electron/ports/hub.ts";
import { listCheckpoints, saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { recoverLog } from "#electron/wal/repair.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import type { Result } from "#shared/result.ts";
import { fsck, gitFolder } from "#tests/snapshots/temp-project.ts";
import {
  ask,
  becomes,
  codeOf,
  countOf,
  footprint,
  modeIs,
  must,
  sceneOf,
  settleMs,
  stateText,
} from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
let isMounted = false;
beforeEach(() => {
  live = new LiveHub();
});
afterEach(async () => {
  await live.close();
  if (isMounted) execFileSync("umount", ["--lazy", live.projectFolder], { stdio: "pipe" });
  isMounted = false;
  await live.end();
});

const inHub = (...names: string[]) => path.join(live.projectFolder, ".vibesync", ...names);
const folders = () => ({ checkpoints: inHub("checkpoints"), wal: inHub("wal") });

async function openPair(): Promise<void> {
  await live.open();
  blender = live.start("blender");
  unity = live.start("unity");
  await linked(blender, unity);
}

async function build(count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) blender.user.createObject({ name: `Brick ${index}` });
  await agree(blender, unity);
}

function reopen(): Promise<Result<Hub>> {
  return openHub({ projectFolder: live.projectFolder, home: live.home, hubVersion: "0.1.0", clock: realClock });
}

/** The folder as a power cut would leave it: what stood there while the hub ran, without a clean end. */
async function crash(): Promise<void> {
  const image = `${live.projectFolder}-image`;
  fs.cpSync(inHub(), image, { recursive: true });
  await live.close();
  fs.rmSync(inHub(), { recursive: true });
  fs.renameSync(image, inHub());
}

function segment(): string {
  return inHub("wal", "00000001.wal");
}

/** Where the last frame of the segment ends. */
function endOfLog(bytes: Buffer): number {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end -= 1;
  return Math.ceil(end / 8) * 8;
}

function damage(file: string, change: (bytes: Buffer) => void): void {
  const bytes = fs.readFileSync(file);
  change(bytes);
  fs.writeFileSync(file, bytes);
}

const rot = (share: number) => (bytes: Buffer) => {
  const at = Math.floor(endOfLog(bytes) * share);
  bytes[at] = (bytes[at] ?? 0) ^ 16;
};

describe("a damaged log", () => {
  it("[ENG-13] a torn tail is set aside, counted and told; everything confirmed is there", async () => {
    await openPair();
    await build(5);
    const before = { text: await stateText(live.hub), scene: sceneOf(blender) };
    await crash();
    damage(segment(), (bytes) => bytes.fill(0xa5, endOfLog(bytes), endOfLog(bytes) + 100));
    await live.open();
    expect(await countOf(live.hub, "E_WAL_TORN")).toBe(1);
    expect(live.hub.status().notices.map(({ code }) => code)).toContain("E_WAL_TORN");
    expect(fs.readdirSync(inHub("wal", "quarantine"))).toHaveLength(1);
    expect(await stateText(live.hub)).toBe(before.text);
    await linked(blender, unity);
    await modeIs(live.hub, "live");
    await agree(blender, unity);
    await becomes(unity, before.scene);
  });

  it("[ENG-11] a rotten middle: kept aside whole, safe mode explains, and the editors' scenes bring the rest back", async () => {
    await openPair();
    for (let round = 0; round < 4; round += 1) await build(10);
    blender.user.rename(blender.model.scene.uuids()[3] ?? "", "The newest name");
    await agree(blender, unity);
    const scene = sceneOf(blender);
    await crash();
    damage(segment(), rot(0.7));
    const damaged = fs.readFileSync(segment());
    await live.open();
    const { mode, verdict, sentence } = live.hub.status();
    expect([mode, verdict]).toEqual(["safe", "safe-mode"]);
    expect(sentence).toMatch(/The log was damaged behind record \d+\..*leave safe mode/);
    expect(await countOf(live.hub, "E_WAL_CORRUPT")).toBe(1);
    const aside = fs.readdirSync(inHub()).filter((name) => name.startsWith("wal-damaged-"));
    expect(aside).toHaveLength(1);
    expect(fs.readFileSync(inHub(aside[0] ?? "", "00000001.wal")).equals(damaged)).toBe(true);
    expect((await live.objects()).length).toBeGreaterThan(0);

    await linked(blender, unity);
    await expect.poll(async () => (await live.objects()).length, { timeout: settleMs }).toBe(40);
    expect(live.hub.status().mode).toBe("safe");
    await becomes(blender, scene);
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await agree(blender, unity);
    await becomes(unity, scene);
    await becomes(blender, scene);
  });

  it("[ENG-11] [ENG-15] that safe mode outlives a crash and a restart, until a person ends it", async () => {
    await openPair();
    await build(20);
    await crash();
    damage(segment(), rot(0.5));
    await live.open();
    await crash();
    await live.open();
    await linked(blender, unity);
    await expect.poll(async () => (await live.objects()).length, { timeout: settleMs }).toBe(20);
    expect(live.hub.status()).toMatchObject({ mode: "safe", verdict: "safe-mode" });
    expect(live.hub.status().sentence).toContain("damaged behind record");
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await agree(blender, unity);
  });

  it("[ENG-11] rot before the saved state costs no object at all", async () => {
    await openPair();
    await build(30);
    const text = await stateText(live.hub);
    await live.close();
    damage(segment(), rot(0.3));
    await live.open();
    expect(live.hub.status().mode).toBe("safe");
    expect(await stateText(live.hub)).toBe(text);
  });

  it("[ENG-13] a record of a newer VibeSync is not skipped: opening is refused, and nothing changes", async () => {
    await openPair();
    await build(3);
    await live.close();
    for (const lsn of listCheckpoints(realDisk, inHub("checkpoints"))) {
      fs.rmSync(inHub("checkpoints", `${String(lsn).padStart(16, "0")}.checkpoint`));
    }
    const request = { folder: inHub("wal"), fromLsn: 1, newLogId: new Uint8Array(16), visit: () => undefined };
    const writer = must(LogWriter.open(realDisk, must(recoverLog(realDisk, request)).end));
    must(writer.append([{ type: 999, schema: 1, payload: new Uint8Array(8) }]));
    must(await writer.close());
    const before = footprint(inHub("wal"));
    const opened = await reopen();
    expect(codeOf(opened)).toBe("E_WAL_VERSION");
    expect(footprint(inHub("wal"))).toEqual(before);
  });
});

describe("a damaged saved state", () => {
  const file = (lsn: number) => inHub("checkpoints", `${String(lsn).padStart(16, "0")}.checkpoint`);
  const saved = () => listCheckpoints(realDisk, inHub("checkpoints"));

  it("[ENG-2] [ENG-13] is counted, and the log alone gives the same scene", async () => {
    await openPair();
    await build(10);
    const text = await stateText(live.hub);
    await live.close();
    for (const lsn of saved()) damage(file(lsn), (bytes) => bytes.writeUInt8((bytes[60] ?? 0) ^ 1, 60));
    await live.open();
    expect(await stateText(live.hub)).toBe(text);
    expect(await countOf(live.hub, "E_CHECKPOINT")).toBeGreaterThan(0);
  });

  it("[ENG-13] that is whole but cannot be read is passed over, never taken for an empty scene", async () => {
    await openPair();
    await build(10);
    const text = await stateText(live.hub);
    await live.close();
    const newest = saved().at(-1) ?? 0;
    const logId = fs.readFileSync(file(newest)).subarray(16, 32);
    must(saveCheckpoint(realDisk, folders(), { logId, lsn: newest, state: Buffer.from('{"format":7}') }));
    await live.open();
    expect(await stateText(live.hub)).toBe(text);
    expect(await countOf(live.hub, "E_CHECKPOINT")).toBe(1);
  });

  it("[ENG-13] without a log that reaches back far enough, opening is refused and nothing changes", async () => {
    await openPair();
    await build(10);
    await crash();
    damage(segment(), rot(0.5));
    await live.open();
    await live.close();
    for (const lsn of saved()) damage(file(lsn), (bytes) => bytes.writeUInt8((bytes[60] ?? 0) ^ 1, 60));
    const before = footprint(inHub("checkpoints"));
    const opened = await reopen();
    expect(codeOf(opened)).toBe("E_CHECKPOINT");
    expect(opened.ok ? "" : opened.failure.message).toContain(inHub("checkpoints"));
    expect(footprint(inHub("checkpoints"))).toEqual(before);
    expect(fs.readdirSync(inHub()).filter((name) => name.includes("damaged"))).toHaveLength(1);
  });
});

describe("a damaged history", () => {
  it("[ENG-13] [SNAP-8] is put right, counted and told, and the next snapshot is taken", async () => {
    await openPair();
    await build(3);
    must(await ask(live.hub, "snapshot-take", { label: "good" }));
    await live.close();
    fs.writeFileSync(path.join(gitFolder(live.projectFolder), "refs", "heads", "main"), "");
    fs.writeFileSync(path.join(gitFolder(live.projectFolder), "vibesync", "scratch", "half"), "written");
    await live.open();
    await expect.poll(() => countOf(live.hub, "E_SNAPSHOT")).toBe(2);
    const told = live.hub.status().notices.map(({ message }) => message);
    expect(told.join(" ")).toMatch(/half-written snapshot files.*The newest snapshot .* was damaged/);
    const rows = must(await ask(live.hub, "snapshots", { before: null, limit: 10 })).rows;
    expect(rows.map(({ label }) => label)).toContain("good");
    must(await ask(live.hub, "snapshot-take", { label: "again" }));
    fsck(live.projectFolder);
  });
});

describe("a project's own files", () => {
  it("[ENG-29] a sidecar that is gone is written again, and nothing else is missed", async () => {
    await openPair();
    await build(4);
    await live.close();
    const text = fs.readFileSync(inHub("registry.unity.json"), "utf8");
    fs.rmSync(inHub("registry.unity.json"));
    fs.writeFileSync(inHub("registry.blender.json"), "{half");
    await live.open();
    await linked(blender, unity);
    await agree(blender, unity);
    await live.close();
    const entities = (body: string) => (JSON.parse(body) as { entities: object }).entities;
    for (const role of ["unity", "blender"]) {
      expect(entities(fs.readFileSync(inHub(`registry.${role}.json`), "utf8"))).toEqual(entities(text));
    }
  });

  it("[ENG-13] a damaged project.json is named, left as it is, and opens again when it is restored", async () => {
    await openPair();
    await build(4);
    const text = await stateText(live.hub);
    await live.close();
    const good = fs.readFileSync(inHub("project.json"));
    for (const bad of ["", "{", '{"format":2}', JSON.stringify({ format: 1, id: "x", name: "", createdMs: 0 })]) {
      fs.writeFileSync(inHub("project.json"), bad);
      const opened = await reopen();
      expect(codeOf(opened)).toBe("E_PROJECT_FILE");
      expect(opened.ok ? "" : opened.failure.message).toContain("project.json");
      expect(fs.readFileSync(inHub("project.json"), "utf8")).toBe(bad);
    }
    fs.writeFileSync(inHub("project.json"), good);
    await live.open();
    expect(await stateText(live.hub)).toBe(text);
  });

  it("[ENG-13] [WAL-15] a second hub on the folder is refused and told who has it; the first goes on", async () => {
    await openPair();
    const second = await reopen();
    expect(codeOf(second)).toBe("E_PROJECT_LOCKED");
    expect(second.ok ? "" : second.failure.message).toContain(String(process.pid));
    await build(3);
    expect(live.hub.status().mode).toBe("live");
  });
});

/** A disk of its own under the project folder. */
function mountOrSkip(context: TestContext, ...options: string[]): void {
  try {
    execFileSync("mount", [...options, live.projectFolder], { stdio: "pipe" });
  } catch {
    context.skip("mounting a small disk needs root");
  }
  isMounted = true;
}

describe("a disk that refuses", () => {
  it("[ENG-13] [WAL-16] a read-only folder is refused with E_READ_ONLY and left as it is", async (context) => {
    mountOrSkip(context, "-t", "tmpfs", "-o", "size=64m", "tmpfs");
    await openPair();
    await build(3);
    await live.close();
    const before = footprint(live.projectFolder);
    execFileSync("mount", ["-o", "remount,ro", live.projectFolder], { stdio: "pipe" });
    const opened = await reopen();
    expect(codeOf(opened)).toBe("E_READ_ONLY");
    expect(opened.ok ? "" : opened.failure.message).toContain(live.projectFolder);
    expect(footprint(live.projectFolder)).toEqual(before);
    execFileSync("mount", ["-o", "remount,rw", live.projectFolder], { stdio: "pipe" });
    await live.open();
    await linked(blender, unity);
    await agree(blender, unity);
  });

  it("[ENG-27] a full disk stops the engine with a clear word; with room, restarting it loses nothing", async (context) => {
    mountOrSkip(context, "-t", "tmpfs", "-o", "size=20m", "tmpfs");
    await openPair();
    await build(5);
    const [first = ""] = blender.model.scene.uuids();
    const ballast = path.join(live.projectFolder, "ballast");
    fillUp(ballast);
    await fillLog();
    const status = live.hub.status();
    expect([status.mode, status.verdict]).toEqual(["halted", "stopped"]);
    expect(status.sentence).toMatch(/disk is full/);
    expect(status.notices.at(-1)).toMatchObject({ level: "error", code: "E_DISK_FULL" });
    expect(codeOf(await ask(live.hub, "set-paused", { paused: true }))).toBe("E_DISK_FULL");

    blender.user.rename(first, "Renamed while the disk was full");
    const early = await ask(live.hub, "restart-engine", null);
    expect(codeOf(early)).toBe("E_DISK_FULL");
    expect(live.hub.status().sentence).toMatch(/disk is full/);
    fs.rmSync(ballast);
    execFileSync("mount", ["-o", "remount,size=128m", live.projectFolder], { stdio: "pipe" });
    must(await ask(live.hub, "restart-engine", null));
    await linked(blender, unity);
    await modeIs(live.hub, "live");
    await agree(blender, unity);
    expect(unity.model.scene.size).toBe(5);
    expect(unity.model.scene.read(first)?.name).toBe("Renamed while the disk was full");
  });

  /** Takes what is left of the disk, to the last byte. */
  function fillUp(file: string): void {
    const fd = fs.openSync(file, "w");
    try {
      for (let size = 1_048_576; size >= 1; size = Math.floor(size / 2)) {
        try {
          for (;;) if (fs.writeSync(fd, Buffer.alloc(size)) < size) break;
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ENOSPC")) throw error;
        }
      }
    } finally {
      fs.closeSync(fd);
    }
  }

  /** Faults reported by an editor are records like any other: 18 MiB of them need a second segment. */
  async function fillLog(): Promise<void> {
    const message = { kind: "fault", code: "E_APPLY", message: "x".repeat(990) } as const;
    for (let sent = 0; sent < 20_000 && live.hub.status().mode !== "halted"; sent += 500) {
      blender.say(Array.from({ length: 500 }, () => ({ kind: "message", message }) as const));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await modeIs(live.hub, "halted");
  }
});
