/**
 * The snapshot history as the engine and the window see it.
 *
 * Owns: the words of the contract between whoever takes, lists and reads snapshots and the adapter that keeps them
 * (electron/snapshots). Journey stage 12, "ghost audit": after a batch is final, before it is shown.
 * Must never: be needed for an acknowledgement. Every call is off the acknowledgement path, may take seconds, and may
 * fail without anything being lost: the log keeps what no snapshot has yet.
 */
import type { Uuid } from "#shared/ids.ts";
import type { Result } from "#shared/result.ts";

export const snapshotReasons = [
  "final",
  "before-first-mutation",
  "before-rollback",
  "before-delete",
  "manual",
  "idle",
  "exit",
  "safe-mode",
] as const;
export type SnapshotReason = (typeof snapshotReasons)[number];

/** One entity's final state as canonical JSON text; null removes it. */
export interface SnapshotChange {
  readonly uuid: Uuid;
  readonly json: string | null;
}

/** One editor's own state, kept beside the scene in a paired snapshot; `path` is a bare name such as `blender`. */
export interface SnapshotAttachment {
  readonly path: string;
  readonly json: string;
}

export interface SnapshotRequest {
  /** The place in the log whose final state the snapshot stands for. */
  readonly lsn: number;
  /** Digest of that state: 1–128 characters of `[0-9A-Za-z:+/=_-]`. */
  readonly stateHash: string;
  /** Wall time, for people only. */
  readonly timeMs: number;
  readonly reason: SnapshotReason;
  readonly label?: string;
  /** What differs from the snapshot `base`; the last entry of a UUID counts. */
  readonly changed: readonly SnapshotChange[];
  /**
   * Refused with E_SNAPSHOT_UNKNOWN when this is neither the newest snapshot nor the one before it; then send the
   * whole.
   */
  readonly base?: string;
  /** `changed` is the complete state: what it does not name goes. Used for the first snapshot and after a restart. */
  readonly whole?: boolean;
  readonly attachments?: readonly SnapshotAttachment[];
}

export interface SnapshotInfo {
  /** Git's name of the commit, 40 hex digits. */
  readonly oid: string;
  readonly lsn: number;
  readonly stateHash: string;
  readonly timeMs: number;
  readonly reason: SnapshotReason;
  /** The name a person gave afterwards, else the label it was taken with, else "". */
  readonly label: string;
  readonly objectCount: number;
}

export interface SnapshotContents {
  readonly info: SnapshotInfo;
  readonly objects: ReadonlyMap<Uuid, string>;
  readonly attachments: ReadonlyMap<string, string>;
}

export interface SnapshotQuery {
  /** 1–1,000. */
  readonly limit: number;
  /** Only snapshots older than this one. */
  readonly before?: string;
}

/** What opening found broken and put right; each is told to the person and counted. */
export type SnapshotRepair =
  | { readonly kind: "leftovers-removed"; readonly count: number }
  | { readonly kind: "objects-set-aside"; readonly count: number }
  | { readonly kind: "indexes-rebuilt"; readonly count: number }
  | { readonly kind: "file-rewritten"; readonly name: string }
  | { readonly kind: "names-set-aside"; readonly as: string }
  | { readonly kind: "branch-moved"; readonly from: string; readonly to: string }
  | { readonly kind: "history-unreadable"; readonly from: string };

/** What tidying did: packing many small files together, and letting go of what has grown old. */
export interface SnapshotTidying {
  /** Snapshots that are not in the list any more. */
  readonly dropped: number;
  /** `full`: more had to go than age alone asks for. `foreign-ref`: a branch or tag of somebody else's keeps it all. */
  readonly notice: "full" | "foreign-ref" | null;
}

export interface SnapshotOpening {
  readonly isNew: boolean;
  readonly head: SnapshotInfo | null;
  readonly repairs: readonly SnapshotRepair[];
}

export interface Snapshots {
  commit(request: SnapshotRequest): Promise<Result<SnapshotInfo>>;
  /** Newest first. */
  list(query: SnapshotQuery): Promise<Result<readonly SnapshotInfo[]>>;
  read(oid: string): Promise<Result<SnapshotContents>>;
  /** Gives a snapshot a name, or takes it away with "". History is not rewritten. */
  name(oid: string, label: string): Promise<Result<void>>;
  /** To be called after a commit; mostly there is nothing to do. What fails leaves everything as it was. */
  tidy(): Promise<Result<SnapshotTidying>>;
}
