/**
 * The user of a scripted editor: does in its scene what a person does in Blender or Unity, and knows nothing of the
 * link.
 *
 * Owns: the differences between the two programs' habits. Unity deletes and duplicates what hangs below, Blender does
 * not. Unity's undo puts back what the user's action changed, with the values of then; Blender's puts back the whole
 * scene as it was after the action before, and with it takes back what the other side wrote since (editor-undo.ts).
 */
import { defined } from "#shared/assert.ts";
import type { Uuid } from "#shared/ids.ts";
import {
  type EntityKind,
  type FieldName,
  type Fields,
  type FieldValue,
  transformDefaults,
} from "#shared/scene/fields.ts";
import type { EditorModel } from "./editor-model.ts";
import type { SceneMemory } from "./editor-scene.ts";

/** How one entity was before an action; `fields` null: it was not there; `isWhole`: it can be made again from them. */
type Before = {
  readonly uuid: Uuid;
  readonly kind: EntityKind;
  readonly fields: Fields | null;
  readonly isWhole?: boolean;
};

const undoStepsMax = 64;

const objectDefaults: Fields = {
  name: "Empty",
  type: "empty",
  parent: null,
  collections: [],
  data: null,
  visible: true,
  ...transformDefaults,
};
const typeDefaults: { readonly [type: string]: Fields } = {
  camera: { "camera.projection": "perspective", "camera.yfov": 0.4, "camera.near": 0.1, "camera.far": 1_000 },
  light: {
    "light.type": "point",
    "light.color": [1, 1, 1],
    "light.intensity": 50,
    "light.range": 0,
    "light.outer": 0.785,
    "light.inner": 0.6,
  },
};

/** Where it hangs when nothing else is said. A mesh hangs nowhere. */
function rootOf(kind: EntityKind): Fields {
  return kind === "mesh" ? {} : { parent: null };
}

export class EditorUser {
  readonly #model: EditorModel;
  readonly #newUuid: () => Uuid;
  /** Unity: what each action changed. */
  readonly #undo: Before[][] = [];
  /** Blender: the scene before the first action, and after each. */
  readonly #memories: SceneMemory[] = [];

  constructor(model: EditorModel, newUuid: () => Uuid) {
    this.#model = model;
    this.#newUuid = newUuid;
  }

  /** An object with everything its type has; `fields` says what is different from the default. */
  createObject(fields: Fields): Uuid {
    const ofType = typeDefaults[String(fields.type ?? "empty")] ?? {};
    return this.#create("object", { ...objectDefaults, ...ofType, ...fields });
  }

  createCollection(name: string, parent: Uuid | null = null): Uuid {
    return this.#create("collection", { name, parent });
  }

  createMesh(name: string, size: readonly number[]): Uuid {
    return this.#create("mesh", { name, "mesh.center": [0, 0, 0], "mesh.size": size });
  }

  move(uuid: Uuid, translation: readonly number[]): void {
    this.set(uuid, { translation });
  }

  rename(uuid: Uuid, name: string): void {
    this.set(uuid, { name });
  }

  setVisible(uuid: Uuid, visible: boolean): void {
    this.set(uuid, { visible });
  }

  /** False when it would hang below itself: both editors refuse that. */
  reparent(uuid: Uuid, parent: Uuid | null): boolean {
    if (this.#model.scene.makesCycle(uuid, parent)) return false;
    this.set(uuid, { parent });
    return true;
  }

  set(uuid: Uuid, fields: Fields): void {
    const { scene } = this.#model;
    const live = defined(scene.read(uuid), "[WIRE-18] a user edits what is in the scene");
    const before: { [Name in FieldName]?: FieldValue } = {};
    for (const name of Object.keys(fields) as FieldName[]) {
      const value = live[name];
      if (value !== undefined) before[name] = value;
    }
    const step = [{ uuid, kind: this.#kindOf(uuid), fields: before }];
    this.#act(step, () => this.#write(uuid, fields));
  }

  /** The new root's uuid. */
  duplicate(uuid: Uuid): Uuid {
    const made: Before[] = [];
    return this.#act(made, () => this.#copy(uuid, { parent: this.#model.scene.parentOf(uuid), made }));
  }

  delete(uuid: Uuid): void {
    const { scene } = this.#model;
    const doomed = this.#model.identity.role === "unity" ? this.#subtree(uuid) : [uuid];
    const orphans = doomed.flatMap((one) => scene.childrenOf(one)).filter((child) => !doomed.includes(child));
    const whole = doomed.map((one) => {
      return { uuid: one, kind: this.#kindOf(one), fields: scene.read(one) ?? {}, isWhole: true };
    });
    const moved = orphans.map((one) => ({
      uuid: one,
      kind: this.#kindOf(one),
      fields: { parent: scene.parentOf(one) },
    }));
    this.#act([...whole, ...moved], () => {
      for (const one of [...doomed].reverse()) this.#remove(one);
    });
  }

  /** Takes back the user's last action, as an edit; false when there is none. */
  undo(): boolean {
    const isUndone = this.#model.identity.role === "blender" ? this.#undoMemory() : this.#undoStep();
    if (isUndone) this.#model.undone();
    return isUndone;
  }

  #undoMemory(): boolean {
    if (this.#memories.length < 2) return false;
    this.#memories.pop();
    this.#model.scene.remember(this.#memories.at(-1) as SceneMemory);
    return true;
  }

  #undoStep(): boolean {
    const step = this.#undo.pop();
    if (step === undefined) return false;
    const { scene } = this.#model;
    for (const { uuid, kind, fields, isWhole } of step) {
      if (fields === null) this.#remove(uuid);
      else if (scene.has(uuid)) this.#write(uuid, this.#possible(uuid, fields));
      else if (isWhole) this.#add(uuid, kind, { ...rootOf(kind), ...this.#possible(uuid, fields) });
    }
    return true;
  }

  /** A parent that is gone meanwhile, or hangs below now, is not put back. */
  #possible(uuid: Uuid, fields: Fields): Fields {
    const { scene } = this.#model;
    const { parent, ...rest } = fields;
    const isGone = typeof parent === "string" && (!scene.has(parent) || scene.makesCycle(uuid, parent));
    return isGone ? rest : fields;
  }

  /** Another file is open: its undo history is another one. */
  forget(): void {
    this.#undo.length = 0;
    this.#memories.length = 0;
  }

  #create(kind: EntityKind, fields: Fields): Uuid {
    const uuid = this.#newUuid();
    this.#act([{ uuid, kind, fields: null }], () => this.#add(uuid, kind, fields));
    return uuid;
  }

  #copy(uuid: Uuid, { parent, made }: { parent: Uuid | null; made: Before[] }): Uuid {
    const { scene, copies, identity } = this.#model;
    const copy = this.#newUuid();
    const kind = this.#kindOf(uuid);
    const fields = defined(scene.read(uuid), "[WIRE-21] a user duplicates what is in the scene");
    made.push({ uuid: copy, kind, fields: null });
    copies.set(copy, uuid);
    const children = scene.childrenOf(uuid);
    this.#add(copy, kind, kind === "mesh" ? fields : { ...fields, parent });
    if (identity.role === "unity") for (const child of children) this.#copy(child, { parent: copy, made });
    return copy;
  }

  #subtree(uuid: Uuid): Uuid[] {
    return [uuid, ...this.#model.scene.childrenOf(uuid).flatMap((child) => this.#subtree(child))];
  }

  #kindOf(uuid: Uuid): EntityKind {
    return this.#model.scene.kindOf(uuid) ?? "object";
  }

  #add(uuid: Uuid, kind: EntityKind, fields: Fields): void {
    this.#model.scene.add(uuid, kind, fields);
    this.#model.dirty.add(uuid);
  }

  #write(uuid: Uuid, fields: Fields): void {
    this.#model.scene.write(uuid, fields);
    this.#model.dirty.add(uuid);
  }

  #remove(uuid: Uuid): void {
    const { scene, dirty } = this.#model;
    for (const child of scene.childrenOf(uuid)) dirty.add(child);
    scene.remove(uuid);
    dirty.add(uuid);
  }

  /** One action with its undo. The step may still be filled by the action itself. */
  #act<Result>(step: Before[], run: () => Result): Result {
    if (this.#model.identity.role !== "blender") {
      this.#undo.push(step);
      if (this.#undo.length > undoStepsMax) this.#undo.shift();
      return run();
    }
    const { scene } = this.#model;
    if (this.#memories.length === 0) this.#memories.push(scene.memory());
    const result = run();
    this.#memories.push(scene.memory());
    if (this.#memories.length > undoStepsMax) this.#memories.shift();
    return result;
  }
}
