/**
 * After an undo: who is right, field by field. The last writer decides, as in the real plugins.
 *
 * Owns: putting back what an undo took from the other side along with the user's own work: both editors remember
 * absolute values, Blender those of the whole scene. What the user wrote last stays undone, and goes out as an edit.
 */
import type { Uuid } from "#shared/ids.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import type { EditorScene } from "./editor-scene.ts";
import type { EditorShadow } from "./editor-shadow.ts";

type Books = { readonly scene: EditorScene; readonly shadow: EditorShadow };

export function reconcileUndo({ scene, shadow }: Books): void {
  for (const uuid of ancestorsFirst(shadow)) {
    if (!scene.has(uuid) && shadow.isMadeByHub(uuid)) recreate({ scene, shadow }, uuid);
  }
  for (const uuid of scene.uuids()) putBack({ scene, shadow }, uuid);
  for (const uuid of scene.uuids()) {
    if (shadow.has(uuid) || !shadow.isBuriedByHub(uuid)) continue;
    for (const child of scene.childrenOf(uuid)) {
      if (shadow.valueOf(child, "parent") === uuid) shadow.correct(child, "parent", null);
    }
    scene.remove(uuid);
  }
}

function recreate({ scene, shadow }: Books, uuid: Uuid): void {
  const agreed = shadow.valuesOf(uuid, "all");
  scene.add(uuid, shadow.kindOf(uuid) ?? "object", {
    ...("parent" in agreed ? { parent: null } : {}),
    ...possible(scene, uuid, agreed),
  });
}

function putBack({ scene, shadow }: Books, uuid: Uuid): void {
  const live = scene.read(uuid) ?? {};
  const lost: { [Name in FieldName]?: FieldValue } = {};
  for (const [key, value] of Object.entries(shadow.valuesOf(uuid, "hub"))) {
    const name = key as FieldName;
    const shown = live[name];
    if (shown !== undefined && shadow.isChanged(uuid, name, shown)) lost[name] = value as FieldValue;
  }
  if (Object.keys(lost).length > 0) scene.write(uuid, possible(scene, uuid, lost));
}

/** Without a parent that is not there, or would make a circle: it stays where it is, and that is an edit. */
function possible(scene: EditorScene, uuid: Uuid, fields: Fields): Fields {
  const { parent, ...rest } = fields;
  const isImpossible = typeof parent === "string" && (!scene.has(parent) || scene.makesCycle(uuid, parent));
  return isImpossible ? rest : fields;
}

function ancestorsFirst(shadow: EditorShadow): Uuid[] {
  const depth = (uuid: Uuid): number => {
    let steps = 0;
    const uuids = shadow.uuids().length;
    for (let at = shadow.valueOf(uuid, "parent"); typeof at === "string" && steps < uuids; steps += 1) {
      at = shadow.valueOf(at, "parent");
    }
    return steps;
  };
  const ranked = shadow.uuids().map((uuid) => [depth(uuid), uuid] as const);
  return ranked.sort(([a], [b]) => a - b).map(([, uuid]) => uuid);
}
