/**
 * Whole entities as operations, in an order that works: used wherever an editor lacks an entity altogether.
 */
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { limits } from "./limits.ts";
import { type Entity, parentOf, registersOf } from "./state.ts";

/** A whole entity as one operation. Its stamp is the highest of its fields: the editor starts from there. */
export function createOperation(entity: Entity): StampedOperation {
  const fields: { [Name in FieldName]?: FieldValue } = {};
  let stamp = entity.createdStamp;
  for (const [name, register] of registersOf(entity)) {
    fields[name] = register.value;
    stamp = Math.max(stamp, register.stamp);
  }
  return { op: "create", uuid: entity.uuid, kind: entity.kind, fields: fields as Fields, stamp };
}

/** Collections before what is in them, meshes before what shows them, parents before children. */
export function parentsFirst(entities: readonly Entity[]): Entity[] {
  const byUuid = new Map(entities.map((entity) => [entity.uuid, entity]));
  const kindOrder = { collection: 0, mesh: 1, object: 2 } as const;
  const depth = (entity: Entity): number => {
    let steps = 0;
    let at = parentOf(entity);
    while (at !== null && byUuid.has(at) && steps < limits.depthMax) {
      steps += 1;
      at = parentOf(byUuid.get(at));
    }
    return steps;
  };
  const rank = new Map(
    entities.map((entity) => [entity, kindOrder[entity.kind] * (limits.depthMax + 1) + depth(entity)]),
  );
  return [...entities].sort((a, b) => (rank.get(a) as number) - (rank.get(b) as number));
}
