/** The two questions of the review: taking edits away from who made them, and sending all that is held at once. */
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";

const words = texts.review;

export function RefuseDialog({ uuids, count }: { readonly uuids: readonly string[] | null; readonly count: number }) {
  const { ui, actions } = useApp();
  const close = () => ui.setState({ dialog: null });
  const [busy, refuse] = useBusy(async () => {
    if (await actions.decideReview("refuse", uuids)) close();
  });
  return (
    <Dialog
      title={words.refuseTitle(count)}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="danger" busy={busy} onClick={() => void refuse()}>
            {words.refuseConfirm(count)}
          </Button>
        </>
      }
    >
      <p>{words.refuseBody}</p>
    </Dialog>
  );
}

export function LeaveSafeDialog() {
  const { ui, actions } = useApp();
  const count = useHubState((state) => state.status?.toReview ?? 0);
  const close = () => ui.setState({ dialog: null });
  const [busy, leave] = useBusy(async () => {
    if (await actions.leaveSafeMode()) close();
  });
  return (
    <Dialog
      title={words.leaveTitle}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button onClick={() => ui.setState({ dialog: null, view: "review" })}>{words.look}</Button>
          <Button variant="amber" busy={busy} onClick={() => void leave()}>
            {words.leaveConfirm(count)}
          </Button>
        </>
      }
    >
      <p>{words.leaveBody(count)}</p>
    </Dialog>
  );
}
