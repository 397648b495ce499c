/** What a scripted editor says, before anything is a byte: messages for the text lane, frames for the binary lane. */
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { UpMessage } from "#shared/protocol/up.ts";

export type Outgoing =
  | { readonly kind: "message"; readonly message: UpMessage }
  | { readonly kind: "frame"; readonly frame: TransformFrame };

export function saying(message: UpMessage): Outgoing {
  return { kind: "message", message };
}
