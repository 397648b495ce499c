/**
 * A person has decided about what is held back ([ENG-38]): the chosen version goes to both editors, under the hub's own
 * stamp, through the pipeline that every other change takes. Before: sides.ts. After: decide.ts, deletes.ts.
 */

import type { Choice } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { Fields } from "#shared/scene/fields.ts";
import { admitFields } from "./decide.ts";
import { completeDecision, decide } from "./decision.ts";
import { admitDeletes } from "./deletes.ts";
import { type Entity, fieldOf, type Side } from "./state.ts";
import type { Turn } from "./turn.ts";
import { namedBy, parentsFirst, valuesOf } from "./whole.ts";
import { write } from "./writing.ts";

/** Members of one deletion are decided together. */
export function release(turn: Turn, uuids: readonly Uuid[], choice: Choice): void {
  const { state } = turn;
  const closures = new Set(uuids.map((uuid) => state.quarantine.get(uuid)?.closure));
  const held = [...state.quarantine.entries()].filter(([, { closure }]) => closures.has(closure));
  // In an order that no map decides.
  held.sort(([one], [other]) => (one < other ? -1 : 1));
  for (const [uuid] of held) turn.log({ type: "release", timeMs: turn.facts.nowMs, uuid, kept: choice });
  const sideOf = new Map(held.map(([uuid, { sides }]) => [uuid, choice === "agreed" ? undefined : sides[choice]]));
  const living = held.map(([uuid]) => state.entities.get(uuid)).filter((entity) => entity !== undefined);
  for (const entity of parentsFirst(living.filter(({ uuid }) => sideOf.get(uuid)?.kind !== "gone")))
    bringAbout(turn, entity, sideOf.get(entity.uuid));
  const stamp = turn.hubStamp();
  const gone = living.filter(({ uuid }) => sideOf.get(uuid)?.kind === "gone");
  const ops = gone.map(({ uuid }): StampedOperation => ({ op: "delete", uuid, stamp }));
  if (ops.length > 0) admitDeletes(turn, { role: null, ops, ...inThisMode(turn) }, null);
}

/** In safe mode a person's word goes out as one that he gave on the review queue ([ENG-41]). */
function inThisMode({ state }: Turn) {
  return { reason: "approve", decision: state.head.mode === "safe" ? "approve" : null } as const;
}

/**
 * All of it is written anew and sent as a whole: nobody knows which of it an editor shows, or whether it has it. A
 * parent that has become impossible is left.
 */
function bringAbout(turn: Turn, entity: Entity, side: Side | undefined): void {
  const { uuid } = entity;
  for (const link of turn.links.byRole.values()) link.known.delete(uuid);
  const chosen: Fields = { ...valuesOf(entity), ...(side?.kind === "alive" ? side.fields : {}) };
  const attempts: Fields[] = [chosen, { ...chosen, parent: fieldOf(entity, "parent") ?? null }];
  for (const fields of "parent" in chosen ? attempts : [chosen]) {
    const outcome = admitFields(turn, entity, {
      uuid,
      stamp: turn.hubStamp(),
      fields,
      accepted: new Map(),
    });
    if ("code" in outcome) continue;
    if (outcome.operation) write(turn, { role: null, ops: [outcome.operation], ...inThisMode(turn) });
    decide(turn, { decision: "approve", uuids: namedBy(turn.state.entities.get(uuid)) });
    return completeDecision(turn);
  }
}
