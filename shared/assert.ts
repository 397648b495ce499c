/**
 * Bugs throw. Assertions stay on in production: a broken invariant halts the engine rather than letting it continue
 * wrong.
 *
 * The message starts with the id of the rule it guards (docs/engine.md, docs/wal.md, docs/protocol.md).
 */

/** Thrown for broken invariants only; the engine catches it once, at the top of its turn, and halts. */
export class BugError extends Error {
  override readonly name = "BugError";
}

export function assert(condition: unknown, rule: string): asserts condition {
  if (!condition) throw new BugError(rule);
}

/** For the `default` of an exhaustive switch: a missing case is a compile error, an impossible value a halt. */
export function unreachable(value: never): never {
  throw new BugError(`unreachable: ${JSON.stringify(value)}`);
}

/** The value, when its absence would be a bug. */
export function defined<T>(value: T | undefined | null, rule: string): T {
  assert(value !== undefined && value !== null, rule);
  return value;
}
