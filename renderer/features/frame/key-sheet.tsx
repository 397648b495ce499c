/** All keys, from the same table that answers them. */
import { useApp } from "#renderer/app-context.tsx";
import { keyRows } from "#renderer/keys.ts";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { KeyCaps } from "#renderer/ui/key-caps.tsx";
import styles from "./key-sheet.module.css";

const groups = ["everywhere", "lists"] as const;

export function KeySheet() {
  const { ui } = useApp();
  const close = () => ui.setState({ dialog: null });
  return (
    <Dialog title={texts.keys.title} onClose={close} wide actions={<Button onClick={close}>{texts.close}</Button>}>
      <div className={styles.groups}>
        {groups.map((group) => (
          <section key={group}>
            <h3 className={styles.title}>{texts.keys.groups[group]}</h3>
            <dl className={styles.list}>
              {keyRows
                .filter((row) => row.group === group)
                .map((row) => (
                  <div key={row.keys} className={styles.row}>
                    <dt>
                      <KeyCaps keys={row.keys} />
                    </dt>
                    <dd>{row.does}</dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
