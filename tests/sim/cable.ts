/**
 * One socket as both ends know it: what is said arrives in order, late, or, when it breaks, not at all.
 *
 * Owns: what is on the way, in both directions, each in its own order. A stall holds everything up and loses nothing.
 */
import type { Dice } from "./random.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** Of a message on loopback, and of one that the scheduler forgot for a while. */
const quickMs = 3;
const slowMs = 400;
/** Messages that a buffer holds. */
const buffered = 12;

export type Direction = "up" | "down";

export class Cable {
  readonly connection: number;
  isBroken = false;
  /** Messages on the way up and down. */
  readonly #underWay = { up: 0, down: 0 };
  #wasClogged = false;
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #slowness: number;
  readonly #lastMs = { up: 0, down: 0 };

  constructor(connection: number, { time, dice, slowness }: { time: VirtualTime; dice: Dice; slowness: number }) {
    this.connection = connection;
    this.#time = time;
    this.#dice = dice;
    this.#slowness = slowness;
  }

  /** The other end reads too slowly: so much is on its way that a socket's buffer would be full. */
  get isClogged(): boolean {
    const isFull = this.#underWay.down > buffered;
    this.#wasClogged ||= isFull;
    return isFull;
  }

  /** Told once, when all is through. */
  get isDrained(): boolean {
    if (!this.#wasClogged || this.#underWay.down > 0) return false;
    this.#wasClogged = false;
    return true;
  }

  carry(direction: Direction, arrive: () => void): void {
    const delayMs = this.#dice.chance(this.#slowness) ? this.#dice.below(slowMs) : this.#dice.below(quickMs);
    const atMs = Math.max(this.#lastMs[direction], this.#time.nowMs + delayMs);
    this.#lastMs[direction] = atMs;
    this.#underWay[direction] += 1;
    this.#time.after(atMs - this.#time.nowMs, () => {
      this.#underWay[direction] -= 1;
      if (!this.isBroken) arrive();
    });
  }

  /** Nothing gets through for so long, in one direction. */
  stall(direction: Direction, ms: number): void {
    this.#lastMs[direction] = Math.max(this.#lastMs[direction], this.#time.nowMs + ms);
  }
}
