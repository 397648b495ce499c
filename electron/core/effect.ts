/** What the core wants done, as data. Performed by electron/engine/perform.ts once the log has taken the turn. */
import type { Uuid } from "#shared/ids.ts";
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import type { ConnectionId } from "./wire-event.ts";

/**
 * `durableLsn`: the message may leave once the log is durable up to there; 0 for a preview, which may leave as soon
 * as its record is written ([ENG-1]). Messages to one connection leave in the order they were made.
 */
export type Effect =
  | {
      readonly kind: "send";
      readonly connection: ConnectionId;
      readonly message: DownMessage;
      readonly durableLsn: number;
    }
  | {
      readonly kind: "send-frame";
      readonly connection: ConnectionId;
      readonly frame: TransformFrame;
      readonly durableLsn: number;
    }
  | { readonly kind: "close"; readonly connection: ConnectionId }
  /** The editor's scene as it came and the hub's own, on disk before the first mutation of that editor (phase 2). */
  | {
      readonly kind: "paired-snapshot";
      readonly role: Role;
      readonly epoch: number;
      readonly entities: readonly IndexedEntity[];
    }
  /** A batch is decided: the ghost audit may take a snapshot when its pace allows. `uuids`: what got a final value. */
  | { readonly kind: "finalised"; readonly uuids: readonly Uuid[] }
  /** An entity is about to be deleted: what it was goes into the next snapshot, even if nothing else happens. */
  | { readonly kind: "snapshot"; readonly reason: "safe-mode" | "final" }
  /** An editor's registry changed as a whole and its sidecar should be written. */
  | { readonly kind: "registry"; readonly role: Role }
  /** For people: shown in the window and, when it matters, by the desktop. */
  | {
      readonly kind: "notice";
      readonly level: "info" | "warning" | "error";
      readonly code: string | null;
      readonly message: string;
      readonly uuid: string | null;
    };

/** What is for the sockets; the rest is for the world around. */
export type WireEffect = Extract<Effect, { kind: "send" | "send-frame" | "close" }>;
export type WorldEffect = Exclude<Effect, WireEffect>;
