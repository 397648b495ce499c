/** What the sockets tell the engine, as data: already greeted, decoded and checked (electron/transport). */
import type { TransformFrame } from "#shared/protocol/binary.ts";
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
  | {
      readonly kind: "frame";
      readonly connection: ConnectionId;
      readonly frame: TransformFrame;
      /** Set by the core when it merged several frames into this one. */
      readonly seqs?: readonly number[];
      /** Then, too: the stamp of each row, none above the frame's. */
      readonly stamps?: readonly number[];
    }
  /** Something was refused at the border: counted and shown, without effect. Null: before the upgrade. */
  | {
      readonly kind: "refusal";
      readonly connection: ConnectionId | null;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** A ping was answered. */
  | { readonly kind: "round-trip"; readonly connection: ConnectionId; readonly ms: number }
  /** The send buffer, which had been over `bufferedBytesMax`, is empty again. */
  | { readonly kind: "drained"; readonly connection: ConnectionId }
  | { readonly kind: "closed"; readonly connection: ConnectionId };
