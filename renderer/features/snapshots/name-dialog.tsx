/** Gives a snapshot a name that people will recognise later. Enter keeps it. */
import { type FormEvent, useId, useState } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import styles from "./dialogs.module.css";

const labelMax = 200;

export function NameDialog({ oid, label }: { readonly oid: string; readonly label: string }) {
  const { ui, actions } = useApp();
  const [text, setText] = useState(label);
  const id = useId();
  const close = () => ui.setState({ dialog: null });
  const [busy, keep] = useBusy(async () => {
    if (await actions.keepName(oid, text.trim())) close();
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) void keep();
  };
  return (
    <Dialog
      title={texts.snapshots.nameTitle}
      onClose={close}
      focusBody
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} onClick={() => void keep()}>
            {texts.snapshots.keep}
          </Button>
        </>
      }
    >
      <form className={styles.form} onSubmit={onSubmit}>
        <label htmlFor={id}>{texts.snapshots.nameLabel}</label>
        <input
          id={id}
          type="text"
          className={styles.input}
          value={text}
          maxLength={labelMax}
          placeholder={texts.snapshots.nameHint}
          onChange={(event) => setText(event.target.value)}
        />
      </form>
    </Dialog>
  );
}
