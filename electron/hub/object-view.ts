/** Entities as the window lists them: the five state words, who has it, who changed it last. Pure projection. */

import type { Links } from "#electron/core/links.ts";
import { type Entity, fieldOf, nameOf, parentOf, type State } from "#electron/core/state.ts";
import type { Written } from "#electron/core/transform.ts";
import { isLinked } from "#electron/core/verdict.ts";
import type { Uuid } from "#shared/ids.ts";
import type { ObjectState, ObjectView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { writerOf } from "#shared/scene/stamp.ts";

/** What a projection reads: the state, what stands in each editor's scene, and what is on its way there. */
export type Seen = {
  readonly state: State;
  /** Entities whose way to an editor is being checked. */
  readonly checking: ReadonlySet<Uuid>;
  /** What each editor's user holds. */
  readonly held: readonly ReadonlySet<Uuid>[];
  readonly blender: ReadonlySet<Uuid>;
  readonly unity: ReadonlySet<Uuid>;
};

export function seenIn(state: State, links: Links, checking: ReadonlySet<Uuid>): Seen {
  const held = [...links.byRole.values()].map((link) => link.held);
  return { state, checking, held, blender: shownIn(links, "blender"), unity: shownIn(links, "unity") };
}

const nothing: ReadonlySet<Uuid> = new Set();

/** Only a linked editor can show it: what an absent one once had is not known any more. */
function shownIn(links: Links, role: Role): ReadonlySet<Uuid> {
  const link = links.byRole.get(role);
  return isLinked(link) ? link.known : nothing;
}

export function objectViewOf(seen: Seen, entity: Entity): ObjectView {
  const { uuid, kind, lsn, timeMs } = entity;
  const [blender, unity] = [seen.blender.has(uuid), seen.unity.has(uuid)];
  const type = fieldOf(entity, "type");
  return {
    uuid,
    kind,
    type: typeof type === "string" ? (type as ObjectView["type"]) : null,
    name: nameOf(entity),
    parent: parentOf(entity),
    blender,
    unity,
    state: objectStateOf(seen, uuid, blender && unity),
    changedBy: writerOf(newestOf(entity).stamp),
    changedMs: timeMs,
    lsn,
  };
}

function newestOf({ registers, transform }: Entity): Written {
  const { translation, rotation, scale } = transform;
  let newest: Written = { lsn: -1, stamp: 0 };
  for (const name in registers) {
    const one = registers[name as keyof typeof registers];
    if (one && one.lsn >= newest.lsn) newest = one;
  }
  for (const one of [translation, rotation, scale]) if (one && one.lsn >= newest.lsn) newest = one;
  return newest;
}

function objectStateOf({ state, checking, held }: Seen, uuid: Uuid, isInBoth: boolean): ObjectState {
  if (state.quarantine.has(uuid)) return "conflict";
  const isProvisional = state.provisional.has(uuid) || checking.has(uuid);
  if (isProvisional && held.some((one) => one.has(uuid))) return "held";
  if (!isInBoth) return "one-side";
  return isProvisional ? "sending" : "in-step";
}
