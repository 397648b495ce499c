/** Work that may wait: gathered, and never more than its share of the time. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PacedWork } from "#electron/hub/paced-work.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

describe("paced work", () => {
  it("is done once for everything that asked for it in an interval", () => {
    const work = vi.fn();
    const paced = new PacedWork(100, work);
    for (let count = 0; count < 5; count += 1) paced.soon();
    vi.advanceTimersByTime(99);
    expect(work).toHaveBeenCalledTimes(0);
    vi.advanceTimersByTime(500);
    expect(work).toHaveBeenCalledTimes(1);
  });

  it("rests nineteen times as long as it took", () => {
    const work = vi.fn(() => void vi.advanceTimersByTime(50));
    const paced = new PacedWork(100, work);
    paced.now();
    paced.soon();
    vi.advanceTimersByTime(949);
    expect(work).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1);
    expect(work).toHaveBeenCalledTimes(2);
  });

  it("does not come back once it was stopped", () => {
    const work = vi.fn();
    const paced = new PacedWork(100, work);
    paced.soon();
    paced.stop();
    vi.advanceTimersByTime(1_000);
    expect(work).toHaveBeenCalledTimes(0);
  });
});
