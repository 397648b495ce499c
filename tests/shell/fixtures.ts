/** Statuses for tests of what the shell shows: the empty one with a few things changed. */
import { emptyStatus } from "#electron/shell/empty-status.ts";
import type { StatusView } from "#shared/ipc/view.ts";

export function statusWith(changes: Partial<StatusView>): StatusView {
  return { ...emptyStatus(null, 1_000), mode: "live", verdict: "live", ...changes };
}

export function withLinks(status: StatusView, blender: "absent" | "away" | "linked", unity = blender): StatusView {
  const { editors } = status;
  return {
    ...status,
    editors: { blender: { ...editors.blender, link: blender }, unity: { ...editors.unity, link: unity } },
  };
}
