/**
 * Joins the store to the hub: subscribe first, then ask for everything once.
 *
 * Owns: the order of the two. Pushes that arrive while the first answers are on their way wait and are applied after
 * them, so that an answer can never overwrite something newer for good.
 * Must never: poll. What changes is pushed.
 */
import type { HubClient } from "#renderer/hub-client.ts";
import type { Failure } from "#shared/result.ts";
import {
  applyFirstSnapshots,
  applyNewestSnapshot,
  applyObjects,
  applyStatus,
  applyTimeline,
  type HubStore,
} from "./hub-store.ts";
import { noFilter } from "./timeline-tail.ts";

const firstRowsMax = 200;
export const snapshotPageRows = 100;

/** Resolves when every first answer is in the store, with those that failed. */
export async function connectStore(hub: HubClient, store: HubStore): Promise<readonly Failure[]> {
  let waiting: (() => void)[] | null = [];
  const after =
    <Value>(apply: (value: Value) => void) =>
    (value: Value): void => {
      if (waiting) waiting.push(() => apply(value));
      else apply(value);
    };
  // The status is whole each time and shown as soon as it is there.
  hub.on("status-changed", (status) => applyStatus(store, status));
  hub.on(
    "objects-changed",
    after((delta) => applyObjects(store, delta)),
  );
  hub.on(
    "timeline-grew",
    after(({ rows }) => applyTimeline(store, rows, Date.now())),
  );
  hub.on(
    "failures-changed",
    after(({ rows }) => store.setState({ failures: rows })),
  );
  hub.on(
    "snapshots-changed",
    after(({ newest }) => {
      applyNewestSnapshot(store, newest);
      void loadNewestSnapshots(hub, store);
    }),
  );
  const failures = await loadAll(hub, store);
  for (const apply of waiting) apply();
  waiting = null;
  return failures;
}

/** Several snapshots may lie between two pushes. */
async function loadNewestSnapshots(hub: HubClient, store: HubStore): Promise<void> {
  const page = await hub.request("snapshots", { before: null, limit: snapshotPageRows });
  if (page.ok) applyFirstSnapshots(store, page.value);
}

async function loadAll(hub: HubClient, store: HubStore): Promise<readonly Failure[]> {
  const [status, settings, objects, timeline, failures, snapshots] = await Promise.all([
    hub.request("status", null),
    hub.request("settings", null),
    hub.request("objects", null),
    hub.request("timeline", { before: null, limit: firstRowsMax, filter: noFilter }),
    hub.request("failures", null),
    hub.request("snapshots", { before: null, limit: snapshotPageRows }),
  ]);
  if (status.ok) applyStatus(store, status.value);
  if (settings.ok) store.setState({ settings: settings.value });
  if (objects.ok) applyObjects(store, { reset: true, upserts: objects.value.objects, removed: [] });
  if (timeline.ok) applyTimeline(store, timeline.value.rows, Date.now());
  if (failures.ok) store.setState({ failures: failures.value.rows });
  if (snapshots.ok) applyFirstSnapshots(store, snapshots.value);
  return [status, settings, objects, timeline, failures, snapshots].flatMap((answer) =>
    answer.ok ? [] : [answer.failure],
  );
}
