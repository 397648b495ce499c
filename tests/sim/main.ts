/**
 * `npm run sim -- --seed N[,N] [--count M] [--steps S] [--faults none|all] [--trace TEXT] [--hash]`: simulates,
 * and exits non-zero on a failure with the seed, what is wrong, the end of the trace, and the one command that shows
 * it again. `--trace` prints all that was said and logged about what the text names (a uuid, or its beginning), and
 * every cut and crash; `--hash` prints a hash of the whole trace of each seed.
 */
import { parseArgs } from "node:util";
import { checkInvariants } from "./invariants.ts";
import { allFaults, noFaults, runScript, settle } from "./script.ts";
import { World } from "./world.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const { values } = parseArgs({
  options: { seed: text, count: text, steps: text, faults: text, trace: text, hash: flag },
});
const count = Number(values.count ?? 1);
const seeds = (values.seed ?? "1")
  .split(",")
  .flatMap((first) => Array.from({ length: count }, (_, at) => Number(first) + at));
const steps = Number(values.steps ?? 1_000);
const faults = values.faults === "none" ? noFaults : allFaults;

let failed = 0;
for (const seed of seeds) {
  const world = new World(seed);
  if (values.trace !== undefined) world.watch = (what, detail) => trace(world, what, detail);
  try {
    for (const editor of world.editors) world.connect(editor);
    runScript(world, steps, faults);
    settle(world);
    checkInvariants(world);
    if (values.hash) console.log(`${seed} ${world.witness.traceHash}`);
  } catch (error) {
    failed += 1;
    console.error(`seed ${seed}: ${error instanceof Error ? error.message : error}`);
    for (const line of world.witness.tail.slice(-15)) console.error(`  ${line.slice(0, 200)}`);
    console.error(`  again: npm run sim -- --seed ${seed} --steps ${steps} --faults ${values.faults ?? "all"}`);
  }
}
console.log(`${seeds.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function trace(world: World, what: string, detail: unknown): void {
  const told = detail === null ? null : narrowed(detail, values.trace as string);
  if (told !== undefined) console.log(`${world.nowMs} ${what} ${told === null ? "" : JSON.stringify(told)}`);
}

/** The detail with only those items of its lists that name the text; undefined when it does not at all. */
function narrowed(detail: unknown, name: string): unknown {
  if (!JSON.stringify(detail).includes(name)) return undefined;
  const within = (_key: string, value: unknown) => {
    const isList = Array.isArray(value) && value.some((item) => item !== null && typeof item === "object");
    return isList ? value.filter((item) => JSON.stringify(item).includes(name)) : value;
  };
  return JSON.parse(JSON.stringify(detail, within));
}
