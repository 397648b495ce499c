/**
 * The port between the engine and the sockets: what comes in is already greeted, decoded and checked; what goes out
 * is a message or a frame for a connection. Implemented by electron/transport, and by a fake network in the
 * simulator.
 */
import type { ConnectionId, EditorMessage, WireEvent } from "#electron/core/wire-event.ts";
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";

export type { ConnectionId, EditorMessage, WireEvent };

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
