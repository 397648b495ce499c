/** The package in a Unity project: a real folder, two writes, nothing else touched. */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { describeUnityProject, installUnityPackage } from "#electron/shell/unity-installer.ts";

const manifest = '{\r\n  "dependencies": {\r\n    "com.unity.ugui": "1.0.0"\r\n  },\r\n  "note": "\u00e9"\r\n}\r\n';
let folder = "";
let project = "";
let tgz = "";

beforeEach(() => {
  folder = fs.mkdtempSync(join(os.tmpdir(), "vibesync-unity-"));
  project = join(folder, "CastleGame");
  for (const part of ["Assets", "Packages", "ProjectSettings"]) fs.mkdirSync(join(project, part), { recursive: true });
  fs.writeFileSync(join(project, "ProjectSettings/ProjectVersion.txt"), "m_EditorVersion: 2022.3.10f1\n");
  fs.writeFileSync(join(project, "Packages/manifest.json"), manifest);
  tgz = join(folder, "com.vibesync.bridge.tgz");
  fs.writeFileSync(tgz, "not really a package");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const filesOf = (root: string) =>
  fs
    .readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
const install = (version = "0.1.0") => installUnityPackage(project, tgz, version);

describe("the package in a Unity project", () => {
  it("is one file and one line; nothing else is touched", () => {
    const before = filesOf(project);
    expect(describeUnityProject(project, "0.1.0")).toMatchObject({
      role: "unity",
      name: "CastleGame",
      version: "2022.3.10f1",
      plugin: "none",
    });
    expect(install().ok).toBe(true);
    expect(filesOf(project)).toEqual([...before, "Packages/com.vibesync.bridge-0.1.0.tgz"].sort());
    const line = '    "com.vibesync.bridge": "file:com.vibesync.bridge-0.1.0.tgz",\r\n';
    const expected = manifest.replace('    "com.unity.ugui"', `${line}    "com.unity.ugui"`);
    expect(fs.readFileSync(join(project, "Packages/manifest.json"), "utf8")).toBe(expected);
    expect(describeUnityProject(project, "0.1.0")?.plugin).toBe("current");
  });

  it("is older until it is installed again, and the older file goes", () => {
    install("0.1.0");
    expect(describeUnityProject(project, "0.2.0")?.plugin).toBe("older");
    expect(install("0.2.0").ok).toBe(true);
    expect(describeUnityProject(project, "0.2.0")?.plugin).toBe("current");
    expect(filesOf(join(project, "Packages"))).toEqual(["com.vibesync.bridge-0.2.0.tgz", "manifest.json"]);
  });

  it("is not written beside one that the project carries as a folder", () => {
    fs.mkdirSync(join(project, "Packages/com.vibesync.bridge"));
    fs.writeFileSync(join(project, "Packages/com.vibesync.bridge/package.json"), '{"version": "0.0.5"}');
    const before = filesOf(project);
    expect(describeUnityProject(project, "0.1.0")?.plugin).toBe("older");
    const installed = install();
    expect(installed.ok ? "installed" : installed.failure.code).toBe("E_PLUGIN_INSTALL");
    expect(filesOf(project)).toEqual(before);
  });

  it("never follows a link out of the project", () => {
    const elsewhere = join(folder, "elsewhere");
    fs.renameSync(join(project, "Packages"), elsewhere);
    fs.symlinkSync(elsewhere, join(project, "Packages"));
    const installed = install();
    expect(installed.ok ? "installed" : installed.failure.code).toBe("E_PLUGIN_INSTALL");
    expect(filesOf(elsewhere)).toEqual(["manifest.json"]);
  });

  it("leaves a broken manifest as it is", () => {
    fs.writeFileSync(join(project, "Packages/manifest.json"), "{ broken");
    expect(install().ok).toBe(false);
    expect(filesOf(join(project, "Packages"))).toEqual(["manifest.json"]);
    expect(fs.readFileSync(join(project, "Packages/manifest.json"), "utf8")).toBe("{ broken");
  });

  it("is not offered for a folder that is no Unity project", () => {
    expect(describeUnityProject(folder, "0.1.0")).toBeNull();
  });
});
