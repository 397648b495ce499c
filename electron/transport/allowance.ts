/** Two small counters over time: a token bucket for rates, and a count of recent events. Time comes in as data. */

/** A bucket that was overdrawn is full enough again at this part of its size: a pause is worth its while. */
const resumePart = 0.1;

/** Fills at `perSecond` up to `burst`; may be overdrawn by what has arrived already, and then says how long to wait. */
export class Bucket {
  readonly #perSecond: number;
  readonly #burst: number;
  #level: number;
  #atMs: number;

  constructor(perSecond: number, burst: number, nowMs: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#level = burst;
    this.#atMs = nowMs;
  }

  /** Takes `amount`. 0, or when that was more than there was, the milliseconds until a tenth of the bucket is full. */
  take(amount: number, nowMs: number): number {
    this.#level = Math.min(this.#burst, this.#level + ((nowMs - this.#atMs) / 1_000) * this.#perSecond) - amount;
    this.#atMs = nowMs;
    return this.#level >= 0 ? 0 : ((this.#burst * resumePart - this.#level) / this.#perSecond) * 1_000;
  }
}

/** How many events happened within the window; remembers at most `max` of them. */
export class RecentEvents {
  readonly #max: number;
  readonly #windowMs: number;
  #times: readonly number[] = [];

  constructor(max: number, windowMs: number) {
    this.#max = max;
    this.#windowMs = windowMs;
  }

  add(nowMs: number): void {
    this.#times = [...this.#times.slice(-this.#max + 1), nowMs];
  }

  isFull(nowMs: number): boolean {
    const oldest = this.#times[0];
    return this.#times.length === this.#max && oldest !== undefined && nowMs - oldest <= this.#windowMs;
  }

  /** When the last one happened, `-Infinity` when none did. */
  get lastMs(): number {
    return this.#times.at(-1) ?? Number.NEGATIVE_INFINITY;
  }
}
