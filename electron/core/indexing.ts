/**
 * An editor's listing of its scene: gathering the pages, merging them with what the hub knows (phase 1).
 *
 * The editor is written to only after the merge is logged and the paired snapshot is on disk (phase 2); what it then
 * needs is computed by catch-up.ts from the listing kept here.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { IndexedEntity, UpMessageOf } from "#shared/protocol/up.ts";
import { type FieldName, type Fields, type FieldValue, hasField } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import { listedStamp } from "./catch-up.ts";
import { admit } from "./decide.ts";
import { limits } from "./limits.ts";
import type { Difference, Link, Merging } from "./links.ts";
import { versionOf } from "./sides.ts";
import { fieldOf, nameOf, registersOf, writtenOf } from "./state.ts";
import type { Turn } from "./turn.ts";
import { writeOwn } from "./writing.ts";

/** Named when they come back; the rest is counted. */
const returnedNamesMax = 5;

/** Forgets what was known of the editor's scene: a listing follows. */
export function startListing(link: Link): void {
  link.phase = "listing";
  link.pages = [];
  link.pageNext = 0;
  link.deleted = [];
  link.listed = null;
  link.merging = null;
  link.arrears = null;
  // Until it was told all that its listing lacks, it is nowhere to resume from ([WIRE-16]).
  link.cursor = 0;
  link.sentLsn = 0;
  link.unshown = new Set();
  link.known = new Set();
  link.doubted = new Set();
  link.unconfirmed = new Map();
  link.mayJump = true;
  link.deferred = [];
}

export function onIndex(turn: Turn, link: Link, message: UpMessageOf<"index">): void {
  if (link.phase !== "listing" || link.merging || message.page !== link.pageNext) {
    turn.fault({ operation: "index", code: "E_INDEX_INCOMPLETE", role: link.role });
    askForListing(turn, link);
    return;
  }
  if (link.pages.length + message.entities.length > limits.entitiesMax) {
    turn.fault({ operation: "index", code: "E_LIMIT", role: link.role });
    turn.effects.push({ kind: "close", connection: link.connection as number });
    return;
  }
  link.pageNext += 1;
  link.pages.push(...message.entities);
  link.deleted.push(...message.deleted);
  if (message.last) startMerging(turn, link);
}

export function askForListing(turn: Turn, link: Link): void {
  startListing(link);
  turn.send(link.connection, { kind: "reindex", epoch: link.epoch, code: "E_INDEX_INCOMPLETE" });
}

/** From the last page on the scene is as listed; what its user changes meanwhile waits until all of it is merged. */
function startMerging(turn: Turn, link: Link): void {
  hearStamps(turn, link);
  const listed = uniqueEntities(turn, link);
  link.known = new Set(listed.keys());
  link.merging = { listed, queue: newFirst(turn, listed), at: 0, differences: [], returned: [] };
}

/** Merges some of each listing ([ENG-16]); a small one is merged in the turn of its last page. */
export function tendMerges(turn: Turn): void {
  // A person's word is carried out first; edits wait for it, too.
  if (turn.links.deciding !== null) return;
  for (const link of turn.links.byRole.values()) {
    const { merging } = link;
    if (!merging) continue;
    mergeSome(turn, link.role, merging);
    if (merging.at < merging.queue.length) turn.hasMore = true;
    else finishMerging(turn, link, merging);
  }
}

function mergeSome(turn: Turn, role: Role, merging: Merging): void {
  const { horizonStamp } = turn.state.head;
  const entities = merging.queue.slice(merging.at, merging.at + limits.scanSliceMax);
  merging.at += entities.length;
  merging.differences.push(...entities.flatMap((entity) => unexplainedFields(turn, entity)));
  const ops = entities.flatMap((entity) => indexedOperations(turn, entity, stampOf(0, role)));
  for (const { op, uuid, stamp } of ops)
    if (op === "create" && lamportOf(stamp) > 0 && stamp <= horizonStamp) merging.returned.push(uuid);
  admit(turn, { role, reason: "index", ops, base: null });
}

function finishMerging(turn: Turn, link: Link, { listed, differences, returned }: Merging): void {
  const { role, epoch } = link;
  for (const uuid of turn.state.quarantine.keys()) claimListed(turn, link, uuid);
  const deletes = link.deleted.map(({ uuid, stamp }) => ({ op: "delete" as const, uuid, stamp }));
  admit(turn, { role, reason: "index", ops: deletes, base: null });
  noteUnexplained(turn, link, differences);
  tellReturned(turn, role, returned);
  link.merging = null;
  link.phase = "paired";
  link.listed = listed;
  const entities = link.pages;
  link.pages = [];
  link.deleted = [];
  const detail = `${listed.size} listed, ${differences.length} differing without a reason`;
  turn.log({ type: "session", timeMs: turn.facts.nowMs, role, event: "indexed", detail });
  turn.effects.push({ kind: "paired-snapshot", role, epoch, entities });
  turn.links.mustList.delete(role);
}

function hearStamps({ links }: Turn, { pages, deleted }: Link): void {
  for (const { stamp, stamps } of pages) {
    links.hear(stamp);
    for (const one of Object.values(stamps ?? {})) links.hear(one);
  }
  for (const { stamp } of deleted) links.hear(stamp);
}

/**
 * What the editor's user made of something that is held back is its side: of what was said before and what is listed,
 * the newer. An older document takes back nothing of it, and gets its own version again.
 */
function claimListed(turn: Turn, link: Link, uuid: Uuid): void {
  const { state } = turn;
  const { role } = link;
  const listed = link.merging?.listed.get(uuid);
  const entity = state.entities.get(uuid);
  const held = state.quarantine.get(uuid);
  const before = held?.sides[role];
  const newest = listed ? newestOf(listed) : 0;
  if (!entity || !held || (before?.kind === "gone" && newest <= before.stamp)) return;
  if (!listed) {
    link.unshown.add(uuid);
    return;
  }
  const shown = versionOf(state, uuid, role) ?? {};
  const made: { [Name in FieldName]?: FieldValue } = {};
  for (const [name, value] of Object.entries(listed.fields) as [FieldName, FieldValue][]) {
    if (!hasField(entity.kind, name) || isSameValue(name, shown[name], value)) continue;
    // Held back without two versions, it is what is shown that is disputed, whatever the stamps say.
    const agreedStamp = held.stamp === 0 ? 0 : (writtenOf(entity, name)?.stamp ?? 0);
    const knownStamp = before?.stamp ?? agreedStamp;
    if (knownStamp === 0 || listedStamp(listed, name) > knownStamp) Object.assign(made, { [name]: value });
    else link.unshown.add(uuid);
  }
  if (before?.kind !== "gone" && Object.keys(made).length === 0) return;
  const fields = { ...(before?.kind === "alive" ? before.fields : {}), ...made };
  const side = { kind: "alive" as const, stamp: Math.max(before?.stamp ?? 0, newest), fields };
  turn.log({ type: "claim", timeMs: turn.facts.nowMs, uuid, role, side });
}

function newestOf({ stamp, stamps }: IndexedEntity): number {
  return Math.max(stamp, ...Object.values(stamps ?? {}));
}

/** Refuses a second entity of one uuid, and one whose uuid is another kind of thing. */
function uniqueEntities(turn: Turn, link: Link): Map<Uuid, IndexedEntity> {
  const listed = new Map<Uuid, IndexedEntity>();
  for (const entity of link.pages) {
    const { uuid } = entity;
    const known = turn.state.entities.get(uuid);
    const isOtherKind = known !== undefined && known.kind !== entity.kind;
    if (listed.has(uuid) || isOtherKind) {
      const code = isOtherKind ? "E_KIND" : "E_DUPLICATE_UUID";
      turn.fault({ operation: "index", code, uuid, role: link.role });
    } else {
      listed.set(uuid, entity);
    }
  }
  return listed;
}

/** What comes back from before the oldest deletion that is remembered may be something that was deleted ([ENG-50]). */
function tellReturned(turn: Turn, role: Role, returned: readonly Uuid[]): void {
  if (returned.length === 0) return;
  const named = returned.slice(0, returnedNamesMax).map((uuid) => nameOf(turn.state.entities.get(uuid)));
  const more = returned.length > named.length ? " …" : "";
  const objects = returned.length === 1 ? "object" : "objects";
  const message = `${returned.length} ${objects} came back (${named.join(", ")}${more}). ${errorSentence.E_HORIZON}`;
  turn.fault({ operation: "index", code: "E_HORIZON", role, message });
  turn.notice("warning", "E_HORIZON", message);
}

/** Values that differ although the stamps say that they were agreed, or with no stamp to say anything ([WIRE-14]). */
function unexplainedFields(turn: Turn, listed: IndexedEntity): Difference[] {
  const entity = turn.state.entities.get(listed.uuid);
  if (!entity || turn.state.quarantine.has(listed.uuid)) return [];
  const found: Difference[] = [];
  for (const [name, register] of registersOf(entity)) {
    const value = listed.fields[name] as FieldValue | undefined;
    const stamp = listedStamp(listed, name);
    if (value === undefined || (stamp !== register.stamp && stamp !== 0)) continue;
    if (!isSameValue(name, register.value, value)) found.push({ uuid: listed.uuid, name, register, value });
  }
  return found;
}

/**
 * One entity of the listing as operations: one for each stamp among its fields. `unstamped` is for values that came
 * without one: below every stamp the editor will make, which has no way of knowing what it was given here.
 */
function indexedOperations(turn: Turn, listed: IndexedEntity, unstamped: number): StampedOperation[] {
  const { uuid, kind } = listed;
  const entity = turn.state.entities.get(uuid);
  if (turn.state.quarantine.has(uuid)) return [];
  const fields = Object.entries(listed.fields).filter(([name]) => hasField(kind, name as FieldName));
  if (!entity) {
    const tombstone = turn.state.tombstones.get(uuid);
    const newest = newestOf(listed);
    if (tombstone && newest <= tombstone.stamp) return [];
    const stamp = newest > 0 ? newest : unstamped;
    return [{ op: "create", uuid, kind, stamp, fields: Object.fromEntries(fields) }];
  }
  const byStamp = new Map<number, { [Name in FieldName]?: FieldValue }>();
  for (const [key, value] of fields) {
    const name = key as FieldName;
    const stamp = listedStamp(listed, name) || (writtenOf(entity, name) ? 0 : unstamped);
    if (stamp <= (writtenOf(entity, name)?.stamp ?? 0)) continue;
    const group = byStamp.get(stamp) ?? {};
    group[name] = value as FieldValue;
    byStamp.set(stamp, group);
  }
  return [...byStamp].map(([stamp, group]) => ({ op: "set", uuid, stamp, fields: group as Fields }));
}

/** What is new before what is known, and parents before children, as far as the listing says. */
function newFirst({ state }: Turn, listed: ReadonlyMap<Uuid, IndexedEntity>): IndexedEntity[] {
  const known: IndexedEntity[] = [];
  const fresh = new Map<Uuid, IndexedEntity>();
  for (const [uuid, entity] of listed)
    if (state.entities.has(uuid)) known.push(entity);
    else fresh.set(uuid, entity);
  const ordered: IndexedEntity[] = [];
  const place = (entity: IndexedEntity, depth: number): void => {
    if (!fresh.delete(entity.uuid)) return;
    const above = typeof entity.fields.parent === "string" ? fresh.get(entity.fields.parent) : undefined;
    if (above && depth < limits.depthMax) place(above, depth + 1);
    ordered.push(entity);
  };
  for (const entity of [...fresh.values()]) place(entity, 0);
  return [...ordered, ...known];
}

/**
 * What the listing itself did not change, by an edit of the user's or because it names something as deleted. After a
 * crash a person decides about it ([ENG-15]); otherwise the agreed values go back at once.
 */
function noteUnexplained(turn: Turn, link: Link, differences: readonly Difference[]): void {
  const { unexplained, crashCheck } = turn.links;
  const isAsked = crashCheck && turn.state.head.mode === "safe";
  for (const [uuid, { role }] of unexplained) if (role === link.role) unexplained.delete(uuid);
  const uuids = new Set<Uuid>();
  for (const { uuid, name, register, value } of differences) {
    if (writtenOf(turn.state.entities.get(uuid), name)?.lsn !== register.lsn) continue;
    const before = unexplained.get(uuid)?.values ?? [];
    unexplained.set(uuid, { role: link.role, values: new Map([...before, [name, value]]) });
    uuids.add(uuid);
  }
  if (!isAsked) putBack(turn, [...uuids]);
}

/** The hub's values go back under a new stamp, so that the editor takes them. */
export function putBack(turn: Turn, uuids: readonly Uuid[]): void {
  const stamp = turn.hubStamp();
  const ops = uuids.flatMap((uuid): StampedOperation[] => {
    const entity = turn.state.entities.get(uuid);
    const names = [...(turn.links.unexplained.get(uuid)?.values.keys() ?? [])];
    turn.links.unexplained.delete(uuid);
    const values = names.map((name) => [name, fieldOf(entity, name)]);
    return entity ? [{ op: "set", uuid, stamp, fields: Object.fromEntries(values) as Fields }] : [];
  });
  if (ops.length === 0) return;
  writeOwn(turn, "repair", ops);
  const text = `${ops.length} objects differed from what was agreed. The agreed values were kept; the editor's own are in the snapshot.`;
  turn.notice("warning", "E_VERIFY_MISMATCH", text);
}
