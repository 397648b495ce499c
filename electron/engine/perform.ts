/**
 * Letting messages out: in order per connection, and never before the log allows it ([ENG-1], [WIRE-12]).
 *
 * Owns: what waits for durability. Must never: reorder what one connection is sent, or send for a log that failed.
 */
import type { Effect } from "#electron/core/effect.ts";
import { limits } from "#electron/core/limits.ts";
import type { ConnectionId, Wire } from "#electron/ports/wire.ts";

type Outgoing = Extract<Effect, { kind: "send" | "send-frame" | "close" }>;

export class Outbox {
  readonly #wire: Wire;
  readonly #queues = new Map<ConnectionId, Outgoing[]>();
  readonly #onClogged: (connection: ConnectionId) => void;
  #durableLsn = 0;

  constructor(wire: Wire, onClogged: (connection: ConnectionId) => void) {
    this.#wire = wire;
    this.#onClogged = onClogged;
  }

  /** Sends at once what may go at once; the rest waits behind its `durableLsn`. */
  post(effect: Outgoing): void {
    const queue = this.#queues.get(effect.connection);
    if (queue) queue.push(effect);
    else if (this.#mayGo(effect)) this.#let(effect);
    else this.#queues.set(effect.connection, [effect]);
  }

  /** Everything up to `lsn` survives a power cut. */
  durable(lsn: number): void {
    this.#durableLsn = Math.max(this.#durableLsn, lsn);
    for (const [connection, queue] of this.#queues) {
      let sent = 0;
      for (const effect of queue) {
        if (!this.#mayGo(effect)) break;
        this.#let(effect);
        sent += 1;
      }
      if (sent === queue.length) this.#queues.delete(connection);
      else queue.splice(0, sent);
    }
  }

  forget(connection: ConnectionId): void {
    this.#queues.delete(connection);
  }

  #mayGo(effect: Outgoing): boolean {
    return effect.kind === "close" || effect.durableLsn <= this.#durableLsn;
  }

  #let(effect: Outgoing): void {
    const { connection } = effect;
    if (effect.kind === "close") {
      this.#wire.close(connection);
      return;
    }
    if (effect.kind === "send") this.#wire.send(connection, effect.message);
    else this.#wire.sendFrame(connection, effect.frame);
    if (this.#wire.bufferedBytes(connection) > limits.bufferedBytesMax) this.#onClogged(connection);
  }
}
