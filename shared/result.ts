/**
 * Expected failures as values.
 *
 * A function that can fail in a way a person may have to act on returns a Result with a closed code; a function that
 * can only fail through a bug throws (see assert.ts). Never mix the two.
 */
import type { ErrorCode } from "./protocol/error-code.ts";

/** What went wrong, for people and for counters. `message` names the object and the next step. */
export type Failure = {
  readonly code: ErrorCode;
  readonly message: string;
  /** The entity concerned, where there is one. */
  readonly uuid?: string;
  /** The underlying error's text (errno, library message); for logs, never parsed. */
  readonly cause?: string;
};

export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

export function success<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failure(
  code: ErrorCode,
  message: string,
  details: { uuid?: string; cause?: unknown } = {},
): {
  readonly ok: false;
  readonly failure: Failure;
} {
  const { uuid, cause } = details;
  return {
    ok: false,
    failure: {
      code,
      message,
      ...(uuid === undefined ? {} : { uuid }),
      ...(cause === undefined ? {} : { cause: causeText(cause) }),
    },
  };
}

/** The text of an unknown thrown thing, with the errno code in front where there is one. */
export function causeText(cause: unknown): string {
  if (cause instanceof Error) {
    const code = "code" in cause && typeof cause.code === "string" ? `${cause.code}: ` : "";
    return cause.message.startsWith(code) ? cause.message : code + cause.message;
  }
  return String(cause);
}
