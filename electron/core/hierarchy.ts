/**
 * Parents: cycles, living ancestors, and keeping a thing's place in the world when its parent goes.
 *
 * Every walk ends after `limits.depthMax` steps; a hierarchy that deep is refused like a cycle.
 */
import type { Uuid } from "#shared/ids.ts";
import { multiply, type Quaternion, quaternion, rotated } from "#shared/math/quaternion.ts";
import { product, sum, type Vec3, vec3 } from "#shared/math/vector.ts";
import { type Fields, transformDefaults } from "#shared/scene/fields.ts";
import { limits } from "./limits.ts";
import { type Entity, fieldOf, parentOf, type State } from "./state.ts";

/** Whether giving `uuid` this parent would make it its own ancestor, or nest deeper than the limit. */
export function makesCycle(state: State, uuid: Uuid, parent: Uuid | null): boolean {
  let at: Uuid | null = parent;
  for (let depth = 0; depth < limits.depthMax; depth += 1) {
    if (at === null) return false;
    if (at === uuid) return true;
    at = parentOf(state.entities.get(at));
  }
  return true;
}

/** The nearest ancestor that lives, starting with `parent` itself; dead ones are looked up among the tombstones. */
export function livingAncestor(state: State, parent: Uuid | null): Uuid | null {
  let at: Uuid | null = parent;
  for (let depth = 0; depth < limits.depthMax && at !== null; depth += 1) {
    if (state.entities.has(at)) return at;
    at = parentOf(state.tombstones.get(at)?.entity);
  }
  return null;
}

/** The entities whose parent is one of `parents`, found in one pass. */
export function childrenOf(state: State, parents: ReadonlySet<Uuid>): Entity[] {
  const children: Entity[] = [];
  for (const entity of state.entities.values()) {
    const parent = parentOf(entity);
    if (parent !== null && parents.has(parent)) children.push(entity);
  }
  return children;
}

type Transform = { readonly translation: Vec3; readonly rotation: Quaternion; readonly scale: Vec3 };

/**
 * Parent and transform that leave `entity` where it is in the world when it moves up from its dead parents to
 * `livingAncestor`. Scale is multiplied along the axes: with a rotated child under a non-uniform scale no transform of three
 * parts is exact.
 */
export function rehomed(state: State, entity: Entity): Fields {
  let transform = transformOf(entity);
  let at = parentOf(entity);
  for (let depth = 0; depth < limits.depthMax && at !== null && !state.entities.has(at); depth += 1) {
    const dead: Entity | undefined = state.tombstones.get(at)?.entity;
    if (dead) transform = compose(transformOf(dead), transform);
    at = parentOf(dead);
  }
  if (entity.kind !== "object") return { parent: at };
  return { parent: at, ...transform };
}

function transformOf(entity: Entity): Transform {
  const part = (name: keyof Transform) => (fieldOf(entity, name) as readonly number[]) ?? transformDefaults[name];
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
