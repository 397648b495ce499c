/**
 * The hub as the shell sees it: one project, open, with answers for the window and news about it.
 *
 * Owns: the request handlers of the scene's channels, and restarting the engine under the same window. Stage before:
 * the IPC router, which has checked the arguments.
 * Must never: be imported by anything but a composition root or a test.
 */

import { conflictRows, decideConflicts } from "#electron/hub/conflict-desk.ts";
import { CoreHub, snapshotRow } from "#electron/hub/core-hub.ts";
import { fieldViewsOf } from "#electron/hub/detail-view.ts";
import { objectViewOf, seenIn } from "#electron/hub/object-view.ts";
import { namesIn } from "#electron/hub/project-tail.ts";
import { decideReview, reviewRows } from "#electron/hub/review-desk.ts";
import { previewOf, readSnapshot, rollBack } from "#electron/hub/rollback-desk.ts";
import { timelinePage } from "#electron/hub/timeline-pages.ts";
import type { HandlersOf, Hub, HubChannel, HubOptions, PushListener } from "#electron/ports/hub.ts";
import { failure, type Result, success } from "#shared/result.ts";

const historyRows = 20;

export async function openHub(options: HubOptions): Promise<Result<Hub>> {
  const listeners = new Set<PushListener>();
  const push: PushListener = (channel, value) => {
    for (const listener of listeners) listener(channel, value);
  };
  const first = await CoreHub.open(options, push);
  if (!first.ok) return first;
  let core = first.value;

  let restarting: Promise<Result<null>> | null = null;
  /** One at a time: whoever asks meanwhile gets the same answer. */
  function restart(): Promise<Result<null>> {
    restarting ??= reopen().finally(() => {
      restarting = null;
    });
    return restarting;
  }

  async function reopen(): Promise<Result<null>> {
    await core.close();
    const next = await CoreHub.open(options, push);
    if (!next.ok) {
      core.engine.halt(next.failure);
      return next;
    }
    core = next.value;
    push("objects-changed", { reset: true, upserts: core.publisher.ledger.all(), removed: [] });
    push("failures-changed", { rows: core.failures() });
    push("status-changed", core.status());
    return success(null);
  }

  return success({
    handlers: handlersOf(() => core, restart),
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status: () => core.status(),
    facts: () => ({
      status: core.status(),
      failures: core.failures(),
      findings: core.opened.findings,
      names: namesIn(core.opened.state),
    }),
    close: async () => {
      await restarting;
      await core.close();
    },
  });
}

function handlersOf(core: () => CoreHub, restart: () => Promise<Result<null>>): HandlersOf<HubChannel> {
  const state = () => core().opened.state;
  return {
    status: () => success(core().status()),
    objects: () => success({ objects: core().publisher.ledger.all() }),
    "object-detail": ({ uuid }) => {
      const entity = state().entities.get(uuid);
      if (!entity) return failure("E_UNKNOWN_ENTITY", "That object is not in the scene any more.", { uuid });
      const filter = { uuid, kinds: [], writer: null, search: "" };
      const page = timelinePage(
        { reader: core().reader, state: state() },
        { before: null, limit: historyRows, filter },
      );
      if (!page.ok) return page;
      const { links } = core();
      const object = objectViewOf(seenIn(state(), links, links.beingChecked()), entity);
      return success({ object, fields: fieldViewsOf(state(), entity), history: page.value.rows });
    },
    timeline: (query) => timelinePage({ reader: core().reader, state: state() }, query),
    failures: () => success({ rows: core().failures() }),
    snapshots: async ({ before, limit }) => {
      const listed = await core().snapshots.list({ limit: limit + 1, ...(before === null ? {} : { before }) });
      if (!listed.ok) return listed;
      return success({ rows: listed.value.slice(0, limit).map(snapshotRow), more: listed.value.length > limit });
    },
    "snapshot-take": async ({ label }) => {
      const taken = await core().feed.takeNow({ reason: "manual", label });
      if (!taken.ok) return taken;
      if (taken.value) return success(snapshotRow(taken.value));
      return failure("E_SNAPSHOT", "There is nothing to take a snapshot of yet.");
    },
    "snapshot-name": async ({ oid, label }) => {
      const named = await core().snapshots.name(oid, label);
      return named.ok ? success(null) : named;
    },
    "snapshot-preview": async ({ oid }) => {
      const target = await readSnapshot(core(), oid);
      return target.ok ? success(previewOf(core(), oid, target.value)) : target;
    },
    "snapshot-rollback": ({ oid }) => rollBack(core(), oid),
    "set-paused": ({ paused }) => command(core(), { kind: "pause", paused }),
    "set-safe-mode": ({ on }) => command(core(), { kind: "safe-mode", on, reason: on ? "Turned on by you." : "" }),
    forget: (counter) => command(core(), { kind: "forget", counter }),
    conflicts: () => success(conflictRows(state())),
    release: (wish) => decideConflicts(core(), wish),
    review: async () => success(await reviewRows(state(), core().links)),
    "review-decide": (wish) => decideReview(core(), wish),
    "restart-engine": restart,
    "restore-snapshot": () =>
      failure("E_UNEXPECTED", "The project is open. Roll back to the snapshot in Snapshots instead."),
  };
}

function command(core: CoreHub, input: Parameters<CoreHub["engine"]["now"]>[0]): Result<null> {
  if (core.engine.halted) return { ok: false, failure: core.engine.halted };
  core.engine.now(input);
  core.publisher.tell();
  return success(null);
}
