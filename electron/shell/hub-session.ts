/**
 * One hub at a time, and a truthful answer while there is none.
 *
 * Owns: opening, closing and exchanging the hub behind the window. The window opens before the hub and may outlive it:
 * while the hub boots the status says `booting`, after a failed opening it says Stopped and why, and the window's other
 * questions wait for the opening, or get its failure. `restart-engine` without a hub tries to open again.
 * Must never: throw for a hub that cannot open, or open a second one before the first is closed.
 */
import { type Stop, stopRow } from "#electron/hub/failure-totals.ts";
import { freshSet } from "#electron/ipc/fresh-set.ts";
import { realDisk } from "#electron/ports/disk.ts";
import {
  type HandlersOf,
  type Hub,
  type HubChannel,
  type HubFacts,
  type HubOptions,
  hubChannels,
  type OpenHub,
  type PushListener,
  type RestoreSnapshot,
} from "#electron/ports/hub.ts";
import { defined } from "#shared/assert.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import { causeText, type Failure, failure, type Result, success } from "#shared/result.ts";
import { emptyStatus } from "./empty-status.ts";

type Stage =
  | { readonly kind: "closed" }
  | { readonly kind: "opening" }
  | { readonly kind: "open"; readonly hub: Hub }
  | ({ readonly kind: "failed" } & Stop);

export type HubSession = {
  readonly handlers: HandlersOf<HubChannel>;
  onPush(listener: PushListener): () => void;
  status(): StatusView;
  /** Null while no hub is open. */
  facts(): HubFacts | null;
  /** Closes the hub that is open, then opens the one of this folder. Calls are served one after the other. */
  open(projectFolder: string): Promise<Result<void>>;
  close(): Promise<void>;
  /** A bug outside the hub: it is closed clean, and the reason is shown. */
  fail(reason: Failure): Promise<void>;
  /** Whether the demo pair runs: the hub cannot tell it from editors. */
  setDemo(on: boolean): void;
};

export type SessionOptions = Omit<HubOptions, "projectFolder"> & { readonly restoreSnapshot: RestoreSnapshot };

export function createHubSession(openHub: OpenHub, options: SessionOptions): HubSession {
  const listeners = new Set<PushListener>();
  let stage: Stage = { kind: "closed" };
  let folder: string | null = null;
  let isDemo = false;
  /** The last change of stage; the next one waits for it. */
  let turn: Promise<unknown> = Promise.resolve();

  const push: PushListener = (channel, value) => {
    for (const listener of listeners) listener(channel, value);
  };
  const status = (): StatusView => {
    if (stage.kind === "open") return { ...stage.hub.status(), demo: isDemo };
    return emptyStatus(stage.kind === "failed" ? stage : null, options.clock.nowMs());
  };
  /** While no hub is open, the one failure that is known is why. */
  const failuresWithoutHub = () => ({ rows: stage.kind === "failed" ? [stopRow(stage, "open")] : [] });
  const enter = (next: Stage): void => {
    stage = next;
    push("status-changed", status());
    if (stage.kind !== "open") push("failures-changed", failuresWithoutHub());
  };
  const failed = (reason: Failure): Stage => ({ kind: "failed", failure: reason, timeMs: options.clock.nowMs() });
  const inTurn = <T>(act: () => Promise<T>): Promise<T> => {
    const result = turn.then(act);
    turn = result.catch(() => undefined);
    return result;
  };
  const closeNow = async (): Promise<void> => {
    if (stage.kind === "open") await stage.hub.close();
    stage = { kind: "closed" };
  };

  async function openNow(projectFolder: string): Promise<Result<void>> {
    await closeNow();
    folder = projectFolder;
    enter({ kind: "opening" });
    const opened = await openCaught(openHub, { ...options, projectFolder });
    if (!opened.ok) {
      enter(failed(opened.failure));
      return opened;
    }
    const hub = opened.value;
    hub.onPush((channel, value) => {
      if (stage.kind !== "open" || stage.hub !== hub) return;
      if (channel === "status-changed") push("status-changed", status());
      else push(channel, value);
    });
    enter({ kind: "open", hub });
    // What the window may have read before belongs to another hub: it starts afresh.
    for (const [channel, value] of await freshSet(hub.handlers)) push(channel, value as never);
    return success(undefined);
  }

  /** Only for a project that could not be opened: an open one has its own way back. */
  async function restoreNow(): Promise<Result<RequestAnswer<"restore-snapshot">>> {
    if (stage.kind === "open") return await stage.hub.handlers["restore-snapshot"](null);
    if (stage.kind !== "failed" || folder === null) return { ok: false, failure: closedFailure };
    const { clock, disk = realDisk } = options;
    const restored = await options.restoreSnapshot({ disk, clock, projectFolder: folder });
    if (!restored.ok) return restored;
    const opened = await openNow(folder);
    return opened.ok ? restored : opened;
  }

  async function ask<Channel extends HubChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
  ): Promise<Result<RequestAnswer<Channel>>> {
    await turn;
    if (stage.kind === "open") return await stage.hub.handlers[channel](argument);
    return { ok: false, failure: stage.kind === "failed" ? stage.failure : closedFailure };
  }

  const handlers = {
    ...(Object.fromEntries(
      hubChannels.map((channel) => [channel, (argument: never) => ask(channel, argument)]),
    ) as unknown as HandlersOf<HubChannel>),
    status: () => success(status()),
    failures: async () => {
      const told = await ask("failures", null);
      return stage.kind === "failed" ? success(failuresWithoutHub()) : told;
    },
    "restart-engine": async () => {
      await turn;
      if (stage.kind === "open") return await stage.hub.handlers["restart-engine"](null);
      const again = defined(folder, "the window exists only after a project was opened");
      const opened = await inTurn(() => openNow(again));
      return opened.ok ? success(null) : opened;
    },
    "restore-snapshot": () => inTurn(restoreNow),
  } satisfies HandlersOf<HubChannel>;

  return {
    handlers,
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    status,
    facts: () => (stage.kind === "open" ? stage.hub.facts() : null),
    open: (projectFolder) => inTurn(() => openNow(projectFolder)),
    close: () => inTurn(closeNow),
    fail: (reason) =>
      inTurn(async () => {
        await closeNow();
        enter(failed(reason));
      }),
    setDemo(on) {
      isDemo = on;
      push("status-changed", status());
    },
  };
}

const closedFailure: Failure = { code: "E_HALTED", message: "No project is open." };

/** A throw here is a bug of the hub: it is shown like any other reason why nothing opened. */
async function openCaught(openHub: OpenHub, options: HubOptions): Promise<Result<Hub>> {
  try {
    return await openHub(options);
  } catch (error) {
    return failure("E_BUG", `The project could not be opened: ${causeText(error)}`, { cause: error });
  }
}
