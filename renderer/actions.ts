/**
 * What a person can do in the window, each as one request to the hub and one short answer on screen.
 *
 * Owns: the toasts that say how it went, with the way back where there is one. Every refusal is shown with the hub's
 * own sentence, which says what to do next.
 * Must never: change the store to make something look done. The hub's push does that.
 */
import type { createToastManager } from "@base-ui/react/toast";
import type { Choice } from "#shared/choice.ts";
import type { RequestAnswer, RequestArgument, RequestChannel } from "#shared/ipc/contract.ts";
import type { FailureRow, Settings } from "#shared/ipc/view.ts";
import type { Failure } from "#shared/result.ts";
import type { HubClient } from "./hub-client.ts";
import { texts } from "./messages/texts.ts";
import { applySnapshotName, type HubStore } from "./store/hub-store.ts";
import type { UiStore } from "./store/ui-store.ts";

type ToastManager = Pick<ReturnType<typeof createToastManager>, "add" | "close">;

const undoMs = 20_000;
const saidMs = 6_000;
const problemMs = 12_000;

type ActionParts = {
  readonly hub: HubClient;
  readonly store: HubStore;
  readonly ui: UiStore;
  readonly toasts: ToastManager;
};

export type Actions = ReturnType<typeof createActions>;

export function createActions({ hub, store, ui, toasts }: ActionParts) {
  function showProblem(title: string, failure: Failure): void {
    toasts.add({ title, description: failure.message, type: "problem", timeout: problemMs, priority: "high" });
  }

  function say(title: string, description?: string): void {
    toasts.add({ title, description, timeout: saidMs });
  }

  /** The answer, or null after the problem was shown. */
  async function ask<Channel extends RequestChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
    problem: string,
  ): Promise<{ readonly value: RequestAnswer<Channel> } | null> {
    const result = await hub.request(channel, argument);
    if (result.ok) return { value: result.value };
    showProblem(problem, result.failure);
    return null;
  }

  async function did<Channel extends RequestChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
    problem: string,
  ): Promise<boolean> {
    return (await ask(channel, argument, problem)) !== null;
  }

  function nameSnapshot(oid: string, label: string): void {
    ui.setState({ dialog: { kind: "name-snapshot", oid, label } });
  }

  async function takeSnapshot(): Promise<void> {
    const taken = await ask("snapshot-take", { label: "" }, texts.snapshots.problemTake);
    if (!taken) return;
    const { oid, objects } = taken.value;
    const id = toasts.add({
      title: texts.snapshots.taken,
      description: objects === null ? undefined : texts.snapshots.objects(objects),
      timeout: saidMs,
      actionProps: {
        children: texts.snapshots.nameIt,
        onClick: () => {
          toasts.close(id);
          nameSnapshot(oid, "");
        },
      },
    });
  }

  /** True when it happened. */
  async function rollBack(oid: string): Promise<boolean> {
    const done = await ask("snapshot-rollback", { oid }, texts.rollback.problem);
    if (!done) return false;
    const { undo, changed } = done.value;
    const id = toasts.add({
      title: texts.rollback.done,
      description: texts.rollback.doneCount(changed),
      timeout: undoMs,
      actionProps: {
        children: texts.undo,
        onClick: () => {
          toasts.close(id);
          void undoRollback(undo);
        },
      },
    });
    return true;
  }

  async function undoRollback(oid: string): Promise<void> {
    const done = await did("snapshot-rollback", { oid }, texts.rollback.problemUndo);
    if (done) say(texts.rollback.undone);
  }

  return {
    ask,
    say,
    showProblem,
    nameSnapshot,
    takeSnapshot,
    rollBack,
    setPaused: (paused: boolean) =>
      did("set-paused", { paused }, paused ? texts.problems.pause : texts.problems.resume),
    /** Leaving it sends what is held: where something is, a person is asked first, and this has not happened yet. */
    async setSafeMode(on: boolean): Promise<boolean> {
      const isAsked = !on && (store.getState().status?.toReview ?? 0) > 0;
      if (isAsked) ui.setState({ dialog: { kind: "leave-safe" } });
      return !isAsked && (await did("set-safe-mode", { on }, texts.problems.safeMode));
    },
    leaveSafeMode: () => did("set-safe-mode", { on: false }, texts.problems.safeMode),
    /** Null: everything that is held. */
    async decideReview(decision: "approve" | "refuse", uuids: readonly string[] | null): Promise<boolean> {
      const wish = { decision, uuids: uuids && [...uuids] };
      const done = await ask("review-decide", wish, texts.review.problem);
      if (done) say((decision === "approve" ? texts.review.approved : texts.review.refused)(done.value.decided));
      return done !== null;
    },
    restartEngine: () => did("restart-engine", null, texts.problems.restart),
    ...recoveryActions({ ask, say }),
    setDemo: (on: boolean) => did("set-demo", { on }, texts.problems.demo),
    showFolder: (which: "project" | "logs" | "plugins") => did("show-folder", { which }, texts.settings.problemFolder),
    /** True when it was saved, not when the person cancelled. */
    async saveDiagnostics(id: number): Promise<boolean> {
      const saved = await ask("save-diagnostics", { id }, texts.diagnostics.problemSave);
      if (!saved || saved.value.path === null) return false;
      say(texts.diagnostics.saved, saved.value.path);
      return true;
    },
    async keepName(oid: string, label: string): Promise<boolean> {
      const kept = await did("snapshot-name", { oid, label }, texts.snapshots.problemName);
      if (kept) applySnapshotName(store, oid, label);
      return kept;
    },
    /** Brings that version to both editors. */
    async keep(uuids: readonly string[], keep: Choice): Promise<boolean> {
      const done = await ask("release", { uuids: [...uuids], keep }, texts.conflicts.problem);
      if (done) say(texts.conflicts.done(done.value.decided));
      return done !== null;
    },
    async forget({ operation, code, uuid, role }: FailureRow): Promise<boolean> {
      const forgotten = await did("forget", { operation, code, uuid, role }, texts.failures.problemForget);
      if (forgotten) say(texts.failures.forgotten);
      return forgotten;
    },
    async saveSettings(change: Partial<Settings>): Promise<boolean> {
      const saved = await ask("set-settings", change, texts.settings.problem);
      if (saved) store.setState({ settings: saved.value });
      return saved !== null;
    },
  };
}

type Ask = <Channel extends RequestChannel>(
  channel: Channel,
  argument: RequestArgument<Channel>,
  problem: string,
) => Promise<{ readonly value: RequestAnswer<Channel> } | null>;
type Speech = { readonly ask: Ask; readonly say: (title: string, description?: string) => void };

/** What can be done about a project that cannot be opened. */
function recoveryActions({ ask, say }: Speech) {
  return {
    async restoreSnapshot(): Promise<boolean> {
      const restored = await ask("restore-snapshot", null, texts.recovery.problem);
      if (restored) say(texts.recovery.done(restored.value.objects));
      return restored !== null;
    },
    /** True when it was written, not when the person cancelled. */
    async exportScene(): Promise<boolean> {
      const written = await ask("export-scene", null, texts.recovery.problemExport);
      if (!written || written.value.path === null) return false;
      say(texts.recovery.exported(written.value.objects), written.value.path);
      return true;
    },
  };
}
