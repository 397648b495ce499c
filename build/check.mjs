/**
 * `npm run check`: everything that can be said about the sources without running the app.
 *
 * Biome (format, lint, import walls) · the TypeScript projects · tests/tidy (house rules, generated files up to date).
 * Every step runs even when one before it failed; the last line is `N passed, N failed`.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { countReport } from "./lane-runner.mjs";
import { ensureNpmPackages, requireNode, root } from "./set-up.mjs";

requireNode();
ensureNpmPackages();
const outcomes = [
  runTool("format and lint", ["@biomejs/biome/bin/biome", "check", "--max-diagnostics=50", "--error-on-warnings"]),
  runTool("types", ["typescript/bin/tsc", "--build"]),
  runTidy(),
];
const passed = outcomes.reduce((sum, outcome) => sum + outcome.passed, 0);
const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, 0);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/**
 * @param {string} name
 * @param {string[]} command a script in node_modules and its arguments
 */
function runTool(name, command) {
  const [script = "", ...args] = command;
  const run = spawnSync(process.execPath, [path.join(root, "node_modules", script), ...args], {
    cwd: root,
    stdio: "inherit",
  });
  const isGood = run.status === 0;
  console.log(`${isGood ? "✓" : "✗"} ${name}`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1 };
}

function runTidy() {
  const reportFile = path.join(root, "out", "test", "tidy.json");
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  runTool("house rules", ["vitest/vitest.mjs", "run", "--project", "tidy", ...reporters]);
  if (!fs.existsSync(reportFile)) return { passed: 0, failed: 1 };
  return countReport(JSON.parse(fs.readFileSync(reportFile, "utf8")));
}
