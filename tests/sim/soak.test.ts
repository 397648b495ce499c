/** R9: a day with the whole hub. Prints how it went, hour by hour. */
import { describe, expect, it } from "vitest";
import { type Hour, soak } from "./soak.ts";

const mebibyte = 1_048_576;
/** Of this process; the build server's cores are shared, so that the clock on the wall says little. */
const cpuMaxMs = 60_000;
/** Records of two checkpoints and of the time that a new one takes, in segments of 64 KiB. */
const logBytesMax = mebibyte / 2;
const timeoutMs = 400_000;

describe("R9: a day of simulated time", () => {
  it(
    "[ENG-7] [ENG-34] passes with every storm survived, in a minute, with a log and a memory that do not grow",
    async () => {
      const before = process.cpuUsage();
      const hours = await soak(1, (hour) => console.log(lineOf(hour)));
      const { user, system } = process.cpuUsage(before);
      const cpuMs = (user + system) / 1_000;
      console.log(`${cpuMs.toFixed(0)} ms of processor time`);

      expect(hours).toHaveLength(24);
      expect(hours.at(-1)?.crashes).toBeGreaterThan(200);
      for (const { logBytes } of hours) expect(logBytes).toBeLessThan(logBytesMax);
      const [first] = hours;
      expect(hours.at(-1)?.heapBytes).toBeLessThan(1.2 * (first?.heapBytes ?? 0));
      expect(cpuMs).toBeLessThan(cpuMaxMs);
    },
    timeoutMs,
  );
});

function lineOf({ hour, records, heapBytes, logBytes, crashes }: Hour): string {
  const [heap, log] = [heapBytes, logBytes].map((bytes) => (bytes / mebibyte).toFixed(1));
  return `hour ${hour}: ${records} records, ${crashes} crashes, heap ${heap} MiB, log ${log} MiB`;
}
