/**
 * Runs one TypeScript script of the repository with tsx: `node build/run-script.mjs <file> [arguments]`.
 *
 * Behind npm run generate, bench and sim. It makes sure that the npm packages are there first, and gives the script's
 * exit code back.
 */
import { spawnSync } from "node:child_process";
import path from "node:path";
import { ensureNpmPackages, requireNode, root } from "./set-up.mjs";

requireNode();
ensureNpmPackages();
const [script, ...args] = process.argv.slice(2);
if (script === undefined) throw new Error("usage: run-script.mjs <file> [arguments]");
const run = spawnSync(process.execPath, ["--import", "tsx", path.join(root, script), ...args], {
  cwd: root,
  stdio: "inherit",
});
process.exit(run.status ?? 1);
