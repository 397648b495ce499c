/** The shapes of the conformance vectors (shared/protocol/vectors/README.md) and the names their cases share. */

export type MessageCase = {
  readonly name: string;
  readonly valid: boolean;
  /** Either the message, or the frame's text where JSON text can say what a JSON value cannot. */
  readonly message?: unknown;
  readonly text?: string;
  /** The hub's code for a refused one. */
  readonly code?: string;
};

export function valid(name: string, message: unknown): MessageCase {
  return { name, valid: true, message };
}

export function invalid(name: string, message: unknown, code = "E_MALFORMED"): MessageCase {
  return { name, valid: false, message, code };
}

export function invalidText(name: string, text: string, code = "E_MALFORMED"): MessageCase {
  return { name, valid: false, text, code };
}

export function without(message: object, member: string): object {
  return Object.fromEntries(Object.entries(message).filter(([name]) => name !== member));
}

export const ids = {
  cube: "11111111-1111-4111-8111-111111111111",
  lamp: "22222222-2222-4222-8222-222222222222",
  mesh: "33333333-3333-4333-8333-333333333333",
  walls: "44444444-4444-4444-8444-444444444444",
  instance: "55555555-5555-4555-8555-555555555555",
  project: "66666666-6666-4666-8666-666666666666",
  document: "77777777-7777-4777-8777-777777777777",
  session: "88888888-8888-4888-8888-888888888888",
  log: "99999999-9999-4999-8999-999999999999",
} as const;

export const clientNonce = "0123456789abcdef".repeat(4);
export const serverNonce = "fedcba9876543210".repeat(4);
export const someProof = "00".repeat(32);
