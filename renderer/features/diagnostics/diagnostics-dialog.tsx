/** The whole diagnostics bundle, to be looked through before it is saved: a list of files, and the text of one. */
import { useEffect, useState } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import { CheckBox } from "#renderer/ui/check-box.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { Diagnostics } from "#shared/ipc/view.ts";
import styles from "./diagnostics.module.css";

const words = texts.diagnostics;
const bytesPerKilobyte = 1_024;

export function DiagnosticsDialog() {
  const { ui, actions } = useApp();
  const [hidesNames, setHidesNames] = useState(true);
  const gathered = useDiagnostics(hidesNames);
  const close = () => ui.setState({ dialog: null });
  const [busy, save] = useBusy(async () => {
    if (gathered && (await actions.saveDiagnostics(gathered.id))) close();
  });
  return (
    <Dialog
      title={words.title}
      onClose={close}
      wide
      actions={
        <>
          <Button variant="quiet" onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} disabled={gathered === null} onClick={() => void save()}>
            {words.save}
          </Button>
        </>
      }
    >
      <p>{words.body}</p>
      <CheckBox checked={hidesNames} onChange={setHidesNames}>
        {words.hide}
      </CheckBox>
      {gathered ? <Files files={gathered.files} /> : <p role="status">{words.gathering}</p>}
    </Dialog>
  );
}

/** Null while they are gathered, and when they could not be. */
function useDiagnostics(hidesNames: boolean): Diagnostics | null {
  const { actions } = useApp();
  const [gathered, setGathered] = useState<Diagnostics | null>(null);
  useEffect(() => {
    let isCurrent = true;
    setGathered(null);
    void actions.ask("diagnostics", { hidesNames }, words.problem).then((answer) => {
      if (isCurrent && answer) setGathered(answer.value);
    });
    return () => {
      isCurrent = false;
    };
  }, [actions, hidesNames]);
  return gathered;
}

function Files({ files }: Pick<Diagnostics, "files">) {
  const [chosen, setChosen] = useState(0);
  const file = files[chosen];
  return (
    <div className={styles.split}>
      <ul className={styles.files} aria-label={words.files}>
        {files.map(({ path, bytes }, index) => (
          <li key={path}>
            <button
              type="button"
              className={styles.file}
              aria-pressed={index === chosen}
              onClick={() => setChosen(index)}
            >
              <span>{path}</span>
              <span className={styles.size}>{number(Math.ceil(bytes / bytesPerKilobyte))} KB</span>
            </button>
          </li>
        ))}
      </ul>
      {file && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
        <section className={styles.content} aria-label={words.content(file.path)} tabIndex={0}>
          <pre>{file.text}</pre>
          {!file.isWhole && <p>{words.more}</p>}
        </section>
      )}
    </div>
  );
}
