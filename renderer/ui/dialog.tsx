/**
 * A modal question. Dialogs are for what takes something away (rollback, release, quit) and for the key sheet;
 * everything else happens in place. The first focus is on the way out, so that Enter never destroys.
 */
import { Dialog as Base } from "@base-ui/react/dialog";
import { type ReactNode, useRef } from "react";
import styles from "./dialog.module.css";

type DialogProps = {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons, the way out first. */
  readonly actions: ReactNode;
  readonly wide?: boolean;
  /** Puts the first focus into the body (a text field) instead of the first button. */
  readonly focusBody?: boolean;
};

export function Dialog({ title, onClose, children, actions, wide = false, focusBody = false }: DialogProps) {
  const buttons = useRef<HTMLDivElement>(null);
  const body = useRef<HTMLDivElement>(null);
  const firstFocus = () => (focusBody ? body : buttons).current?.querySelector<HTMLElement>("input, button") ?? true;
  return (
    <Base.Root open onOpenChange={(open) => !open && onClose()}>
      <Base.Portal>
        <Base.Backdrop className={styles.backdrop} />
        <Base.Popup className={styles.popup} data-wide={wide || undefined} initialFocus={firstFocus}>
          <Base.Title className={styles.title}>{title}</Base.Title>
          <div className={styles.body} ref={body}>
            {children}
          </div>
          <div className={styles.actions} ref={buttons}>
            {actions}
          </div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
