/**
 * The two ways to reach a snapshot service: a thread of its own, or this thread.
 *
 * Owns: the life of one worker thread; every way in which it can end is told once as a death.
 * Must never: restart anything. That is the client's decision.
 */
import { Worker, type WorkerOptions } from "node:worker_threads";
import type { Disk } from "#electron/ports/disk.ts";
import { causeText } from "#shared/result.ts";
import type { FromWorker, SnapshotLink } from "./messages.ts";
import { SnapshotService } from "./service.ts";

/** A read of 100,000 objects stays far below; more than this is a leak, and the worker is better started anew. */
const workerHeapMiBMax = 1_024;
/** What is new in the worker is the texts and objects of one commit: more room would only stay filled with litter. */
const workerNurseryMiBMax = 12;

/** `file` is the built electron/snapshots/worker.ts. */
export function workerLink(file: string | URL, options: WorkerOptions = {}): SnapshotLink {
  const resourceLimits = { maxOldGenerationSizeMb: workerHeapMiBMax, maxYoungGenerationSizeMb: workerNurseryMiBMax };
  const worker = new Worker(file, { ...options, resourceLimits });
  return {
    post: (message) => worker.postMessage(message),
    listen(hear, onDeath) {
      const die = once(onDeath);
      worker.on("message", hear);
      worker.on("messageerror", (error) => die(causeText(error)));
      worker.on("error", (error) => die(causeText(error)));
      worker.on("exit", (code) => die(`the worker ended with code ${code}`));
    },
    stop: async () => {
      await worker.terminate();
    },
  };
}

/** For tests and tools: the same contract, including the copies, in this thread. */
export function inlineLink(disk: Disk): SnapshotLink {
  const service = new SnapshotService(disk);
  let hear: (message: FromWorker) => void = () => undefined;
  let die: (cause: string) => void = () => undefined;
  return {
    post({ id, call }) {
      service.answer(structuredClone(call)).then(
        (result) => hear(structuredClone({ kind: "answer", id, result })),
        (error) => {
          hear({ kind: "bug", text: causeText(error) });
          die("a rule was broken");
        },
      );
    },
    listen(newHear, onDeath) {
      hear = newHear;
      die = once(onDeath);
    },
    stop: async () => die("it was stopped"),
  };
}

function once(tell: (cause: string) => void): (cause: string) => void {
  let isTold = false;
  return (cause) => {
    if (isTold) return;
    isTold = true;
    tell(cause);
  };
}
