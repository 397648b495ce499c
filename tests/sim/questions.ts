/**
 * Who was asked about which batch, and has never answered: when a batch is final, whom the hub counts as having
 * answered has (I3). An editor that it gave up is not counted: that is told and asked again by itself.
 *
 * Asked again is not watched: of two questions about a batch on their way to an editor, the first answer counts.
 */
import { strict as assert } from "node:assert";
import type { Batch, Links } from "#electron/core/links.ts";
import type { Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";

type About = { readonly batch: number; readonly epoch: number };
/** By batch: in which epoch. */
type Epochs = Map<number, number>;

export class Questions {
  readonly #open: { readonly [Each in Role]: Epochs } = { blender: new Map(), unity: new Map() };
  readonly #answered: { readonly [Each in Role]: Epochs } = { blender: new Map(), unity: new Map() };
  /** As they were after the turn before: what is final is no longer among the hub's. */
  #batches: ReadonlyMap<number, Batch> = new Map();
  #final: { readonly lsn: number; readonly batch: number }[] = [];

  asked(role: Role, { batch, epoch }: About): void {
    if (this.#answered[role].get(batch) !== epoch) this.#open[role].set(batch, epoch);
  }

  answered(role: Role, { batch, epoch }: About): void {
    this.#open[role].delete(batch);
    this.#answered[role].set(batch, epoch);
  }

  logged(lsn: number, record: Record): void {
    if (record.type === "final") this.#final.push({ lsn, batch: record.batch });
    // What a link before was asked does not count in the next, also when nothing is left to be asked.
    if (record.type === "session" && record.role) this.#open[record.role].clear();
  }

  /** After a turn. */
  check({ batches }: Links, state: State): void {
    for (const { lsn, batch: id } of this.#final) {
      const batch = this.#batches.get(id);
      for (const role of roles) {
        const isUnheard = this.#open[role].delete(id) && batch?.answers.has(role) && !isMoot(state, batch);
        const text = `I3: record ${lsn} makes batch ${id} final, about which ${role} was asked and has said nothing`;
        assert(!isUnheard, text);
      }
    }
    this.#final = [];
    this.#batches = new Map(batches);
    for (const role of roles) this.#forgetBygone(role);
  }

  /** Whom the hub gave up, and what is over; or a day of batches would be kept. */
  #forgetBygone(role: Role): void {
    for (const batch of this.#open[role].keys()) {
      if (!this.#batches.get(batch)?.answers.has(role)) this.#open[role].delete(batch);
    }
    for (const batch of this.#answered[role].keys()) {
      if (!this.#batches.has(batch)) this.#answered[role].delete(batch);
    }
  }

  /** The hub was started again. */
  forget(): void {
    for (const role of roles) {
      this.#open[role].clear();
      this.#answered[role].clear();
    }
    this.#batches = new Map();
    this.#final = [];
  }
}

/** Nothing is left to ask about: all of it is held back, or was written again meanwhile. */
function isMoot({ quarantine, entities, tombstones }: State, { items, lsn }: Batch): boolean {
  const isOpen = (uuid: Uuid) =>
    !quarantine.has(uuid) && ((entities.get(uuid) ?? tombstones.get(uuid))?.lsn ?? 0) <= lsn;
  return ![...items.keys()].some(isOpen);
}
