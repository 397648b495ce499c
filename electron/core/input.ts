/** What can happen to the hub, as data: the only way into the core. */

import type { Choice } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { EntityKind, Fields } from "#shared/scene/fields.ts";
import type { CounterId } from "./failure.ts";
import type { WireEvent } from "./wire-event.ts";

export type WireInput = { readonly kind: "wire"; readonly event: WireEvent };

/** One entity as a snapshot holds it. */
export type SnapshotEntity = { readonly uuid: Uuid; readonly kind: EntityKind; readonly fields: Fields };

export type Input =
  | WireInput
  | { readonly kind: "tick" }
  /** A person pressed pause or resume, in the window, the tray or an editor's panel. */
  | { readonly kind: "pause"; readonly paused: boolean }
  | { readonly kind: "safe-mode"; readonly on: boolean; readonly reason: string }
  /** A person's word on what safe mode holds; null: on all of it. */
  | { readonly kind: "approve" | "refuse"; readonly uuids: readonly Uuid[] | null }
  /** A person decided about what is held back: whose version counts. */
  | { readonly kind: "release"; readonly uuids: readonly Uuid[]; readonly keep: Choice }
  /** What the hub remembers of a failure is to be forgotten. */
  | { readonly kind: "forget"; readonly counter: CounterId }
  | { readonly kind: "rollback"; readonly oid: string; readonly target: ReadonlyMap<Uuid, SnapshotEntity> }
  | { readonly kind: "paired-snapshot"; readonly role: Role; readonly epoch: number; readonly code: ErrorCode | null }
  | {
      readonly kind: "snapshot-taken";
      readonly oid: string;
      readonly reason: string;
      readonly label: string;
      readonly lsn: number;
    }
  /** Something outside the core went wrong, or was put right: counted, logged and shown. */
  | {
      readonly kind: "failed";
      readonly operation: string;
      readonly code: ErrorCode;
      readonly message: string;
      readonly level?: "warning" | "error";
    }
  | {
      readonly kind: "boot";
      readonly pid: number;
      readonly version: string;
      readonly recovered: string;
      readonly crashed: boolean;
    }
  | { readonly kind: "close" };

/** What the core must be told because it may not look: the time, dice, and how far the disk is. */
export type Facts = {
  readonly nowMs: number;
  readonly newUuid: () => Uuid;
  /** The log is on the medium up to here: what was to wait for more than that has not left yet. */
  readonly durableLsn: number;
  readonly project: { readonly id: Uuid; readonly name: string };
  /** The log's identity: a resume position means something only in the log it was taken from. */
  readonly logId: Uuid;
};
