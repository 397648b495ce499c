/** What a view says when it has nothing to show: what will appear here, and the way on. */
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import styles from "./empty.module.css";

type EmptyProps = {
  readonly icon: LucideIcon;
  readonly title?: string;
  readonly text?: string;
  readonly children?: ReactNode;
};

export function Empty({ icon: Icon, title, text, children }: EmptyProps) {
  return (
    <div className={styles.empty}>
      <Icon size={28} aria-hidden="true" />
      {title !== undefined && <h2>{title}</h2>}
      {text !== undefined && <p>{text}</p>}
      {children !== undefined && <div className={styles.actions}>{children}</div>}
    </div>
  );
}
