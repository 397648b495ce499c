/**
 * The hub's backup of an editor's registry: uuid → kind and name, in `.vibesync/registry.<editor>.json` (phase 0.3).
 *
 * Written when an editor was listed and at exit. Read only where log and saved state are both gone (recovery.ts): it
 * says that there was a scene, what was in it, and what had been deleted since a snapshot.
 */
import { z } from "zod";
import type { Link } from "#electron/core/links.ts";
import { nameOf, type State } from "#electron/core/state.ts";
import { type Disk, isMissing, readFile } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { uuidSchema } from "#shared/ids.ts";
import { roles } from "#shared/protocol/handshake.ts";
import { entityKindSchema } from "#shared/protocol/operation.ts";
import { failure, type Result, success } from "#shared/result.ts";

const registrySchema = z.object({
  format: z.literal(1),
  role: z.enum(roles),
  lsn: z.int().min(0),
  entities: z.record(uuidSchema, z.object({ kind: entityKindSchema, name: z.string() })),
});
export type Registry = z.infer<typeof registrySchema>;

export type RegistryWrite = {
  readonly path: string;
  readonly link: Pick<Link, "role" | "document" | "editorName" | "editorVersion" | "known">;
  readonly state: State;
  readonly nowMs: number;
};

export function writeRegistry(disk: Disk, { path, link, state, nowMs }: RegistryWrite): Result<void> {
  const entities: { [uuid: string]: { kind: string; name: string } } = {};
  for (const uuid of [...link.known].sort()) {
    const entity = state.entities.get(uuid);
    if (entity) entities[uuid] = { kind: entity.kind, name: nameOf(entity) };
  }
  const { role, document, editorName, editorVersion } = link;
  const editor = `${editorName} ${editorVersion}`;
  const body = { format: 1, role, editor, document, lsn: state.head.lsn, writtenMs: Math.round(nowMs), entities };
  return durableReplace(disk, { path, bytes: Buffer.from(`${JSON.stringify(body, null, 1)}\n`), code: "E_REGISTRY" });
}

/** Null: there is none. */
export function readRegistry(disk: Disk, path: string): Result<Registry | null> {
  try {
    if (isMissing(disk, path)) return success(null);
    const parsed = registrySchema.safeParse(JSON.parse(Buffer.from(readFile(disk, path)).toString("utf8")));
    if (parsed.success) return success(parsed.data);
    return failure("E_REGISTRY", `${path} does not fit its format.`, { cause: parsed.error });
  } catch (cause) {
    return failure("E_REGISTRY", `${path} could not be read.`, { cause });
  }
}
