/** The test runner's own counting and killing: it must never report success that no test earned. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { countReport, lineOutcome, runLane } from "#build/lane-runner.mjs";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-lanes-"));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

function lane(script: string, limitS = 20) {
  const command = () => [process.execPath, "-e", script];
  const table = { name: "planted", entry: ".", needs: [], command, results: "line" as const, expectedS: 1, limitS };
  const paths = { report: path.join(folder, "planted.json"), blenderWheelPython: "" };
  return runLane(table, paths, { root: folder, logFolder: folder });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(" ")[2] !== "Z";
  } catch {
    return false;
  }
}

describe("results by line", () => {
  it("takes the last result line and the reasons of skips", () => {
    const log = "1 passed, 0 failed\nSKIP no mono\nnoise 9 passed, 9 failed\n12 passed, 3 failed, 4 skipped\nbye\n";
    const skips = ["SKIP no mono"];
    expect(lineOutcome(log)).toEqual({ passed: 12, failed: 3, skipped: 4, problems: [], skips });
  });

  it("counts silence as a failure", () => {
    expect(lineOutcome("all fine\n")).toMatchObject({ passed: 0, failed: 1 });
  });
});

describe("results by report", () => {
  it("counts a file that could not be loaded as a failure", () => {
    const report = {
      testResults: [
        { name: "a.test.ts", status: "failed", message: "SyntaxError", assertionResults: [] },
        { name: "b.test.ts", status: "passed", assertionResults: [{ status: "passed", fullName: "b" }] },
        { name: "c.test.ts", status: "passed", assertionResults: [{ status: "pending", fullName: "c" }] },
      ],
    };
    expect(countReport(report)).toMatchObject({ passed: 1, failed: 1, skipped: 1, skips: ["c"] });
  });

  it("says of a test that passed when it was tried again why it failed before", () => {
    const test = { status: "passed", fullName: "shaky", failureMessages: ["came too late"] };
    const report = { testResults: [{ name: "a.test.ts", status: "passed", assertionResults: [test] }] };
    const { passed, failed, problems } = countReport(report);
    expect({ passed, failed }).toEqual({ passed: 1, failed: 0 });
    expect(problems.join("\n")).toContain("passed when tried again: shaky\n    came too late");
  });
});

describe("running", () => {
  it("a lane that says all is well but ends badly has failed", async () => {
    const result = await lane('console.log("5 passed, 0 failed"); process.exit(3)');
    expect(result).toMatchObject({ passed: 5, failed: 1 });
    expect(result.problems[0]).toContain("exit 3");
  });

  it("a command that cannot be started has failed", async () => {
    const table = { name: "gone", entry: ".", needs: [], results: "line" as const, expectedS: 1, limitS: 5 };
    const paths = { report: path.join(folder, "gone.json"), blenderWheelPython: "" };
    const command = () => [path.join(folder, "no-such-program")];
    expect(await runLane({ ...table, command }, paths, { root: folder, logFolder: folder })).toMatchObject({
      failed: 1,
    });
  });

  it("at its time limit a lane is killed with the processes it started", async () => {
    const grandchild = "setInterval(() => {}, 1000)";
    const script = `const { spawn } = require("node:child_process");
      const c = spawn(process.execPath, ["-e", ${JSON.stringify(grandchild)}]);
      require("node:fs").writeFileSync("pid", String(c.pid)); setInterval(() => {}, 1000);`;
    const result = await lane(script, 1);
    expect(result).toMatchObject({ passed: 0, failed: 1 });
    const pid = Number(fs.readFileSync(path.join(folder, "pid"), "utf8"));
    await expect.poll(() => isAlive(pid), { timeout: 5_000 }).toBe(false);
  });
});
