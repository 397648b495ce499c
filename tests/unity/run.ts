/**
 * Everything about the Unity package that can be tested without Unity: `node --import tsx tests/unity/run.ts [part of a
 * title]`.
 *
 * Compiles the package under the defines of several Unity versions, runs Core's own tests, then the package on the
 * stand-in in processes of their own against a fake hub. The last line is `N passed, N failed`. A failed scenario shows
 * its reason only.
 */
import { execFileSync } from "node:child_process";
import path from "node:path";
import { buildUnity, packageFolder, root } from "./build.mjs";
import { compileChecks } from "./compile-checks.mjs";
import { applying } from "./package/applying.ts";
import { editing } from "./package/editing.ts";
import { type Built, Rig } from "./package/rig.ts";
import { surviving } from "./package/surviving.ts";
import { wandering } from "./package/wandering.ts";

export type Suite = Record<string, (rig: Rig) => Promise<void>>;

const suites: readonly Suite[] = [editing, applying, surviving, wandering];
const countsPattern = /^(\d+) passed, (\d+) failed/m;

async function main(): Promise<void> {
  const wanted = process.argv[2] ?? "";
  const built = buildUnity();
  if (built === null) {
    console.log("SKIPPED: mcs is not installed (Debian: mono-mcs), so the Unity package was not tested.");
    console.log("0 passed, 0 failed, 1 skipped");
    return;
  }
  const counts = { passed: 0, failed: 0 };
  if (wanted === "") {
    for (const check of compileChecks(packageFolder, built.folder)) count(check.title, check.error);
    const core = runCore(built.tests);
    counts.passed += core.passed;
    counts.failed += core.failed;
  }
  for (const suite of suites) {
    for (const [title, scenario] of Object.entries(suite)) {
      if (title.includes(wanted)) count(title, await errorOf(built, scenario));
    }
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed`);
  process.exitCode = counts.failed === 0 ? 0 : 1;

  function count(title: string, error: string | null): void {
    if (error === null) counts.passed += 1;
    else counts.failed += 1;
    console.log(error === null ? `ok   ${title}` : `FAIL ${title}\n     ${error}`);
  }
}

async function errorOf(built: Built, scenario: (rig: Rig) => Promise<void>): Promise<string | null> {
  const rig = new Rig(built);
  try {
    await scenario(rig);
    const { problems } = rig.hub;
    return problems.length === 0 ? null : `the hub saw: ${problems.slice(0, 3).join("; ")}`;
  } catch (error) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  } finally {
    await rig.close();
  }
}

function runCore(tests: string): { passed: number; failed: number } {
  const vectors = path.join(root, "shared/protocol/vectors");
  let output = "";
  try {
    output = execFileSync("mono", ["--debug", tests, vectors], { encoding: "utf8" });
  } catch (error) {
    output = error instanceof Error && "stdout" in error ? String(error.stdout) : String(error);
  }
  process.stdout.write(output.replace(countsPattern, ""));
  const [, passed = "0", failed = "1"] = countsPattern.exec(output) ?? [];
  return { passed: Number(passed), failed: Number(failed) };
}

await main();
