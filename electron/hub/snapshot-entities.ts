/** The objects of a snapshot as they were written into it, checked like anything else from disk. */
import { z } from "zod";
import type { SnapshotEntity } from "#electron/core/input.ts";
import type { SnapshotContents } from "#electron/ports/snapshots.ts";
import { type Uuid, uuidSchema } from "#shared/ids.ts";
import { entityKindSchema } from "#shared/protocol/operation.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { fieldsSchema } from "#shared/scene/value.ts";

/** One entity as a snapshot's text holds it. */
const snapshotEntitySchema = z.strictObject({ uuid: uuidSchema, kind: entityKindSchema, fields: fieldsSchema });

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
