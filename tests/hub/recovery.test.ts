/** The ways on for a project that cannot be opened, or whose log and saved state are gone ([ENG-47]). */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { foldersOf, prepareFolder } from "#electron/hub/project.ts";
import { exportScene, recoverLost, restoreSnapshot } from "#electron/hub/recovery.ts";
import { writeRegistry } from "#electron/hub/registry-file.ts";
import { restoreOrSalvage } from "#electron/hub/restore.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import type { Uuid } from "#shared/ids.ts";
import { Desk, objectFields, uuidOf } from "#tests/core/desk.ts";
import { damageObject, fsck, git } from "#tests/snapshots/temp-project.ts";
import { FakeDisk, keepAll, loseAll, randomFate } from "#tests/wal/fake-disk.ts";
import { ask, codeOf, failuresOf, must, sceneOf } from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

type Built = { live: LiveHub; blender: ScriptedEditor; unity: ScriptedEditor; uuids: Uuid[] };

/** Three objects that both editors have, in a snapshot; then the hub ends. */
async function ended(): Promise<Built> {
  const live = new LiveHub();
  onTestFinished(() => live.end());
  await live.open();
  const blender = live.start("blender");
  const unity = live.start("unity");
  await linked(blender, unity);
  const uuids = ["One", "Two"].map((name) => blender.user.createObject({ name }));
  await agree(blender, unity);
  must(await ask(live.hub, "snapshot-take", { label: "two" }));
  uuids.push(blender.user.createObject({ name: "Three" }));
  await agree(blender, unity);
  must(await ask(live.hub, "snapshot-take", { label: "three" }));
  await live.close();
  return { live, blender, unity, uuids };
}

const request = ({ projectFolder }: LiveHub) => ({ disk: realDisk, clock: realClock, projectFolder });
const vibesync = ({ projectFolder }: LiveHub, ...names: string[]) => path.join(projectFolder, ".vibesync", ...names);

/** What a later version would leave in the log. */
async function fromNewerVersion({ projectFolder }: LiveHub): Promise<void> {
  const { recovery } = must(restoreOrSalvage(realDisk, foldersOf(projectFolder), "0"));
  const log = must(LogWriter.open(realDisk, recovery.end));
  must(log.append([{ type: 999, schema: 1, payload: Buffer.from("{}") }]));
  must(await log.close());
}

function filesIn(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
}

describe("a log that cannot be read", () => {
  it("[ENG-47] the newest snapshot begins a new one in safe mode; the old one is kept whole; editors come back", async () => {
    const { live, blender, unity, uuids } = await ended();
    await fromNewerVersion(live);
    const segments = filesIn(vibesync(live, "wal"));
    await expect(live.open()).rejects.toThrow("a newer VibeSync wrote it");
    expect(must(await restoreSnapshot(request(live)))).toMatchObject({ objects: 3 });
    const aside = fs.readdirSync(vibesync(live)).find((name) => name.startsWith("wal-damaged-")) ?? "";
    expect(filesIn(vibesync(live, aside))).toEqual(segments);
    await live.open();
    const { mode, sentence } = live.hub.status();
    expect([mode, sentence]).toEqual(["safe", expect.stringContaining("from the snapshot of")]);
    expect((await live.objects()).map(({ uuid }) => uuid).sort()).toEqual([...uuids].sort());
    await linked(blender, unity);
    must(await ask(live.hub, "set-safe-mode", { on: false }));
    await agree(blender, unity);
    expect([...sceneOf(blender).keys()].sort()).toEqual([...uuids].sort());
    fsck(live.projectFolder);
  });

  it("[ENG-47] a snapshot that is damaged is passed over for an older one", async () => {
    const { live, uuids } = await ended();
    await fromNewerVersion(live);
    const tree = (commit: string) => git(live.projectFolder, "rev-parse", `${commit}^{tree}`).trim();
    damageObject(live.projectFolder, tree("HEAD"));
    expect(must(await restoreSnapshot(request(live))).objects).toBe(2);
    await live.open();
    expect((await live.objects()).map(({ uuid }) => uuid).sort()).toEqual(uuids.slice(0, 2).sort());
  });

  it("[ENG-47] its scene can be written out as a file, which changes nothing in the project", async () => {
    const { live, uuids } = await ended();
    await fromNewerVersion(live);
    const before = filesIn(vibesync(live));
    const file = path.join(live.projectFolder, "..", `${path.basename(live.projectFolder)}-scene.json`);
    onTestFinished(() => fs.rmSync(file, { force: true }));
    expect(must(await exportScene({ ...request(live), path: file }))).toMatchObject({ objects: 3 });
    const { objects } = JSON.parse(fs.readFileSync(file, "utf8")) as { objects: { uuid: string; fields: object }[] };
    expect(objects.map(({ uuid }) => uuid).sort()).toEqual([...uuids].sort());
    expect(objects.map(({ fields }) => (fields as { name: string }).name).sort()).toEqual(["One", "Three", "Two"]);
    expect(filesIn(vibesync(live))).toEqual(before);
  });

  it("[ENG-47] without a snapshot, or while somebody has the project open, nothing is changed", async () => {
    const { live } = await ended();
    await live.open();
    expect(codeOf(await restoreSnapshot(request(live)))).toBe("E_PROJECT_LOCKED");
    await live.close();
    fs.rmSync(vibesync(live, ".git_safety"), { recursive: true });
    const before = filesIn(vibesync(live, "wal"));
    expect(codeOf(await restoreSnapshot(request(live)))).toBe("E_SNAPSHOT_UNKNOWN");
    expect(filesIn(vibesync(live, "wal"))).toEqual(before);
    expect(codeOf(await restoreSnapshot({ ...request(live), projectFolder: "/nowhere" }))).toBe("E_PROJECT_FILE");
  });
});

describe("a project whose log and saved state are gone", () => {
  it.each(["removed", "broken"])(
    "[ENG-29] [ENG-47] the sidecars tell, and every identity is there (%s)",
    async (how) => {
      const { live, blender, unity, uuids } = await ended();
      const folder = vibesync(live, "checkpoints");
      fs.rmSync(vibesync(live, "wal"), { recursive: true });
      if (how === "removed") fs.rmSync(folder, { recursive: true });
      else for (const name of fs.readdirSync(folder)) fs.writeFileSync(path.join(folder, name), "rot");
      await live.open();
      expect(live.hub.status()).toMatchObject({
        mode: "safe",
        sentence: expect.stringContaining("were gone; 3 objects"),
      });
      expect((await live.objects()).map(({ uuid }) => uuid).sort()).toEqual([...uuids].sort());
      expect((await failuresOf(live.hub)).map(({ code }) => code)).toContain("E_WAL_CORRUPT");
      await linked(blender, unity);
      must(await ask(live.hub, "set-safe-mode", { on: false }));
      await agree(blender, unity);
      expect([...sceneOf(unity).keys()].sort()).toEqual([...uuids].sort());
    },
  );

  it("[ENG-47] what was deleted since the snapshot does not come back: both sidecars say that it went", async () => {
    const { live, uuids } = await ended();
    const [gone = "", ...rest] = uuids;
    for (const role of ["blender", "unity"]) {
      const file = vibesync(live, `registry.${role}.json`);
      const registry = JSON.parse(fs.readFileSync(file, "utf8"));
      delete registry.entities[gone];
      fs.writeFileSync(file, JSON.stringify({ ...registry, lsn: registry.lsn + 1_000 }));
    }
    for (const name of ["wal", "checkpoints"]) fs.rmSync(vibesync(live, name), { recursive: true });
    await live.open();
    expect((await live.objects()).map(({ uuid }) => uuid).sort()).toEqual(rest.sort());
  });

  it("[ENG-47] without any snapshot it begins empty, in safe mode, and says so; a new project is not one of these", async () => {
    const { live, uuids } = await ended();
    for (const name of ["wal", "checkpoints", ".git_safety"]) fs.rmSync(vibesync(live, name), { recursive: true });
    fs.writeFileSync(vibesync(live, "registry.unity.json"), "{");
    await live.open();
    const { mode, sentence } = live.hub.status();
    expect(mode).toBe("safe");
    expect(sentence).toContain(`no snapshot could be read. ${uuids.length} more that the editors had`);
    expect((await failuresOf(live.hub)).map(({ code }) => code).sort()).toEqual(["E_REGISTRY", "E_WAL_CORRUPT"]);
    const fresh = new LiveHub();
    onTestFinished(() => fresh.end());
    await fresh.open();
    expect(fresh.hub.status().mode).toBe("live");
  });
});

it("[ENG-47] a power cut at any operation of it costs nothing: the next start begins from the same scene", async () => {
  const folders = foldersOf("/project");
  const world = new FakeDisk(new Map([["/project", null]]));
  must(prepareFolder(world, "/project"));
  const desk = new Desk();
  desk.boot();
  desk.link("blender", [{ uuid: uuidOf(1), kind: "object", fields: objectFields(), stamp: 17 }]);
  const history = must(await SnapshotStore.open("/project", world));
  const json = JSON.stringify({ uuid: uuidOf(1), kind: "object", fields: objectFields() });
  const snapshot = { lsn: 2, stateHash: "two", timeMs: 1_500, reason: "final", whole: true } as const;
  must(await history.commit({ ...snapshot, changed: [{ uuid: uuidOf(1), json }] }));
  const link = desk.links.byRole.get("blender");
  if (!link) throw new Error("no link");
  must(writeRegistry(world, { path: folders.registry("blender"), link, state: desk.state, nowMs: 1 }));
  const image = world.crash(keepAll);

  async function begun(disk: FakeDisk): Promise<string> {
    must(await recoverLost({ disk, clock: realClock, projectFolder: "/project" }, folders));
    const { state } = must(restoreOrSalvage(disk, folders, "1"));
    expect(state.head).toMatchObject({ mode: "safe" });
    return JSON.stringify([...state.entities.values()]);
  }

  const whole = await begun(new FakeDisk(image));
  expect(whole).toContain(uuidOf(1));
  for (let cut = 0; ; cut += 1) {
    const disk = new FakeDisk(image);
    disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
    await recoverLost({ disk, clock: realClock, projectFolder: "/project" }, folders);
    if (!disk.isDead) {
      expect(cut).toBeGreaterThan(10);
      return;
    }
    for (const fate of [keepAll, loseAll, randomFate(cut)]) {
      expect(await begun(new FakeDisk(disk.crash(fate))), `cut ${cut}`).toBe(whole);
    }
  }
}, 60_000);
