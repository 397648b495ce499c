/**
 * The hub as the shell around it sees it: the one object behind the window, the tray and the terminal.
 *
 * Owns: the split of the window's request channels between the hub (everything about the scene, the log and the
 * editors) and the shell (everything about this desktop: folders, plugins, settings). `electron/hub.ts` opens the real
 * one.
 * Must never: know Electron. The same hub runs in a window, on a build server and in a test.
 */
import type { Clock } from "#electron/ports/clock.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { PushChannel, PushValue, RequestAnswer, RequestArgument, RequestChannel } from "#shared/ipc/contract.ts";
import type { FailureRow, StatusView } from "#shared/ipc/view.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Result } from "#shared/result.ts";

/** What answers one request channel. The router has checked the argument, and will check the answer. */
export type Handler<Channel extends RequestChannel> = (
  argument: RequestArgument<Channel>,
) => Promise<Result<RequestAnswer<Channel>>> | Result<RequestAnswer<Channel>>;

export type HandlersOf<Channel extends RequestChannel> = { readonly [Name in Channel]: Handler<Name> };

/** The channels the hub answers; the shell answers the others. */
export const hubChannels = [
  "status",
  "objects",
  "object-detail",
  "timeline",
  "failures",
  "snapshots",
  "snapshot-take",
  "snapshot-name",
  "snapshot-preview",
  "snapshot-rollback",
  "set-paused",
  "set-safe-mode",
  "conflicts",
  "release",
  "forget",
  "review",
  "review-decide",
  "restart-engine",
  "restore-snapshot",
] as const satisfies readonly RequestChannel[];
export type HubChannel = (typeof hubChannels)[number];
export type ShellChannel = Exclude<RequestChannel, HubChannel>;

export type PushListener = <Channel extends PushChannel>(channel: Channel, value: PushValue<Channel>) => void;

/** What a diagnostics bundle takes from an open hub, halted or not. */
export type HubFacts = {
  readonly status: StatusView;
  readonly failures: readonly FailureRow[];
  /** What opening found broken and put right. */
  readonly findings: readonly { operation: string; level: string; code: ErrorCode; message: string }[];
  /** Everything that has a name, to hide it. */
  readonly names: ReadonlySet<string>;
};

/** What a recovery took, and from when it is. */
export type Recovery = { readonly objects: number; readonly takenMs: number };

export type Hub = {
  readonly handlers: HandlersOf<HubChannel>;
  /** Returns the function that ends the subscription. */
  onPush(listener: PushListener): () => void;
  /** The same as the answer of the `status` channel, at once. */
  status(): StatusView;
  facts(): HubFacts;
  /** Clean shutdown: flush, last snapshot, discovery file removed, lock released. May be called twice. */
  close(): Promise<void>;
};

export type HubOptions = {
  /** Where `.vibesync/` lies or will lie; made when missing. */
  readonly projectFolder: string;
  /** For a new project only; an existing one keeps its name. */
  readonly projectName?: string;
  /** The folder of the discovery file, 0700; made when missing. */
  readonly home: string;
  readonly hubVersion: string;
  readonly clock: Clock;
  /** The real one unless a test puts a slow or failing one in its place. */
  readonly disk?: Disk;
};

/** The way on for a project that cannot be opened; no hub has it open. */
export type RestoreSnapshot = (request: {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly projectFolder: string;
}) => Promise<Result<Recovery>>;

export type OpenHub = (options: HubOptions) => Promise<Result<Hub>>;
