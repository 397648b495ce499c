/**
 * The scene that a scripted editor has open: entities with values in that editor's own space.
 *
 * Owns: storage and conversion. Everybody else reads and writes canonical values; what comes back from `read` went
 * through the editor's axes, units and 32-bit floats, like a value read back from a real one.
 * Must never: know of stamps, sockets or who wrote a value.
 */
import { defined } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import { isAimedType } from "#shared/math/placement.ts";
import type { EntityKind, FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import type { Setting, Space } from "./native-space.ts";

export type SceneEntity = { readonly uuid: Uuid; readonly kind: EntityKind; readonly native: Fields };

export type SceneMemory = ReadonlyMap<Uuid, SceneEntity>;

/** Fields that decide how others are converted. */
const settingFields: readonly FieldName[] = ["type", "parent", "light.type"];

export class EditorScene {
  readonly #space: Space;
  readonly #entities = new Map<Uuid, SceneEntity>();
  readonly #children = new Map<Uuid, Set<Uuid>>();

  constructor(space: Space) {
    this.#space = space;
  }

  get size(): number {
    return this.#entities.size;
  }

  uuids(): Uuid[] {
    return [...this.#entities.keys()];
  }

  has(uuid: Uuid): boolean {
    return this.#entities.has(uuid);
  }

  kindOf(uuid: Uuid): EntityKind | undefined {
    return this.#entities.get(uuid)?.kind;
  }

  parentOf(uuid: Uuid): Uuid | null {
    const parent = this.#entities.get(uuid)?.native.parent;
    return typeof parent === "string" ? parent : null;
  }

  /** How many entities are above it. */
  depthOf(uuid: Uuid): number {
    let depth = 0;
    for (let at = this.parentOf(uuid); at !== null && depth <= this.size; at = this.parentOf(at)) depth += 1;
    return depth;
  }

  /** Whether `uuid` would hang below itself. Editors refuse that, whoever asks for it. */
  makesCycle(uuid: Uuid, parent: Uuid | null): boolean {
    let steps = 0;
    for (let at = parent; at !== null && steps <= this.size; at = this.parentOf(at)) {
      if (at === uuid) return true;
      steps += 1;
    }
    return false;
  }

  childrenOf(uuid: Uuid): Uuid[] {
    return [...(this.#children.get(uuid) ?? [])];
  }

  /** What the editor itself holds; for looking at, not for sending. */
  nativeOf(uuid: Uuid): Fields | undefined {
    return this.#entities.get(uuid)?.native;
  }

  /** Canonical values, converted from the stored ones. */
  read(uuid: Uuid): Fields | undefined {
    const entity = this.#entities.get(uuid);
    return entity && this.#space.toCanonical(entity.native, this.#settingOf(entity.native));
  }

  add(uuid: Uuid, kind: EntityKind, fields: Fields): void {
    this.#keepingChildren(uuid, () => {
      this.#place({ uuid, kind, native: this.#space.fromCanonical(fields, this.#settingOf(fields)) });
    });
  }

  /** Replaces the named values. */
  write(uuid: Uuid, fields: Fields): void {
    const entity = defined(this.#entities.get(uuid), "[WIRE-15] only what is in the scene can be written");
    const changesSetting = settingFields.some(
      (name) => fields[name] !== undefined && fields[name] !== entity.native[name],
    );
    if (!changesSetting) {
      const written = this.#space.fromCanonical(fields, this.#settingOf(entity.native));
      this.#place({ ...entity, native: { ...entity.native, ...written } });
      return;
    }
    const whole = { ...this.read(uuid), ...fields };
    this.#keepingChildren(uuid, () => {
      this.#place({ ...entity, native: this.#space.fromCanonical(whole, this.#settingOf(whole)) });
    });
  }

  /** Its children stay, at the root, with the local values that they had. */
  remove(uuid: Uuid): void {
    for (const child of this.childrenOf(uuid)) this.write(child, { parent: null });
    const entity = this.#entities.get(uuid);
    if (entity) this.#unlink(entity);
    this.#entities.delete(uuid);
  }

  /** Everything as it is now: what Blender keeps for every undo step. */
  memory(): SceneMemory {
    return new Map(this.#entities);
  }

  remember(memory: SceneMemory): void {
    this.clear();
    for (const entity of memory.values()) this.#place(entity);
  }

  /** All of it goes: another file is opened. */
  clear(): void {
    this.#entities.clear();
    this.#children.clear();
  }

  #place(entity: SceneEntity): void {
    const before = this.#entities.get(entity.uuid);
    if (before) this.#unlink(before);
    this.#entities.set(entity.uuid, entity);
    const { parent } = entity.native;
    if (typeof parent !== "string") return;
    const siblings = this.#children.get(parent) ?? new Set();
    this.#children.set(parent, siblings.add(entity.uuid));
  }

  #unlink({ uuid, native }: SceneEntity): void {
    if (typeof native.parent === "string") this.#children.get(native.parent)?.delete(uuid);
  }

  /** When the change turns the entity's axes, its children keep their canonical places. */
  #keepingChildren(uuid: Uuid, change: () => void): void {
    const wasAimed = isAimedType(this.#entities.get(uuid)?.native.type);
    const children = this.childrenOf(uuid).map((child) => [child, this.read(child)] as const);
    change();
    if (isAimedType(this.#entities.get(uuid)?.native.type) === wasAimed) return;
    for (const [child, fields] of children) if (fields) this.write(child, fields);
  }

  #settingOf(fields: { readonly [Name in FieldName]?: FieldValue }): Setting {
    const { type, parent } = fields;
    const parentType = typeof parent === "string" ? this.#entities.get(parent)?.native.type : undefined;
    const lightType = fields["light.type"];
    return {
      aim: { self: isAimedType(type), parent: isAimedType(parentType) },
      lightType: typeof lightType === "string" ? lightType : "point",
    };
  }
}
