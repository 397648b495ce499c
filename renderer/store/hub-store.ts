/**
 * What the window knows of the hub: a projection, replaced and forgotten at will.
 *
 * Owns: the answers and pushes of the hub in the shape the views read. Every change of it comes from the hub
 * (store/connect.ts); nothing in the window writes here to make something look done.
 * Must never: be the truth about anything, or compute a verdict.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { PushValue } from "#shared/ipc/contract.ts";
import type { FailureRow, Settings, SnapshotRow, StatusView, TimelineRow } from "#shared/ipc/view.ts";
import { createPulse, type Pulse } from "./pulse.ts";
import { applyDelta, noObjects, type SceneObjects } from "./scene-objects.ts";
import { grownTail, replacesTail } from "./timeline-tail.ts";

export type HubState = {
  /** Null until the hub's first answer. */
  readonly status: StatusView | null;
  readonly objects: SceneObjects;
  /** False until the hub told its objects once. */
  readonly hasObjects: boolean;
  /** Newest first. */
  readonly tail: readonly TimelineRow[];
  /** Raised when the tail was replaced and no longer joins what was read before. */
  readonly tailEpoch: number;
  readonly failures: readonly FailureRow[];
  /** Newest first. */
  readonly snapshots: readonly SnapshotRow[];
  readonly moreSnapshots: boolean;
  readonly settings: Settings | null;
};

export type HubStore = StoreApi<HubState> & { readonly pulse: Pulse };

export function createHubStore(): HubStore {
  return Object.assign(
    createStore<HubState>(() => emptyState()),
    { pulse: createPulse() },
  );
}

function emptyState(): HubState {
  return {
    status: null,
    objects: noObjects(),
    hasObjects: false,
    tail: [],
    tailEpoch: 0,
    failures: [],
    snapshots: [],
    moreSnapshots: false,
    settings: null,
  };
}

const forgotten = { hasObjects: false, tail: [], failures: [], snapshots: [], moreSnapshots: false };

/** Another project is another world: nothing of the old one may stay on screen. */
export function applyStatus(store: HubStore, status: StatusView): void {
  const before = store.getState().status;
  const isOther = before !== null && before.project?.id !== status.project?.id;
  if (isOther) store.pulse.clear();
  if (!isOther) store.setState({ status });
  else store.setState(({ tailEpoch }) => ({ ...forgotten, objects: noObjects(), status, tailEpoch: tailEpoch + 1 }));
}

export function applyObjects(store: HubStore, delta: PushValue<"objects-changed">): void {
  store.setState((state) => ({ objects: applyDelta(state.objects, delta), hasObjects: true }));
}

export function applyTimeline(store: HubStore, rows: readonly TimelineRow[], nowMs: number): void {
  const newest = store.getState().tail[0]?.lsn ?? -1;
  const isNew = (row: TimelineRow) => row.lsn > newest;
  store.pulse.add(rows.filter(isNew), nowMs);
  store.setState(({ tail, tailEpoch }) => ({
    tail: grownTail(tail, rows),
    tailEpoch: tailEpoch + (replacesTail(rows) && tail.length > 0 ? 1 : 0),
  }));
}

/** The newest one at once; what else came between two pushes is in the page asked for after it. */
export function applyNewestSnapshot(store: HubStore, newest: SnapshotRow | null): void {
  if (newest === null) store.setState({ snapshots: [], moreSnapshots: false });
  else store.setState((state) => ({ snapshots: [newest, ...state.snapshots.filter((row) => row.oid !== newest.oid)] }));
}

type SnapshotPage = { readonly rows: readonly SnapshotRow[]; readonly more: boolean };

/** The newest page replaces what it covers; older pages that were loaded stay. */
export function applyFirstSnapshots(store: HubStore, page: SnapshotPage): void {
  store.setState((state) => {
    const covered = new Set(page.rows.map((row) => row.oid));
    const oldest = page.rows.at(-1);
    const older = page.more && oldest ? state.snapshots.filter((row) => row.timeMs < oldest.timeMs) : [];
    const kept = older.filter((row) => !covered.has(row.oid));
    return { snapshots: [...page.rows, ...kept], moreSnapshots: kept.length > 0 ? state.moreSnapshots : page.more };
  });
}

export function applyOlderSnapshots(store: HubStore, page: SnapshotPage): void {
  store.setState((state) => {
    const seen = new Set(state.snapshots.map((row) => row.oid));
    const rows = page.rows.filter((row) => !seen.has(row.oid));
    return { snapshots: [...state.snapshots, ...rows], moreSnapshots: page.more };
  });
}

/** The hub confirmed the name. */
export function applySnapshotName(store: HubStore, oid: string, label: string): void {
  store.setState((state) => ({
    snapshots: state.snapshots.map((row) => (row.oid === oid ? { ...row, label } : row)),
  }));
}
