/**
 * Identities. Every thing that two processes talk about is named by a UUID, never by a name, a path or a handle.
 *
 * Text form is the lower-case hyphenated RFC 4122 form, 36 characters; on the binary lane it is the same 16 bytes.
 */
import { z } from "zod";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const uuidSchema = z.string().length(36).regex(uuidPattern).meta({ id: "Uuid" });
export type Uuid = z.infer<typeof uuidSchema>;

export function isUuid(text: unknown): text is Uuid {
  return typeof text === "string" && uuidPattern.test(text);
}

const byteHex: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const hyphenBefore = new Set([4, 6, 8, 10]);

/** Reads 16 bytes at `offset` as UUID text. The caller has checked that they are there. */
export function uuidFromBytes(bytes: Uint8Array, offset: number): Uuid {
  let text = "";
  for (let index = 0; index < 16; index += 1) {
    if (hyphenBefore.has(index)) text += "-";
    text += byteHex[bytes[offset + index] as number];
  }
  return text;
}

/** Writes the 16 bytes of `uuid` at `offset`. */
export function uuidToBytes(uuid: Uuid, bytes: Uint8Array, offset: number): void {
  let at = offset;
  for (let index = 0; index < 36; index += 1) {
    if (uuid.charCodeAt(index) === 45) continue;
    bytes[at] = Number.parseInt(uuid.slice(index, index + 2), 16);
    at += 1;
    index += 1;
  }
}
