/** Going on from a snapshot sets the log aside that could not be read, so it is said first. */
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";

export function RestoreDialog() {
  const { ui, actions } = useApp();
  const close = () => ui.setState({ dialog: null });
  const [busy, restore] = useBusy(async () => {
    if (await actions.restoreSnapshot()) close();
  });
  return (
    <Dialog
      title={texts.recovery.title}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void restore()}>
            {texts.recovery.confirm}
          </Button>
        </>
      }
    >
      <p>
        {texts.recovery.body} {texts.recovery.newer}
      </p>
      <p>{texts.recovery.kept}</p>
    </Dialog>
  );
}
