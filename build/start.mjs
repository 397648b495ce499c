/**
 * `npm start`: from a fresh clone to the open window, in one command.
 *
 * Installs what is missing, builds when something changed, and runs the app; arguments after `--` go to it. Without a
 * display it says so and runs the same hub headless (out/main/headless.cjs), so that a build server can host one.
 * `--dev` serves the window with hot reload and restarts the app when main-process code changes.
 *
 * `--no-sandbox` is added only for the root user, for whom Chromium refuses to start otherwise, and never in packaged
 * builds.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { debianForWindow, ensureDebianPackages, ensureNpmPackages, requireNode, root } from "./set-up.mjs";

const args = process.argv.slice(2);
const isDev = args[0] === "--dev";
if (isDev) args.shift();

requireNode();
ensureNpmPackages();
if (hasDisplay()) {
  ensureDebianPackages(debianForWindow);
  process.exitCode = isDev ? await runDev() : await runWindow();
} else {
  console.log("There is no display here (DISPLAY and WAYLAND_DISPLAY are not set): the hub runs without a window.");
  process.exitCode = await runHeadless();
}

function hasDisplay() {
  if (process.platform !== "linux") return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

async function runWindow() {
  const [{ bundle }, command] = [await import("./bundle.mjs"), await electronCommand()];
  await bundle();
  return await run(command.executable, [...command.args, ...args]);
}

async function runHeadless() {
  const { bundle } = await import("./bundle.mjs");
  await bundle();
  const entry = path.join(root, "out/main/headless.cjs");
  if (!fs.existsSync(entry)) throw new Error("out/main/headless.cjs was not built.");
  return await run(process.execPath, [entry, ...args]);
}

async function runDev() {
  const { serve } = await import("./dev.mjs");
  return await serve(await electronCommand(), args);
}

async function electronCommand() {
  const { resolveElectron } = await import("./electron-runtime.mjs");
  const runtime = await resolveElectron({ log: console.log });
  const standIn = runtime.source === "fallback" ? ", a stand-in for building and testing only" : "";
  console.log(`Electron ${runtime.version} (${runtime.source}${standIn}).`);
  const isRoot = process.getuid?.() === 0;
  if (isRoot) console.log("Running as root: Chromium's sandbox is off (--no-sandbox).");
  return { executable: runtime.executable, args: [...(isRoot ? ["--no-sandbox"] : []), root] };
}

/**
 * Runs the app until it ends, passing on the signals that ask us to stop.
 * @param {string} executable
 * @param {string[]} commandArgs
 * @returns {Promise<number>}
 */
function run(executable, commandArgs) {
  const child = spawn(executable, commandArgs, { cwd: root, stdio: "inherit" });
  // A terminal sends Ctrl-C to both processes; only a signal meant for us alone has to be handed on.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
