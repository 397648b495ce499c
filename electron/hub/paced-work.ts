/**
 * Work that may wait and must never be in the way: what the window and the history are told.
 *
 * It is done once for everything that came in between, `intervalMs` after it was asked for, and less often when it
 * takes long: then it rests `restPerWork` times as long as it took, so that a storm of edits over a large scene costs
 * no more than a small share of the hub's time. The work is a generator: at every `yield` others have their turn, and
 * it rests a little.
 */
const restPerWork = 19;
const restPerPart = 4;

type Parts = Iterator<void, void>;

export class PacedWork {
  readonly #work: () => Parts;
  readonly #intervalMs: number;
  /** What is left of the work under way. */
  #parts: Parts | null = null;
  /** Asked for again while it was under way. */
  #isAskedAgain = false;
  /** What it still has to rest for what it took. */
  #restMs = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(intervalMs: number, work: () => Parts) {
    this.#work = work;
    this.#intervalMs = intervalMs;
  }

  soon(): void {
    if (this.#parts) this.#isAskedAgain = true;
    else this.#timer ??= setTimeout(() => this.#start(), Math.max(this.#intervalMs, this.#restMs));
  }

  /** All of it at once: what is under way first, then what came since. */
  now(): void {
    this.#clearTimer();
    while (this.#parts) this.#step(this.#parts);
    this.#isAskedAgain = false;
    this.#begin();
    while (this.#parts) this.#step(this.#parts);
    this.#askAgain();
  }

  /** What is under way stays undone. */
  stop(): void {
    this.#clearTimer();
    this.#parts = null;
    this.#isAskedAgain = false;
  }

  #start(): void {
    this.#timer = null;
    this.#begin();
    this.#goOn();
  }

  #begin(): void {
    this.#restMs = 0;
    this.#parts = this.#work();
  }

  /** One part now, the others each after a rest. */
  #goOn(): void {
    this.#timer = null;
    const partMs = this.#parts ? this.#step(this.#parts) : 0;
    if (!this.#parts) return this.#askAgain();
    const restMs = partMs * restPerPart;
    this.#restMs -= restMs;
    this.#timer = setTimeout(() => this.#goOn(), restMs);
  }

  #step(parts: Parts): number {
    const startMs = performance.now();
    if (parts.next().done) this.#parts = null;
    const partMs = performance.now() - startMs;
    this.#restMs += partMs * restPerWork;
    return partMs;
  }

  #askAgain(): void {
    if (!this.#isAskedAgain) return;
    this.#isAskedAgain = false;
    this.soon();
  }

  #clearTimer(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
