/** How much memory this process holds after everything that can go is gone. */
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

const settleMs = 50;

/** Bytes on the heap and outside of it, after a full collection. */
export async function heldBytes(): Promise<number> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  collect();
  await delay(settleMs);
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
