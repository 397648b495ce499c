/**
 * Proof that both ends know the token, without ever sending it [WIRE-2].
 *
 * Owns: the text that is signed, its HMAC, and its comparison in constant time. The nonces of both sides are in the
 * text, so an old proof is worth nothing; the side is, so a hub's proof cannot be sent back to it; role, instance,
 * project and protocol are, so nobody in between can change what was agreed.
 * Must never: log or return the token.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Hello } from "#shared/protocol/handshake.ts";

export type Side = "hub" | "editor";

const secretBytes = 32;

/** 64 hex digits from the system's random source: a token, or a nonce. */
export function newSecret(): string {
  return randomBytes(secretBytes).toString("hex");
}

/** What both sides sign (shared/protocol/handshake.ts). */
export function proofText(side: Side, hello: Hello, serverNonce: string): string {
  const { nonce, role, instance, project, protocol } = hello;
  return ["vibesync", side, nonce, serverNonce, role, instance, project ?? "-", protocol.max].join("|");
}

/** Lower-case hex, 64 digits. */
export function proofOf(token: string, text: string): string {
  return createHmac("sha256", Buffer.from(token, "utf8")).update(text, "utf8").digest("hex");
}

export function isSameProof(expected: string, actual: string): boolean {
  const a = Buffer.from(expected, "utf8");
  const b = Buffer.from(actual, "utf8");
  return a.length === b.length && timingSafeEqual(a, b);
}
