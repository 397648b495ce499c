/**
 * Time that passes only when told to, for code that takes its timers and its clock from the global scope: a simulated
 * hub runs the very files that the product runs.
 *
 * Owns: one queue of everything that will happen, by time and then by the order in which it was asked for. Between two
 * of them everything that was promised is done. Must never: let real time decide anything.
 */
type Happening = { readonly id: number; readonly atMs: number; readonly ofHub: boolean; readonly run: () => void };

const realSetImmediate = setImmediate;
/** Everything that follows from what has just happened, through promises, is done when this resolves: Node runs the
 * next tick when no promise is left to be settled. */
const everythingPromised = () => new Promise<void>((resolve) => process.nextTick(resolve));
/** The process itself gets a word in between, once in so many happenings. */
const happeningsAtOnce = 1_000;

export class VirtualTime {
  /** Never goes back. */
  nowMs = 1_000;
  #queue: Happening[] = [];
  #nextId = 1;
  #happenings = 0;

  after(waitMs: number, run: () => void): number {
    return this.#add(waitMs, { run, ofHub: false });
  }

  /** Runs all that is due until `untilMs`, in order. */
  async passUntil(untilMs: number): Promise<void> {
    for (let next = this.#queue[0]; next !== undefined && next.atMs <= untilMs; next = this.#queue[0]) {
      this.#queue.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.run();
      await everythingPromised();
      this.#happenings += 1;
      if (this.#happenings % happeningsAtOnce === 0) await new Promise<void>((resolve) => realSetImmediate(resolve));
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** The computer sleeps: time passes, and nothing happens in it. */
  suspend(ms: number): void {
    this.nowMs += ms;
  }

  /** The hub is dead: nothing it had in mind will happen. */
  forgetHub(): void {
    this.#queue = this.#queue.filter(({ ofHub }) => !ofHub);
  }

  /** Gives the global timers and the monotonic clock to this time; the result gives them back. */
  install(): () => void {
    const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval } = globalThis;
    const repeat = (run: () => void, ms: number, id?: number): number => {
      const again = () => {
        repeat(run, ms, own);
        run();
      };
      const own: number = this.#add(ms, { run: again, ofHub: true, ...(id === undefined ? {} : { id }) });
      return own;
    };
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms = 0) => this.#add(ms, { run, ofHub: true }),
      setImmediate: (run: () => void) => this.#add(0, { run, ofHub: true }),
      setInterval: (run: () => void, ms: number) => repeat(run, ms),
      clearTimeout: (id: number) => this.#drop(id),
      clearInterval: (id: number) => this.#drop(id),
    });
    performance.now = () => this.nowMs;
    return () => {
      Object.assign(globalThis, { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval });
      Reflect.deleteProperty(performance, "now");
    };
  }

  /** With an `id`, an interval goes on under the name it had. */
  #add(waitMs: number, { run, ofHub, id = this.#nextId }: Omit<Happening, "id" | "atMs"> & { id?: number }): number {
    this.#nextId = Math.max(this.#nextId, id + 1);
    const atMs = this.nowMs + waitMs;
    let at = this.#queue.length;
    while (at > 0 && (this.#queue[at - 1] as Happening).atMs > atMs) at -= 1;
    this.#queue.splice(at, 0, { id, atMs, ofHub, run });
    return id;
  }

  #drop(id: number): void {
    this.#queue = this.#queue.filter((one) => one.id !== id);
  }
}
