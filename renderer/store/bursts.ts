/**
 * A drag is hundreds of rows of the log and one thing that a person did: rows in a row that say the same about the same
 * objects are shown as one, with their number.
 */
import type { TimelineRow } from "#shared/ipc/view.ts";

export type Burst = {
  /** The newest of its rows. */
  readonly row: TimelineRow;
  readonly count: number;
  /** The position of its oldest row: it stays the same while the burst grows. */
  readonly key: string;
};

/** `rows` are newest first. Only moves are gathered; everything else is worth a line of its own. */
export function burstsOf(rows: readonly TimelineRow[]): readonly Burst[] {
  const bursts: { row: TimelineRow; count: number; key: string }[] = [];
  for (const row of rows) {
    const last = bursts.at(-1);
    if (last && isSameMove(last.row, row)) {
      last.count += 1;
      last.key = String(row.lsn);
    } else {
      bursts.push({ row, count: 1, key: String(row.lsn) });
    }
  }
  return bursts;
}

function isSameMove(newer: TimelineRow, older: TimelineRow): boolean {
  return (
    newer.kind === "transform" &&
    older.kind === "transform" &&
    newer.writer === older.writer &&
    newer.summary === older.summary &&
    newer.entities === older.entities &&
    newer.uuids.length === older.uuids.length &&
    newer.uuids.every((uuid, index) => uuid === older.uuids[index])
  );
}
