/**
 * Which snapshots are worth their space as they grow old.
 *
 * Pure, and without a clock: the newest snapshot is now. Time between two snapshots counts as a day at most, so neither
 * a clock that was wrong for a while nor a long holiday makes everything old at once.
 * Must never: depend on anything but the rows, so that asking again about what was kept keeps the same.
 */
import { limits } from "./limits.ts";

export interface AgeingSnapshot {
  readonly timeMs: number;
  /** Why it was taken. */
  readonly reason: string;
  /** A person gave it a name, or is looking at it. */
  readonly isHeld: boolean;
}

/**
 * `own`: a person's, or new; never let go. `guard`: taken to be gone back to. `slot`: the last of its minute or hour.
 * `none`: not kept.
 */
export type Worth = "own" | "guard" | "slot" | "none";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const guards: ReadonlySet<string> = new Set(["before-first-mutation", "before-rollback", "before-delete", "safe-mode"]);

/** The worth of each row, of rows from new to old. */
export function worthsOf(rows: readonly AgeingSnapshot[]): readonly Worth[] {
  let ageMs = 0;
  let slot = "";
  return rows.map((row, place) => {
    const newer = rows[place - 1];
    if (newer) ageMs += Math.min(Math.max(0, newer.timeMs - row.timeMs), dayMs);
    const isNew = place < limits.snapshotsNewestMin || ageMs < limits.snapshotsAllMs;
    if (isNew || row.isHeld || row.reason === "manual") return "own";
    if (guards.has(row.reason)) return "guard";
    const own = slotOf(row, ageMs);
    if (own === null || own === slot) return "none";
    slot = own;
    return "slot";
  });
}

/** The minute or hour that keeps one snapshot; null for those that are too old. */
function slotOf({ timeMs }: AgeingSnapshot, ageMs: number): string | null {
  if (ageMs >= limits.snapshotsHourlyMs) return null;
  const lengthMs = ageMs < limits.snapshotsMinutelyMs ? minuteMs : hourMs;
  return `${lengthMs} ${Math.floor(timeMs / lengthMs)}`;
}

/** Places of rows that are worth something, the worthiest first: that is how far the space has to reach. */
export function ranked(worths: readonly Worth[]): readonly number[] {
  const order: readonly Worth[] = ["own", "guard", "slot"];
  return order.flatMap((wanted) => worths.flatMap((worth, place) => (worth === wanted ? [place] : [])));
}
