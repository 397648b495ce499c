/** Choosing one version overwrites the other, so it is said first. */
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { keepWords } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { Choice } from "#shared/choice.ts";

type KeepDialogProps = {
  readonly uuids: readonly string[];
  readonly keep: Choice;
  /** Of all that is decided. */
  readonly names: readonly string[];
};

const words = texts.conflicts;

export function KeepDialog({ uuids, keep, names }: KeepDialogProps) {
  const { ui, actions } = useApp();
  const close = () => ui.setState({ dialog: null });
  const [busy, decide] = useBusy(async () => {
    if (await actions.keep(uuids, keep)) close();
  });
  return (
    <Dialog
      title={words.keepTitle(keepWords[keep], names)}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void decide()}>
            {words.keep(keepWords[keep])}
          </Button>
        </>
      }
    >
      <p>{words.keepBody[keep]}</p>
    </Dialog>
  );
}
