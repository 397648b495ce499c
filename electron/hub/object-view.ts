/** Entities as the window lists them: the five state words, who has it, who changed it last. Pure projection. */

import type { Links } from "#electron/core/links.ts";
import { type Entity, fieldOf, nameOf, parentOf, type State } from "#electron/core/state.ts";
import type { Written } from "#electron/core/transform.ts";
import { isLinked } from "#electron/core/verdict.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ObjectState, ObjectView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { writerOf } from "#shared/scene/stamp.ts";

/** What a projection reads: the state, the links, and the entities whose way to an editor is being checked. */
export type Seen = { readonly state: State; readonly links: Links; readonly checking: ReadonlySet<Uuid> };

export function objectViewOf(seen: Seen, entity: Entity): ObjectView {
  const { links } = seen;
  const { uuid, kind, lsn, timeMs } = entity;
  const type = fieldOf(entity, "type");
  return {
    uuid,
    kind,
    type: typeof type === "string" ? (type as ObjectView["type"]) : null,
    name: nameOf(entity),
    parent: parentOf(entity),
    blender: standsIn(links, "blender", uuid),
    unity: standsIn(links, "unity", uuid),
    state: objectStateOf(seen, entity),
    changedBy: writerOf(newestOf(entity).stamp),
    changedMs: timeMs,
    lsn,
  };
}

function newestOf({ registers, transform }: Entity): Written {
  const { translation, rotation, scale } = transform;
  let newest: Written = { lsn: -1, stamp: 0 };
  for (const one of Object.values(registers)) if (one.lsn >= newest.lsn) newest = one;
  for (const one of [translation, rotation, scale]) if (one && one.lsn >= newest.lsn) newest = one;
  return newest;
}

/** Only a linked editor can show it: what an absent one once had is not known any more. */
function standsIn(links: Links, role: Role, uuid: string): boolean {
  const link = links.byRole.get(role);
  return link !== undefined && isLinked(link) && link.known.has(uuid);
}

export function objectStateOf({ state, links, checking }: Seen, entity: Entity): ObjectState {
  const { uuid } = entity;
  if (state.quarantine.has(uuid)) return "conflict";
  const isProvisional = state.provisional.has(uuid) || checking.has(uuid);
  const all = [...links.byRole.values()];
  if (isProvisional && all.some((link) => link.held.has(uuid))) return "held";
  const present = all.filter(({ role }) => standsIn(links, role, uuid)).length;
  if (present < 2) return "one-side";
  return isProvisional ? "sending" : "in-step";
}
