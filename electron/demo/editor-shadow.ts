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

type Register = { readonly value: FieldValue; readonly stamp: number };
type ShadowEntity = { readonly kind: EntityKind; createdStamp: number; readonly registers: Map<FieldName, Register> };

export class EditorShadow {
  readonly #role: Role;
  readonly #entities = new Map<Uuid, ShadowEntity>();
  readonly #tombstones = new Map<Uuid, number>();
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
    return this.#entities.get(uuid)?.createdStamp ?? 0;
  }

  tombstoneOf(uuid: Uuid): number {
    return this.#tombstones.get(uuid) ?? 0;
  }

  stampOf(uuid: Uuid, name: FieldName): number {
    return this.#entities.get(uuid)?.registers.get(name)?.stamp ?? 0;
  }

  /** True when the value differs from the agreed one by more than the field's tolerance. */
  isChanged(uuid: Uuid, name: FieldName, value: FieldValue): boolean {
    const register = this.#entities.get(uuid)?.registers.get(name);
    return register === undefined || !isSameValue(name, register.value, value);
  }

  create(uuid: Uuid, kind: EntityKind, stamp: number): void {
    this.#entities.set(uuid, { kind, createdStamp: stamp, registers: new Map() });
    this.#tombstones.delete(uuid);
    this.observe(stamp);
  }

  agree(uuid: Uuid, fields: Fields, stamp: number): void {
    this.observe(stamp);
    const registers = this.#entities.get(uuid)?.registers;
    for (const [name, value] of Object.entries(fields)) registers?.set(name as FieldName, { value, stamp });
  }

  /** The value is another one now, but nobody wrote it: a child whose parent went. */
  correct(uuid: Uuid, name: FieldName, value: FieldValue): void {
    const registers = this.#entities.get(uuid)?.registers;
    const stamp = registers?.get(name)?.stamp ?? 0;
    registers?.set(name, { value, stamp });
  }

  bury(uuid: Uuid, stamp: number): void {
    this.#entities.delete(uuid);
    this.#tombstones.set(uuid, stamp);
    this.observe(stamp);
  }

  /** Another file is open; the clock goes on. */
  clear(): void {
    this.#entities.clear();
    this.#tombstones.clear();
  }
}
