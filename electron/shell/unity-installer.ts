/**
 * Finds Unity projects and puts the package into them.
 *
 * Owns: two writes in a project, both in `Packages/`: the package as one file, then the line in `manifest.json` that
 * names it. In this order, each complete or not at all, so that Unity never sees a line without its file. The file
 * travels with the project, so that a colleague who opens it has it too.
 * Must never: write outside `Packages/`, follow a link out of the project, or change another byte of the manifest.
 */
import fs from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { realDisk } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { FoundEditor } from "./blender-installer.ts";
import { pluginState } from "./found-version.ts";
import { dependencyOf, withDependency } from "./manifest-edit.ts";

export const unityPackage = "com.vibesync.bridge";
const packageFile = /^com\.vibesync\.bridge-(\d[\w.-]*)\.tgz$/;
const textBytesMax = 1_048_576;
const hubProjectsMax = 20;

const hubListSchema = z.looseObject({
  data: z.record(z.string(), z.looseObject({ path: z.string().optional() })),
});

/** What this folder is, or null when it is no Unity project. */
export function describeUnityProject(folder: string, ours: string): FoundEditor | null {
  const version = /^m_EditorVersion: (\S+)/m.exec(readText(join(folder, "ProjectSettings", "ProjectVersion.txt")))?.[1];
  if (!version || !isFolder(join(folder, "Assets"))) return null;
  const name = folder.split(/[\\/]/).findLast((part) => part !== "") ?? folder;
  return { role: "unity", path: folder, name, version, plugin: installedState(folder, ours) };
}

export function installUnityPackage(project: string, packageTgz: string, ours: string): Result<string> {
  try {
    return install(project, packageTgz, ours);
  } catch (error) {
    return diskFailure(error, "E_PLUGIN_INSTALL", `The package could not be put into ${project}`);
  }
}

function install(project: string, packageTgz: string, ours: string): Result<string> {
  const packages = join(fs.realpathSync(project), "Packages");
  const manifestFile = join(packages, "manifest.json");
  const isInside = isFolder(packages) && fs.realpathSync(packages) === packages && isPlainFile(manifestFile);
  if (!isInside) {
    const message = `${project} has no Packages/manifest.json of its own. Open it once in Unity, then try again.`;
    return failure("E_PLUGIN_INSTALL", message);
  }
  if (isFolder(join(packages, unityPackage))) {
    const message = `${project} carries the package as a folder: update Packages/${unityPackage} instead.`;
    return failure("E_PLUGIN_INSTALL", message);
  }
  const fileName = `${unityPackage}-${ours}.tgz`;
  // latin1 keeps every byte, whatever the file's encoding; what is added is ASCII.
  const edited = withDependency(fs.readFileSync(manifestFile, "latin1"), unityPackage, `file:${fileName}`);
  if (!edited.ok) return edited;
  const code = "E_PLUGIN_INSTALL";
  const bytes = fs.readFileSync(packageTgz);
  const copied = durableReplace(realDisk, { path: join(packages, fileName), bytes, code });
  if (!copied.ok) return copied;
  const manifest = Buffer.from(edited.value, "latin1");
  const written = durableReplace(realDisk, { path: manifestFile, bytes: manifest, code });
  if (!written.ok) return written;
  removeOlder(packages, fileName);
  return success("The package is in the project. Unity loads it when you switch to its window.");
}

/** Nobody names them any more, so one that stays does no harm. */
function removeOlder(packages: string, current: string): void {
  for (const name of fs.readdirSync(packages)) {
    if (packageFile.test(name) && name !== current) fs.rmSync(join(packages, name), { force: true });
  }
}

function installedState(project: string, ours: string): FoundEditor["plugin"] {
  const packages = join(project, "Packages");
  if (isFolder(join(packages, unityPackage))) {
    const version = /"version"\s*:\s*"([^"]+)"/.exec(readText(join(packages, unityPackage, "package.json")))?.[1];
    return version ? pluginState(version, ours) : "unknown";
  }
  const text = readText(join(packages, "manifest.json"));
  const dependency = dependencyOf(text, unityPackage);
  if (dependency === null) return "none";
  const fileName = dependency.replace(/^file:/, "");
  const version = packageFile.exec(fileName)?.[1];
  if (!version) return "unknown";
  return fs.existsSync(join(packages, fileName)) ? pluginState(version, ours) : "none";
}

/** The projects that Unity Hub shows, newest version of its list only; none when it is not installed. */
export function unityHubProjects(appData: string): readonly string[] {
  const text = readText(join(appData, process.platform === "linux" ? "unityhub" : "UnityHub", "projects-v1.json"));
  const other = text || readText(join(appData, "UnityHub", "projects-v1.json"));
  try {
    const list = hubListSchema.parse(JSON.parse(other));
    const paths = Object.entries(list.data).map(([key, project]) => project.path ?? key);
    return paths.slice(0, hubProjectsMax);
  } catch {
    // Not installed, or a list of another version: the person chooses the folder.
    return [];
  }
}

function readText(file: string): string {
  try {
    return fs.statSync(file).size > textBytesMax ? "" : fs.readFileSync(file, "utf8");
  } catch {
    // Missing and unreadable mean the same to every caller: nothing is known.
    return "";
  }
}

function isFolder(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isPlainFile(path: string): boolean {
  return fs.lstatSync(path, { throwIfNoEntry: false })?.isFile() === true;
}
