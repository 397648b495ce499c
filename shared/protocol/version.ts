/**
 * The protocol's version. Any change to a message, to the binary layout or to the field table takes a new line here in
 * the same commit: `tests/contract` compares the fingerprint of the generated schema with the newest line.
 */
export const protocolVersion = 1;

/** The oldest version that this hub still speaks. */
export const protocolVersionMin = 1;

export const websocketSubprotocol = "vibesync.v1";

/** version → what it brought and the SHA-256 (first 16 hex digits) of its generated schema. */
export const protocolHistory: readonly { version: number; brought: string; fingerprint: string }[] = [
  {
    version: 1,
    brought: "objects, collections, mesh references; verification; resume",
    fingerprint: "118890040012bad9",
  },
];
