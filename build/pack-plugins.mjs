/**
 * Packs both editor plugins into the files that people (and the app's installer) give to Blender and Unity.
 *
 * Blender: a zip with the one top folder `vibesync/`. Unity: an npm-style package with the top folder `package/`, where
 * every file and folder needs its .meta, because Unity makes up new ids for those without. The same sources always give
 * the same bytes, so that an unchanged plugin is never installed twice.
 *
 * It reads plugins/ and writes the target folder; it must never change a source file.
 */
import fs from "node:fs";
import path from "node:path";
import { root } from "./set-up.mjs";
import { tgzBytes } from "./tar.mjs";
import { zipBytes } from "./zip.mjs";

export const blenderPackageName = "vibesync-blender.zip";
export const unityPackageName = "com.vibesync.bridge.tgz";

const blenderSource = path.join(root, "plugins/blender/vibesync");
const unitySource = path.join(root, "plugins/unity/com.vibesync.bridge");
const isJunk = (/** @type {string} */ name) => name === "__pycache__" || name.startsWith(".") || name.endsWith(".pyc");

/** @param {string} folder */
export function packPlugins(folder) {
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, blenderPackageName), blenderPackage());
  fs.writeFileSync(path.join(folder, unityPackageName), unityPackage());
}

/** @returns {Buffer} */
export function blenderPackage() {
  const files = filesIn(blenderSource, "vibesync/");
  files.set("vibesync/LICENSE", fs.readFileSync(path.join(blenderSource, "../LICENSE")));
  return zipBytes(files);
}

/** @returns {Buffer} */
export function unityPackage() {
  const files = filesIn(unitySource, "package/");
  const missing = namesWithoutMeta([...files.keys()]);
  if (missing.length > 0) throw new Error(`The Unity package lacks .meta files for: ${missing.join(", ")}`);
  return tgzBytes(files);
}

/**
 * Unity ignores folders that end in "~", and everything in them; all else under the package's own folder needs a .meta.
 * @param {readonly string[]} names names in the archive, all under package/
 * @returns {string[]}
 */
export function namesWithoutMeta(names) {
  const present = new Set(names);
  /** @type {Set<string>} */
  const needed = new Set();
  for (const name of names) {
    if (name.endsWith(".meta")) continue;
    const parts = name.split("/");
    if (parts.slice(0, -1).some((part) => part.endsWith("~"))) continue;
    for (let depth = 2; depth <= parts.length; depth += 1) needed.add(parts.slice(0, depth).join("/"));
  }
  return [...needed].filter((name) => !present.has(`${name}.meta`)).sort();
}

/**
 * @param {string} folder
 * @param {string} prefix
 */
function filesIn(folder, prefix) {
  /** @type {Map<string, Buffer>} */
  const files = new Map();
  for (const entry of fs.readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const relative = path.relative(folder, file).split(path.sep).join("/");
    if (!entry.isFile() || relative.split("/").some(isJunk)) continue;
    files.set(prefix + relative, fs.readFileSync(file));
  }
  return files;
}
