/** Which versions of something that is held back there are to choose from, and what is decided together. */
import type { Choice } from "#shared/choice.ts";
import type { ConflictRow } from "#shared/ipc/view.ts";

/** Where neither editor's version is known, there is only what was agreed. */
export function mayKeep({ blender, unity }: ConflictRow, keep: Choice): boolean {
  return keep === "agreed" || blender !== "agreed" || unity !== "agreed";
}

/** The chosen rows and those that are decided with them. */
export function decidedWith(rows: readonly ConflictRow[], uuids: readonly string[]): readonly ConflictRow[] {
  const chosen = new Set(uuids);
  const closures = new Set(rows.filter(({ uuid }) => chosen.has(uuid)).map(({ closure }) => closure));
  return rows.filter(({ closure }) => closures.has(closure));
}
