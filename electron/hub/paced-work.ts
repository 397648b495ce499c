/**
 * Work that may wait and must never be in the way: what the window and the history are told.
 *
 * It is done once for everything that came in between, `intervalMs` after it was asked for, and less often when it
 * takes long: then it rests `restPerWork` times as long as it took, so that a storm of edits over a large scene costs
 * no more than a small share of the hub's time.
 */
const restPerWork = 19;

export class PacedWork {
  readonly #work: () => void;
  readonly #intervalMs: number;
  #restMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(intervalMs: number, work: () => void) {
    this.#intervalMs = intervalMs;
    this.#work = work;
  }

  soon(): void {
    this.#timer ??= setTimeout(() => this.now(), Math.max(this.#intervalMs, this.#restMs));
  }

  now(): void {
    this.stop();
    const startMs = performance.now();
    this.#work();
    this.#restMs = (performance.now() - startMs) * restPerWork;
  }

  stop(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
