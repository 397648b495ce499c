/** Short answers in the corner. A problem stays longer and is read out at once; an action (Undo) is a real button. */
import { Toast } from "@base-ui/react/toast";
import { CircleAlert, X } from "lucide-react";
import styles from "./toasts.module.css";

type ToastsProps = {
  readonly manager: ReturnType<typeof Toast.createToastManager>;
  readonly closeLabel: string;
};

export function Toasts({ manager, closeLabel }: ToastsProps) {
  return (
    <Toast.Provider toastManager={manager} limit={4}>
      <Toast.Portal>
        <Toast.Viewport className={styles.viewport}>
          <ToastList closeLabel={closeLabel} />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function ToastList({ closeLabel }: { readonly closeLabel: string }) {
  const { toasts } = Toast.useToastManager();
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} data-kind={toast.type} swipeDirection={[]}>
      {toast.type === "problem" && <CircleAlert size={18} className={styles.problem} aria-hidden="true" />}
      <Toast.Content className={styles.content}>
        <Toast.Title className={styles.title} />
        <Toast.Description className={styles.description} />
      </Toast.Content>
      {toast.actionProps && <Toast.Action className={styles.action} />}
      <Toast.Close className={styles.close} aria-label={closeLabel}>
        <X size={16} aria-hidden="true" />
      </Toast.Close>
    </Toast.Root>
  ));
}
