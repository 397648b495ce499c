/** Which snapshots are worth keeping: by age, by reason, by name. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AgeingSnapshot, ranked, worthsOf } from "#electron/core/snapshot-retention.ts";

const nowMs = Date.UTC(2030, 0, 31, 11, 59, 59);
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

function rowAt(ageMs: number, more: Partial<AgeingSnapshot> = {}): AgeingSnapshot {
  return { timeMs: nowMs - ageMs, reason: "final", isHeld: false, ...more };
}

/** One every `everyMs`, from new to old. */
function rows(fromMs: number, toMs: number, everyMs: number): AgeingSnapshot[] {
  const made: AgeingSnapshot[] = [];
  for (let ageMs = fromMs; ageMs < toMs; ageMs += everyMs) made.push(rowAt(ageMs));
  return made;
}

function kept(all: readonly AgeingSnapshot[]): readonly AgeingSnapshot[] {
  const worths = worthsOf(all);
  return all.filter((_, place) => worths[place] !== "none");
}

describe("the worth of snapshots", () => {
  it("[SNAP-14] keeps all of the last hour, one a minute of a day, one an hour of a month, and none before", () => {
    const all = [...rows(0, 2 * dayMs, 2_000), ...rows(2 * dayMs, 40 * dayMs, 10 * minuteMs)];
    const between = (fromMs: number, toMs: number) =>
      kept(all).filter(({ timeMs }) => nowMs - timeMs >= fromMs && nowMs - timeMs < toMs).length;
    expect(between(0, hourMs)).toBe(1_800);
    expect(between(hourMs, dayMs)).toBe(23 * 60);
    expect(between(dayMs, 30 * dayMs)).toBe(29 * 24);
    expect(between(30 * dayMs, 40 * dayMs)).toBe(0);
  });

  it("[SNAP-14] keeps what a person named or took, and what is there to go back to, however old", () => {
    const reasons = ["manual", "before-rollback", "before-delete", "before-first-mutation", "safe-mode"];
    const young = rows(0, 80 * dayMs, 12 * hourMs);
    const old = reasons.map((reason, index) => rowAt(81 * dayMs + index, { reason }));
    const named = rowAt(82 * dayMs, { isHeld: true });
    const worths = worthsOf([...young, ...old, named, rowAt(83 * dayMs)]).slice(young.length);
    expect(worths).toEqual(["own", "guard", "guard", "guard", "guard", "own", "none"]);
  });

  it("[SNAP-14] is not misled by a clock that was wrong, nor by a long holiday", () => {
    const jumped = [rowAt(-3_650 * dayMs), ...rows(0, 2 * hourMs, 30 * minuteMs)];
    expect(kept(jumped)).toEqual(jumped);
    const holiday = [rowAt(0), ...rows(60 * dayMs, 60 * dayMs + 20 * hourMs, hourMs)];
    expect(kept(holiday)).toEqual(holiday);
    const back = [rowAt(0), rowAt(-5 * dayMs), rowAt(-9 * dayMs)];
    expect(kept(back)).toEqual(back);
  });

  it("[SNAP-14] keeps the newest eight, ranks a person's first, and keeps again what it kept", () => {
    const row = fc.tuple(
      fc.integer({ min: 0, max: 40 * dayMs }),
      fc.constantFrom("final", "manual", "before-delete"),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 200 }), (unsorted) => {
        const all = [...unsorted]
          .sort(([a], [b]) => a - b)
          .map(([age, reason, isHeld]) => rowAt(age, { reason, isHeld }));
        const once = kept(all);
        expect(once.slice(0, 8)).toEqual(all.slice(0, 8));
        expect(kept(once)).toEqual(once);
        const order = ranked(worthsOf(all));
        const names = ["own", "guard", "slot"];
        const worths = order.map((place) => names.indexOf(worthsOf(all)[place] ?? ""));
        expect(worths).toEqual([...worths].sort());
        expect(order.length).toBe(once.length);
      }),
      { numRuns: 500 },
    );
  });
});
