/**
 * What the hub's main thread and the snapshot worker say to each other.
 *
 * Owns: the closed list of calls, the type of each answer, and the two things a worker may say besides answers. Both
 * ends are built together, so messages are typed, not parsed.
 * Must never: carry anything that structured clone cannot copy.
 */
import type {
  SnapshotContents,
  SnapshotInfo,
  SnapshotOpening,
  SnapshotQuery,
  SnapshotRequest,
  SnapshotTidying,
} from "#electron/ports/snapshots.ts";
import type { Result } from "#shared/result.ts";

export type SnapshotCall =
  | { readonly kind: "open"; readonly folder: string }
  | { readonly kind: "commit"; readonly request: SnapshotRequest }
  | { readonly kind: "list"; readonly query: SnapshotQuery }
  | { readonly kind: "read"; readonly oid: string }
  | { readonly kind: "name"; readonly oid: string; readonly label: string }
  | { readonly kind: "tidy" };

export interface SnapshotAnswers {
  readonly open: SnapshotOpening;
  readonly commit: SnapshotInfo;
  readonly list: readonly SnapshotInfo[];
  readonly read: SnapshotContents;
  readonly name: undefined;
  readonly tidy: SnapshotTidying;
}

export interface ToWorker {
  readonly id: number;
  readonly call: SnapshotCall;
}

export type FromWorker =
  | { readonly kind: "answer"; readonly id: number; readonly result: Result<unknown> }
  /** Sent while a call takes its time: slow is not dead. */
  | { readonly kind: "alive" }
  /** A rule is broken. The worker ends itself after this. */
  | { readonly kind: "bug"; readonly text: string };

/** The way to a worker, or to something in its place. `onDeath` is told once, whoever ended it. */
export interface SnapshotLink {
  post(message: ToWorker): void;
  listen(hear: (message: FromWorker) => void, onDeath: (cause: string) => void): void;
  /** Ends the worker at once. Resolves when it is gone. */
  stop(): Promise<void>;
}
