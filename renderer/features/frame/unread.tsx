/** In place of a view of the scene while its project could not be opened: why, and where the way out is. */
import { FolderX } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import type { View } from "#renderer/store/ui-store.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import type { StatusView } from "#shared/ipc/view.ts";

/** Views with nothing to show but what is in the project. */
const ofProject: ReadonlySet<View> = new Set(["objects", "timeline", "snapshots", "review", "conflicts"]);

/** The hub stopped before it knew anything of the project. */
export function isUnread(status: Pick<StatusView, "mode" | "project"> | null): boolean {
  return status?.mode === "halted" && status.project === null;
}

export function useIsUnread(view: View): boolean {
  const unread = useHubState(({ status }) => isUnread(status));
  return unread && ofProject.has(view);
}

export function Unread() {
  const { ui } = useApp();
  const reason = useHubState(({ status }) => status?.sentence ?? "");
  return (
    <Empty icon={FolderX} title={texts.unread.title} text={texts.unread.text(reason)}>
      <Button variant="primary" onClick={() => ui.setState({ view: "home" })}>
        {texts.unread.toHome}
      </Button>
    </Empty>
  );
}
