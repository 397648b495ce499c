/**
 * Work on the disk in steps, written once for whoever waits for all of it and for whoever must not be held up.
 *
 * Owns: the two ways to do such work. An error of a sync is thrown into the work, which cleans up as after any other.
 * Must never: reorder, repeat or leave out a step.
 */
import type { Disk } from "./disk.ts";

/** What may come between two steps: other work of the process, or the sync of a file, which may take long. */
export type Step = "pause" | { readonly syncs: number };

export type Steps<Value> = Generator<Step, Value>;

/** Lets the rest of the process run. */
export const pauseForOthers = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Does all of it now, syncs included. */
export function runAtOnce<Value>(disk: Disk, steps: Steps<Value>): Value {
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value;
    try {
      if (step.value !== "pause") disk.sync(step.value.syncs);
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
}

/** Does it step by step: nobody is held up for longer than one step takes. */
export async function runInSteps<Value>(disk: Disk, steps: Steps<Value>, pause = pauseForOthers): Promise<Value> {
  for (let step = steps.next(); ; ) {
    if (step.done) return step.value;
    try {
      await (step.value === "pause" ? pause() : disk.datasync(step.value.syncs));
    } catch (error) {
      step = steps.throw(error);
      continue;
    }
    step = steps.next();
  }
}
