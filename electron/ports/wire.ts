/**
 * The port between the engine and the sockets: what comes in is already greeted, decoded and checked; what goes out is a
 * message or a frame for a connection. Implemented by electron/transport, and by a fake network in the simulator.
 */
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Hello } from "#shared/protocol/handshake.ts";
import type { UpMessage } from "#shared/protocol/up.ts";

/** Counts up from 1 within one run of the hub; never used again. */
export type ConnectionId = number;

/** What an authenticated editor says. */
export type EditorMessage = Exclude<UpMessage, { kind: "hello" | "auth" }>;

export type WireEvent =
  /** It proved itself; the engine answers with `welcome` or `refused`. */
  | { readonly kind: "greeted"; readonly connection: ConnectionId; readonly hello: Hello; readonly protocol: number }
  | { readonly kind: "message"; readonly connection: ConnectionId; readonly message: EditorMessage }
  | { readonly kind: "frame"; readonly connection: ConnectionId; readonly frame: TransformFrame }
  /** Something was refused at the border: counted and shown, without effect. Null: before the upgrade. */
  | { readonly kind: "refusal"; readonly connection: ConnectionId | null; readonly code: ErrorCode; readonly message: string }
  /** A ping was answered. */
  | { readonly kind: "round-trip"; readonly connection: ConnectionId; readonly ms: number }
  /** The send buffer, which had been over `bufferedBytesMax`, is empty again. */
  | { readonly kind: "drained"; readonly connection: ConnectionId }
  | { readonly kind: "closed"; readonly connection: ConnectionId };

export interface Wire {
  /** The port it listens on. */
  readonly port: number;
  send(connection: ConnectionId, message: DownMessage): void;
  sendFrame(connection: ConnectionId, frame: TransformFrame): void;
  /** Bytes handed over and not yet taken by the kernel; 0 for an unknown connection. */
  bufferedBytes(connection: ConnectionId): number;
  /** Sends what is queued, then closes. A connection that is gone already is no error. */
  close(connection: ConnectionId): void;
  /** Closes every connection and the listener. */
  stop(): Promise<void>;
}
