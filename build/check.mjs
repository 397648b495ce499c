/**
 * `npm run check`: everything that can be said about the sources without running the app.
 *
 * Biome (format, lint, import walls) · the TypeScript projects · mypy over the add-on's part without bpy · tests/tidy
 * (house rules, generated files up to date). Every step runs even when one before it failed; the last line is
 * `N passed, N failed`, with `, N skipped` where mypy cannot be had.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { countReport } from "./lane-runner.mjs";
import { ensurePythonTool, mypy } from "./python-tools.mjs";
import { ensureNpmPackages, requireNode, root } from "./set-up.mjs";

requireNode();
ensureNpmPackages();
const outcomes = [
  runTool("format and lint", ["@biomejs/biome/bin/biome", "check", "--max-diagnostics=50", "--error-on-warnings"]),
  runTool("types", ["typescript/bin/tsc", "--build"]),
  await runMypy(),
  runTidy(),
];
const [passed, failed, skipped] = [total("passed"), total("failed"), total("skipped")];
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed === 0 ? 0 : 1);

/** @param {"passed" | "failed" | "skipped"} what */
function total(what) {
  return outcomes.reduce((sum, outcome) => sum + outcome[what], 0);
}

/**
 * @param {string} name
 * @param {string[]} command a script in node_modules and its arguments
 */
function runTool(name, command) {
  const [script = "", ...args] = command;
  return runProgram(name, [process.execPath, path.join(root, "node_modules", script), ...args]);
}

/**
 * @param {string} name
 * @param {string[]} command
 * @param {string} [cwd]
 */
function runProgram(name, command, cwd = root) {
  const [program = "", ...args] = command;
  const run = spawnSync(program, args, { cwd, stdio: "inherit" });
  const isGood = run.status === 0;
  console.log(`${isGood ? "✓" : "✗"} ${name}`);
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

/** What has no bpy is checked strictly; what it leads to, by the add-on's lazy import, is read but not judged. */
async function runMypy() {
  const tool = await ensurePythonTool(mypy);
  if ("problem" in tool) {
    console.log(`SKIP Python types: ${tool.problem}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const options = ["--strict", "--python-version", "3.9", "--explicit-package-bases", "--follow-imports", "silent"];
  const cache = ["--cache-dir", path.join(root, "out", "mypy")];
  const folders = ["protocol", "link", "core"].map((folder) => path.join("vibesync", folder));
  const command = [tool.python, "-m", "mypy", ...options, ...cache, ...folders];
  return runProgram("Python types", command, path.join(root, "plugins", "blender"));
}

function runTidy() {
  const reportFile = path.join(root, "out", "test", "tidy.json");
  fs.mkdirSync(path.dirname(reportFile), { recursive: true });
  fs.rmSync(reportFile, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  runTool("house rules", ["vitest/vitest.mjs", "run", "--project", "tidy", ...reporters]);
  if (!fs.existsSync(reportFile)) return { passed: 0, failed: 1, skipped: 0 };
  return countReport(JSON.parse(fs.readFileSync(reportFile, "utf8")));
}
