/** The objects of a snapshot as they were written into it, checked like anything else from disk. */
import type { SnapshotEntity } from "#electron/core/input.ts";
import { snapshotEntitySchema } from "#electron/engine/state-codec.ts";
import type { SnapshotContents } from "#electron/ports/snapshots.ts";
import type { Uuid } from "#shared/ids.ts";
import { failure, type Result, success } from "#shared/result.ts";

export function entitiesOf({ objects }: SnapshotContents): Result<ReadonlyMap<Uuid, SnapshotEntity>> {
  const entities = new Map<Uuid, SnapshotEntity>();
  for (const [uuid, json] of objects) {
    const parsed = snapshotEntitySchema.safeParse(parseOrNull(json));
    if (!parsed.success) {
      return failure("E_SNAPSHOT", "The snapshot holds an object that cannot be read. Choose another one.", { uuid });
    }
    entities.set(uuid, parsed.data);
  }
  return success(entities);
}

function parseOrNull(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}
