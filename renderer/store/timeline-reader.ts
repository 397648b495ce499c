/**
 * The rows that the Timeline shows: the live tail joined to older pages, under one filter, following or standing still.
 *
 * Owns: paging backwards (cache first, then the hub), and the freeze: while a person reads, new rows are counted but
 * the list does not move under them.
 * Must never: have two page requests under way, or let the answer to an old filter into a new list.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PageCache, TimelinePage } from "#renderer/cache/timeline-pages.ts";
import type { HubClient } from "#renderer/hub-client.ts";
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import type { TimelineRow } from "#shared/ipc/view.ts";
import type { Failure, Result } from "#shared/result.ts";
import type { HubStore } from "./hub-store.ts";
import { alignedLimit, joined, noFilter, passes, tailRowsMax } from "./timeline-tail.ts";

export const pageRows = 200;
/** Older rows than this are reached by filters; the list must not grow for ever. */
const shownRowsMax = 20_000;

type ReaderState = {
  /** Newest first. */
  readonly rows: readonly TimelineRow[];
  readonly more: boolean;
  readonly loading: boolean;
  readonly failure: Failure | null;
  /** Rows that came while standing still. */
  readonly fresh: number;
  readonly follow: boolean;
  readonly filter: TimelineFilter;
};

export type TimelineReader = StoreApi<ReaderState> & {
  setFilter(filter: TimelineFilter): void;
  setFollow(follow: boolean): void;
  loadOlder(): Promise<void>;
  /** Ends the subscription to the store. */
  stop(): void;
};

type ReaderParts = { readonly hub: HubClient; readonly store: HubStore; readonly pages: PageCache };

export function createTimelineReader({ hub, store, pages }: ReaderParts, follow: boolean): TimelineReader {
  let older: readonly TimelineRow[] = [];
  let generation = 0;
  const state = createStore<ReaderState>(() => ({
    rows: store.getState().tail,
    more: true,
    loading: false,
    failure: null,
    fresh: 0,
    follow,
    filter: noFilter,
  }));

  function passing(): readonly TimelineRow[] {
    const { filter } = state.getState();
    return store.getState().tail.filter((row) => passes(row, filter));
  }

  function redraw(): void {
    const live = passing();
    if (state.getState().follow) {
      // A full tail loses its oldest rows as it grows: pages read below it would no longer join it.
      const isFull = store.getState().tail.length >= tailRowsMax;
      if (isFull && older.length > 0) restart({});
      else state.setState({ rows: joined(live, older), fresh: 0 });
      return;
    }
    const top = state.getState().rows[0]?.lsn ?? -1;
    state.setState({ fresh: live.filter((row) => row.lsn > top).length });
  }

  function restart(change: Partial<ReaderState>): void {
    generation += 1;
    older = [];
    state.setState({ more: true, loading: false, failure: null, fresh: 0, ...change });
    state.setState({ rows: passing() });
  }

  async function readPage(before: number | null, filter: TimelineFilter): Promise<Result<TimelinePage>> {
    const { status } = store.getState();
    const project = status?.project?.id;
    if (before === null || project === undefined) {
      return hub.request("timeline", { before, limit: pageRows, filter });
    }
    const key = { project, before, limit: alignedLimit(before, pageRows), filter };
    const kept = await pages.get(key);
    if (kept) return { ok: true, value: kept };
    const answer = await hub.request("timeline", { before, limit: key.limit, filter });
    if (answer.ok) await pages.put(key, answer.value, status?.log.finalLsn ?? 0);
    return answer;
  }

  async function loadOlder(): Promise<void> {
    const { loading, more, filter, rows } = state.getState();
    if (loading || !more || rows.length >= shownRowsMax) return;
    const asked = generation;
    state.setState({ loading: true, failure: null });
    const page = await readPage(rows.at(-1)?.lsn ?? null, filter);
    if (asked !== generation) return;
    if (!page.ok) {
      state.setState({ loading: false, failure: page.failure });
      return;
    }
    const sorted = page.value.rows.toSorted((left, right) => right.lsn - left.lsn);
    older = joined(older, sorted);
    state.setState((before) => ({
      rows: joined(before.rows, sorted),
      loading: false,
      more: page.value.more && sorted.length > 0,
    }));
  }

  let seen = store.getState();
  const stop = store.subscribe((now) => {
    if (now.tail === seen.tail && now.tailEpoch === seen.tailEpoch) return;
    const isBroken = now.tailEpoch !== seen.tailEpoch;
    seen = now;
    if (isBroken && state.getState().follow) restart({});
    else redraw();
  });

  return Object.assign(state, {
    setFilter: (filter: TimelineFilter) => restart({ filter }),
    setFollow(next: boolean) {
      if (next === state.getState().follow) return;
      if (next) restart({ follow: true });
      else state.setState({ follow: false });
    },
    loadOlder,
    stop,
  });
}
