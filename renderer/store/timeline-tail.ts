/**
 * The newest rows of the log, kept in memory, and the filter that both the live tail and the pages go through.
 *
 * Owns: the order (newest first), the bound, and the rule for gaps: a push that fills a whole page may have lost older
 * rows on the way, so it replaces the tail instead of being joined to it; older rows are asked for by range.
 * Must never: hold more than `tailRowsMax` rows, or show two rows of one position.
 */
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";

export const tailRowsMax = 2_000;
/** The contract's limit for one push and one page. */
const pageRowsMax = 500;

export const noFilter: TimelineFilter = { uuid: null, kinds: [], writer: null, search: "" };

export function isFiltered(filter: TimelineFilter): boolean {
  return filter.uuid !== null || filter.kinds.length > 0 || filter.writer !== null || filter.search.trim() !== "";
}

export function replacesTail(rows: readonly TimelineRow[]): boolean {
  return rows.length >= pageRowsMax;
}

/** `tail` is newest first; `rows` come in any order. */
export function grownTail(tail: readonly TimelineRow[], rows: readonly TimelineRow[]): readonly TimelineRow[] {
  const fresh = rows.toSorted((left, right) => right.lsn - left.lsn);
  if (replacesTail(rows)) return fresh;
  return joined(fresh, tail).slice(0, tailRowsMax);
}

/** Joins two lists that are newest first; where both have a position, the one of `first` is kept. */
export function joined(first: readonly TimelineRow[], second: readonly TimelineRow[]): readonly TimelineRow[] {
  const newest = second[0];
  const oldest = first.at(-1);
  if (newest === undefined) return first;
  if (oldest === undefined) return second;
  if (oldest.lsn > newest.lsn) return [...first, ...second];
  const byLsn = new Map(second.map((row) => [row.lsn, row]));
  for (const row of first) byLsn.set(row.lsn, row);
  return [...byLsn.values()].sort((left, right) => right.lsn - left.lsn);
}

/** Whether the hub would have answered with this row too. Rows name ten objects at most. */
export function passes(row: TimelineRow, filter: TimelineFilter): boolean {
  if (filter.kinds.length > 0 && !filter.kinds.includes(row.kind)) return false;
  if (filter.writer !== null && row.writer !== filter.writer) return false;
  if (filter.uuid !== null && !row.uuids.includes(filter.uuid)) return false;
  const search = filter.search.trim().toLowerCase();
  return search === "" || row.name.toLowerCase().includes(search) || row.summary.toLowerCase().includes(search);
}

/**
 * How many rows to ask for below `before`, so that later pages begin at multiples of `pageRows` and are found in the
 * cache in the next session too. It is only a matter of hits: any answer is right.
 */
export function alignedLimit(before: number, pageRows: number): number {
  const rest = before % pageRows;
  return rest === 0 ? pageRows : rest + (rest < pageRows / 2 ? pageRows : 0);
}
