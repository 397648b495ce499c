/**
 * The unit lane: everything under tests/ that needs no built app and no editor.
 *
 * Forks, not threads: the tests open real sockets, files and child processes, and a crash must stay in its own process.
 * Two workers at most, because the machines that run this have two cores and several tests measure time. The slow
 * projects (editors, e2e) are started by build/test.mjs as lanes of their own with `--project`, one file at a time.
 */
import { defineConfig } from "vitest/config";

const slowLanes = ["editors", "e2e"];
const ownLanes = [...slowLanes, "tidy"];
const workersMax = 2;
/** On a build server the two cores are shared with editors and browsers: what waits for time is tried once more. */
const retry = process.env.CI ? 1 : 0;

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: workersMax,
    retry,
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: ["tests/**/*.test.ts", "tests/**/*.test.tsx"],
          exclude: ownLanes.map((lane) => `tests/${lane}/**`),
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        extends: true,
        test: { name: "tidy", include: ["tests/tidy/**/*.test.ts"], testTimeout: 60_000 },
      },
      ...slowLanes.map((name) => ({
        extends: true as const,
        test: {
          name,
          include: [`tests/${name}/**/*.test.ts`],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      })),
    ],
  },
});
