/** What a snapshot is called: the name a person gave it, else why it was taken. */
import type { SnapshotRow } from "#shared/ipc/view.ts";
import { snapshotReasonWords } from "#shared/ipc/words.ts";

export function snapshotTitle({ label, reason }: Pick<SnapshotRow, "label" | "reason">): string {
  return label.trim() === "" ? snapshotReasonWords[reason] : label;
}
