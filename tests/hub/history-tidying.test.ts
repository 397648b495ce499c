/** Tidying the history after snapshots: one at a time, failures told and given time, and what is said is said once. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { HistoryTidying, type TidyingReport } from "#electron/hub/history-tidying.ts";
import type { SnapshotTidying } from "#electron/ports/snapshots.ts";
import { failure, type Result, success } from "#shared/result.ts";

const nothing = success<SnapshotTidying>({ dropped: 0, notice: null });
const full = success<SnapshotTidying>({ dropped: 3, notice: "full" });
const broken = failure("E_DISK_FULL", "The disk is full.");

/** A history that answers as it is told to, and a clock that stands until it is moved. */
function surroundings(answers: Result<SnapshotTidying>[]) {
  const seen = { calls: 0, drops: 0, reports: [] as TidyingReport[], nowMs: 0 };
  const tidying = new HistoryTidying({
    snapshots: {
      tidy: async () => {
        seen.calls += 1;
        return answers.shift() ?? nothing;
      },
    },
    clock: { nowMs: () => 0, monotonicMs: () => seen.nowMs },
    onReport: (report) => seen.reports.push(report),
    onDropped: () => {
      seen.drops += 1;
    },
  });
  return { seen, tidying };
}

describe("tidying the history", () => {
  it("[SNAP-13] tells each failure, and leaves the history alone for a minute, then for two", async () => {
    const { seen, tidying } = surroundings([broken, broken, nothing]);
    for (const [atMs, calls] of [
      [0, 1],
      [59_999, 1],
      [60_000, 2],
      [179_999, 2],
      [180_000, 3],
      [180_001, 4],
    ] as const) {
      seen.nowMs = atMs;
      await tidying.now();
      expect(seen.calls).toBe(calls);
    }
    expect(seen.reports).toEqual(
      [broken, broken].map(({ failure: { code, message } }) => ({ level: "error", code, message })),
    );
  });

  it("[SNAP-14] says once that the history is full, and each time that snapshots went", async () => {
    const { seen, tidying } = surroundings([full, full, nothing]);
    for (let count = 0; count < 3; count += 1) await tidying.now();
    expect(seen.drops).toBe(2);
    expect(seen.reports.map(({ level, code }) => [level, code])).toEqual([["warning", "E_SNAPSHOT"]]);
    expect(seen.reports[0]?.message).toContain("reached its limit");
  });

  it("[SNAP-13] waits until a start is over, once for all snapshots that asked, and not beyond the end", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const { seen, tidying } = surroundings([]);
    for (let count = 0; count < 5; count += 1) tidying.soon();
    await vi.advanceTimersByTimeAsync(29_999);
    expect(seen.calls).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.calls).toBe(1);
    tidying.soon();
    tidying.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(seen.calls).toBe(1);
  });

  it("[SNAP-13] is one at a time", async () => {
    const { seen, tidying } = surroundings([]);
    await Promise.all([tidying.now(), tidying.now()]);
    expect(seen.calls).toBe(1);
  });
});
