/**
 * Noticing what the user did: the difference between the live scene and the shadow, as operations.
 *
 * Owns: the order of operations in a change (create, parents first → set → delete [WIRE-17]), and which changes go by
 * the binary lane [WIRE-22]. It agrees to what it found at once: found twice would be sent twice.
 */
import type { Uuid } from "#shared/ids.ts";
import { laneTransforms, type TransformRow } from "#shared/protocol/binary.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import type { EditorOutbox } from "./editor-outbox.ts";
import type { EditorScene } from "./editor-scene.ts";
import type { EditorShadow } from "./editor-shadow.ts";
import type { Outgoing } from "./outgoing.ts";
import { isTransformField, rowOf } from "./transform-row.ts";

export type CaptureParts = {
  readonly scene: EditorScene;
  readonly shadow: EditorShadow;
  readonly outbox: EditorOutbox;
  readonly epoch: number;
  /** The position up to which the scene shows what was written to these entities [WIRE-35]. */
  readonly baseOf: (uuids: readonly Uuid[]) => number;
  /** Which new entity is a duplicate of which other. */
  readonly copies: Map<Uuid, Uuid>;
};

/** Operations in one text frame: the longest names and collection lists still fit its bytes. */
const opsPerChange = 200;
const kindOrder = { collection: 0, mesh: 1, object: 2 } as const;

/** Looks at the named entities and returns what to send. */
export function capture(parts: CaptureParts, dirty: ReadonlySet<Uuid>): Outgoing[] {
  const { scene, shadow } = parts;
  const created = [...dirty].filter((uuid) => scene.has(uuid) && !shadow.has(uuid));
  const deleted = [...dirty].filter((uuid) => !scene.has(uuid) && shadow.has(uuid));
  const changed = [...dirty].filter((uuid) => scene.has(uuid) && shadow.has(uuid));
  const operations: Operation[] = parentsFirst(scene, created).map((uuid) => creation(parts, uuid));
  const rows: TransformRow[] = [];
  const moves = new Map<Uuid, Fields>();
  for (const uuid of changed) {
    const fields = changedFields(parts, uuid);
    const names = Object.keys(fields) as FieldName[];
    if (names.length === 0) continue;
    if (names.every(isTransformField)) {
      moves.set(uuid, fields);
      rows.push(rowOf(uuid, fields));
    } else {
      operations.push({ op: "set", uuid, fields } as Operation);
    }
  }
  for (const uuid of deleted) operations.push({ op: "delete", uuid });
  return [...sendOperations(parts, operations), ...sendRows(parts, rows, moves)];
}

export function changedFields({ scene, shadow }: CaptureParts, uuid: Uuid): Fields {
  const changed: { [Name in FieldName]?: FieldValue } = {};
  for (const [key, value] of Object.entries(scene.read(uuid) ?? {})) {
    const name = key as FieldName;
    if (shadow.isChanged(uuid, name, value)) changed[name] = value;
  }
  return changed;
}

/** Collections, then meshes, then objects; in each, what hangs on another after that other. */
export function parentsFirst(scene: EditorScene, uuids: readonly Uuid[]): Uuid[] {
  const rank = (uuid: Uuid) =>
    kindOrder[scene.kindOf(uuid) ?? "object"] * (uuids.length + scene.size) + scene.depthOf(uuid);
  const ranked = uuids.map((uuid) => [rank(uuid), uuid] as const);
  return ranked.sort(([a], [b]) => a - b).map(([, uuid]) => uuid);
}

function creation({ scene, copies }: CaptureParts, uuid: Uuid): Operation {
  const copiedFrom = copies.get(uuid);
  copies.delete(uuid);
  const whole = { op: "create", uuid, kind: scene.kindOf(uuid), fields: scene.read(uuid) } as Operation;
  return copiedFrom === undefined ? whole : ({ ...whole, copiedFrom } as Operation);
}

function sendOperations({ shadow, outbox, epoch, baseOf }: CaptureParts, operations: readonly Operation[]): Outgoing[] {
  const outgoing: Outgoing[] = [];
  for (let at = 0; at < operations.length; at += opsPerChange) {
    const ops = operations.slice(at, at + opsPerChange);
    const stamp = shadow.nextStamp();
    for (const operation of ops) agree(shadow, operation, stamp);
    const base = baseOf(ops.map(({ uuid }) => uuid));
    outgoing.push(outbox.pushText({ kind: "change", epoch, stamp, base, ops }));
  }
  return outgoing;
}

function agree(shadow: EditorShadow, operation: Operation, stamp: number): void {
  if (operation.op === "delete") {
    shadow.bury(operation.uuid, { stamp, isOwn: true });
    return;
  }
  if (operation.op === "create") shadow.create(operation.uuid, operation.kind, { stamp, isOwn: true });
  shadow.agree(operation.uuid, operation.fields as Fields, { stamp, isOwn: true });
}

function sendRows(
  { shadow, outbox, epoch, baseOf }: CaptureParts,
  rows: readonly TransformRow[],
  moves: ReadonlyMap<Uuid, Fields>,
): Outgoing[] {
  const outgoing: Outgoing[] = [];
  for (let at = 0; at < rows.length; at += wireLimits.rowsPerFrameMax) {
    const part = rows.slice(at, at + wireLimits.rowsPerFrameMax);
    const stamp = shadow.nextStamp();
    for (const { uuid } of part) shadow.agree(uuid, moves.get(uuid) ?? {}, { stamp, isOwn: true });
    const lsn = baseOf(part.map(({ uuid }) => uuid));
    outgoing.push(outbox.pushFrame({ lane: laneTransforms, epoch, lsn, stamp, rows: part }));
  }
  return outgoing;
}
