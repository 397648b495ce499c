/**
 * `npm run package`: the app as an unpacked folder, and both plugins, in release/. `--installers` also makes this
 * platform's installers (deb and AppImage, nsis, or dmg), which need electron-builder's own downloads.
 *
 * Fuses are read back from the finished executable: a setting that did not take effect fails the build. It refuses to
 * make installers from the stand-in runtime, which must never reach a user; an unpacked folder made from it is for
 * tests alone. `--output <folder>` puts the result elsewhere.
 */
import fs from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { packPlugins } from "./pack-plugins.mjs";
import { fuses, packageConfig } from "./package-config.mjs";
import { ensureNpmPackages, requireNode, root } from "./set-up.mjs";

const { values: options } = parseArgs({
  options: {
    installers: { type: "boolean", default: false },
    output: { type: "string", default: path.join(root, "release") },
  },
});

/** electron-builder's names for the fuses → the positions in Electron's fuse wire. */
const fusePositions = {
  runAsNode: 0,
  enableCookieEncryption: 1,
  enableNodeOptionsEnvironmentVariable: 2,
  enableNodeCliInspectArguments: 3,
  enableEmbeddedAsarIntegrityValidation: 4,
  onlyLoadAppFromAsar: 5,
  loadBrowserProcessSpecificV8Snapshot: 6,
  grantFileProtocolExtraPrivileges: 7,
};

requireNode();
ensureNpmPackages();
const { resolveElectron } = await import("./electron-runtime.mjs");
const runtime = await resolveElectron({ log: console.log });
if (runtime.source === "fallback" && options.installers) {
  throw new Error("There is only the stand-in runtime here; installers for people need Electron's own download.");
}
const { bundle } = await import("./bundle.mjs");
await bundle();
const output = path.resolve(options.output);
fs.rmSync(output, { recursive: true, force: true });
const { build } = await import("electron-builder");
await build({
  projectDir: root,
  dir: !options.installers,
  config: { ...packageConfig(runtime, output), afterPack: removeDefaultApp },
});
const executable = unpackedExecutable();
await checkFuses(executable);
packPlugins(output);
fs.rmSync(path.join(output, "builder-debug.yml"), { force: true });
console.log(
  `Packaged ${path.relative(process.cwd(), executable)} with Electron ${runtime.version} (${runtime.source}).`,
);
if (runtime.source === "fallback") console.log("Made with the stand-in runtime: for testing only, not for release.");

/**
 * With a ready-made distribution electron-builder leaves Electron's default app in.
 * @param {{ appOutDir: string }} context
 */
async function removeDefaultApp({ appOutDir }) {
  fs.rmSync(path.join(appOutDir, "resources", "default_app.asar"), { force: true });
}

function unpackedExecutable() {
  const candidates = [
    "linux-unpacked/vibesync",
    "win-unpacked/VibeSync.exe",
    "mac/VibeSync.app",
    "mac-arm64/VibeSync.app",
  ];
  const found = candidates.map((name) => path.join(output, name)).find((file) => fs.existsSync(file));
  if (found === undefined) throw new Error(`electron-builder made no app in ${output}`);
  return found;
}

/** @param {string} file */
async function checkFuses(file) {
  const { getCurrentFuseWire } = await import("@electron/fuses");
  const wire = await getCurrentFuseWire(file);
  for (const [name, isOn] of Object.entries(fuses)) {
    const position = fusePositions[/** @type {keyof typeof fusePositions} */ (name)];
    const state = wire[/** @type {keyof typeof wire} */ (position)];
    const isRight = Number(state) === (isOn ? "1" : "0").charCodeAt(0);
    if (!isRight) throw new Error(`The fuse ${name} should be ${isOn ? "on" : "off"} in ${file}, and is not.`);
  }
  console.log(`Fuses read back: ${Object.keys(fuses).length} as configured.`);
}
