/** What the dice may do to the whole system: chances per look (about eight a second), drawn anew for each seed. */
import type { RareMoment } from "#electron/ports/buggify.ts";
import type { Dice } from "./random.ts";

export type StackFaults = {
  /** A user does something, per tick of an editor. */
  readonly edit: number;
  readonly cut: number;
  /** Of the cuts: the hub does not hear of it for up to 40 s. */
  readonly halfOpen: number;
  /** Nothing gets through for up to 9 s. */
  readonly stall: number;
  /** Of the messages: up to 400 ms late. */
  readonly slowness: number;
  readonly crash: number;
  /** Of the crashes. */
  readonly powerCut: number;
  /** Of the syncs: up to 1.5 s long instead of 20 ms. */
  readonly slowSync: number;
  /** Of the syncs: the disk does not confirm it. */
  readonly syncFault: number;
  readonly clockJump: number;
  /** For 8 hours. */
  readonly suspend: number;
  /** All ways are blocked, and free again one by one, in any order. */
  readonly swizzle: number;
  /** Another document is opened in an editor. */
  readonly open: number;
  /** An editor plays, compiles or renders for up to 10 s. */
  readonly busy: number;
  /** A person switches safe mode, or decides about what it holds. */
  readonly review: number;
};

/** What came later than the seeds that failed once: without it they mean what they meant. */
export type Cruelty = {
  /** The process of an editor ends, per look. */
  readonly death: number;
  /** The disk is full, per write. */
  readonly fullDisk: number;
};

export const kind: Cruelty = { death: 0, fullDisk: 0 };
/** Some four deaths in three minutes, and the disk is full in about every hundredth write. */
export const cruel: Cruelty = { death: 0.003, fullDisk: 0.005 };

export const noStackFaults = {
  cut: 0,
  halfOpen: 0,
  stall: 0,
  slowness: 0,
  crash: 0,
  powerCut: 0,
  slowSync: 0,
  syncFault: 0,
  clockJump: 0,
  suspend: 0,
  swizzle: 0,
  open: 0,
  busy: 0,
  review: 0,
  edit: 0.1,
} as const satisfies StackFaults;

/** Some seeds are kind in some respect: what happens only without a fault is found, too. */
export function drawFaults(dice: Dice): StackFaults {
  const upTo = (most: number) => (dice.chance(0.25) ? 0 : dice.next() * most);
  return {
    edit: 0.02 + dice.next() * 0.15,
    cut: upTo(0.02),
    halfOpen: upTo(1),
    stall: upTo(0.01),
    slowness: upTo(0.3),
    crash: upTo(0.008),
    powerCut: upTo(1),
    slowSync: upTo(0.4),
    syncFault: dice.chance(0.7) ? 0 : dice.next() * 0.01,
    clockJump: upTo(0.005),
    suspend: upTo(0.0005),
    swizzle: upTo(0.003),
    open: upTo(0.002),
    busy: upTo(0.003),
    review: dice.chance(0.5) ? 0 : dice.next() * 0.01,
  };
}

export type Rareness = { readonly [Moment in RareMoment]: number };

export const never: Rareness = {
  "late turn": 0,
  "full inbox": 0,
  "segment ends": 0,
  "group in parts": 0,
  "checkpoint now": 0,
};

/** Each moment is in one seed of three, and there it comes now and then. */
export function drawRareness(dice: Dice): Rareness {
  const some = (most: number) => (dice.chance(2 / 3) ? 0 : dice.next() * most);
  return {
    "late turn": some(0.1),
    "full inbox": some(0.1),
    "segment ends": some(0.2),
    "group in parts": some(1),
    "checkpoint now": some(0.2),
  };
}
