/**
 * The window's list of objects, kept up to date by what the records touched: the counts, and the deltas to push.
 *
 * Owns: the last view of every entity.
 * Must never: walk the whole scene on a turn; only when an editor comes or goes, and then in parts.
 */
import type { Links } from "#electron/core/links.ts";
import type { Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ObjectState, ObjectView, StatusView } from "#shared/ipc/view.ts";
import { objectViewOf, type Seen, seenIn } from "./object-view.ts";

export type Delta = { readonly upserts: ObjectView[]; readonly removed: Uuid[] };

/** A few milliseconds. */
const objectsPerDelta = 1_024;

export class ObjectLedger {
  readonly #state: State;
  readonly #links: Links;
  readonly #views = new Map<Uuid, ObjectView>();
  readonly #touched = new Set<Uuid>();
  /** Entities whose word may change without a record of their own. */
  readonly #unsettled = new Set<Uuid>();
  readonly #totals: { [Word in ObjectState]: number } = {
    "in-step": 0,
    sending: 0,
    held: 0,
    conflict: 0,
    "one-side": 0,
  };
  /** Null until the first look: what the log brought back is news, too. */
  #presence: string | null = null;
  #checking: ReadonlySet<Uuid> = new Set();

  constructor(state: State, links: Links) {
    this.#state = state;
    this.#links = links;
  }

  note(records: readonly Record[]): void {
    for (const record of records) {
      if (record.type === "transforms") for (const { uuid } of record.rows) this.#touched.add(uuid);
      else if (record.type === "edit") for (const { uuid } of record.ops) this.#touched.add(uuid);
      else if (record.type === "hold") for (const { operation } of record.members) this.#touched.add(operation.uuid);
      else if (record.type === "quarantine" || record.type === "release") this.#touched.add(record.uuid);
      else if (record.type === "fault" && record.uuid !== null) this.#touched.add(record.uuid);
    }
  }

  /** What changed since the last call, some objects at a time; whoever takes one does not wait for the rest. */
  *takeDeltas(): Generator<Delta, void> {
    const presence = this.#presenceNow();
    if (presence !== this.#presence) {
      this.#presence = presence;
      for (const uuid of this.#state.entities.keys()) this.#touched.add(uuid);
    }
    for (const uuid of this.#unsettled) this.#touched.add(uuid);
    for (const uuid of this.#checking) this.#touched.add(uuid);
    this.#checking = this.#links.beingChecked();
    for (const uuid of this.#checking) this.#touched.add(uuid);
    const touched = [...this.#touched];
    for (let from = 0; from < touched.length; from += objectsPerDelta) {
      const delta = this.#lookAt(touched.slice(from, from + objectsPerDelta));
      if (delta.upserts.length + delta.removed.length > 0) yield delta;
    }
  }

  all(): ObjectView[] {
    for (const _delta of this.takeDeltas());
    return [...this.#views.values()];
  }

  #lookAt(uuids: readonly Uuid[]): Delta {
    const delta: Delta = { upserts: [], removed: [] };
    const seen = seenIn(this.#state, this.#links, this.#checking);
    for (const uuid of uuids) {
      this.#touched.delete(uuid);
      this.#refresh(uuid, seen, delta);
    }
    return delta;
  }

  counts(): StatusView["counts"] {
    const { sending, held, conflict } = this.#totals;
    const [inStep, oneSide] = [this.#totals["in-step"], this.#totals["one-side"]];
    return { objects: this.#views.size, inStep, sending, held, conflict, oneSide };
  }

  #refresh(uuid: Uuid, seen: Seen, delta: Delta): void {
    const before = this.#views.get(uuid);
    const entity = this.#state.entities.get(uuid);
    if (!entity) {
      this.#unsettled.delete(uuid);
      if (!before) return;
      this.#totals[before.state] -= 1;
      this.#views.delete(uuid);
      delta.removed.push(uuid);
      return;
    }
    const after = objectViewOf(seen, entity);
    if (after.state === "in-step") this.#unsettled.delete(uuid);
    else this.#unsettled.add(uuid);
    if (before && isSameView(before, after)) return;
    if (before) this.#totals[before.state] -= 1;
    this.#totals[after.state] += 1;
    this.#views.set(uuid, after);
    delta.upserts.push(after);
  }

  /** A change here touches every object's word. */
  #presenceNow(): string {
    return [...this.#links.byRole.values()]
      .map((link) => `${link.role}:${link.connection ?? ""}:${link.phase}:${link.known.size}`)
      .join("|");
  }
}

function isSameView(a: ObjectView, b: ObjectView): boolean {
  const { state, lsn, blender, unity } = a;
  return state === b.state && lsn === b.lsn && blender === b.blender && unity === b.unity;
}
