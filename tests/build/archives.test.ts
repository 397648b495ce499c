/** The plugin packers' archives: read by independent tools, and byte for byte the same each time. */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { blenderPackage, namesWithoutMeta, unityPackage } from "#build/pack-plugins.mjs";
import { tgzBytes } from "#build/tar.mjs";
import { extractZip, zipBytes, zipNames } from "#build/zip.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-archives-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

const longName = `package/${"deep-folder/".repeat(10)}file.cs`;
const content = new Map([
  ["package/b.txt", Buffer.from("second")],
  ["package/a/ünï.txt", Buffer.from("first ".repeat(1_000))],
  ["package/empty.txt", Buffer.alloc(0)],
  [longName, Buffer.from([0, 255, 10, 13])],
]);
const reversed = new Map([...content].reverse());

function python(code: string, file: string): unknown {
  return JSON.parse(execFileSync("python3", ["-c", code, file], { encoding: "utf8" }));
}

describe("zip", () => {
  it("does not depend on the order of its files", () => {
    expect(zipBytes(content).equals(zipBytes(reversed))).toBe(true);
  });

  it("is read by Python's zipfile with every checksum right", () => {
    const file = path.join(folder, "a.zip");
    fs.writeFileSync(file, zipBytes(content));
    const code = "import sys,zipfile,json; z=zipfile.ZipFile(sys.argv[1]); bad=z.testzip()";
    const seen = python(`${code}; print(json.dumps([bad, {n: len(z.read(n)) for n in z.namelist()}]))`, file);
    const sizes = Object.fromEntries([...content].map(([name, data]) => [name, data.length]));
    expect(seen).toEqual([null, sizes]);
  });

  it("is read back by its own reader, which keeps inside its folder", () => {
    const file = path.join(folder, "b.zip");
    fs.writeFileSync(file, zipBytes(content));
    expect(zipNames(file)).toEqual([...content.keys()].sort());
    const to = path.join(folder, "out");
    expect(extractZip(file, to, (name) => (name.endsWith("b.txt") ? null : name))).toBe(content.size - 1);
    expect(fs.readFileSync(path.join(to, longName))).toEqual(content.get(longName));
    expect(fs.existsSync(path.join(to, "package/b.txt"))).toBe(false);
    expect(() => extractZip(file, to, () => "../outside")).toThrow("unsafe path");
  });

  it("refuses what is no archive", () => {
    const file = path.join(folder, "not.zip");
    fs.writeFileSync(file, "x".repeat(100));
    expect(() => zipNames(file)).toThrow("not a zip archive");
  });
});

describe("tgz", () => {
  it("does not depend on the order of its files and has a fixed date", () => {
    expect(tgzBytes(content).equals(tgzBytes(reversed))).toBe(true);
    expect(tgzBytes(content).subarray(4, 8)).toEqual(Buffer.alloc(4));
  });

  it("is unpacked by tar with names and bytes intact", () => {
    const file = path.join(folder, "a.tgz");
    fs.writeFileSync(file, tgzBytes(content));
    const to = path.join(folder, "tar");
    fs.mkdirSync(to);
    execFileSync("tar", ["xzf", file, "-C", to]);
    for (const [name, data] of content) expect(fs.readFileSync(path.join(to, name))).toEqual(data);
  });
});

describe("Unity package", () => {
  it("every file and folder needs a .meta, folders ending in ~ and what is in them do not", () => {
    const names = [
      "package/a.cs",
      "package/a.cs.meta",
      "package/Dir/b.cs",
      "package/Dir/b.cs.meta",
      "package/Doc~/x.md",
    ];
    expect(namesWithoutMeta(names)).toEqual(["package/Dir"]);
    expect(namesWithoutMeta([...names, "package/Dir.meta"])).toEqual([]);
  });
});

describe("the plugins' own packages", () => {
  it("Blender's has one top folder with the add-on, its manifest and its licence, and no leftovers", () => {
    const file = path.join(folder, "blender.zip");
    fs.writeFileSync(file, blenderPackage());
    const names = zipNames(file);
    expect(names).toEqual(expect.arrayContaining(["__init__.py", "blender_manifest.toml", "LICENSE"].map(inAddOn)));
    expect(names.filter((name) => !name.startsWith("vibesync/") || /\.pyc$|__pycache__/.test(name))).toEqual([]);
    expect(fs.readFileSync(file).equals(blenderPackage())).toBe(true);
  });

  it("Unity's is an npm-style package, the same each time", () => {
    const file = path.join(folder, "unity.tgz");
    fs.writeFileSync(file, unityPackage());
    const names = execFileSync("tar", ["tzf", file], { encoding: "utf8" }).trim().split("\n");
    expect(names).toContain("package/package.json");
    expect(names).toContain("package/package.json.meta");
    expect(names.filter((name) => !name.startsWith("package/"))).toEqual([]);
    expect(fs.readFileSync(file).equals(unityPackage())).toBe(true);
  });
});

function inAddOn(name: string): string {
  return `vibesync/${name}`;
}
