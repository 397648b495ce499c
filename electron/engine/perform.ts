/**
 * Letting messages out: in order per connection, and never before the log allows it ([ENG-1], [WIRE-12]).
 *
 * Owns: what waits for durability. A preview may pass words about earlier changes, so that a slow disk holds up nothing
 * but promises.
 * Must never: reorder what one connection is told about the scene, or send for a log that failed.
 */
import type { WireEffect } from "#electron/core/effect.ts";
import { limits } from "#electron/core/limits.ts";
import type { ConnectionId, Wire } from "#electron/ports/wire.ts";
import type { DownKind } from "#shared/protocol/down.ts";

/** What waits for the log, oldest first, and how much of it nothing may pass. */
type Queue = { readonly waiting: WireEffect[]; firm: number };

export class Outbox {
  readonly #wire: Wire;
  readonly #queues = new Map<ConnectionId, Queue>();
  readonly #onClogged: (connection: ConnectionId) => void;
  #durableLsn = 0;

  constructor(wire: Wire, onClogged: (connection: ConnectionId) => void) {
    this.#wire = wire;
    this.#onClogged = onClogged;
  }

  /** Sends at once what may go at once; the rest waits behind its `durableLsn`. */
  post(effect: WireEffect): void {
    const queue = this.#queues.get(effect.connection);
    const mayGo = this.#mayGo(effect) && (!queue || (queue.firm === 0 && mayPass(effect)));
    if (mayGo) this.#let(effect);
    else this.#wait(effect, queue);
  }

  /** Everything up to `lsn` survives a power cut. */
  durable(lsn: number): void {
    this.#durableLsn = Math.max(this.#durableLsn, lsn);
    for (const [connection, queue] of this.#queues) {
      const { waiting } = queue;
      let sent = 0;
      for (const effect of waiting) {
        if (!this.#mayGo(effect)) break;
        this.#let(effect);
        sent += 1;
      }
      queue.firm -= waiting.splice(0, sent).filter(isFirm).length;
      if (waiting.length === 0) this.#queues.delete(connection);
    }
  }

  forget(connection: ConnectionId): void {
    this.#queues.delete(connection);
  }

  #wait(effect: WireEffect, queue: Queue = { waiting: [], firm: 0 }): void {
    queue.waiting.push(effect);
    if (isFirm(effect)) queue.firm += 1;
    this.#queues.set(effect.connection, queue);
  }

  #mayGo(effect: WireEffect): boolean {
    return effect.kind === "close" || effect.durableLsn <= this.#durableLsn;
  }

  #let(effect: WireEffect): void {
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

const passing: ReadonlySet<DownKind> = new Set(["apply", "status"]);
const passed: ReadonlySet<DownKind> = new Set(["accepted", "verify", "final", "status"]);

/** Values carry their stamps and positions with them; a status is only what is so now. */
function mayPass(effect: WireEffect): boolean {
  return effect.kind === "send-frame" || (effect.kind === "send" && passing.has(effect.message.kind));
}

/** All but words about older changes; an answer that refuses something is followed by what puts it back. */
function isFirm(effect: WireEffect): boolean {
  if (effect.kind !== "send" || !passed.has(effect.message.kind)) return true;
  return effect.message.kind === "accepted" && effect.message.refused.length > 0;
}
