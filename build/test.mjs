/**
 * `npm test`: sets a fresh clone up, builds, and runs every lane of build/lanes.mjs, heavy ones one by one and light
 * ones beside them.
 *
 * The last line is exactly `N passed, N failed` or `N passed, N failed, N skipped`, summed over all lanes, and the exit
 * code says the same. A lane that cannot run is skipped loudly, with the reason; with VIBESYNC_REQUIRE_EDITORS=1 a
 * skipped editor lane is a failure. `npm test -- unit e2e` runs only the lanes named. `--nightly` takes the other
 * table: what takes hours, and what an ordinary run does a part of.
 */
import fs from "node:fs";
import path from "node:path";
import { ensureBlenderWheel } from "./blender-wheel.mjs";
import { killLanes, runLane } from "./lane-runner.mjs";
import { lanes, nightlyLanes } from "./lanes.mjs";
import {
  commandExists,
  debianForTests,
  ensureDebianPackages,
  ensureNpmPackages,
  requireNode,
  root,
} from "./set-up.mjs";

/** @typedef {import("./lane-runner.mjs").LaneResult} LaneResult */

const logFolder = path.join(root, "out", "test");
const mustRunEditors = process.env.VIBESYNC_REQUIRE_EDITORS === "1";
const isNightly = process.argv.includes("--nightly");
if (isNightly) process.env.VIBESYNC_NIGHTLY = "1";
const table = isNightly ? nightlyLanes : lanes;

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"])) {
  process.on(signal, () => {
    killLanes();
    process.exit(130);
  });
}

requireNode();
const startMs = Date.now();
const setUp = await attempt("set-up", setUpMachine);
const build = setUp.failed > 0 ? undefined : await attempt("build", buildApp);
const results = build === undefined ? [setUp] : [build, ...(await runLanes(chosenLanes(), build.failed === 0))];
process.exit(report(results));

/** Everything that the lanes need of the machine. */
async function setUpMachine() {
  ensureNpmPackages();
  ensureDebianPackages(debianForTests);
  fs.mkdirSync(logFolder, { recursive: true });
}

async function buildApp() {
  const [{ bundle }, { resolveElectron }] = [await import("./bundle.mjs"), await import("./electron-runtime.mjs")];
  const runtime = await resolveElectron({ log: console.log });
  console.log(`Electron ${runtime.version} (${runtime.source})`);
  await bundle();
}

/**
 * A step before the lanes: it counts as one test, so that a broken build is seen even where no lane needs it.
 * @param {string} name
 * @param {() => Promise<void>} step
 * @returns {Promise<LaneResult>}
 */
async function attempt(name, step) {
  const stepStartMs = Date.now();
  try {
    await step();
    const seconds = (Date.now() - stepStartMs) / 1_000;
    return { name, passed: 1, failed: 0, skipped: 0, seconds, problems: [], skips: [] };
  } catch (error) {
    const failed = failedLane(name, error instanceof Error ? error.message : String(error));
    announce(failed);
    return failed;
  }
}

function chosenLanes() {
  const names = process.argv.slice(2).filter((argument) => !argument.startsWith("-"));
  const unknown = names.filter((name) => table.every((lane) => lane.name !== name));
  if (unknown.length > 0) throw new Error(`no such lane: ${unknown}; there are ${table.map((lane) => lane.name)}`);
  const chosen = names.length === 0 ? [...table] : table.filter((lane) => names.includes(lane.name));
  // Longest first: the short ones fill the second slot at the end.
  return chosen.sort((left, right) => right.expectedS - left.expectedS);
}

/**
 * @param {import("./lanes.mjs").Lane[]} chosen
 * @param {boolean} isBuilt
 * @returns {Promise<LaneResult[]>}
 */
async function runLanes(chosen, isBuilt) {
  /** @type {LaneResult[]} */
  const done = [];
  const run = async (/** @type {import("./lanes.mjs").Lane[]} */ queue) => {
    for (let lane = queue.shift(); lane !== undefined; lane = queue.shift()) {
      console.log(`… ${lane.name}, since ${new Date().toLocaleTimeString("en-GB")}`);
      const result = lane.needsApp && !isBuilt ? failedLane(lane.name, "the app was not built") : await runOrSkip(lane);
      done.push(result);
      announce(result);
    }
  };
  const heavy = chosen.filter((lane) => lane.isHeavy);
  await Promise.all([run(heavy), run(chosen.filter((lane) => !lane.isHeavy))]);
  return done;
}

/**
 * @param {import("./lanes.mjs").Lane} lane
 * @returns {Promise<LaneResult>}
 */
async function runOrSkip(lane) {
  const missing = lane.needs.filter((command) => !commandExists(command));
  if (!fs.existsSync(path.join(root, lane.entry))) return skippedLane(lane, `there is no ${lane.entry}`);
  if (missing.length > 0) return skippedLane(lane, `not installed here: ${missing.join(", ")}`);
  const wheel = lane.prepare === "blender-wheel" ? await ensureBlenderWheel() : { python: "" };
  if ("problem" in wheel) return skippedLane(lane, wheel.problem);
  const paths = { report: path.join(logFolder, `${lane.name}.json`), blenderWheelPython: wheel.python };
  const result = await runLane(lane, paths, { root, logFolder });
  if (result.passed + result.failed > 0 || !lane.isEditor || !mustRunEditors) return result;
  return failedLane(lane.name, "VIBESYNC_REQUIRE_EDITORS=1, and every test of this editor lane was skipped");
}

/**
 * @param {import("./lanes.mjs").Lane} lane
 * @param {string} reason
 * @returns {LaneResult}
 */
function skippedLane(lane, reason) {
  if (lane.isEditor && mustRunEditors) return failedLane(lane.name, `VIBESYNC_REQUIRE_EDITORS=1, but ${reason}`);
  return {
    name: lane.name,
    passed: 0,
    failed: 0,
    skipped: 1,
    seconds: 0,
    problems: [],
    skips: [`the whole lane: ${reason}`],
  };
}

/**
 * @param {string} name
 * @param {string} problem
 * @returns {LaneResult}
 */
function failedLane(name, problem) {
  return { name, passed: 0, failed: 1, skipped: 0, seconds: 0, problems: [problem], skips: [] };
}

/** @param {LaneResult} result */
function announce(result) {
  const mark = result.failed > 0 ? "✗" : result.passed > 0 ? "✓" : "○";
  const counts = `${result.passed} passed, ${result.failed} failed, ${result.skipped} skipped`;
  console.log(`${mark} ${result.name}: ${counts} (${result.seconds.toFixed(1)} s)`);
  for (const line of result.problems) console.log(`    ${line}`);
}

/**
 * @param {LaneResult[]} all
 * @returns {number} the exit code
 */
function report(all) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const result of all) {
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped;
  }
  const skips = all.flatMap((result) => result.skips.map((skip) => `${result.name}: ${skip}`));
  if (skips.length > 0) console.log(`\nSKIPPED, and why:\n${skips.map((skip) => `  ○ ${skip}`).join("\n")}`);
  const failedNames = all.filter((result) => result.failed > 0).map((result) => result.name);
  if (failedNames.length > 0)
    console.log(`\nFAILED: ${failedNames.join(", ")}; logs are in ${path.relative(root, logFolder)}/`);
  console.log(`\n${all.length} lanes in ${((Date.now() - startMs) / 1_000).toFixed(0)} s`);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}
