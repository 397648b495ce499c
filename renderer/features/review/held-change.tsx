/** One held change whole: every value as it was and as it would be, and the two words that decide. */
import { Check, X } from "lucide-react";
import { texts } from "#renderer/messages/texts.ts";
import { reviewWords } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import styles from "#renderer/ui/queue.module.css";
import type { ReviewRow } from "#shared/ipc/view.ts";

const words = texts.review;

type HeldChangeProps = {
  readonly row: ReviewRow;
  readonly busy: boolean;
  readonly onApprove: () => void;
  readonly onRefuse: () => void;
};

export function HeldChange({ row, busy, onApprove, onRefuse }: HeldChangeProps) {
  const { name, change, fields } = row;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
    <section className={styles.detail} aria-label={words.details} tabIndex={0}>
      <h2 className={styles.title}>{name}</h2>
      <p className={styles.dim}>{`${reviewWords[change]}. ${words.meaning[change]}`}</p>
      <table className={styles.values}>
        <thead>
          <tr>
            <th scope="col">{words.value}</th>
            <th scope="col">{words.before}</th>
            <th scope="col">{words.after}</th>
          </tr>
        </thead>
        <tbody>
          {fields.map(({ field, before, after }) => (
            <tr key={field}>
              <th scope="row">{field}</th>
              <td>{before}</td>
              <td>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className={styles.buttons}>
        <Button variant="primary" icon={Check} busy={busy} onClick={onApprove}>
          {words.approve}
        </Button>
        <Button icon={X} onClick={onRefuse}>
          {words.refuse}
        </Button>
      </div>
    </section>
  );
}
