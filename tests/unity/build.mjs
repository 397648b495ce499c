/**
 * Compiles the Unity package with mcs, as Unity would: stand-in, package, host and unit tests, into one folder.
 *
 * `node tests/unity/build.mjs [folder]` prints the folder. Other suites call `buildUnity()`; what is newer than its
 * sources is not compiled again. It needs mcs; without it the result is null, and the caller skips loudly.
 */
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

export const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
export const packageFolder = path.join(root, "plugins/unity/com.vibesync.bridge");
const unityTests = path.join(root, "tests/unity");

/** C# 7.2 is what both mcs 6.8 and every Unity since 2021.3 accept. */
const languageFlags = ["-langversion:7.2", "-nologo", "-warnaserror+", "-nowarn:67,649,169,414"];

/** @returns {boolean} */
export function hasMono() {
  try {
    execFileSync("mcs", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} [folder] where to; a folder of this checkout that later runs find again when left out
 * @returns {{folder: string, package: string, host: string, tests: string} | null}
 */
export function buildUnity(folder = path.join(root, "out", "unity-build")) {
  if (!hasMono()) return null;
  fs.mkdirSync(folder, { recursive: true });
  const at = (/** @type {string} */ name) => path.join(folder, name);
  const json = sourcesIn(path.join(packageFolder, "Core/Json"));
  const core = sourcesIn(path.join(packageFolder, "Core"));
  compile(at("StandIn.dll"), { sources: sourcesIn(path.join(unityTests, "standin")) });
  compile(at("Package.dll"), { sources: packageSources(), references: [at("StandIn.dll")], defines: ["UNITY_EDITOR"] });
  compile(at("Host.exe"), {
    sources: [...sourcesIn(path.join(unityTests, "host")), ...json],
    references: [at("StandIn.dll")],
  });
  const tests = path.join(unityTests, "core");
  if (sourcesIn(tests).length > 0) compile(at("Tests.exe"), { sources: [...sourcesIn(tests), ...core] });
  return { folder, package: at("Package.dll"), host: at("Host.exe"), tests: at("Tests.exe") };
}

export function packageSources() {
  return ["Core", "Runtime", "Editor"].flatMap((name) => sourcesIn(path.join(packageFolder, name)));
}

/**
 * @param {string} target
 * @param {{sources: string[], references?: string[], defines?: string[]}} what
 */
export function compile(target, { sources, references = [], defines = [] }) {
  const newest = Math.max(...[...sources, ...references].map((file) => fs.statSync(file).mtimeMs));
  if (fs.existsSync(target) && fs.statSync(target).mtimeMs > newest && defines.length <= 1) return;
  // Two suites may compile at once: each into a folder of its own, and the result appears whole. mcs names the assembly
  // after the file, so the name stays.
  const kind = target.endsWith(".exe") ? "exe" : "library";
  const workshop = fs.mkdtempSync(path.join(path.dirname(target), "making-"));
  const made = path.join(workshop, path.basename(target));
  const flags = [...languageFlags, `-target:${kind}`, `-out:${made}`, ...references.map((file) => `-r:${file}`)];
  if (defines.length > 0) flags.push(`-define:${defines.join(";")}`);
  try {
    execFileSync("mcs", [...flags, ...sources], { stdio: ["ignore", "pipe", "pipe"] });
    fs.renameSync(made, target);
  } catch (error) {
    const said = error instanceof Error && "stderr" in error ? String(error.stderr) : String(error);
    throw new Error(`mcs refused ${path.basename(target)}:\n${said}`);
  } finally {
    fs.rmSync(workshop, { recursive: true, force: true });
  }
}

/**
 * @param {string} folder
 * @returns {string[]} every C# file, sorted
 */
export function sourcesIn(folder) {
  const names = fs.readdirSync(folder, { recursive: true }).map(String);
  return names
    .filter((name) => name.endsWith(".cs"))
    .sort()
    .map((name) => path.join(folder, name));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const built = buildUnity(process.argv[2]);
  console.log(built === null ? "mcs is not installed" : JSON.stringify(built));
}
