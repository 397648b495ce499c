/**
 * The repository as a whole: generated files are what the generator writes, versions are exact, the lock names no host.
 */
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { generatedOutputs } from "#build/generate/outputs.ts";
import { repositoryRoot } from "./sources.ts";

const read = (name: string): string => fs.readFileSync(path.join(repositoryRoot, name), "utf8");
const lockedPackagesMin = 300;

describe("repository", () => {
  it("generated files are up to date (npm run generate)", () => {
    const outputs = [...generatedOutputs()];
    expect(outputs.length).toBeGreaterThan(2);
    expect(outputs.filter(([file, content]) => read(file) !== content).map(([file]) => file)).toEqual([]);
  });

  it("every dependency is pinned to one version", () => {
    const manifest = JSON.parse(read("package.json")) as Record<string, Record<string, string>>;
    const versions = { ...manifest["dependencies"], ...manifest["devDependencies"] };
    const loose = Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(Object.keys(versions).length).toBeGreaterThan(20);
    expect(loose).toEqual([]);
  });

  it("package-lock.json names no registry and agrees with package.json", () => {
    const lock = JSON.parse(read("package-lock.json")) as { packages: Record<string, Record<string, unknown>> };
    const entries = Object.entries(lock.packages);
    expect(entries.length).toBeGreaterThan(lockedPackagesMin);
    expect(entries.filter(([, entry]) => "resolved" in entry).map(([name]) => name)).toEqual([]);
    const manifest = JSON.parse(read("package.json")) as Record<string, unknown>;
    expect(lock.packages[""]).toMatchObject({ dependencies: manifest["dependencies"] });
  });

  it("package-lock.json knows the native packages of every platform, so that npm ci works on each", () => {
    const lock = JSON.parse(read("package-lock.json")) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>;
    };
    const known = new Set(Object.keys(lock.packages).map((name) => name.split("node_modules/").at(-1)));
    const wanted = Object.values(lock.packages).flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}));
    expect(wanted.length).toBeGreaterThan(20);
    expect(wanted.filter((name) => !known.has(name))).toEqual([]);
  });

  it("the plugins carry their licence and the app's version", () => {
    expect(read("LICENSE")).toContain("MIT License");
    expect(read("plugins/blender/LICENSE")).toContain("GNU GENERAL PUBLIC LICENSE");
    const { version } = JSON.parse(read("package.json")) as { version: string };
    expect(JSON.parse(read("plugins/unity/com.vibesync.bridge/package.json"))).toMatchObject({ version });
    expect(read("plugins/blender/vibesync/blender_manifest.toml")).toContain(`version = "${version}"`);
  });
});
