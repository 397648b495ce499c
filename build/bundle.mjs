/**
 * `npm run build`: bundles the app into out/ and packs both plugins into out/plugins.
 *
 * Does nothing when no source has changed since the last time (a hash over every input), so that start and tests may
 * always call it. One build at a time: a second one waits for the first and then usually finds nothing to do.
 */
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { packPlugins } from "./pack-plugins.mjs";
import { ensureNpmPackages, requireNode, root } from "./set-up.mjs";

const inputs = [
  "electron",
  "shared",
  "renderer",
  "plugins",
  "build",
  "vite.config.ts",
  "package.json",
  "package-lock.json",
];
const ignoredFolders = new Set(["node_modules", "__pycache__", ".mypy_cache", "generate"]);
const outputs = ["out/main/main.cjs", "out/preload/preload.cjs", "out/renderer/index.html", "out/plugins"];
const stampFile = path.join(root, "out", ".build-stamp");
const lockFolder = path.join(root, "out", ".build-lock");
const lockWaitMsMax = 120_000;
const lockPollMs = 200;

/**
 * Builds when something changed. Throws when the bundler fails.
 * @param {{ isForced?: boolean }} [options]
 * @returns {Promise<boolean>} whether anything had to be built
 */
export async function bundle({ isForced = false } = {}) {
  await takeLock();
  try {
    const hash = sourceHash();
    if (!isForced && isBuilt(hash)) return false;
    fs.rmSync(stampFile, { force: true });
    runVite();
    packPlugins(path.join(root, "out/plugins"));
    fs.writeFileSync(stampFile, hash);
    return true;
  } finally {
    fs.rmSync(lockFolder, { recursive: true, force: true });
  }
}

/** The bundler runs in its own process, because it changes NODE_ENV of the one it is in. */
export function runVite(environment = {}) {
  const vite = path.join(root, "node_modules/vite/bin/vite.js");
  const run = spawnSync(process.execPath, [vite, "build", "--app", "--logLevel", "warn"], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...environment },
  });
  if (run.status !== 0) throw new Error("The bundler failed; see above.");
}

/** @param {string} hash */
function isBuilt(hash) {
  const hasOutputs = outputs.every((file) => fs.existsSync(path.join(root, file)));
  return hasOutputs && fs.existsSync(stampFile) && fs.readFileSync(stampFile, "utf8") === hash;
}

function sourceHash() {
  const hash = createHash("sha256");
  for (const input of inputs) addToHash(hash, path.join(root, input));
  return hash.digest("hex");
}

/**
 * @param {import("node:crypto").Hash} hash
 * @param {string} file
 */
function addToHash(hash, file) {
  if (!fs.existsSync(file)) return;
  if (!fs.statSync(file).isDirectory()) {
    hash
      .update(`${path.relative(root, file)}\0`)
      .update(fs.readFileSync(file))
      .update("\0");
    return;
  }
  for (const name of fs.readdirSync(file).sort()) {
    if (!ignoredFolders.has(name)) addToHash(hash, path.join(file, name));
  }
}

async function takeLock() {
  fs.mkdirSync(path.dirname(lockFolder), { recursive: true });
  const deadlineMs = Date.now() + lockWaitMsMax;
  while (!mayTakeLock()) {
    if (Date.now() > deadlineMs)
      throw new Error("Another build has not finished; remove out/.build-lock if there is none.");
    await new Promise((resolve) => setTimeout(resolve, lockPollMs));
  }
}

/** Takes the lock, or clears it away when its owner is gone. */
function mayTakeLock() {
  const ownerFile = path.join(lockFolder, "pid");
  try {
    fs.mkdirSync(lockFolder);
    fs.writeFileSync(ownerFile, String(process.pid));
    return true;
  } catch {
    const owner = fs.existsSync(ownerFile) ? Number(fs.readFileSync(ownerFile, "utf8")) : 0;
    if (owner > 0 && !isAlive(owner)) fs.rmSync(lockFolder, { recursive: true, force: true });
    return false;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  requireNode();
  ensureNpmPackages();
  const didBuild = await bundle({ isForced: process.argv.includes("--force") });
  console.log(didBuild ? "Built into out/." : "Nothing has changed since the last build.");
}
