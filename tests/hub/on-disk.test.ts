/** What the hub leaves in the project's folder: paired snapshots, history, operation lines, sidecars, a clean end. */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { failureTotals } from "#electron/hub/failure-totals.ts";
import { OperationLog } from "#electron/hub/operation-log.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { Uuid } from "#shared/ids.ts";
import { fsck, git, gitFolder } from "#tests/snapshots/temp-project.ts";
import {
  ask,
  codeOf,
  countOf,
  failuresOf,
  footprint,
  modeIs,
  must,
  operationLines,
  settleMs,
  snapshotsOf,
  stateText,
  timelineOf,
} from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
beforeEach(() => {
  live = new LiveHub();
});
afterEach(() => live.end());

const inHub = (...names: string[]) => path.join(live.projectFolder, ".vibesync", ...names);

async function pair(): Promise<Uuid> {
  await live.open();
  blender = live.start("blender");
  unity = live.start("unity");
  await linked(blender, unity);
  const box = blender.user.createObject({ name: "Secret design" });
  await agree(blender, unity);
  return box;
}

describe("before the first change to an editor", () => {
  it("[ENG-17] its scene as it came and the hub's own are in a snapshot, before anything is written to it", async () => {
    await live.open();
    blender = live.start("blender");
    await linked(blender);
    blender.user.createObject({ name: "From Blender" });
    await expect.poll(() => blender.model.unanswered + blender.model.dirty.size).toBe(0);

    let historyAtFirstApply = "";
    unity = live.start("unity");
    const own = unity.user.createObject({ name: "From Unity" });
    const receive = unity.model.receive.bind(unity.model);
    unity.model.receive = (message) => {
      if (message.kind === "apply") historyAtFirstApply ||= git(live.projectFolder, "log", "--format=%s%n%b");
      return receive(message);
    };
    await linked(unity);
    await agree(blender, unity);
    expect(historyAtFirstApply).toContain("Before the first change: Before the first change to Unity's scene");
    const row = (await snapshotsOf(live.hub)).find(({ label }) => label.includes("Unity"));
    const text = git(live.projectFolder, "show", `${row?.oid}:editors/unity.json`);
    const attached = JSON.parse(text) as { role: string; takenAt: string; entities: { uuid: Uuid }[] };
    expect(attached.role).toBe("unity");
    expect(attached.entities.map(({ uuid }) => uuid)).toEqual([own]);
    expect(Math.abs(Date.parse(attached.takenAt) - Date.now())).toBeLessThan(60_000);
  });

  it("[ENG-17] without that snapshot nothing is written to it: safe mode, counted, until it can be taken", async () => {
    fs.mkdirSync(inHub());
    fs.writeFileSync(gitFolder(live.projectFolder), "in the way");
    await live.open();
    blender = live.start("blender");
    await linked(blender);
    blender.user.createObject({ name: "From Blender" });
    unity = live.start("unity");
    await linked(unity);
    await modeIs(live.hub, "safe");
    expect(live.hub.status().sentence).toContain("The snapshot before the first change could not be taken.");
    expect(await countOf(live.hub, "E_SNAPSHOT")).toBeGreaterThan(0);
    await delay(300);
    expect(unity.model.scene.size).toBe(0);

    fs.rmSync(gitFolder(live.projectFolder));
    must(await ask(live.hub, "restart-engine", null));
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await linked(blender, unity);
    await agree(blender, unity);
    expect(unity.model.scene.size).toBe(1);
    fsck(live.projectFolder);
  });

  it("[ENG-17] it is tried again when a person leaves safe mode", async () => {
    await live.open();
    const scratch = path.join(gitFolder(live.projectFolder), "vibesync", "scratch");
    fs.rmSync(scratch, { recursive: true });
    fs.writeFileSync(scratch, "in the way");
    unity = live.start("unity");
    unity.user.createObject({ name: "From Unity" });
    await linked(unity);
    await modeIs(live.hub, "safe");
    fs.rmSync(scratch);
    fs.mkdirSync(scratch);
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    blender = live.start("blender");
    await linked(blender);
    await agree(blender, unity);
    expect(blender.model.scene.size).toBe(1);
    expect(live.hub.status()).toMatchObject({ verdict: "live", editors: { unity: { link: "linked" } } });
  });
});

describe("the history", () => {
  it("[ENG-28] every final state is committed, named by its place in the log, and git finds it clean", async () => {
    const box = await pair();
    blender.user.move(box, [1, 2, 3]);
    await agree(blender, unity);
    const blob = `HEAD:${box.slice(0, 2)}/${box}.json`;
    const committed = () => {
      const text = git(live.projectFolder, "show", blob);
      return (JSON.parse(text) as { fields: { translation: number[] } }).fields.translation;
    };
    await expect.poll(committed, { timeout: settleMs }).toEqual([1, 2, 3]);
    const [newest] = await snapshotsOf(live.hub);
    const body = git(live.projectFolder, "log", "-1", "--format=%b");
    expect(body).toContain(`VibeSync-LSN: ${newest?.lsn}`);
    expect(body).toMatch(/VibeSync-State: [0-9a-f]{32}/);
    const written = (await timelineOf(live.hub, ["edit", "transform"])).map(({ lsn }) => lsn);
    expect(newest?.lsn).toBeGreaterThanOrEqual(Math.max(...written));
    expect(await timelineOf(live.hub, ["snapshot"])).not.toEqual([]);
    fsck(live.projectFolder);
  });

  it("[ENG-28] what the last run left provisional is committed once it is final", async () => {
    const box = await pair();
    must(await ask(live.hub, "set-paused", { paused: true }));
    blender.user.move(box, [4, 5, 6]);
    await expect.poll(() => blender.model.unanswered + blender.model.dirty.size).toBe(0);
    await live.close();
    await live.open();
    await linked(blender, unity);
    must(await ask(live.hub, "set-paused", { paused: false }));
    await agree(blender, unity);
    const shown = () => git(live.projectFolder, "show", `HEAD:${box.slice(0, 2)}/${box}.json`);
    await expect.poll(shown, { timeout: settleMs }).toContain("[4,5,6]");
  });
});

describe("operations.jsonl", () => {
  it("[ENG-24] has a line for every operation, with the same eight members, and nothing of the scene", async () => {
    const box = await pair();
    blender.user.move(box, [1, 2, 3]);
    await agree(blender, unity);
    unity.user.delete(box);
    await agree(blender, unity);
    const ghost = { kind: "fault", code: "E_APPLY", message: "no luck", uuid: box } as const;
    unity.say([{ kind: "message", message: ghost }]);
    await expect.poll(() => countOf(live.hub, "E_APPLY")).toBe(1);
    await live.close();

    const lines = operationLines(live.projectFolder);
    const members = ["count", "error_code", "operation", "outcome", "phase", "process_id", "timestamp", "uuids"];
    for (const line of lines) {
      expect(Object.keys(line).sort()).toEqual(members);
      expect(line["process_id"]).toBe(process.pid);
      expect(new Date(String(line["timestamp"])).toISOString()).toBe(line["timestamp"]);
    }
    const find = (operation: string) => lines.find((line) => line.operation === operation);
    expect(find("edit:create")).toMatchObject({ uuids: [box], outcome: "provisional", error_code: null });
    expect(find("edit:delete")).toMatchObject({ uuids: [box] });
    expect(lines.find((line) => line["error_code"] === "E_APPLY")).toMatchObject({ uuids: [box], outcome: "failed" });
    expect(lines.some(({ operation }) => operation.startsWith("batch:"))).toBe(true);
    expect([lines[0]?.operation, lines.at(-1)?.operation]).toEqual(["boot", "close"]);
    expect(fs.readFileSync(inHub("log", "operations.jsonl"), "utf8")).not.toContain("Secret design");
  });

  it("[ENG-24] goes on behind half a line, and sets a full file aside", () => {
    const folder = path.join(live.projectFolder, "log");
    fs.mkdirSync(folder);
    const file = path.join(folder, "operations.jsonl");
    const write = () => {
      const log = new OperationLog(realDisk, folder, 7);
      log.note([{ type: "close", timeMs: 0 }]);
      log.stop();
    };
    fs.writeFileSync(file, '{"timestamp":"20');
    write();
    const [half, line, rest] = fs.readFileSync(file, "utf8").split("\n");
    expect([half, rest]).toEqual(['{"timestamp":"20', ""]);
    expect(JSON.parse(line ?? "")).toMatchObject({ operation: "close", process_id: 7 });
    for (let round = 0; round < 6; round += 1) {
      fs.truncateSync(file, 16_777_216);
      write();
    }
    const kept = ["operations.1.jsonl", "operations.2.jsonl", "operations.3.jsonl", "operations.4.jsonl"];
    expect(fs.readdirSync(folder).sort()).toEqual([...kept, "operations.jsonl"]);
    expect(fs.statSync(file).size).toBeLessThan(1_000);
  });
});

describe("the folder", () => {
  it("[ENG-29] has a sidecar for each editor: what stands in its scene, by uuid, kind and name", async () => {
    const box = await pair();
    const group = unity.user.createCollection("Group");
    await agree(blender, unity);
    await live.close();
    for (const role of ["blender", "unity"]) {
      const sidecar = JSON.parse(fs.readFileSync(inHub(`registry.${role}.json`), "utf8")) as { entities: object };
      expect(sidecar).toMatchObject({ format: 1, role });
      expect(sidecar.entities).toEqual({
        [box]: { kind: "object", name: "Secret design" },
        [group]: { kind: "collection", name: "Group" },
      });
    }
  });

  it("[ENG-12] of the artist is not touched outside .vibesync", async () => {
    fs.mkdirSync(path.join(live.projectFolder, "Assets"));
    fs.writeFileSync(path.join(live.projectFolder, "Assets", "castle.blend"), "precious");
    const before = footprint(live.projectFolder);
    await pair();
    must(await ask(live.hub, "snapshot-take", { label: "here" }));
    await live.close();
    const after = footprint(live.projectFolder).filter((line) => !line.startsWith(".vibesync"));
    expect(after).toEqual(before);
    const { mode } = fs.statSync(inHub());
    expect(mode & 0o077).toBe(0);
  });
});

describe("a long run", () => {
  it("[ENG-34] saves its state once in 50,000 records; after a crash everything is there", async () => {
    const box = await pair();
    expect(fs.existsSync(inHub("checkpoints")) ? fs.readdirSync(inHub("checkpoints")) : []).toEqual([]);
    const fault = { kind: "message", message: { kind: "fault", code: "E_TIMEOUT", message: "x" } } as const;
    for (let sent = 0; sent < 50_000; sent += 1_000) {
      blender.say(Array.from({ length: 1_000 }, () => fault));
      await delay(30);
    }
    await expect.poll(() => countOf(live.hub, "E_TIMEOUT"), { timeout: settleMs }).toBeGreaterThanOrEqual(50_000);
    blender.user.move(box, [1, 2, 3]);
    await agree(blender, unity);
    await expect.poll(() => fs.readdirSync(inHub("checkpoints")), { timeout: settleMs }).toHaveLength(1);
    expect(Number.parseInt(fs.readdirSync(inHub("checkpoints"))[0] ?? "", 10)).toBeGreaterThan(50_000);
    unity.user.move(box, [4, 5, 6]);
    await agree(blender, unity);
    const text = await stateText(live.hub);
    const image = `${live.projectFolder}-image`;
    fs.cpSync(inHub(), image, { recursive: true });
    await live.close();
    fs.rmSync(inHub(), { recursive: true });
    fs.renameSync(image, inHub());
    await live.open();
    expect(await stateText(live.hub)).toBe(text);
    expect(await countOf(live.hub, "E_TIMEOUT")).toBeGreaterThanOrEqual(50_000);
  }, 60_000);
});

describe("the end", () => {
  it("[ENG-31] clean: the log is closed, the place is free, and the next start is no crash and replays nothing", async () => {
    await pair();
    const text = await stateText(live.hub);
    await live.hub.close();
    await live.close();
    expect(fs.existsSync(path.join(live.home, "hub.json"))).toBe(false);
    expect(fs.readdirSync(inHub("checkpoints"))).toHaveLength(1);
    await live.open();
    expect(live.hub.status()).toMatchObject({ mode: "live", verdict: "waiting", notices: [] });
    expect(await stateText(live.hub)).toBe(text);
    expect(operationLines(live.projectFolder).at(-1)?.operation).toBe("close");
    const boots = await timelineOf(live.hub, ["boot"]);
    expect(boots.length).toBe(3);
    expect((await timelineOf(live.hub, ["mode"])).length).toBe(0);
  });

  it("[ENG-27] a log that is moved away stops the engine; put back, restarting it loses nothing", async () => {
    const box = await pair();
    fs.renameSync(inHub("wal"), inHub("wal-moved"));
    blender.user.move(box, [1, 1, 1]);
    await modeIs(live.hub, "halted");
    const { sentence, failures } = live.hub.status();
    expect(sentence).toContain("was moved or deleted");
    const rows = await failuresOf(live.hub);
    expect(rows[0]).toMatchObject({ code: "E_WAL_WRITE", count: 1, consequence: "stopped", message: sentence });
    expect(failures).toEqual(failureTotals(rows));
    expect(blender.model.unanswered + blender.model.dirty.size).toBeGreaterThan(0);
    expect(codeOf(await ask(live.hub, "set-paused", { paused: true }))).toBe("E_WAL_WRITE");
    expect(must(await ask(live.hub, "objects", null)).objects).toHaveLength(1);
    fs.rmSync(inHub("wal"), { recursive: true, force: true });
    fs.renameSync(inHub("wal-moved"), inHub("wal"));
    const [one, two] = await Promise.all([
      ask(live.hub, "restart-engine", null),
      ask(live.hub, "restart-engine", null),
    ]);
    expect([one.ok, two.ok]).toEqual([true, true]);
    await linked(blender, unity);
    await modeIs(live.hub, "live");
    await agree(blender, unity);
    expect(unity.model.scene.read(box)?.translation).toEqual([1, 1, 1]);
    expect((await failuresOf(live.hub)).map(({ consequence }) => consequence)).not.toContain("stopped");
  });
});
