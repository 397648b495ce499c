/**
 * Deletions: all or nothing for what they name; what hung below moves up first (stage 5, [WIRE-19], [ENG-36]).
 *
 * Before: decide.ts. After: evolve.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import { roles } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type Seen, unseenRegisters } from "./conflict.ts";
import { childrenFirst, childrenOf, placedOf, rehomed } from "./hierarchy.ts";
import type { Decision } from "./review.ts";
import { claim, hold } from "./sides.ts";
import type { Turn } from "./turn.ts";
import { presenceStamp } from "./whole.ts";
import { type Writing, write } from "./writing.ts";

const repair = { reason: "repair" } as const;
const putBack = { reason: "revoke", decision: "refuse" } as const;

/** `seen`: null where nothing can be in conflict, as in a listing. */
export function admitDeletes(turn: Turn, { ops, ...writing }: Writing, seen: Seen | null): void {
  const { state } = turn;
  const named = ops.filter(({ uuid }) => state.entities.has(uuid));
  const isDisputed = seen !== null && named.some(({ uuid }) => isDeleteDisputed(turn, uuid, seen));
  if (seen !== null && isDisputed) hold(turn, { seen, uuids: named.map(({ uuid }) => uuid) });
  const held = named.filter(({ uuid }) => state.quarantine.has(uuid));
  if (held.length > 0) claimDeletes(turn, { ...writing, ops: held });
  const gone = new Set<Uuid>();
  const admitted = ops.filter(({ uuid, stamp }) => {
    if (gone.has(uuid) || state.quarantine.has(uuid)) return false;
    const dead = state.tombstones.get(uuid);
    const alive = state.entities.get(uuid);
    const newest = alive ? presenceStamp(alive) : (dead?.stamp ?? 0);
    if (stamp <= newest || held.some((claimed) => claimed.uuid === uuid)) return false;
    gone.add(uuid);
    return true;
  });
  if (admitted.length === 0) return;
  moveUp(turn, gone, writing.decision);
  write(turn, { ...writing, ops: childrenFirst(state, admitted) });
}

export function isDeleteDisputed({ state }: Turn, uuid: Uuid, seen: Seen): boolean {
  const entity = state.entities.get(uuid);
  const held = state.quarantine.get(uuid);
  // Taken away by the other, too: that is settled.
  if (held) return roles.some((role) => role !== seen.role && held.sides[role]?.kind !== "gone");
  return entity !== undefined && unseenRegisters(entity, seen).length > 0;
}

/** The editor's user took away what is held back. When both did, nothing is left to decide. */
function claimDeletes(turn: Turn, { role, reason, ops }: Writing): void {
  if (role === null) return;
  moveUp(turn, new Set(ops.map(({ uuid }) => uuid)));
  for (const operation of ops) claim(turn, role, operation);
  const agreed = ops.filter(({ uuid }) => {
    const sides = turn.state.quarantine.get(uuid)?.sides;
    return roles.every((one) => sides?.[one]?.kind === "gone");
  });
  for (const { uuid } of agreed) turn.log({ type: "release", timeMs: turn.facts.nowMs, uuid, kept: role });
  const stamp = turn.hubStamp();
  const dead = agreed.map(({ uuid }): StampedOperation => ({ op: "delete", uuid, stamp }));
  if (dead.length > 0) admitDeletes(turn, { role: null, reason, ops: dead }, null);
}

/**
 * What hangs below what goes and does not go with it moves up to the nearest home and stays where it is in the world.
 * It moves first, and children go before their parents: a power cut may end the log between two records ([WAL-6]), and
 * nothing may hang below what is gone then.
 */
export function moveUp(turn: Turn, gone: ReadonlySet<Uuid>, decision?: Decision | null): void {
  const { state } = turn;
  const orphans = childrenOf(state, gone).filter((child) => !gone.has(child.uuid));
  const members = orphansOfCollections(turn, gone);
  const stamp = turn.hubStamp();
  const moved = orphans.map((entity): StampedOperation => {
    return { op: "set", uuid: entity.uuid, stamp, fields: rehomed(state, placedOf(entity), gone) };
  });
  const ops = [...moved, ...members.map(({ uuid, left }) => leaveCollections(uuid, left, stamp))];
  // Nobody decided about these: in safe mode an editor that never had them hears nothing of them.
  write(turn, { role: null, ...(decision ? putBack : repair), ops });
}

type Member = { readonly uuid: Uuid; readonly left: readonly string[] };

/** Objects that were in a collection that is about to go: they leave it. */
function orphansOfCollections(turn: Turn, gone: ReadonlySet<Uuid>): Member[] {
  const hasCollection = [...gone].some((uuid) => turn.state.entities.get(uuid)?.kind === "collection");
  if (!hasCollection) return [];
  const members: Member[] = [];
  for (const { uuid, registers } of turn.state.entities.values()) {
    const collections = registers.collections?.value as readonly string[] | undefined;
    if (gone.has(uuid) || !collections?.some((collection) => gone.has(collection))) continue;
    members.push({ uuid, left: collections.filter((collection) => !gone.has(collection)) });
  }
  return members;
}

function leaveCollections(uuid: Uuid, left: readonly string[], stamp: number): StampedOperation {
  return { op: "set", uuid, stamp, fields: { collections: [...left] } };
}
