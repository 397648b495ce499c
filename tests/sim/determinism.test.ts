/**
 * R11: the same seed makes the same trace: again, in another process, in another time zone and language; and no order
 * of a map decides anything. Two hundred short seeds.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { checkOrder } from "./order.ts";
import { reviewedFaults, runScript, settle } from "./script.ts";
import { World } from "./world.ts";

const seeds = 200;
const steps = 150;
/** Looking at a turn in other orders costs more than the turn. */
const turnsPerLook = 8;
const timeoutMs = 300_000;
const run = promisify(execFile);

/** One line a seed, as `npm run sim -- --hash` prints it. */
async function hashesElsewhere(TZ: string, LC_ALL: string): Promise<string[]> {
  const often = ["--seed", "1", "--count", String(seeds), "--steps", String(steps), "--faults", "review-all", "--hash"];
  const script = ["--import", "tsx", "tests/sim/main.ts", ...often];
  const { stdout } = await run(process.execPath, script, { env: { ...process.env, TZ, LC_ALL } });
  return stdout.split("\n").filter((line) => /^\d+ [0-9a-f]{64}$/.test(line));
}

function hashHere(seed: number, look: (world: World) => void): string {
  const world = new World(seed);
  look(world);
  for (const editor of world.editors) world.connect(editor);
  runScript(world, steps, reviewedFaults);
  settle(world);
  return `${seed} ${world.witness.traceHash}`;
}

function lookAtOrders(world: World): void {
  let turn = 0;
  world.beforeTurn = (inputs, facts) => {
    turn += 1;
    if (turn % turnsPerLook === 0) checkOrder(world, { inputs, facts }, turn);
  };
}

describe("R11: a seed", () => {
  it(
    "[ENG-7] makes the same trace in another process, time zone and language, whatever order maps are in",
    async () => {
      const elsewhere = hashesElsewhere("Pacific/Kiritimati", "tr_TR.UTF-8");
      const here = Array.from({ length: seeds }, (_, at) => hashHere(at + 1, lookAtOrders));
      expect(await elsewhere).toEqual(here);
    },
    timeoutMs,
  );
});
