/** Work that may wait: gathered, in parts, and never more than its share of the time. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PacedWork } from "#electron/hub/paced-work.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const intervalMs = 100;

/** Work of so many parts, each of which takes `partMs`; `done` grows by one with each. */
function workOf(parts: number, partMs = 0) {
  const seen = { begun: 0, done: 0 };
  const paced = new PacedWork(intervalMs, function* () {
    seen.begun += 1;
    for (let part = 0; part < parts; part += 1) {
      if (part > 0) yield;
      vi.advanceTimersByTime(partMs);
      seen.done += 1;
    }
  });
  return { paced, seen };
}

describe("paced work", () => {
  it("is done once for everything that asked for it in an interval", () => {
    const { paced, seen } = workOf(1);
    for (let count = 0; count < 5; count += 1) paced.soon();
    vi.advanceTimersByTime(intervalMs - 1);
    expect(seen.done).toBe(0);
    vi.advanceTimersByTime(500);
    expect(seen.done).toBe(1);
  });

  it("rests nineteen times as long as it took", () => {
    const { paced, seen } = workOf(1, 50);
    paced.now();
    paced.soon();
    vi.advanceTimersByTime(949);
    expect(seen.done).toBe(1);
    vi.advanceTimersByTime(1);
    expect(seen.done).toBe(2);
  });

  it("lets others have their turn between its parts, and rests no longer for it in the end", () => {
    const { paced, seen } = workOf(3, 10);
    paced.soon();
    vi.advanceTimersByTime(intervalMs);
    expect(seen.done).toBe(1);
    vi.advanceTimersByTime(39);
    expect(seen.done).toBe(1);
    vi.advanceTimersByTime(1);
    expect(seen.done).toBe(2);
    vi.advanceTimersByTime(40);
    expect(seen.done).toBe(3);
    paced.soon();
    // Nineteen times 30 ms, of which 80 are over.
    vi.advanceTimersByTime(489);
    expect(seen.begun).toBe(1);
    vi.advanceTimersByTime(1);
    expect(seen.begun).toBe(2);
  });

  it("is done once more for what asked for it while it was under way", () => {
    const { paced, seen } = workOf(2, 10);
    paced.soon();
    vi.advanceTimersByTime(intervalMs);
    expect(seen.done).toBe(1);
    paced.soon();
    paced.soon();
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual({ begun: 2, done: 4 });
  });

  it("ends what is under way and does all of it again, at once, for who cannot wait", () => {
    const { paced, seen } = workOf(5, 10);
    paced.soon();
    vi.advanceTimersByTime(intervalMs);
    expect(seen.done).toBe(1);
    paced.now();
    expect(seen).toEqual({ begun: 2, done: 10 });
    vi.advanceTimersByTime(10_000);
    expect(seen.begun).toBe(2);
  });

  it("does not come back once it was stopped, in the middle or before", () => {
    const { paced, seen } = workOf(2, 10);
    paced.soon();
    vi.advanceTimersByTime(intervalMs);
    paced.stop();
    vi.advanceTimersByTime(1_000);
    expect(seen.done).toBe(1);
    paced.soon();
    paced.stop();
    vi.advanceTimersByTime(1_000);
    expect(seen.begun).toBe(1);
  });
});
