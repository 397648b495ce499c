/**
 * The canonical scene model: which kinds of entities exist, which fields they have, and how each field behaves.
 *
 * This table is the single source: the wire schema, the merge, the verification, the plugins' generated tables and the
 * object inspector are all derived from it. To add a field: add a row, run `npm run generate`, then read and write it
 * in each plugin's scene code.
 *
 * Canonical space is glTF 2.0's: right-handed, +Y up, metres, quaternions xyzw; transforms are local to the parent.
 */

export const entityKinds = ["object", "collection", "mesh"] as const;
export type EntityKind = (typeof entityKinds)[number];

/**
 * What may be done about a change: shown at once, awaited, or guarded by a snapshot. Deleting is the destructive one.
 */
export type FieldWeight = "cosmetic" | "structural";

/** How two values of a field are compared (shared/math/epsilon.ts). */
export type Tolerance = "exact" | "length" | "rotation" | "color" | "ratio";

export type FieldType =
  | "text"
  | "boolean"
  | "number"
  | "vec2"
  | "vec3"
  | "quaternion"
  | "color"
  | "uuid-or-null"
  | "uuid-set"
  | readonly string[];

export type FieldSpec = {
  readonly kinds: readonly EntityKind[];
  readonly type: FieldType;
  readonly weight: FieldWeight;
  readonly tolerance: Tolerance;
  /** Metres, radians, candela …; empty where the value has none. */
  readonly unit: string;
  readonly doc: string;
};

export const objectTypes = ["empty", "mesh", "camera", "light", "other"] as const;
export const lightTypes = ["point", "spot", "sun", "area"] as const;
export const projections = ["perspective", "orthographic"] as const;

export const fieldTable = {
  name: spec(
    "object collection mesh",
    "text",
    "structural",
    "exact",
    "",
    "Display name; identity never depends on it.",
  ),
  type: spec("object", objectTypes, "structural", "exact", "", "What the object is; fixed when it is created."),
  parent: spec(
    "object collection",
    "uuid-or-null",
    "structural",
    "exact",
    "",
    "The parent of the same kind, null at the root.",
  ),
  collections: spec(
    "object",
    "uuid-set",
    "structural",
    "exact",
    "",
    "Collections it is in, sorted; empty means the scene root.",
  ),
  data: spec("object", "uuid-or-null", "structural", "exact", "", "The mesh it shows; shared by linked duplicates."),
  visible: spec("object", "boolean", "cosmetic", "exact", "", "Shown in the viewport by its own switch."),
  translation: spec("object", "vec3", "cosmetic", "length", "m", "Relative to the parent, canonical space."),
  rotation: spec(
    "object",
    "quaternion",
    "cosmetic",
    "rotation",
    "",
    "Relative to the parent, canonical space, unit length, xyzw.",
  ),
  scale: spec("object", "vec3", "cosmetic", "length", "", "Relative to the parent, canonical axes; may be negative."),
  "camera.projection": spec("object", projections, "cosmetic", "exact", "", "Cameras only."),
  "camera.yfov": spec(
    "object",
    "number",
    "cosmetic",
    "ratio",
    "rad",
    "Vertical field of view of a perspective camera.",
  ),
  "camera.ymag": spec("object", "number", "cosmetic", "ratio", "m", "Half the height an orthographic camera shows."),
  "camera.near": spec("object", "number", "cosmetic", "ratio", "m", "Near clip distance."),
  "camera.far": spec("object", "number", "cosmetic", "ratio", "m", "Far clip distance."),
  "light.type": spec("object", lightTypes, "cosmetic", "exact", "", "Lights only."),
  "light.color": spec("object", "color", "cosmetic", "color", "", "Linear RGB."),
  "light.intensity": spec(
    "object",
    "number",
    "cosmetic",
    "ratio",
    "cd|lx|nit",
    "Candela for point and spot, lux for sun, nits for area.",
  ),
  "light.range": spec("object", "number", "cosmetic", "ratio", "m", "Cut-off distance; 0 means without end."),
  "light.outer": spec("object", "number", "cosmetic", "ratio", "rad", "Spot: half angle at which the light ends."),
  "light.inner": spec("object", "number", "cosmetic", "ratio", "rad", "Spot: half angle at which it begins to fade."),
  "mesh.center": spec(
    "mesh",
    "vec3",
    "cosmetic",
    "length",
    "m",
    "Centre of the bounds, in the mesh's own canonical space.",
  ),
  "mesh.size": spec("mesh", "vec3", "cosmetic", "length", "m", "Size of the bounds, canonical axes."),
} as const satisfies Record<string, FieldSpec>;

export type FieldName = keyof typeof fieldTable;

export const fieldNames = Object.keys(fieldTable) as readonly FieldName[];

/** Fields that travel on the binary lane, in the order of their mask bits (1, 2, 4). */
export const transformFields = ["translation", "rotation", "scale"] as const satisfies readonly FieldName[];

export type FieldValue = null | boolean | number | string | readonly number[] | readonly string[];
export type Fields = { readonly [Name in FieldName]?: FieldValue };

export function isFieldName(name: string): name is FieldName {
  return Object.hasOwn(fieldTable, name);
}

export function fieldSpec(name: FieldName): FieldSpec {
  return fieldTable[name];
}

export function hasField(kind: EntityKind, name: FieldName): boolean {
  return fieldSpec(name).kinds.includes(kind);
}

/** What an object has when its editor said nothing: used when a field is missing on creation. */
export const transformDefaults = {
  translation: [0, 0, 0],
  rotation: [0, 0, 0, 1],
  scale: [1, 1, 1],
} as const;

function spec<Type extends FieldType>(
  kinds: string,
  type: Type,
  weight: FieldWeight,
  tolerance: Tolerance,
  unit: string,
  doc: string,
) {
  return { kinds: kinds.split(" ") as EntityKind[], type, weight, tolerance, unit, doc } as const;
}
