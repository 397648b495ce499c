/**
 * Entry point of the snapshot worker: a worker_threads thread that hashes, deflates and syncs, so that the hub's main
 * thread never waits for the history.
 *
 * Owns: its message port. While a call is under way it says so every few seconds: the client takes silence for death.
 * Must never: go on after a bug. It tells, then ends; the client starts another one, which opens from what is on disk.
 */
import { parentPort } from "node:worker_threads";
import { realDisk } from "#electron/ports/disk.ts";
import { defined } from "#shared/assert.ts";
import { causeText } from "#shared/result.ts";
import type { FromWorker, ToWorker } from "./messages.ts";
import { SnapshotService } from "./service.ts";

const aliveEveryMs = 2_000;

const port = defined(parentPort, "[SNAP-11] the snapshot worker runs in a thread of its own");
const service = new SnapshotService(realDisk);
let callsUnderWay = 0;

function say(message: FromWorker): void {
  port.postMessage(message);
}

async function serve({ id, call }: ToWorker): Promise<void> {
  callsUnderWay += 1;
  try {
    say({ kind: "answer", id, result: await service.answer(call) });
  } catch (error) {
    say({ kind: "bug", text: causeText(error) });
    port.close();
  } finally {
    callsUnderWay -= 1;
  }
}

port.on("message", (message: ToWorker) => void serve(message));
setInterval(() => {
  if (callsUnderWay > 0) say({ kind: "alive" });
}, aliveEveryMs).unref();
