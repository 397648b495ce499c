/**
 * Going back to a snapshot: the difference between now and then, as ordinary operations through the ordinary
 * pipeline.
 *
 * Pure comparison; used for the preview and for the act. Must never touch a file of an editor.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { childrenFirst } from "./hierarchy.ts";
import type { SnapshotEntity } from "./input.ts";
import { limits } from "./limits.ts";
import { type Entity, fieldOf, type State } from "./state.ts";

export type Difference = {
  readonly comeBack: readonly SnapshotEntity[];
  /** Children before their parents. */
  readonly goAway: readonly Entity[];
  readonly change: readonly { readonly entity: Entity; readonly fields: Fields }[];
};

export function differenceTo(state: State, target: ReadonlyMap<Uuid, SnapshotEntity>): Difference {
  const comeBack: SnapshotEntity[] = [];
  const change: { entity: Entity; fields: Fields }[] = [];
  for (const then of target.values()) {
    const now = state.entities.get(then.uuid);
    if (now === undefined) {
      comeBack.push(then);
      continue;
    }
    const fields = differingFields(now, then);
    if (Object.keys(fields).length > 0) change.push({ entity: now, fields });
  }
  const goAway = childrenFirst(
    state,
    [...state.entities.values()].filter(({ uuid }) => !target.has(uuid)),
  );
  return { comeBack, goAway, change };
}

function differingFields(now: Entity, then: SnapshotEntity): Fields {
  const fields: { [Name in FieldName]?: FieldValue } = {};
  for (const [key, value] of Object.entries(then.fields)) {
    const name = key as FieldName;
    if (value !== undefined && !isSameValue(name, fieldOf(now, name), value)) fields[name] = value;
  }
  return fields;
}

/**
 * Creates (parents first), then sets from the roots of the old hierarchy downwards, so that no step makes a cycle,
 * then deletes.
 */
export function rollbackOperations(
  { comeBack, goAway, change }: Difference,
  target: ReadonlyMap<Uuid, SnapshotEntity>,
  stamp: number,
): StampedOperation[] {
  const depth = (uuid: Uuid): number => depthIn(target, uuid);
  const creates = [...comeBack].sort((a, b) => rank(a, depth) - rank(b, depth));
  const sets = [...change].sort((a, b) => depth(a.entity.uuid) - depth(b.entity.uuid));
  return [
    ...creates.map(({ uuid, kind, fields }) => ({ op: "create" as const, uuid, kind, fields, stamp })),
    ...sets.map(({ entity, fields }) => ({ op: "set" as const, uuid: entity.uuid, fields, stamp })),
    ...goAway.map(({ uuid }) => ({ op: "delete" as const, uuid, stamp })),
  ];
}

const kindOrder = { collection: 0, mesh: 1, object: 2 } as const;

function rank({ uuid, kind }: SnapshotEntity, depth: (uuid: Uuid) => number): number {
  return kindOrder[kind] * (limits.depthMax + 1) + depth(uuid);
}

function depthIn(target: ReadonlyMap<Uuid, SnapshotEntity>, uuid: Uuid): number {
  let at: Uuid | null | undefined = uuid;
  for (let depth = 0; depth < limits.depthMax; depth += 1) {
    at = target.get(at)?.fields.parent as Uuid | null | undefined;
    if (!at) return depth;
  }
  return limits.depthMax;
}
