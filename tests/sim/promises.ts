/**
 * What was accepted, kept until the end: I1, nothing acknowledged is lost.
 *
 * Of all claims on a field only those are kept that no other is at once newer than and heard later: they speak for the
 * rest.
 */
import { strict as assert } from "node:assert";
import { registerOf, type State } from "#electron/core/state.ts";
import { presenceStamp } from "#electron/core/whole.ts";
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { writerOf } from "#shared/scene/stamp.ts";

/**
 * One word of an editor about one entity: the fields it wrote under a stamp; "deleted" when it took it away. `lsn` is
 * where the log ended when it was heard: what was born later owes it nothing.
 */
export type Claim = {
  readonly uuid: Uuid;
  readonly stamp: number;
  readonly fields: readonly FieldName[] | "deleted";
  lsn: number;
};

type Promised = { readonly stamp: number; lsn: number };

export class Promises {
  readonly #promised = new Map<Uuid, Map<FieldName | "deleted", Promised[]>>();

  /** Checks them at once, and from now on. */
  add(state: State, claims: readonly Claim[], what: string): void {
    for (const { uuid, fields, stamp, lsn } of claims) {
      const ofEntity = this.#promised.get(uuid) ?? new Map<FieldName | "deleted", Promised[]>();
      this.#promised.set(uuid, ofEntity);
      for (const name of fields === "deleted" ? (["deleted"] as const) : fields) {
        assertTakenIn(state, { uuid, name, stamp, lsn }, what);
        const others = ofEntity.get(name) ?? [];
        if (others.some((other) => other.stamp >= stamp && other.lsn >= lsn)) continue;
        const remaining = others.filter((other) => other.stamp > stamp || other.lsn > lsn);
        ofEntity.set(name, [...remaining, { stamp, lsn }]);
      }
    }
  }

  /** A power cut took everything behind `lsn`; what is born now owes nothing to what was heard before. */
  cutBehind(lsn: number): void {
    for (const ofEntity of this.#promised.values()) {
      for (const each of [...ofEntity.values()].flat()) each.lsn = Math.min(each.lsn, lsn);
    }
  }

  check(state: State): void {
    for (const [uuid, ofEntity] of this.#promised) {
      for (const [name, promised] of ofEntity) {
        for (const each of promised) assertTakenIn(state, { uuid, name, ...each }, "what was accepted");
      }
    }
  }
}

type Word = Promised & { readonly uuid: Uuid; readonly name: FieldName | "deleted" };

/** The state has it, or something newer, or keeps it as a side of a conflict; or the entity is gone for good. */
function assertTakenIn(state: State, { uuid, stamp, name, lsn }: Word, what: string): void {
  const entity = state.entities.get(uuid);
  if (entity !== undefined && entity.createdLsn > lsn) return;
  const side = state.quarantine.get(uuid)?.sides[writerOf(stamp) as Role];
  if (side !== undefined && side.stamp >= stamp) return;
  if (name === "deleted") {
    const isBeaten = entity === undefined || presenceStamp(entity) >= stamp;
    assert(isBeaten, `I1: ${what} deleted ${uuid} at ${stamp}, which lives by nothing newer`);
    return;
  }
  if (entity === undefined) {
    assert(state.tombstones.has(uuid), `I1: ${what} wrote ${uuid}, of which nothing is known`);
    return;
  }
  const held = registerOf(entity, name)?.stamp ?? 0;
  assert(held >= stamp, `I1: ${what} wrote ${name} of ${uuid} at ${stamp}, and the state has that of ${held}`);
}
