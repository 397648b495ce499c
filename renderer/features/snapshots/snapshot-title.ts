/** What a snapshot is called: the name a person gave it, else why it was taken. */
import { snapshotReasonWords } from "#renderer/messages/words.ts";
import type { SnapshotRow } from "#shared/ipc/view.ts";

export function snapshotTitle({ label, reason }: Pick<SnapshotRow, "label" | "reason">): string {
  return label.trim() === "" ? snapshotReasonWords[reason] : label;
}
