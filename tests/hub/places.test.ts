/**
 * Where a project lies (R25): names that file systems treat as one, folders that are moved or deleted while the hub
 * runs, two hubs on one folder under two names. A clear word each time, and nothing half written.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Hub } from "#electron/ports/hub.ts";
import type { Result } from "#shared/result.ts";
import { ask, codeOf, modeIs, must, stateText } from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

let live: LiveHub;
beforeEach(() => {
  live = new LiveHub();
});
afterEach(() => live.end());

const inside = (...names: string[]) => path.join(live.projectFolder, ...names);

function folderNamed(name: string): string {
  fs.mkdirSync(inside(name));
  return inside(name);
}

async function work(count = 5): Promise<{ blender: ScriptedEditor; unity: ScriptedEditor }> {
  const [blender, unity] = [live.start("blender"), live.start("unity")];
  await linked(blender, unity);
  for (let index = 0; index < count; index += 1) blender.user.createObject({ name: `Thing ${index}` });
  await agree(blender, unity);
  return { blender, unity };
}

/** A second hub, by itself. */
function openIn(projectFolder: string): Promise<Result<Hub>> {
  const home = fs.mkdtempSync(path.join(live.home, "second-"));
  return openHub({ projectFolder, home, hubVersion: "0.1.0", clock: realClock });
}

/** Paths below a folder, relative, in order. */
function filesUnder(folder: string): readonly string[] {
  return fs.readdirSync(folder, { recursive: true }).map(String).sort();
}

describe("names", () => {
  it.each([
    ["case only", "Castle", "castle"],
    ["Unicode normalisation only", "Scha\u0308fer", "Sch\u00e4fer"],
  ])(
    "[WAL-15] [ENG-12] folders whose names differ by %s are two projects where they are two folders (R25)",
    async (_, one, other) => {
      const [first, second] = [folderNamed(one), folderNamed(other)];
      expect(fs.readdirSync(live.projectFolder)).toHaveLength(2);
      await live.open({ projectFolder: first });
      await work();
      const text = await stateText(live.hub);
      const neighbour = must(await openIn(second));
      expect(neighbour.status().project?.id).not.toBe(live.hub.status().project?.id);
      await neighbour.close();
      expect(await stateText(live.hub)).toBe(text);
    },
  );

  it("[ENG-12] nothing in a project's folder has a name that another file system would change or take for another", async () => {
    const folder = folderNamed("Szene „für Ünïty“ 場景 🚪 'x' e\u0301");
    await live.open({ projectFolder: folder });
    const { blender, unity } = await work();
    for (const name of ["CASE", "case", "Scha\u0308fer", "Sch\u00e4fer", "con", "a/b\\c:d*?"]) {
      blender.user.createObject({ name });
    }
    await agree(blender, unity);
    must(await ask(live.hub, "snapshot-take", { label: "Ä 場景 🚪" }));
    await live.close();
    const files = filesUnder(path.join(folder, ".vibesync"));
    expect(files.length).toBeGreaterThan(20);
    expect(new Set(files.map((name) => name.toLowerCase())).size).toBe(files.length);
    for (const file of files) expect(file).toMatch(/^[A-Za-z0-9._/-]+$/);
    expect(fs.readdirSync(folder)).toEqual([".vibesync"]);
    await live.open({ projectFolder: folder });
    const names = (await live.objects()).map(({ name }) => name);
    for (const name of ["CASE", "case", "Scha\u0308fer", "Sch\u00e4fer"]) expect(names).toContain(name);
  });

  it("[WAL-15] a second hub that comes by another name of the same folder is refused (R25)", async (context) => {
    const folder = folderNamed("Castle");
    const alias = folderNamed("CASTLE");
    try {
      execFileSync("mount", ["--bind", folder, alias], { stdio: "pipe" });
    } catch {
      context.skip("mounting a folder under a second name needs root");
    }
    try {
      await live.open({ projectFolder: folder });
      expect(codeOf(await openIn(alias))).toBe("E_PROJECT_LOCKED");
      await work();
      await live.close();
      const second = must(await openIn(alias));
      expect(must(await ask(second, "objects", null)).objects).toHaveLength(5);
      await second.close();
    } finally {
      execFileSync("umount", ["--lazy", alias], { stdio: "pipe" });
    }
  });
});

describe("a folder that goes away", () => {
  it("[ENG-31] [WAL-14] moved while closed, it opens where it is, with everything (R25)", async () => {
    const folder = folderNamed("Here");
    await live.open({ projectFolder: folder });
    await work();
    const { project } = live.hub.status();
    const text = await stateText(live.hub);
    const snapshots = must(await ask(live.hub, "snapshots", { before: null, limit: 100 })).rows.length;
    await live.close();
    fs.renameSync(folder, inside("There"));
    await live.open({ projectFolder: inside("There") });
    expect(await stateText(live.hub)).toBe(text);
    expect(live.hub.status().project?.id).toBe(project?.id);
    expect(must(await ask(live.hub, "snapshots", { before: null, limit: 100 })).rows.length).toBeGreaterThanOrEqual(
      snapshots,
    );
  });

  it("[WAL-7] [WAL-15] moved while open, the hub stops with a word, no second one gets in, and nothing is lost (R25)", async () => {
    const folder = folderNamed("Here");
    await live.open({ projectFolder: folder });
    const { blender } = await work();
    const count = (await live.objects()).length;
    fs.renameSync(folder, inside("There"));
    expect(codeOf(await openIn(inside("There")))).toBe("E_PROJECT_LOCKED");
    blender.user.createObject({ name: "Too late" });
    await modeIs(live.hub, "halted");
    expect(live.hub.status().sentence).not.toBe("");
    await live.close();
    expect(fs.existsSync(folder)).toBe(false);
    const moved = must(await openIn(inside("There")));
    expect(must(await ask(moved, "objects", null)).objects.length).toBeGreaterThanOrEqual(count);
    await moved.close();
  });

  it.each([
    ["whole", ""],
    [".vibesync", ".vibesync"],
  ])(
    "[WAL-7] [ENG-27] deleted while open (%s), the hub stops with a word and makes nothing anew by itself (R25)",
    async (_, part) => {
      const folder = folderNamed("Here");
      await live.open({ projectFolder: folder });
      const { blender } = await work();
      fs.rmSync(path.join(folder, part), { recursive: true });
      blender.user.createObject({ name: "Too late" });
      await modeIs(live.hub, "halted");
      expect(live.hub.status().notices.at(-1)?.level).toBe("error");
      await live.close();
      expect(fs.existsSync(path.join(folder, part))).toBe(false);
      const again = await openIn(folder);
      expect(codeOf(again)).toBe(part === "" ? "E_DISK" : "");
      if (again.ok) await again.value.close();
    },
  );
});
