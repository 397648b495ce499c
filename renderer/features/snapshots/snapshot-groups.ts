/**
 * How snapshots are gathered for people: by day, automatic ones in a row behind the newest of them.
 *
 * While somebody works an automatic one comes every few seconds; the ones with a reason must not drown in them.
 */
import { dayName } from "#renderer/ui/moments.ts";
import type { SnapshotRow } from "#shared/ipc/view.ts";

/** One snapshot, or several automatic ones in a row; newest first. */
export type Run = readonly [SnapshotRow, ...SnapshotRow[]];

/** Nobody asked for it and nothing special happened. */
function isAutomatic({ reason, label }: SnapshotRow): boolean {
  return (reason === "final" || reason === "idle") && label.trim() === "";
}

/** Newest day first, each with its snapshots newest first. */
export function byDay(snapshots: readonly SnapshotRow[]): readonly (readonly [string, readonly SnapshotRow[]])[] {
  const days = new Map<string, SnapshotRow[]>();
  for (const row of snapshots.toSorted((left, right) => right.timeMs - left.timeMs)) {
    const day = dayName(row.timeMs);
    const rows = days.get(day);
    if (rows) rows.push(row);
    else days.set(day, [row]);
  }
  return [...days];
}

export function rowsWithRuns(rows: readonly SnapshotRow[]): readonly Run[] {
  const runs: [SnapshotRow, ...SnapshotRow[]][] = [];
  for (const row of rows) {
    const last = runs.at(-1);
    if (last && isAutomatic(last[0]) && isAutomatic(row)) last.push(row);
    else runs.push([row]);
  }
  return runs;
}

/** For a short list: the very newest, then those with a reason. */
export function newestAndNotable(snapshots: readonly SnapshotRow[], most: number): readonly SnapshotRow[] {
  const [newest, ...rest] = snapshots;
  if (!newest) return [];
  return [newest, ...rest.filter((row) => !isAutomatic(row))].slice(0, most);
}
