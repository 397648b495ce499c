/**
 * `npm run sim -- --seed N[,N] [--count M] [--stack] [--steps S] [--seconds T]
 * [--faults none|all|review|review-all|cruel] [--trace TEXT] [--hash]`: simulates, and exits non-zero on a failure with
 * the seed, what is wrong, the end of the trace, and the one command that shows it again. `--stack` takes the whole hub
 * on a fake disk (stack-world.ts) for so many simulated seconds, otherwise it is the core alone for so many steps
 * (world.ts). `--trace` prints all that was said and logged about what the text names (a uuid, or its beginning), and
 * every cut and crash; `--hash` prints a hash of the whole trace of each seed.
 */
import { parseArgs } from "node:util";
import { checkInvariants } from "./invariants.ts";
import { allFaults, cruelFaults, noFaults, reviewed, reviewedFaults, runScript, settle } from "./script.ts";
import { cruel, noStackFaults } from "./stack-faults.ts";
import { StackWorld } from "./stack-world.ts";
import { World } from "./world.ts";

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const { values } = parseArgs({
  options: {
    seed: text,
    count: text,
    steps: text,
    seconds: text,
    faults: text,
    trace: text,
    hash: flag,
    stack: flag,
  },
});
const count = Number(values.count ?? 1);
const seeds = (values.seed ?? "1")
  .split(",")
  .flatMap((first) => Array.from({ length: count }, (_, at) => Number(first) + at));
const steps = Number(values.steps ?? 1_000);
const seconds = Number(values.seconds ?? 180);
const sets = { none: noFaults, all: allFaults, review: reviewed, "review-all": reviewedFaults, cruel: cruelFaults };
const faultsName = (values.faults ?? "all") as keyof typeof sets;
const faults = sets[faultsName] ?? allFaults;
const how = values.stack ? `--stack --seconds ${seconds}` : `--steps ${steps}`;

/** A difference of two states is long. */
const messageMax = 2_000;

let failed = 0;
for (const seed of seeds) {
  const world = values.stack ? new StackWorld(seed, faults === noFaults ? noStackFaults : undefined) : new World(seed);
  const { witness } = world;
  if (values.trace !== undefined) witness.watch = (what, detail) => trace(world.nowMs, what, detail);
  try {
    if (world instanceof StackWorld) await runStack(world);
    else runCore(world);
    checkInvariants(world);
    if (values.hash) console.log(`${seed} ${witness.traceHash}`);
  } catch (error) {
    failed += 1;
    const message = error instanceof Error ? error.message : String(error);
    console.error(`seed ${seed}: ${message.slice(0, messageMax)}`);
    for (const line of witness.tail.slice(-15)) console.error(`  ${line.slice(0, 200)}`);
    console.error(`  again: npm run sim -- --seed ${seed} ${how} --faults ${faultsName}`);
  }
}
console.log(`${seeds.length - failed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

function runStack(world: StackWorld): Promise<void> {
  if (faults === cruelFaults) world.cruelty = cruel;
  return world.run(seconds * 1_000);
}

function runCore(world: World): void {
  for (const editor of world.editors) world.connect(editor);
  runScript(world, steps, faults);
  settle(world);
}

function trace(nowMs: number, what: string, detail: unknown): void {
  const told = detail === null ? null : narrowed(detail, values.trace as string);
  if (told !== undefined) console.log(`${nowMs} ${what} ${told === null ? "" : JSON.stringify(told)}`);
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
