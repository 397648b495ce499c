/**
 * An editor's listing of its scene: gathering the pages, merging them with what the hub knows (phase 1).
 *
 * The editor is written to only after the merge is logged and the paired snapshot is on disk (phase 2); what it then
 * needs is computed by catch-up.ts from the listing kept here.
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import type { IndexedEntity, UpMessageOf } from "#shared/protocol/up.ts";
import { type FieldName, type Fields, type FieldValue, hasField } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import { listedStamp } from "./catch-up.ts";
import { admit, writeOwn } from "./decide.ts";
import { limits } from "./limits.ts";
import type { Link } from "./links.ts";
import { fieldOf, nameOf, type Register, registersOf, writtenOf } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Named when they come back; the rest is counted. */
const returnedNamesMax = 5;

/** Forgets what was known of the editor's scene: a listing follows. */
export function startListing(link: Link): void {
  link.phase = "listing";
  link.pages = [];
  link.pageNext = 0;
  link.deleted = [];
  link.listed = null;
  link.known = new Set();
  link.doubted = new Set();
  link.unconfirmed = new Map();
  link.seq = null;
  link.refusals = new Map();
  link.held = new Set();
  link.deferred = [];
}

export function onIndex(turn: Turn, link: Link, message: UpMessageOf<"index">): void {
  if (link.phase !== "listing" || message.page !== link.pageNext) {
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
  if (message.last) merge(turn, link);
}

export function askForListing(turn: Turn, link: Link): void {
  startListing(link);
  turn.send(link.connection, { kind: "reindex", code: "E_INDEX_INCOMPLETE" });
}

function merge(turn: Turn, link: Link): void {
  hearStamps(turn, link);
  const listed = uniqueEntities(turn, link);
  const unexplained = [...listed.values()].flatMap((entity) => unexplainedFields(turn, entity));
  link.known = new Set(listed.keys());
  const ops = [...listed.values()].flatMap((entity) => indexedOperations(turn, entity, stampOf(0, link.role)));
  const deletes = link.deleted.map(({ uuid, stamp }) => ({ op: "delete" as const, uuid, stamp }));
  admit(turn, { role: link.role, reason: "index", ops: [...orderForAdmission(ops), ...deletes] });
  noteUnexplained(turn, link, unexplained);
  tellReturned(turn, link, ops);
  link.phase = "paired";
  link.listed = listed;
  const entities = link.pages;
  link.pages = [];
  link.deleted = [];
  const { role, epoch } = link;
  const detail = `${listed.size} listed, ${unexplained.length} differing without a reason`;
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
function tellReturned(turn: Turn, { role }: Link, ops: readonly StampedOperation[]): void {
  const { horizonStamp } = turn.state.head;
  const isDoubtful = ({ op, stamp }: StampedOperation) =>
    op === "create" && lamportOf(stamp) > 0 && stamp <= horizonStamp;
  const returned = ops.filter(isDoubtful);
  if (returned.length === 0) return;
  const named = returned.slice(0, returnedNamesMax).map(({ uuid }) => nameOf(turn.state.entities.get(uuid)));
  const more = returned.length > named.length ? " …" : "";
  const objects = returned.length === 1 ? "object" : "objects";
  const message = `${returned.length} ${objects} came back (${named.join(", ")}${more}). ${errorSentence.E_HORIZON}`;
  turn.fault({ operation: "index", code: "E_HORIZON", role, message });
  turn.notice("warning", "E_HORIZON", message);
}

type Difference = {
  readonly uuid: Uuid;
  readonly name: FieldName;
  readonly register: Register;
  readonly value: FieldValue;
};

/** Values that differ although the stamps say that they were agreed, or with no stamp to say anything ([WIRE-14]). */
function unexplainedFields(turn: Turn, listed: IndexedEntity): Difference[] {
  const entity = turn.state.entities.get(listed.uuid);
  if (!entity) return [];
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
  const fields = Object.entries(listed.fields).filter(([name]) => hasField(kind, name as FieldName));
  if (!entity) {
    const tombstone = turn.state.tombstones.get(uuid);
    const newest = Math.max(listed.stamp, ...Object.values(listed.stamps ?? {}));
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

/** Creates before sets, and parents before children, as far as the listing says. */
function orderForAdmission(ops: readonly StampedOperation[]): StampedOperation[] {
  const creates = new Map<Uuid, StampedOperation>();
  for (const operation of ops) if (operation.op === "create") creates.set(operation.uuid, operation);
  const ordered: StampedOperation[] = [];
  const place = (operation: StampedOperation, depth: number): void => {
    if (!creates.delete(operation.uuid)) return;
    const parent = operation.op === "create" ? (operation.fields.parent as Uuid | null | undefined) : null;
    const above = parent ? creates.get(parent) : undefined;
    if (above && depth < limits.depthMax) place(above, depth + 1);
    ordered.push(operation);
  };
  for (const operation of [...creates.values()]) place(operation, 0);
  return [...ordered, ...ops.filter(({ op }) => op === "set")];
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
