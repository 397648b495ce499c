/**
 * hello → challenge → auth, for one socket: the state machine that decides whether an editor is one of ours.
 *
 * Owns: what may be said before an editor is trusted [WIRE-4], the choice of the protocol version [WIRE-5], both proofs
 * [WIRE-2]. Reads text, gives back the next step; sockets and deadlines are the connection's.
 * Must never: tell why a proof was wrong, or read a byte of anything but hello and auth.
 */

import type { DownMessageOf } from "#shared/protocol/down.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { Hello } from "#shared/protocol/handshake.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { protocolVersion, protocolVersionMin } from "#shared/protocol/version.ts";
import { checkMessage, parseJson } from "./codec.ts";
import { isSameProof, newSecret, proofOf, proofText } from "./pairing.ts";

export type GreetingStep =
  | { readonly kind: "challenge"; readonly message: DownMessageOf<"challenge"> }
  | { readonly kind: "greeted"; readonly hello: Hello; readonly protocol: number }
  | { readonly kind: "refuse"; readonly code: ErrorCode; readonly message: string };

type GreetingState =
  | { readonly kind: "hello" }
  | { readonly kind: "auth"; readonly hello: Hello; readonly protocol: number; readonly nonce: string }
  | { readonly kind: "over" };

export class Greeting {
  readonly #token: string;
  #state: GreetingState = { kind: "hello" };

  constructor(token: string) {
    this.#token = token;
  }

  /** Takes one frame. After anything but `challenge` the greeting is over. */
  read(bytes: Buffer, isBinary: boolean): GreetingStep {
    const state = this.#state;
    this.#state = { kind: "over" };
    if (isBinary || state.kind === "over") return refuse("E_UNEXPECTED", errorSentence.E_UNEXPECTED);
    if (bytes.length > wireLimits.greetingBytesMax) return refuse("E_OVERSIZED", "The greeting was too long.");
    const parsed = parseJson(bytes.toString("utf8"));
    if (!parsed.ok) return refuse(parsed.failure.code, parsed.failure.message);
    return state.kind === "hello" ? this.#readHello(parsed.value) : this.#readAuth(parsed.value, state);
  }

  #readHello(value: unknown): GreetingStep {
    const foreign = versionProblem(value);
    if (foreign !== null) return foreign;
    const checked = checkMessage(value);
    if (!checked.ok) return refuse(checked.failure.code, checked.failure.message);
    const hello = checked.value;
    if (hello.kind !== "hello") return refuse("E_UNAUTHENTICATED", errorSentence.E_UNAUTHENTICATED);
    const protocol = Math.min(hello.protocol.max, protocolVersion);
    const nonce = newSecret();
    this.#state = { kind: "auth", hello, protocol, nonce };
    const proof = proofOf(this.#token, proofText("hub", hello, nonce));
    return { kind: "challenge", message: { kind: "challenge", nonce, proof } };
  }

  #readAuth(value: unknown, { hello, protocol, nonce }: Extract<GreetingState, { kind: "auth" }>): GreetingStep {
    const checked = checkMessage(value);
    if (!checked.ok) return refuse(checked.failure.code, checked.failure.message);
    const expected = proofOf(this.#token, proofText("editor", hello, nonce));
    if (checked.value.kind !== "auth" || !isSameProof(expected, checked.value.proof)) {
      return refuse("E_UNAUTHENTICATED", errorSentence.E_UNAUTHENTICATED);
    }
    return { kind: "greeted", hello, protocol };
  }
}

/**
 * Looks at a hello's versions before its shape: a plugin of another version may well say hello in another shape, and
 * its user must be told which side is the older one.
 */
function versionProblem(value: unknown): GreetingStep | null {
  const range = rangeOf(value);
  if (range === null) return null;
  if (range.max < protocolVersionMin) {
    const spoken = `It speaks version ${range.max}, VibeSync needs ${protocolVersionMin}.`;
    return refuse("E_PROTOCOL_VERSION", `The plugin is older than VibeSync: update the plugin. ${spoken}`);
  }
  if (range.min > protocolVersion) {
    const spoken = `It needs version ${range.min}, VibeSync speaks ${protocolVersion}.`;
    return refuse("E_PROTOCOL_VERSION", `VibeSync is older than the plugin: update VibeSync. ${spoken}`);
  }
  return range.min > range.max ? refuse("E_MALFORMED", "The plugin's versions are the wrong way round.") : null;
}

function rangeOf(value: unknown): { min: number; max: number } | null {
  if (typeof value !== "object" || value === null || !("protocol" in value)) return null;
  const { protocol } = value;
  if (typeof protocol !== "object" || protocol === null || !("min" in protocol) || !("max" in protocol)) return null;
  const { min, max } = protocol;
  return Number.isInteger(min) && Number.isInteger(max) ? { min: Number(min), max: Number(max) } : null;
}

function refuse(code: ErrorCode, message: string): GreetingStep {
  return { kind: "refuse", code, message };
}
