/**
 * Rolling back on a person's word: read the snapshot, show what it would do, take a snapshot of now, then act.
 *
 * The act is an ordinary input of the engine. Must never: act without the snapshot of now on disk.
 */

import type { SnapshotEntity } from "#electron/core/input.ts";
import { differenceTo } from "#electron/core/rollback.ts";
import { nameOf } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import type { RequestAnswer } from "#shared/ipc/contract.ts";
import type { RollbackPreview } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { CoreHub } from "./core-hub.ts";
import { entitiesOf } from "./snapshot-entities.ts";

const itemsShownMax = 500;

type Target = ReadonlyMap<Uuid, SnapshotEntity>;

export async function readSnapshot(core: CoreHub, oid: string): Promise<Result<Target>> {
  const contents = await core.snapshots.read(oid);
  return contents.ok ? entitiesOf(contents.value) : contents;
}

export function previewOf(core: CoreHub, oid: string, target: Target): RollbackPreview {
  const { state } = core.opened;
  const { comeBack, goAway, change } = differenceTo(state, target);
  const nameIn = ({ fields }: SnapshotEntity) => (typeof fields.name === "string" ? fields.name : "");
  return {
    oid,
    atLsn: state.head.lsn,
    comeBack: comeBack.slice(0, itemsShownMax).map((entity) => {
      return { uuid: entity.uuid, kind: entity.kind, name: nameIn(entity), fields: [] };
    }),
    goAway: goAway.slice(0, itemsShownMax).map((entity) => {
      return { uuid: entity.uuid, kind: entity.kind, name: nameOf(entity), fields: [] };
    }),
    change: change.slice(0, itemsShownMax).map(({ entity, fields }) => {
      return { uuid: entity.uuid, kind: entity.kind, name: nameOf(entity), fields: Object.keys(fields) };
    }),
    counts: { comeBack: comeBack.length, goAway: goAway.length, change: change.length },
  };
}

export async function rollBack(core: CoreHub, oid: string): Promise<Result<RequestAnswer<"snapshot-rollback">>> {
  if (core.engine.halted) return { ok: false, failure: core.engine.halted };
  const target = await readSnapshot(core, oid);
  if (!target.ok) return target;
  const taken = await core.feed.takeNow({ reason: "before-rollback" });
  if (!taken.ok) return taken;
  const undo = taken.value?.oid ?? (await newestOid(core));
  if (undo === null)
    return failure("E_SNAPSHOT", "The snapshot of now could not be taken, so nothing was rolled back.");
  if (core.engine.halted) return { ok: false, failure: core.engine.halted };
  const { counts } = previewOf(core, oid, target.value);
  core.engine.now({ kind: "rollback", oid, target: target.value });
  if (core.engine.halted) return { ok: false, failure: core.engine.halted };
  const changed = counts.comeBack + counts.goAway + counts.change;
  return success({ undo, changed, lsn: core.opened.state.head.lsn });
}

async function newestOid(core: CoreHub): Promise<string | null> {
  const listed = await core.snapshots.list({ limit: 1 });
  return listed.ok ? (listed.value[0]?.oid ?? null) : null;
}
