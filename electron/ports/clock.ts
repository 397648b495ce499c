/**
 * Time, as the shell around the pure core sees it.
 *
 * Owns: the only two readings of time in the hub. Core code gets them as data (`Facts`).
 * Must never: decide an order. Order is the LSN's alone; wall time is for people, monotonic time for deadlines.
 */

export interface Clock {
  /** Milliseconds since 1970 UTC. May jump in either direction: for showing and logging only. */
  nowMs(): number;
  /** Milliseconds since some point in the past, with fractions. Never goes back: for deadlines and latencies. */
  monotonicMs(): number;
}

export const realClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};
