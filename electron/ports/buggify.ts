/**
 * Rare moments on demand: places where the hub may do what it seldom has to, such as a log segment that ends early.
 *
 * Owns: their names. Every one of them is something that happens by itself, too, only not often enough for a simulation
 * to see much of it. The word is FoundationDB's.
 * Must never: be true in production; tests/tidy/buggify.test.ts sees to it that nobody there hands one in.
 */
export type RareMoment =
  /** Inputs wait a while, so that a turn has many of them. */
  | "late turn"
  /** A change finds the inbox full. */
  | "full inbox"
  /** The next record begins a new segment. */
  | "segment ends"
  /** A group of records is written in several calls. */
  | "group in parts"
  /** The state is saved although it is not due. */
  | "checkpoint now";

export type Buggify = (moment: RareMoment) => boolean;

export const neverBuggify: Buggify = () => false;
