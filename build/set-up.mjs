/**
 * Makes a fresh clone ready: npm packages, and Debian packages where this user may install them.
 *
 * Runs on Node alone, before anything is installed, so it may import Node's own modules and nothing else. It asks no
 * questions (there may be no terminal), does nothing when everything is there, and never stops for a missing Debian
 * package: it says what is missing and the one command that brings it, and the caller decides what it can do without.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";

export const root = path.resolve(import.meta.dirname, "..");

/** Vite 8 needs it; older ones fail later and less clearly. */
const nodeVersionMin = { major: 20, minor: 19 };
const lockWaitS = 300;
const npmMsMax = 900_000;
const debianMsMax = 900_000;
const problemLinesMax = 20;

/** "a|b" means either: Ubuntu 24.04 renamed several libraries. */
export const debianForWindow = [
  "libgtk-3-0|libgtk-3-0t64",
  "libnss3",
  "libgbm1",
  "libasound2|libasound2t64",
  "libatk-bridge2.0-0|libatk-bridge2.0-0t64",
  "libcups2|libcups2t64",
  "libdrm2",
  "libxkbcommon0",
  "libnotify4",
];
export const debianForTests = [
  ...debianForWindow,
  ...["xvfb", "xauth", "xdotool", "openbox", "x11-utils", "dbus", "dbus-x11"],
  ...["python3", "python3-venv", "blender"],
  ...["mono-mcs", "mono-runtime", "libmono-system-core4.0-cil", "libmono-system-runtime-serialization4.0-cil"],
];

/** @param {string} line */
function say(line) {
  console.log(`[set-up] ${line}`);
}

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const { major: majorMin, minor: minorMin } = nodeVersionMin;
  if (major > majorMin || (major === majorMin && minor >= minorMin)) return;
  console.error(`VibeSync needs Node ${majorMin}.${minorMin} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** Installs npm packages when there are none, or when package-lock.json is not the one they were installed from. */
export function ensureNpmPackages() {
  const stampFile = path.join(root, "node_modules", ".vibesync-lock-hash");
  const lockHash = createHash("sha256")
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");
  const isFresh = !fs.existsSync(path.join(root, "node_modules", "vite"));
  const stamp = fs.existsSync(stampFile) ? fs.readFileSync(stampFile, "utf8") : "";
  if (!isFresh && stamp === lockHash) return;
  say(isFresh ? "Installing npm packages (about half a minute) ..." : "Updating npm packages ...");
  // Where a registry lacks another platform's optional package, only `install` goes on without it.
  const commands = [...(isFresh ? [["ci"]] : []), ["install", "--no-save"]];
  let problem = "";
  for (const command of commands) {
    problem = npmProblem(command);
    if (problem === "") break;
  }
  if (problem !== "") throw new Error(`npm could not install the packages:\n${problem}`);
  fs.writeFileSync(stampFile, lockHash);
}

/**
 * @param {string[]} command
 * @returns {string} what went wrong; empty when nothing did
 */
function npmProblem(command) {
  const run = spawnSync("npm", [...command, "--no-audit", "--no-fund"], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
    shell: process.platform === "win32",
    timeout: npmMsMax,
  });
  const lines = `${run.error?.message ?? ""}\n${run.stderr ?? ""}`.trim().split("\n");
  return run.status === 0 ? "" : lines.slice(-problemLinesMax).join("\n");
}

/**
 * Installs the Debian packages that are missing, as root on Debian or Ubuntu; elsewhere prints the command.
 * @param {readonly string[]} wanted
 * @returns {string[]} what is still missing
 */
export function ensureDebianPackages(wanted) {
  if (process.platform !== "linux" || !commandExists("dpkg-query") || !commandExists("apt-get")) return [];
  const missing = wanted.filter((spec) => !isInstalled(spec));
  if (missing.length === 0) return [];
  if (process.getuid?.() !== 0) {
    say(`Missing Debian packages. To install them: sudo apt-get install -y ${missing.map(firstName).join(" ")}`);
    return missing;
  }
  say(`Installing Debian packages: ${missing.map(firstName).join(" ")}`);
  aptGet(["update", "-qq"]);
  const names = missing.map((spec) => spec.split("|").find(isKnown)).filter((name) => name !== undefined);
  if (!aptGet(["install", "-y", "-qq", "--no-install-recommends", ...names])) {
    // One name that this release does not have must not keep the others away.
    for (const name of names) aptGet(["install", "-y", "-qq", "--no-install-recommends", name]);
  }
  const still = missing.filter((spec) => !isInstalled(spec));
  if (still.length > 0) say(`Could not install: ${still.map(firstName).join(" ")}`);
  return still;
}

/** @param {string} name */
export function commandExists(name) {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  return folders.some((folder) => fs.existsSync(path.join(folder, name)));
}

/** @param {string} spec */
function firstName(spec) {
  return spec.split("|")[0] ?? spec;
}

/** @param {string} spec */
function isInstalled(spec) {
  return spec.split("|").some((name) => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own syntax
    const run = spawnSync("dpkg-query", ["-W", "-f", "${db:Status-Status}", name], { encoding: "utf8" });
    return run.status === 0 && run.stdout === "installed";
  });
}

/** @param {string} name */
function isKnown(name) {
  const run = spawnSync("apt-cache", ["show", name], { stdio: "ignore" });
  return run.status === 0;
}

/** @param {string[]} args */
function aptGet(args) {
  const run = spawnSync("apt-get", ["-o", `DPkg::Lock::Timeout=${lockWaitS}`, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
    encoding: "utf8",
    timeout: debianMsMax,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
  if (run.status !== 0) say(`apt-get ${args[0]}: ${(run.stderr ?? "").trim().split("\n").at(-1)}`);
  return run.status === 0;
}
