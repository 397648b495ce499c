/**
 * What waits for its turn, in the order it came (stage 3). Bounded: beyond the limit an editor's change is turned
 * away and stays with the editor; everything else is small and rare.
 */
import type { Input } from "#electron/core/input.ts";
import { limits } from "#electron/core/limits.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";

export class Inbox {
  #queue: Input[] = [];
  readonly #buggify: Buggify;

  constructor(buggify: Buggify = neverBuggify) {
    this.#buggify = buggify;
  }

  get size(): number {
    return this.#queue.length;
  }

  /** False: full; the input was not taken. */
  push(input: Input): boolean {
    if (isTurnedAway(input) && (this.#queue.length >= limits.inboxMax || this.#buggify("full inbox"))) return false;
    this.#queue.push(input);
    return true;
  }

  take(): Input[] {
    if (this.#queue.length <= limits.inputsPerTurnMax) {
      const all = this.#queue;
      this.#queue = [];
      return all;
    }
    return this.#queue.splice(0, limits.inputsPerTurnMax);
  }

  clear(): void {
    this.#queue = [];
  }
}

function isTurnedAway(input: Input): boolean {
  if (input.kind !== "wire") return false;
  const { event } = input;
  return event.kind === "frame" || (event.kind === "message" && event.message.kind === "change");
}
