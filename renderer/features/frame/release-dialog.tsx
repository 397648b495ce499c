/** Letting an object take part again overwrites what was set aside, so it is said first. */
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";

export function ReleaseDialog({ uuid, name }: { readonly uuid: string; readonly name: string }) {
  const { ui, actions } = useApp();
  const close = () => ui.setState({ dialog: null });
  const [busy, release] = useBusy(async () => {
    if (await actions.release(uuid, name)) close();
  });
  return (
    <Dialog
      title={texts.release.title(name)}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void release()}>
            {texts.release.confirm}
          </Button>
        </>
      }
    >
      <p>{texts.release.body}</p>
    </Dialog>
  );
}
