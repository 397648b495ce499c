/**
 * The review queue: what safe mode holds, derived from the state, with what stood there before (phase 0.5, [ENG-41]).
 *
 * A held change is one whose fields are provisional, or a deletion that no batch decided yet, in a batch that is not
 * under review already. Which changes go together follows from parents and collections: nothing may reach an editor
 * that hangs below what it does not have, and nothing may stay there below what was taken away.
 * Must never: keep anything of its own. What is done with an item is in review-act.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { EntityKind, FieldName, FieldValue } from "#shared/scene/fields.ts";
import { writerOf } from "#shared/scene/stamp.ts";
import { limits } from "./limits.ts";
import type { Links } from "./links.ts";
import {
  type Entity,
  fieldOf,
  finalOf,
  nameOf,
  type Provisional,
  parentOf,
  type Register,
  registerOf,
  registersOf,
  type State,
  type Tombstone,
} from "./state.ts";

export type Decision = "approve" | "refuse";

export type Writer = ReturnType<typeof writerOf>;

/** `before` undefined: there was no value; `after` undefined: the thing is gone. */
export type ReviewField = {
  readonly name: FieldName;
  readonly before: FieldValue | undefined;
  readonly after: FieldValue | undefined;
};

export type ReviewItem = {
  readonly uuid: Uuid;
  readonly kind: EntityKind;
  readonly name: string;
  /** `differs`: an editor showed something else than was agreed, and nobody said why; see Links.unexplained. */
  readonly change: "created" | "changed" | "moved" | "deleted" | "differs";
  readonly by: Writer;
  readonly timeMs: number;
  readonly lsn: number;
  readonly fields: readonly ReviewField[];
};

export type Queue = ReadonlyMap<Uuid, ReviewItem>;

/** Everything held, oldest first. Empty unless safe mode is on. */
export function reviewQueue(state: State, links: Links): Queue {
  const items: ReviewItem[] = [];
  for (const uuid of perhapsHeld(state, links)) {
    const item = heldItem(state, links, uuid);
    if (item) items.push(item);
  }
  return queueOf(items);
}

export function queueOf(items: readonly ReviewItem[]): Queue {
  const oldestFirst = [...items].sort((a, b) => a.lsn - b.lsn);
  return new Map(oldestFirst.map((item) => [item.uuid, item]));
}

/** What a look at each of them finds held, or not: edits may have come back to what was agreed. */
export function perhapsHeld(state: State, links: Links): ReadonlySet<Uuid> {
  if (state.head.mode !== "safe") return new Set();
  return new Set([...undecidedUuids(state), ...links.unexplained.keys()]);
}

/** How many items the queue has, without making it: every status says it. */
export function heldCount(state: State, links: Links): number {
  let count = 0;
  for (const uuid of perhapsHeld(state, links)) {
    if (!state.quarantine.has(uuid) && isHeld(state, links, uuid)) count += 1;
  }
  return count;
}

function isHeld(state: State, links: Links, uuid: Uuid): boolean {
  const entity = state.entities.get(uuid);
  if (entity === undefined) return heldItem(state, links, uuid) !== undefined;
  if (links.unexplained.has(uuid)) return true;
  const fields = state.provisional.get(uuid);
  for (const key in fields) {
    const name = key as FieldName;
    const entry = fields[name];
    const now = registerOf(entity, name);
    if (entry && now && !isReviewed(links, entry.batch) && !isUnchanged(name, finalOf(fields, name), now)) return true;
  }
  return false;
}

function* undecidedUuids(state: State): Generator<Uuid> {
  for (const uuids of state.undecided.values()) yield* uuids;
}

export function heldItem(state: State, links: Links, uuid: Uuid): ReviewItem | undefined {
  if (state.quarantine.has(uuid)) return undefined;
  const entity = state.entities.get(uuid);
  if (entity) return livingItem(entity, { held: heldFields(state, links, uuid), links });
  const tombstone = state.tombstones.get(uuid);
  return tombstone ? deletedItem(tombstone, links) : undefined;
}

function heldFields(state: State, links: Links, uuid: Uuid): Provisional {
  const provisional = state.provisional.get(uuid) ?? {};
  return Object.fromEntries(Object.entries(provisional).filter(([, { batch }]) => !isReviewed(links, batch)));
}

/** Decided by a person already, and on its way to the editors. */
function isReviewed(links: Links, batch: number): boolean {
  return (links.batches.get(batch)?.decision ?? null) !== null;
}

function livingItem(entity: Entity, { held, links }: { held: Provisional; links: Links }): ReviewItem | undefined {
  const { uuid, kind, lsn, timeMs } = entity;
  const about = { uuid, kind, name: nameOf(entity), timeMs, lsn };
  const registers = registersOf(entity);
  const changed = registers.flatMap(([name, register]): ReviewField[] => {
    const entry = held[name];
    const final = finalOf(held, name);
    if (!entry || isUnchanged(name, final, register)) return [];
    return [{ name, before: final?.value, after: register.value }];
  });
  const unexplained = links.unexplained.get(uuid);
  const fields = [...changed, ...differingFields(entity, { unexplained, changed })];
  if (changed.length === 0) return unexplained && { ...about, change: "differs", by: unexplained.role, fields };
  const newest = registers.filter(([name]) => held[name]).reduce((stamp, [, one]) => Math.max(stamp, one.stamp), 0);
  const by = writerOf(newest);
  if (changed.length === registers.length && changed.every(({ before }) => before === undefined))
    return { ...about, change: "created", by, fields: changed };
  return { ...about, change: changed.some(({ name }) => name === "parent") ? "moved" : "changed", by, fields };
}

type Shown = { readonly unexplained: Unexplained | undefined; readonly changed: readonly ReviewField[] };

/** What an editor showed otherwise, where nobody has written meanwhile. */
function differingFields(entity: Entity, { unexplained, changed }: Shown): ReviewField[] {
  return [...(unexplained?.values ?? [])]
    .filter(([name]) => !changed.some((field) => field.name === name))
    .map(([name, after]) => ({ name, before: fieldOf(entity, name), after }));
}

function isUnchanged(name: FieldName, before: Register | undefined, now: Register): boolean {
  return before !== undefined && isSameValue(name, before.value, now.value);
}

export type Unexplained = { readonly role: Role; readonly values: ReadonlyMap<FieldName, FieldValue> };

function deletedItem({ entity, stamp, lsn, timeMs, pending }: Tombstone, links: Links): ReviewItem | undefined {
  if (!pending || isReviewed(links, pending.batch)) return undefined;
  const fields = finalFields(entity, pending.fields).map(([name, before]) => ({ name, before, after: undefined }));
  // Made and deleted while held: nobody else ever had it.
  if (fields.length === 0) return undefined;
  const { uuid, kind } = entity;
  return { uuid, kind, name: nameOf(entity), change: "deleted", by: writerOf(stamp), timeMs, lsn, fields };
}

/** What every editor agreed on, field by field. */
export function finalFields(entity: Entity, provisional: Provisional): [FieldName, FieldValue][] {
  return registersOf(entity).flatMap(([name, register]): [FieldName, FieldValue][] => {
    const final = provisional[name] ? finalOf(provisional, name) : register;
    return final ? [[name, final.value]] : [];
  });
}

/** The items that must be in the other editor before another: pairs of who needs and what is needed. */
export function needsOf(state: State, queue: Queue, item: ReviewItem): (readonly [Uuid, Uuid])[] {
  const { uuid } = item;
  const made = namedNow(item).filter((named) => queue.get(named)?.change === "created");
  // What stood below or in a thing leaves it before it goes.
  const left = namedBefore(item).filter((named) => queue.get(named)?.change === "deleted");
  return [
    ...[...made, ...movedAncestors(state, queue, item)].map((needed) => [uuid, needed] as const),
    ...left.map((gone) => [gone, uuid] as const),
  ];
}

function namedNow({ fields }: ReviewItem): Uuid[] {
  return fields.flatMap(({ name, after }) => uuidsIn(name, after));
}

function namedBefore({ fields }: ReviewItem): Uuid[] {
  return fields.flatMap(({ name, before }) => uuidsIn(name, before));
}

function uuidsIn(name: FieldName, value: FieldValue | undefined): Uuid[] {
  if (name === "collections") return [...((value as readonly Uuid[] | undefined) ?? [])];
  return (name === "parent" || name === "data") && typeof value === "string" ? [value] : [];
}

/** Where the new parents hang may be held as well: without it the other editor could see a circle. */
function movedAncestors(state: State, queue: Queue, item: ReviewItem): Uuid[] {
  if (item.change !== "moved" && item.change !== "created") return [];
  const found: Uuid[] = [];
  let at = parentOf(state.entities.get(item.uuid));
  for (let depth = 0; at !== null && depth < limits.depthMax; depth += 1) {
    const change = queue.get(at)?.change;
    if (change === "moved" || change === "created") found.push(at);
    at = parentOf(state.entities.get(at));
  }
  return found;
}
