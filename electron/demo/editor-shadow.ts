/**
 * What an editor last agreed with the hub, field by field: the value as it reads back, and its stamp.
 *
 * Owns: the difference between "the user changed it" and "it came from the other side" (echoes end here [WIRE-18]), the
 * last-writer rule [WIRE-9], and the editor's next stamp [WIRE-8].
 */
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { EntityKind, FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";

/** `isOwn`: this editor's user wrote it, or made the entity; it decides who is right after an undo. */
type Origin = { readonly stamp: number; readonly isOwn: boolean };
type Register = Origin & { readonly value: FieldValue };
type ShadowEntity = {
  readonly kind: EntityKind;
  created: Origin;
  readonly registers: Map<FieldName, Register>;
};

export class EditorShadow {
  readonly #role: Role;
  readonly #entities = new Map<Uuid, ShadowEntity>();
  readonly #tombstones = new Map<Uuid, Origin>();
  #lamport = 0;

  constructor(role: Role) {
    this.#role = role;
  }

  /** A stamp above every one seen or made. */
  nextStamp(): number {
    this.#lamport += 1;
    return stampOf(this.#lamport, this.#role);
  }

  observe(stamp: number): void {
    this.#lamport = Math.max(this.#lamport, lamportOf(stamp));
  }

  has(uuid: Uuid): boolean {
    return this.#entities.has(uuid);
  }

  uuids(): Uuid[] {
    return [...this.#entities.keys()];
  }

  createdStampOf(uuid: Uuid): number {
    return this.#entities.get(uuid)?.created.stamp ?? 0;
  }

  tombstoneOf(uuid: Uuid): number {
    return this.#tombstones.get(uuid)?.stamp ?? 0;
  }

  /** Deleted by the other side. */
  isBuriedByHub(uuid: Uuid): boolean {
    return this.#tombstones.get(uuid)?.isOwn === false;
  }

  isMadeByHub(uuid: Uuid): boolean {
    return this.#entities.get(uuid)?.created.isOwn === false;
  }

  kindOf(uuid: Uuid): EntityKind | undefined {
    return this.#entities.get(uuid)?.kind;
  }

  valueOf(uuid: Uuid, name: FieldName): FieldValue | undefined {
    return this.#entities.get(uuid)?.registers.get(name)?.value;
  }

  /** Everything agreed of it, or only what the hub wrote last. */
  valuesOf(uuid: Uuid, whose: "all" | "hub"): Fields {
    const registers = [...(this.#entities.get(uuid)?.registers ?? [])];
    const chosen = registers.filter(([, { isOwn }]) => whose === "all" || !isOwn);
    return Object.fromEntries(chosen.map(([name, { value }]) => [name, value]));
  }

  /** What its user deleted; every listing says so until it is made again. */
  ownDeletes(): { uuid: Uuid; stamp: number }[] {
    return [...this.#tombstones].filter(([, { isOwn }]) => isOwn).map(([uuid, { stamp }]) => ({ uuid, stamp }));
  }

  stampOf(uuid: Uuid, name: FieldName): number {
    return this.#entities.get(uuid)?.registers.get(name)?.stamp ?? 0;
  }

  /** True when the value differs from the agreed one by more than the field's tolerance. */
  isChanged(uuid: Uuid, name: FieldName, value: FieldValue): boolean {
    const register = this.#entities.get(uuid)?.registers.get(name);
    return register === undefined || !isSameValue(name, register.value, value);
  }

  create(uuid: Uuid, kind: EntityKind, created: Origin): void {
    this.#entities.set(uuid, { kind, created, registers: new Map() });
    this.#tombstones.delete(uuid);
    this.observe(created.stamp);
  }

  /** It was said again to be there: a deletion counts only above this. */
  live(uuid: Uuid, stamp: number): void {
    const entity = this.#entities.get(uuid);
    if (entity && stamp > entity.created.stamp) entity.created = { ...entity.created, stamp };
  }

  agree(uuid: Uuid, fields: Fields, origin: Origin): void {
    this.observe(origin.stamp);
    const registers = this.#entities.get(uuid)?.registers;
    for (const [name, value] of Object.entries(fields)) registers?.set(name as FieldName, { ...origin, value });
  }

  /** The value is another one now, but nobody wrote it: a child whose parent went. */
  correct(uuid: Uuid, name: FieldName, value: FieldValue): void {
    const registers = this.#entities.get(uuid)?.registers;
    const origin = registers?.get(name) ?? { stamp: 0, isOwn: false };
    registers?.set(name, { ...origin, value });
  }

  bury(uuid: Uuid, tombstone: Origin): void {
    this.#entities.delete(uuid);
    this.#tombstones.set(uuid, tombstone);
    this.observe(tombstone.stamp);
  }

  /** Another file is open; the clock goes on. */
  clear(): void {
    this.#entities.clear();
    this.#tombstones.clear();
  }
}
