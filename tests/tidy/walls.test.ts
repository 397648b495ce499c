/**
 * Who may import whom. Biome and the TypeScript projects stop most of this while typing; this reads every import by
 * itself and counts them, so that neither a changed setting nor a broken scanner can make the walls vanish unseen.
 */
import { describe, expect, it } from "vitest";
import { type Import, importsOf, partOf, reachedPart } from "./imports.ts";
import { isScript, isTest, projectFiles } from "./sources.ts";

const importsMin = 60;
const adapters = ["wal", "transport", "snapshots", "ai", "ipc"];
/** Pure parts of core that belong to an adapter's format: the adapter moves the bytes, core says what they mean. */
const formatsInCore =
  /^electron\/core\/(wal-[a-z-]+|snapshot-(tree|shard|retention)|limits|crc32c|checkpoint[a-z-]*)\.ts$/;

const sources = projectFiles().filter(({ name }) => isScript(name));
const imports = sources.flatMap(importsOf);

function mayReach(from: string, wanted: Import): boolean {
  const part = partOf(from);
  const reached = reachedPart(wanted);
  const isOutside = reached === "node" || reached.startsWith("npm:");
  if (reached === part) return true;
  if (part === "shared") return reached === "npm:zod";
  if (part === "core") return reached === "shared" || reached === "npm:zod";
  if (part === "ports") return reached === "shared" || reached === "node" || (reached === "core" && wanted.isTypeOnly);
  if (part === "engine") return ["shared", "core", "ports", "node", "npm:zod"].includes(reached);
  // The same hub runs in a window and on a build server, so it cannot know Electron or the shell.
  if (part === "hub") return !["shell", "ipc", "renderer", "tests", "build", "npm:electron"].includes(reached);
  // A scripted editor stands outside the hub, like Blender and Unity; it shares the pairing arithmetic only.
  if (part === "demo") return ["shared", "ports", "node", "npm:ws", "transport"].includes(reached);
  if (part === "electron/preload.ts") return ["shared", "npm:electron"].includes(reached);
  if (part === "renderer")
    return reached === "shared" || (isOutside && reached !== "npm:electron" && reached !== "node");
  if (adapters.includes(part)) {
    const isFormat = wanted.target !== undefined && formatsInCore.test(wanted.target);
    return (
      isOutside || ["shared", "ports"].includes(reached) || (reached === "core" && (wanted.isTypeOnly || isFormat))
    );
  }
  if (part === "shell" || part.startsWith("electron/")) return !["renderer", "tests", "build"].includes(reached);
  if (part === "build") return !["renderer", "tests", "engine", ...adapters].includes(reached);
  return true;
}

describe("import walls", () => {
  it("sees the project's imports", () => {
    expect(imports.length).toBeGreaterThan(importsMin);
    expect(new Set(imports.map(({ from }) => partOf(from))).size).toBeGreaterThan(4);
  });

  it("nobody reaches over a wall", () => {
    const breaches = imports.filter((wanted) => !mayReach(wanted.from, wanted));
    expect(breaches.map(({ from, line, specifier }) => `${from}:${line} imports ${specifier}`)).toEqual([]);
  });

  it("only the router sees ipcMain, only the hub client sees window.hub", () => {
    const raw = sources.filter(
      ({ name, text }) => /\bipcMain\b/.test(text) && !/^(electron\/ipc\/|tests\/)/.test(name),
    );
    expect(raw.map(({ name }) => name)).toEqual([]);
    const bridge = sources.filter(({ name, text }) => name.startsWith("renderer/") && /\bwindow\.hub\b/.test(text));
    expect(
      bridge.map(({ name }) => name).filter((name) => !/^renderer\/(hub-client\.ts|.*\.d\.ts)$/.test(name)),
    ).toEqual([]);
  });

  it("folders are crossed by name, not by ../", () => {
    const climbing = imports.filter(({ from, specifier, target }) => {
      return specifier.startsWith("../") && target !== undefined && partOf(from) !== partOf(target);
    });
    expect(climbing.map(({ from, line, specifier }) => `${from}:${line} ${specifier}`)).toEqual([]);
  });

  it("production code never imports a test", () => {
    const wrong = imports.filter(({ from, target }) => {
      return partOf(from) !== "tests" && target !== undefined && (partOf(target) === "tests" || isTest(target));
    });
    expect(wrong).toEqual([]);
  });

  it("modules do not import each other in circles", () => {
    expect(circles(imports.filter(({ isTypeOnly }) => !isTypeOnly))).toEqual([]);
  });

  it("the scanner itself sees planted breaches", () => {
    const text = 'import fs from "node:fs";\nimport { a } from "#electron/wal/writer.ts";\nawait import("electron");\n';
    const planted = importsOf({ name: "electron/core/planted.ts", text });
    expect(planted.filter((wanted) => !mayReach(wanted.from, wanted))).toHaveLength(3);
    const types = importsOf({
      name: "electron/wal/planted.ts",
      text: 'import type { S } from "#electron/core/state.ts";',
    });
    expect(types.map((wanted) => mayReach(wanted.from, wanted))).toEqual([true]);
  });
});

/** Every import that closes a circle, worded as `a → b`. */
function circles(edges: readonly Import[]): string[] {
  const next = new Map<string, string[]>();
  for (const { from, target } of edges) {
    if (target !== undefined) next.set(from, [...(next.get(from) ?? []), target]);
  }
  const closing: string[] = [];
  const state = new Map<string, "open" | "done">();
  const visit = (file: string): void => {
    state.set(file, "open");
    for (const target of next.get(file) ?? []) {
      if (state.get(target) === "open") closing.push(`${file} → ${target}`);
      else if (!state.has(target)) visit(target);
    }
    state.set(file, "done");
  };
  for (const file of next.keys()) if (!state.has(file)) visit(file);
  return closing;
}
