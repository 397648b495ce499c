/**
 * `npm run sim -- --seed N [--count M] [--steps S] [--faults none|all]`: simulates, and exits non-zero on a failure
 * with the seed, what is wrong, and the one command that shows it again.
 */
import { parseArgs } from "node:util";
import { checkInvariants } from "./invariants.ts";
import { allFaults, noFaults, runScript, settle } from "./script.ts";
import { World } from "./world.ts";

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { seed: text, count: text, steps: text, faults: text } });
const first = Number(values.seed ?? 1);
const count = Number(values.count ?? 1);
const steps = Number(values.steps ?? 1_000);
const faults = values.faults === "none" ? noFaults : allFaults;

let failed = 0;
for (let seed = first; seed < first + count; seed += 1) {
  const world = new World(seed);
  try {
    for (const editor of world.editors) world.connect(editor);
    runScript(world, steps, faults);
    settle(world);
    checkInvariants(world);
  } catch (error) {
    failed += 1;
    console.error(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    for (const record of world.records.slice(-10)) console.error(`  ${JSON.stringify(record).slice(0, 200)}`);
    console.error(`  again: npm run sim -- --seed ${seed} --steps ${steps} --faults ${values.faults ?? "all"}`);
  }
}
console.log(`${count - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
