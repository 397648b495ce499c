/**
 * The hub's backup of an editor's registry: uuid → kind and name, in `.vibesync/registry.<editor>.json` (phase 0.3).
 *
 * Written when an editor was listed and at exit. It is what is left to name things by when an editor's own sidecar is
 * gone.
 */
import type { Link } from "#electron/core/links.ts";
import { nameOf, type State } from "#electron/core/state.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { Result } from "#shared/result.ts";

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
