/**
 * The whole hub on a disk that loses power, with both editors, from one seed: opening, recovery, log, checkpoints and
 * engine are the product's own (R8). As many seeds as fit into the time there is; `npm run test:nightly` runs the rest.
 */
import { describe, expect, it } from "vitest";
import { checkInvariants } from "./invariants.ts";
import { stackRegressions } from "./regressions.ts";
import { cruel, noStackFaults, type StackFaults } from "./stack-faults.ts";
import { StackWorld } from "./stack-world.ts";

const simulatedMs = 180_000;
const seedsMin = 5;
const seedsMax = 5_000;
/** Of real time; all of it is used. */
const budgetMs = 40_000;
const cruelBudgetMs = 20_000;
const timeoutMs = 400_000;

type How = { readonly faults?: StackFaults; readonly isCruel?: boolean };

/** Throws with what is wrong; the hash of all that happened. */
async function simulate(seed: number, { faults, isCruel }: How = {}): Promise<string> {
  const world = new StackWorld(seed, faults);
  if (isCruel) world.cruelty = cruel;
  try {
    await world.run(simulatedMs);
    checkInvariants(world);
  } catch (error) {
    const again = `npm run sim -- --stack --seed ${seed} --faults ${faults ? "none" : isCruel ? "cruel" : "all"}`;
    throw new Error(`${again}: ${error instanceof Error ? error.stack : error}`);
  }
  return world.witness.traceHash;
}

async function simulateFor(ms: number, how?: How): Promise<void> {
  const endMs = Date.now() + ms;
  let seed = 1;
  for (; seed <= seedsMax && (seed <= seedsMin || Date.now() < endMs); seed += 1) await simulate(seed, how);
  console.log(`${seed - 1} seeds of three simulated minutes`);
}

describe("R8: the whole hub and two editors", () => {
  it(
    "[ENG-1] [ENG-7] [WAL-6] come to rest with nothing lost, after crashes and power cuts",
    async () => {
      await simulateFor(budgetMs);
    },
    timeoutMs,
  );

  it(
    "[ENG-7] [ENG-44] come to rest with nothing lost when editors die and the disk is full, too",
    async () => {
      await simulateFor(cruelBudgetMs, { isCruel: true });
    },
    timeoutMs,
  );

  it(
    "[ENG-7] come to rest where they once did not",
    async () => {
      for (const { seed, isCruel, found } of stackRegressions) {
        await simulate(seed, { isCruel }).catch((error) => Promise.reject(new Error(`${found}: ${error.message}`)));
      }
    },
    timeoutMs,
  );

  it(
    "[ENG-7] come to rest without faults",
    async () => {
      for (let seed = 1; seed <= 5; seed += 1) await simulate(seed, { faults: noStackFaults });
    },
    timeoutMs,
  );

  it(
    "[ENG-7] do the same again from the same seed",
    async () => {
      for (const seed of [3, 4]) expect(await simulate(seed)).toBe(await simulate(seed));
    },
    timeoutMs,
  );
});
