/**
 * Runs one lane in a process group of its own and reports what came of it.
 *
 * Output goes to a log file and is shown only when the lane fails. When the time is up, and after every lane, the whole
 * group is killed, so that no Blender, Electron or Xvfb outlives its test. A lane that reports nothing has failed:
 * silence is no success.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";

/**
 * @typedef {{ passed: number, failed: number, skipped: number }} Counts
 * @typedef {Counts & { name: string, seconds: number, problems: string[], skips: string[] }} LaneResult
 */

const termGraceMs = 5_000;
const logTailLines = 40;
const failureLinesMax = 20;
const linesAfterFailure = 4;
const problemLinesMax = 12;
const countsPattern = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/;

/** @type {Set<number>} */
const groups = new Set();

/** Ends every lane that is running; for when we are told to stop ourselves. */
export function killLanes() {
  for (const pid of groups) killGroup(pid, "SIGKILL");
}

/**
 * @param {import("./lanes.mjs").Lane} lane
 * @param {import("./lanes.mjs").LanePaths} paths
 * @param {{ root: string, logFolder: string }} place
 * @returns {Promise<LaneResult>}
 */
export async function runLane(lane, paths, { root, logFolder }) {
  const startMs = Date.now();
  const logFile = path.join(logFolder, `${lane.name}.log`);
  fs.rmSync(paths.report, { force: true });
  const ended = await runCommand(lane.command(paths), { cwd: root, logFile, limitMs: lane.limitS * 1_000 });
  const log = fs.readFileSync(logFile, "utf8");
  const outcome = lane.results === "vitest" ? vitestOutcome(paths.report) : lineOutcome(log);
  /** @type {LaneResult} */
  const result = { name: lane.name, seconds: (Date.now() - startMs) / 1_000, ...outcome };
  if (ended !== "exit 0" && result.failed === 0) {
    result.failed = 1;
    result.problems.push(`the lane ended with ${ended} though no test failed`, ...log.split("\n").slice(-logTailLines));
  } else if (result.failed > 0 && lane.results === "line") {
    result.problems.push(...linesOfInterest(log));
  }
  return result;
}

/**
 * @param {string[]} command
 * @param {{ cwd: string, logFile: string, limitMs: number }} options
 * @returns {Promise<string>} "exit 0" or why it ended otherwise
 */
function runCommand(command, { cwd, logFile, limitMs }) {
  const log = fs.openSync(logFile, "w");
  const [program = "", ...args] = command;
  const env = { ...process.env, PYTHONUNBUFFERED: "1", NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(program, args, { cwd, detached: true, stdio: ["ignore", log, log], env });
  fs.closeSync(log);
  const pid = child.pid;
  if (pid !== undefined) groups.add(pid);
  return new Promise((resolve) => {
    let isLate = false;
    const limit = setTimeout(() => {
      isLate = true;
      killGroup(pid, "SIGTERM");
      setTimeout(() => killGroup(pid, "SIGKILL"), termGraceMs);
    }, limitMs);
    const end = (/** @type {string} */ how) => {
      clearTimeout(limit);
      killGroup(pid, "SIGKILL");
      if (pid !== undefined) groups.delete(pid);
      resolve(isLate ? `its time limit (${limitMs / 1_000} s)` : how);
    };
    child.on("error", (error) => end(error.message));
    child.on("exit", (code, signal) => end(signal ?? `exit ${code}`));
  });
}

/**
 * @param {number | undefined} pid
 * @param {NodeJS.Signals} signal
 */
function killGroup(pid, signal) {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone, which is what was wanted.
  }
}

/**
 * What a person wants to see of a failed runner's log: each failure with the lines after it, else the end.
 * @param {string} log
 */
function linesOfInterest(log) {
  const lines = log.split("\n");
  const starts = lines.flatMap((line, index) => (/^\s*(?:✗|(?:FAIL|ERROR)\b)/.test(line) ? [index] : []));
  if (starts.length === 0) return lines.slice(-logTailLines);
  return starts.slice(0, failureLinesMax).flatMap((at) => lines.slice(at, at + 1 + linesAfterFailure));
}

/**
 * @param {string} log
 * @returns {Counts & { problems: string[], skips: string[] }}
 */
export function lineOutcome(log) {
  const lines = log.split("\n");
  const counts = lines.map((line) => countsPattern.exec(line.trim())).findLast((match) => match !== null);
  if (!counts) return { passed: 0, failed: 1, skipped: 0, problems: ["it printed no result line"], skips: [] };
  const [passed = 0, failed = 0, skipped = 0] = counts.slice(1).map((text) => Number(text ?? 0));
  const skips = lines.filter((line) => /^SKIP(PED)?\b/.test(line.trim()));
  return { passed, failed, skipped, problems: [], skips };
}

/**
 * @param {string} reportFile
 * @returns {Counts & { problems: string[], skips: string[] }}
 */
function vitestOutcome(reportFile) {
  if (!fs.existsSync(reportFile)) {
    return { passed: 0, failed: 1, skipped: 0, problems: ["vitest wrote no report"], skips: [] };
  }
  return countReport(JSON.parse(fs.readFileSync(reportFile, "utf8")));
}

/**
 * Counts from vitest's JSON report. A file that failed to load has no tests in it and counts as one failure.
 * @param {{ testResults: { name: string, status: string, message?: string,
 *   assertionResults: { status: string, fullName: string, failureMessages?: string[] }[] }[] }} report
 */
export function countReport(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  /** @type {string[]} */
  const problems = [];
  /** @type {string[]} */
  const skips = [];
  for (const file of report.testResults) {
    const failedBefore = counts.failed;
    for (const test of file.assertionResults) {
      const complaint = indented(test.failureMessages?.join("\n") ?? "");
      const isRetried = test.status === "passed" && (test.failureMessages?.length ?? 0) > 0;
      if (isRetried) problems.push(`passed when tried again: ${test.fullName}`, ...complaint);
      if (test.status === "passed") counts.passed += 1;
      else if (test.status === "failed") {
        counts.failed += 1;
        problems.push(`✗ ${test.fullName}`, ...complaint);
      } else {
        counts.skipped += 1;
        skips.push(test.fullName);
      }
    }
    if (file.status === "failed" && counts.failed === failedBefore) {
      counts.failed += 1;
      problems.push(`✗ ${file.name}`, ...indented(file.message ?? ""));
    }
  }
  return { ...counts, problems, skips };
}

/** @param {string} text */
function indented(text) {
  const lines = text.split("\n").slice(0, problemLinesMax);
  return lines.map((line) => `    ${line}`);
}
