/**
 * `npm run dev`: the window from Vite's server with hot reload, the main process rebuilt and restarted when its code
 * changes.
 *
 * The app learns of the server through VITE_DEV_URL and must heed it only when it is not packaged. Closing the window
 * ends it.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { runVite } from "./bundle.mjs";
import { packPlugins } from "./pack-plugins.mjs";
import { root } from "./set-up.mjs";

const watched = ["electron", "shared"];
/** Editors save in several steps; one rebuild is enough for them all. */
const settleMs = 200;

/**
 * @param {{ executable: string, args: string[] }} electron
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export async function serve(electron, args) {
  // Vite reads it while it is loaded; set later, hot reload would silently be off.
  process.env.NODE_ENV = "development";
  const { createServer } = await import("vite");
  const server = await createServer({ configFile: path.join(root, "vite.config.ts"), server: { host: "127.0.0.1" } });
  await server.listen();
  const url = server.resolvedUrls?.local[0] ?? "";
  buildMain();
  packPlugins(path.join(root, "out/plugins"));
  const code = await runWithRestarts(electron, args, url);
  await server.close();
  return code;
}

function buildMain() {
  // The next ordinary build must not believe that out/ is complete.
  fs.rmSync(path.join(root, "out/.build-stamp"), { force: true });
  runVite({ VIBESYNC_BUILD_ONLY: "main,preload" });
}

/**
 * @param {{ executable: string, args: string[] }} electron
 * @param {string[]} args
 * @param {string} url
 * @returns {Promise<number>}
 */
function runWithRestarts(electron, args, url) {
  return new Promise((resolve) => {
    let isRestarting = false;
    const launch = () => {
      const child = spawn(electron.executable, [...electron.args, ...args], {
        cwd: root,
        stdio: "inherit",
        env: { ...process.env, VITE_DEV_URL: url },
      });
      child.on("exit", (code) => {
        if (!isRestarting) return resolve(code ?? 1);
        isRestarting = false;
        running = launch();
      });
      return child;
    };
    let running = launch();
    onChange(() => {
      if (!didBuild()) return;
      isRestarting = true;
      running.kill();
    });
  });
}

/** A mistake in the code must not end the session: the running app stays until the next good build. */
function didBuild() {
  try {
    buildMain();
    return true;
  } catch {
    return false;
  }
}

/** @param {() => void} act */
function onChange(act) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  for (const folder of watched) {
    fs.watch(path.join(root, folder), { recursive: true }, () => {
      clearTimeout(timer);
      timer = setTimeout(act, settleMs);
    });
  }
}
