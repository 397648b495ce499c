/** What opening the snapshot history found broken and put right, in words for a person. */
import type { SnapshotRepair } from "#electron/ports/snapshots.ts";

const oidShown = 10;

export function repairSentence(repair: SnapshotRepair): string {
  switch (repair.kind) {
    case "leftovers-removed":
      return `${repair.count} half-written snapshot files were left over from a crash and were removed.`;
    case "objects-set-aside":
      return `${repair.count} damaged snapshot files were set aside. Snapshots that need them cannot be restored.`;
    case "indexes-rebuilt":
      return `The lists of contents of ${repair.count} snapshot files were missing or damaged and were made again.`;
    case "file-rewritten":
      return `The snapshot history's file ${repair.name} was damaged and was written anew.`;
    case "names-set-aside":
      return `The names given to snapshots could not be read. They were set aside as ${repair.as}.`;
    case "branch-moved":
      return `The newest snapshot ${short(repair.from)} was damaged. The history goes on from ${short(repair.to)}.`;
    case "history-unreadable":
      return "The snapshot history could not be read. A new one begins; the old files were kept.";
  }
}

function short(oid: string): string {
  return oid.slice(0, oidShown) || "(unreadable)";
}
