/**
 * What people call their snapshots: `names.json` beside the history, because renaming must not rewrite commits.
 *
 * Owns: that file. A damaged one is set aside under a new name and told, never overwritten: names are the only thing
 * here that a person typed.
 * Must never: hold a name for something that is not a commit's name.
 */
import { z } from "zod";
import type { SnapshotInfo, SnapshotRepair } from "#electron/ports/snapshots.ts";
import { failure, type Result } from "#shared/result.ts";
import { labelCharsMax, singleLine } from "./commit-text.ts";
import { isOid } from "./git-object.ts";
import type { Repository } from "./repository.ts";

export const namesMax = 10_000;
const setAsideMax = 100;

const namesSchema = z.object({
  version: z.literal(1),
  names: z.record(z.string().refine(isOid), z.string().min(1).max(labelCharsMax)),
});

export class SnapshotNames {
  readonly #repository: Repository;
  #names: ReadonlyMap<string, string> = new Map();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Reads the file. Throws errno errors of the disk. */
  load(): readonly SnapshotRepair[] {
    const { paths } = this.#repository;
    const value = this.#repository.readOwn(paths.names);
    if (value === null) return [];
    const parsed = namesSchema.safeParse(value);
    if (!parsed.success) return [{ kind: "names-set-aside", as: this.#setAside() }];
    this.#names = new Map(Object.entries(parsed.data.names));
    return [];
  }

  /** The snapshot under the name that a person gave it, if any. */
  named(info: SnapshotInfo): SnapshotInfo {
    const label = this.#names.get(info.oid);
    return label === undefined ? info : { ...info, label };
  }

  has(oid: string): boolean {
    return this.#names.has(oid);
  }

  set(oid: string, label: string): Result<void> {
    const line = singleLine(label);
    const next = new Map(this.#names);
    if (line === "") next.delete(oid);
    else next.set(oid, line);
    if (next.size > namesMax) {
      return failure("E_LIMIT", `${namesMax} snapshots have names already. Take the name from one that is not needed.`);
    }
    const written = this.#repository.replaceOwn(this.#repository.paths.names, {
      version: 1,
      names: Object.fromEntries(next),
    });
    if (written.ok) this.#names = next;
    return written;
  }

  #setAside(): string {
    const { disk, paths } = this.#repository;
    const taken = new Set(disk.readdir(paths.own));
    for (let number = 1; number < setAsideMax; number += 1) {
      const name = `names.damaged-${number}.json`;
      if (taken.has(name)) continue;
      disk.rename(paths.names, `${paths.own}/${name}`);
      disk.syncDirectory(paths.own);
      return name;
    }
    return "names.json";
  }
}
