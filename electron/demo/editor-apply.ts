/**
 * Doing what the hub says: each field by its stamp [WIRE-9], nothing that the user holds [WIRE-24], and reading back.
 *
 * Owns: writing into scene and shadow together, with the value as it reads back, so that the next capture finds no
 * difference; and the operations that wait because the user holds their object.
 */
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import {
  type EntityKind,
  type FieldName,
  type Fields,
  type FieldValue,
  transformDefaults,
} from "#shared/scene/fields.ts";
import type { EditorScene } from "./editor-scene.ts";
import type { EditorShadow } from "./editor-shadow.ts";

type Values = { readonly fields: Fields; readonly stamp: number };

export class EditorApply {
  readonly #scene: EditorScene;
  readonly #shadow: EditorShadow;
  /** What waits, and up to which position its entity shows what was written to it. */
  readonly #waiting = new Map<Uuid, { readonly seenLsn: number; readonly ops: readonly StampedOperation[] }>();
  readonly held = new Set<Uuid>();
  /** Parents that would make a cycle just now: tried again after whatever comes next, which takes the cycle apart. */
  #postponed: StampedOperation[] = [];

  constructor(scene: EditorScene, shadow: EditorShadow) {
    this.#scene = scene;
    this.#shadow = shadow;
  }

  isWaiting(uuid: Uuid): boolean {
    return this.#waiting.has(uuid);
  }

  /** A parent of it is agreed that cannot be shown before an edit of the user's own was answered. */
  isParentPostponed(uuid: Uuid): boolean {
    const agreed = this.#shadow.stampOf(uuid, "parent");
    return this.#postponed.some((operation) => operation.uuid === uuid && operation.stamp > agreed);
  }

  /** The lowest position that the scene shows of these; of those that nothing waits for, `appliedLsn`. */
  firstWaiting(uuids: readonly Uuid[], appliedLsn: number): number {
    return Math.min(appliedLsn, ...uuids.map((uuid) => this.#waiting.get(uuid)?.seenLsn ?? appliedLsn));
  }

  /** `seenLsn`: the position reached before these. */
  take(operations: readonly StampedOperation[], seenLsn: number): void {
    const postponed = this.#postponed;
    this.#postponed = [];
    for (const operation of [...operations, ...postponed]) {
      this.#shadow.observe(operation.stamp);
      if (!this.held.has(operation.uuid)) this.#apply(operation);
      else {
        const before = this.#waiting.get(operation.uuid) ?? { seenLsn, ops: [] };
        this.#waiting.set(operation.uuid, { ...before, ops: [...before.ops, operation] });
      }
    }
  }

  /** The user let go: what came meanwhile is applied in the order it came, still by its stamps. */
  release(): void {
    const waiting = [...this.#waiting.values()].flatMap(({ ops }) => ops);
    this.#waiting.clear();
    this.held.clear();
    this.take(waiting, 0);
  }

  /** The scene is listed anew: the hub tells again what it lacks, and what waited may have been replaced meanwhile. */
  forgetWaiting(): void {
    this.#postponed = [];
    this.#waiting.clear();
  }

  /** Another file is open. */
  clear(): void {
    this.forgetWaiting();
    this.held.clear();
  }

  #apply(operation: StampedOperation): void {
    const { uuid, stamp } = operation;
    if (operation.op === "delete") this.#remove(uuid, stamp);
    else if (this.#scene.has(uuid)) {
      if (operation.op === "create") this.#shadow.live(uuid, stamp);
      this.#write(uuid, operation.fields as Fields, stamp);
    } else if (operation.op === "create" && stamp > this.#shadow.tombstoneOf(uuid)) {
      this.#create(uuid, { kind: operation.kind, fields: operation.fields as Fields, stamp });
    }
  }

  #create(uuid: Uuid, { kind, fields, stamp }: { kind: EntityKind; fields: Fields; stamp: number }): void {
    const defaults = kind === "object" ? { visible: true, ...transformDefaults } : {};
    const names = this.#possible(uuid, Object.keys(fields) as FieldName[], { fields, stamp });
    const root = "parent" in fields ? { parent: null } : {};
    this.#scene.add(uuid, kind, { ...defaults, ...root, ...only(fields, names) });
    this.#shadow.create(uuid, kind, { stamp, isOwn: false });
    const readBack = this.#scene.read(uuid) ?? {};
    this.#shadow.agree(uuid, readBack, { stamp: 0, isOwn: false });
    this.#shadow.agree(uuid, only(readBack, names), { stamp, isOwn: false });
  }

  #write(uuid: Uuid, fields: Fields, stamp: number): void {
    const newer = (Object.keys(fields) as FieldName[]).filter((name) => stamp > this.#shadow.stampOf(uuid, name));
    const names = this.#possible(uuid, newer, { fields, stamp });
    if (names.length === 0) return;
    this.#scene.write(uuid, only(fields, names));
    this.#shadow.agree(uuid, only(this.#scene.read(uuid) ?? {}, names), { stamp, isOwn: false });
  }

  /** Without a parent that would close a circle just now. */
  #possible(uuid: Uuid, names: readonly FieldName[], { fields, stamp }: Values): readonly FieldName[] {
    if (!names.includes("parent") || !this.#scene.makesCycle(uuid, fields.parent as Uuid | null)) return names;
    this.#postponed.push({ op: "set", uuid, stamp, fields: { parent: fields.parent } } as StampedOperation);
    return names.filter((name) => name !== "parent");
  }

  #remove(uuid: Uuid, stamp: number): void {
    if (this.#scene.has(uuid) && this.#shadow.createdStampOf(uuid) > stamp) return;
    for (const child of this.#scene.childrenOf(uuid)) this.#shadow.correct(child, "parent", null);
    this.#scene.remove(uuid);
    if (stamp > this.#shadow.tombstoneOf(uuid)) this.#shadow.bury(uuid, { stamp, isOwn: false });
  }
}

function only(fields: Fields, names: readonly FieldName[]): Fields {
  const chosen: { [Name in FieldName]?: FieldValue } = {};
  for (const name of names) {
    const value = fields[name];
    if (value !== undefined) chosen[name] = value;
  }
  return chosen;
}
