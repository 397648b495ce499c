/**
 * The real core and two honest editor models in one process, from one seed: after any script, with cuts, crashes and
 * power cuts, everything comes to rest and is the same everywhere; the state is what a replay of its log gives.
 */
import { describe, it } from "vitest";
import { checkInvariants } from "./invariants.ts";
import { regressions } from "./regressions.ts";
import { allFaults, cruelFaults, noFaults, reviewed, reviewedFaults, runScript, settle } from "./script.ts";
import { World } from "./world.ts";

/** Ten seconds at most on an idle machine; the build server is shared. */
const timeoutMs = 120_000;

/** Throws with what is wrong; the hash of all that happened. */
function simulate(seed: number, faults: typeof allFaults, steps = 1_000): string {
  const world = new World(seed);
  for (const editor of world.editors) world.connect(editor);
  runScript(world, steps, faults);
  settle(world);
  checkInvariants(world);
  return world.witness.traceHash;
}

function withSeed(seed: number, run: () => void, found = ""): void {
  try {
    run();
  } catch (error) {
    throw new Error(`seed ${seed} ${found}: ${error instanceof Error ? error.stack : error}`);
  }
}

describe("two editors and a hub", () => {
  it(
    "[ENG-7] [ENG-23] agree after any script without faults, and nothing is held back",
    () => {
      for (let seed = 1; seed <= 20; seed += 1) withSeed(seed, () => simulate(seed, noFaults));
    },
    timeoutMs,
  );

  it(
    "[ENG-2] [ENG-7] [ENG-23] agree after cuts, crashes and power cuts, and nothing is held back",
    () => {
      for (let seed = 1_000; seed < 1_020; seed += 1) withSeed(seed, () => simulate(seed, allFaults));
    },
    timeoutMs,
  );

  it(
    "[ENG-41] [ENG-42] agree after a person approved, refused and left safe mode at random, with and without faults",
    () => {
      for (let seed = 5_010; seed < 5_018; seed += 1) withSeed(seed, () => simulate(seed, reviewed));
      for (let seed = 6_000; seed < 6_006; seed += 1) withSeed(seed, () => simulate(seed, reviewedFaults));
    },
    timeoutMs,
  );

  it(
    "[ENG-7] [ENG-26] [ENG-32] agree after other documents were opened, sockets half open and editors that read slowly",
    () => {
      for (let seed = 8_000; seed < 8_020; seed += 1) withSeed(seed, () => simulate(seed, cruelFaults));
    },
    timeoutMs,
  );

  it(
    "[ENG-7] agree where they once did not",
    () => {
      for (const { seed, faults, found, steps } of regressions) {
        withSeed(seed, () => simulate(seed, faults, steps), found);
      }
    },
    timeoutMs,
  );
});
