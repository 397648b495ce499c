/**
 * Asked when the window's close button is pressed for the first time: closing must not surprise in either direction.
 */
import { useState } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { CheckBox } from "#renderer/ui/check-box.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";

export function CloseDialog() {
  const { ui, actions } = useApp();
  const [remember, setRemember] = useState(true);
  const close = () => ui.setState({ dialog: null });
  const decide = (action: "tray" | "quit") => {
    close();
    void actions.ask("close-decided", { action, remember }, texts.closing.title);
  };
  return (
    <Dialog
      title={texts.closing.title}
      onClose={close}
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button onClick={() => decide("quit")}>{texts.closing.quit}</Button>
          <Button variant="primary" onClick={() => decide("tray")}>
            {texts.closing.tray}
          </Button>
        </>
      }
    >
      <p>{texts.closing.body}</p>
      <CheckBox checked={remember} onChange={setRemember}>
        {texts.closing.remember}
      </CheckBox>
    </Dialog>
  );
}
