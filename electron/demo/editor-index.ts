/** The editor's list of its scene, in pages, with a stamp for every value [WIRE-13] [WIRE-14]. */
import type { IndexedEntity, UpMessageOf } from "#shared/protocol/up.ts";
import type { FieldName, Fields } from "#shared/scene/fields.ts";
import { type CaptureParts, parentsFirst } from "./editor-capture.ts";

/** Entities on one page: the longest names and collection lists still fit a text frame. */
const entitiesPerPage = 200;

/**
 * Lists everything and agrees to it. `isKnown`: a shadow was made before, so that a difference is the user's edit and
 * gets a new stamp; without one the editor cannot know, and says 0.
 */
export function indexPages(parts: CaptureParts, isKnown: boolean): UpMessageOf<"index">[] {
  const { scene, shadow, epoch } = parts;
  const editStamp = isKnown ? shadow.nextStamp() : 0;
  const gone = shadow.uuids().filter((uuid) => !scene.has(uuid));
  for (const uuid of gone) shadow.bury(uuid, { stamp: editStamp, isOwn: true });
  const deleted = shadow.ownDeletes().filter(({ uuid }) => !scene.has(uuid));
  const entities = parentsFirst(scene, scene.uuids()).map((uuid) => indexed(parts, uuid, editStamp));
  const pageCount = Math.max(1, Math.ceil(Math.max(entities.length, deleted.length) / entitiesPerPage));
  return Array.from({ length: pageCount }, (_, page) => {
    const part = <Item>(list: readonly Item[]) => list.slice(page * entitiesPerPage, (page + 1) * entitiesPerPage);
    const last = page === pageCount - 1;
    return { kind: "index", epoch, page, last, entities: part(entities), deleted: part(deleted) };
  });
}

function indexed({ scene, shadow }: CaptureParts, uuid: string, editStamp: number): IndexedEntity {
  const kind = scene.kindOf(uuid) ?? "object";
  const fields = scene.read(uuid) ?? {};
  if (!shadow.has(uuid)) shadow.create(uuid, kind, { stamp: editStamp, isOwn: true });
  const stamps: { [Name in FieldName]?: number } = {};
  for (const [key, value] of Object.entries(fields)) {
    const name = key as FieldName;
    const origin = { stamp: editStamp, isOwn: true };
    if (shadow.isChanged(uuid, name, value)) shadow.agree(uuid, { [name]: value } as Fields, origin);
    stamps[name] = shadow.stampOf(uuid, name);
  }
  const stamp = Math.min(...Object.values(stamps));
  const newer = Object.fromEntries(Object.entries(stamps).filter(([, one]) => one !== stamp));
  const isPlain = Object.keys(newer).length === 0;
  return { uuid, kind, fields, stamp, ...(isPlain ? {} : { stamps: newer }) } as IndexedEntity;
}
