/** One object's values, ready to read: canonical, and as each editor shows them. */
import { type Entity, fieldOf, nameOf, parentOf, registersOf, type State } from "#electron/core/state.ts";
import type { ObjectDetail } from "#shared/ipc/view.ts";
import { placementToBlender } from "#shared/math/blender-space.ts";
import { blenderAngles, unityAngles } from "#shared/math/euler.ts";
import { type Aim, isAimedType, type Placement } from "#shared/math/placement.ts";
import { quaternion } from "#shared/math/quaternion.ts";
import { placementAcrossUnity } from "#shared/math/unity-space.ts";
import { vec3 } from "#shared/math/vector.ts";
import {
  type FieldName,
  type FieldValue,
  fieldSpec,
  transformDefaults,
  transformFields,
} from "#shared/scene/fields.ts";
import { writerOf } from "#shared/scene/stamp.ts";

type FieldView = ObjectDetail["fields"][number];

export function fieldViewsOf(state: State, entity: Entity): FieldView[] {
  const placements = placementsOf(state, entity);
  const provisional = state.provisional.get(entity.uuid);
  return registersOf(entity).map(([name, { value, stamp, lsn }]) => {
    const [blender, unity] = editorValues(name, value, placements);
    const isProvisional = provisional?.[name] !== undefined;
    const canonical = valueText(name, value);
    return { field: name, canonical, blender, unity, writer: writerOf(stamp), lsn, provisional: isProvisional };
  });
}

type Placements = { readonly blender: Placement; readonly unity: Placement };

/** Metres per unit is taken as 1: the editor's own scale is known to its plugin only. */
function placementsOf(state: State, entity: Entity): Placements {
  const part = (name: keyof typeof transformDefaults) =>
    (fieldOf(entity, name) as number[] | undefined) ?? transformDefaults[name];
  const local: Placement = {
    translation: vec3(part("translation")),
    rotation: quaternion(part("rotation")),
    scale: vec3(part("scale")),
  };
  const parent = parentOf(entity);
  const parentType = parent === null ? null : fieldOf(state.entities.get(parent), "type");
  const aim: Aim = { self: isAimedType(fieldOf(entity, "type")), parent: isAimedType(parentType) };
  return { blender: placementToBlender(local, aim, 1), unity: placementAcrossUnity(local, aim) };
}

function editorValues(name: FieldName, value: FieldValue, { blender, unity }: Placements): [string, string] {
  if (name === "rotation") {
    return [anglesText(blenderAngles(blender.rotation)), anglesText(unityAngles(unity.rotation))];
  }
  if ((transformFields as readonly string[]).includes(name)) {
    const field = name as keyof Placement;
    return [valueText(name, blender[field]), valueText(name, unity[field])];
  }
  const text = valueText(name, value);
  return [text, text];
}

export function valueText(name: FieldName, value: FieldValue): string {
  if (value === null) return "none";
  if (typeof value === "number") return withUnit(numberText(value), fieldSpec(name).unit);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (typeof value === "string") return value.slice(0, 300);
  if (name === "rotation") return anglesText(blenderAngles(quaternion(value as number[])));
  const parts = value.map((item) => (typeof item === "number" ? numberText(item) : item));
  return withUnit(parts.join(", ").slice(0, 1_500), fieldSpec(name).unit);
}

/** As `valueText`, with parents, meshes and collections by name: a person knows no uuids. */
export function namedValueText(state: State, name: FieldName, value: FieldValue): string {
  const isReference = name === "parent" || name === "data" || name === "collections";
  if (!isReference || value === null) return valueText(name, value);
  const uuids = typeof value === "string" ? [value] : (value as readonly string[]);
  const names = uuids.map((uuid) => nameOf(state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity) || uuid);
  return names.join(", ").slice(0, 1_500);
}

/** Angles as people type them: a thousandth of a degree is below what either editor shows. */
function anglesText(angles: readonly number[]): string {
  return `${angles.map((angle) => String(Number(angle.toFixed(3)) || 0)).join(", ")} °`;
}

function withUnit(text: string, unit: string): string {
  return unit === "" ? text : `${text} ${unit}`;
}

function numberText(value: number): string {
  return String(Number(value.toFixed(5)) || 0);
}
