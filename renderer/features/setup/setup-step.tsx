/** One step: its number, or a tick once it is done. */
import { Check } from "lucide-react";
import type { ReactNode } from "react";
import { texts } from "#renderer/messages/texts.ts";
import styles from "./setup.module.css";

type SetupStepProps = {
  readonly number: number;
  readonly title: string;
  readonly text: string;
  readonly isDone: boolean;
  readonly children?: ReactNode;
};

export function SetupStep({ number, title, text, isDone, children }: SetupStepProps) {
  return (
    <li className={styles.step} data-done={isDone || undefined}>
      <span className={styles.mark} role="img" aria-label={isDone ? texts.setup.stepDone : texts.setup.stepOpen}>
        {isDone ? <Check size={18} /> : number}
      </span>
      <div className={styles.body}>
        <h2>{title}</h2>
        <p className={styles.quiet}>{text}</p>
        {children}
      </div>
    </li>
  );
}
