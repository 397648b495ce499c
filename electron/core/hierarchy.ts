/**
 * Parents: cycles, living ancestors, and keeping a thing's place in the world when its parent goes.
 *
 * Every walk ends after `limits.depthMax` steps; a hierarchy that deep is refused like a cycle.
 */
import type { Uuid } from "#shared/ids.ts";
import { multiply, type Quaternion, quaternion, rotated } from "#shared/math/quaternion.ts";
import { product, sum, type Vec3, vec3 } from "#shared/math/vector.ts";
import {
  type EntityKind,
  type FieldName,
  type Fields,
  type FieldValue,
  transformDefaults,
  transformFields,
} from "#shared/scene/fields.ts";
import { limits } from "./limits.ts";
import { type Entity, fieldOf, parentOf, type State } from "./state.ts";

/** Whether giving `uuid` this parent would make it its own ancestor, or nest deeper than the limit. */
export function makesCycle(parentAt: (uuid: Uuid) => Uuid | null, uuid: Uuid, parent: Uuid | null): boolean {
  let at: Uuid | null = parent;
  for (let depth = 0; depth < limits.depthMax; depth += 1) {
    if (at === null) return false;
    if (at === uuid) return true;
    at = parentAt(at);
  }
  return true;
}

/** Deepest first: whatever part of them goes, nothing hangs below what is gone. */
export function childrenFirst<Item extends { readonly uuid: Uuid }>(state: State, items: readonly Item[]): Item[] {
  if (items.length < 2) return [...items];
  const depths = new Map(items.map(({ uuid }) => [uuid, depthOf(state, uuid)]));
  return [...items].sort((a, b) => (depths.get(b.uuid) as number) - (depths.get(a.uuid) as number));
}

function depthOf(state: State, uuid: Uuid): number {
  let depth = 0;
  for (let at = parentOf(state.entities.get(uuid)); at !== null && depth < limits.depthMax; depth += 1) {
    at = parentOf(state.entities.get(at));
  }
  return depth;
}

/** The entities whose parent is one of `parents`, found in one pass. */
export function childrenOf(state: State, parents: ReadonlySet<Uuid>): Entity[] {
  const children: Entity[] = [];
  if (parents.size === 0) return children;
  for (const entity of state.entities.values()) {
    const parent = parentOf(entity);
    if (parent !== null && parents.has(parent)) children.push(entity);
  }
  return children;
}

/** Whether something may hang below it: it lives, and no editor lacks it until a person decides. */
export function isHome({ entities, quarantine }: State, uuid: Uuid): boolean {
  if (!entities.has(uuid)) return false;
  return !Object.values(quarantine.get(uuid)?.sides ?? {}).some((side) => side?.kind === "gone");
}

const nobody: ReadonlySet<Uuid> = new Set();

type Transform = { readonly translation: Vec3; readonly rotation: Quaternion; readonly scale: Vec3 };

/** What decides where a thing is: an entity's values, or those that a change would give it. */
export type Placed = { readonly kind: EntityKind; readonly fields: Fields };

export function placedOf(entity: Entity): Placed {
  const fields: { [Name in FieldName]?: FieldValue } = { parent: parentOf(entity) };
  for (const name of transformFields) {
    const value = fieldOf(entity, name);
    if (value !== undefined) fields[name] = value;
  }
  return { kind: entity.kind, fields };
}

/**
 * Parent and transform that leave a thing where it is in the world when it moves up from its dead parents to the
 * nearest living one; `going` are about to die. Scale is multiplied along the axes: with a rotated child under a
 * non-uniform scale no transform of three parts is exact.
 */
export function rehomed(state: State, { kind, fields }: Placed, going: ReadonlySet<Uuid> = nobody): Fields {
  let transform = transformOf(fields);
  let at = parentIn(fields);
  const passed = new Set<Uuid>();
  const isStaying = (uuid: Uuid) => isHome(state, uuid) && !going.has(uuid);
  while (at !== null && !isStaying(at)) {
    // The dead keep the parents of their last moments, which were not the same moment: they may go round in a circle.
    const isCircle = passed.has(at) || passed.size >= limits.depthMax;
    const dead = isCircle ? undefined : (state.entities.get(at) ?? state.tombstones.get(at)?.entity);
    passed.add(at);
    const above = dead ? placedOf(dead).fields : {};
    if (dead) transform = compose(transformOf(above), transform);
    at = parentIn(above);
  }
  return kind === "object" ? { parent: at, ...transform } : { parent: at };
}

function parentIn(fields: Fields): Uuid | null {
  return typeof fields.parent === "string" ? fields.parent : null;
}

function transformOf(fields: Fields): Transform {
  const part = (name: keyof Transform) => (fields[name] as readonly number[] | undefined) ?? transformDefaults[name];
  return { translation: vec3(part("translation")), rotation: quaternion(part("rotation")), scale: vec3(part("scale")) };
}

function compose(parent: Transform, child: Transform): Transform {
  const offset = rotated(parent.rotation, product(parent.scale, child.translation));
  return {
    translation: sum(parent.translation, offset),
    rotation: multiply(parent.rotation, child.rotation),
    scale: product(parent.scale, child.scale),
  };
}
