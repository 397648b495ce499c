/** A titled panel. `badge` is a count that wants to be seen, `action` one quiet way on. */
import { type ReactNode, useId } from "react";
import styles from "./card.module.css";

type CardProps = {
  readonly title: string;
  readonly badge?: number;
  readonly action?: ReactNode;
  readonly children: ReactNode;
};

export function Card({ title, badge = 0, action, children }: CardProps) {
  const id = useId();
  return (
    <section className={styles.card} aria-labelledby={id}>
      <header className={styles.head}>
        <h2 id={id}>{title}</h2>
        {badge > 0 && <span className={styles.badge}>{badge}</span>}
        <span className={styles.action}>{action}</span>
      </header>
      {children}
    </section>
  );
}
