/**
 * Whole entities as operations, in an order that works: used wherever an editor lacks an entity altogether.
 */
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { limits } from "./limits.ts";
import { type Entity, fieldOf, parentOf, type Register, registersOf } from "./state.ts";

/**
 * A whole entity: its creation, then what was written since, one `set` for each stamp. Every value keeps its own stamp:
 * the editor may have it all the same, with an edit under way that is newer than some of the values and older than
 * others.
 */
export function wholeOperations(entity: Entity): StampedOperation[] {
  const { uuid, kind } = entity;
  const stamp = presenceStamp(entity);
  const created: { [Name in FieldName]?: FieldValue } = {};
  for (const [name, register] of registersOf(entity)) {
    if (register.stamp >= stamp) created[name] = register.value;
  }
  const others = fieldsByStamp(entity, (_name, register) => register.stamp !== stamp);
  return [{ op: "create", uuid, kind, fields: created as Fields, stamp }, ...others];
}

/**
 * The stamp with which an entity is there: a deletion counts only above it ([WIRE-9]). What was written anew as a whole
 * was said to be there with that write.
 */
export function presenceStamp(entity: Entity): number {
  let lowest = Number.POSITIVE_INFINITY;
  for (const [, { stamp }] of registersOf(entity)) lowest = Math.min(lowest, stamp);
  return Number.isFinite(lowest) ? Math.max(entity.createdStamp, lowest) : entity.createdStamp;
}

/** What must be there for an entity to stand in a scene: its parent, its mesh, its collections. */
export function namedBy(entity: Entity | undefined): Uuid[] {
  const single = [fieldOf(entity, "parent"), fieldOf(entity, "data")].filter((uuid) => typeof uuid === "string");
  return [...single, ...((fieldOf(entity, "collections") as readonly Uuid[] | undefined) ?? [])];
}

/** All the values that an entity has. */
export function valuesOf(entity: Entity): Fields {
  return Object.fromEntries(registersOf(entity).map(([name, { value }]) => [name, value]));
}

/** The chosen fields as `set` operations, one for each stamp among them. */
export function fieldsByStamp(
  entity: Entity,
  isChosen: (name: FieldName, register: Register) => boolean,
): StampedOperation[] {
  const byStamp = new Map<number, { [Name in FieldName]?: FieldValue }>();
  for (const [name, register] of registersOf(entity)) {
    if (!isChosen(name, register)) continue;
    const fields = byStamp.get(register.stamp) ?? {};
    fields[name] = register.value;
    byStamp.set(register.stamp, fields);
  }
  return [...byStamp].map(([stamp, fields]) => ({ op: "set", uuid: entity.uuid, fields, stamp }));
}

/** Collections before what is in them, meshes before what shows them, parents before children, as `above` says. */
export function parentsFirst(entities: readonly Entity[], above: typeof parentOf = parentOf): Entity[] {
  const byUuid = new Map(entities.map((entity) => [entity.uuid, entity]));
  const kindOrder = { collection: 0, mesh: 1, object: 2 } as const;
  const depth = (entity: Entity): number => {
    let steps = 0;
    let at = above(entity);
    while (at !== null && byUuid.has(at) && steps < limits.depthMax) {
      steps += 1;
      at = above(byUuid.get(at));
    }
    return steps;
  };
  const rank = new Map(
    entities.map((entity) => [entity, kindOrder[entity.kind] * (limits.depthMax + 1) + depth(entity)]),
  );
  return [...entities].sort((a, b) => (rank.get(a) as number) - (rank.get(b) as number));
}
