/** One entry per object and operation. At most 1,000, so plain elements do. */
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number } from "#renderer/messages/words.ts";
import { showConflict, showObject } from "#renderer/store/ui-store.ts";
import { Button, TextButton } from "#renderer/ui/button.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import type { FailureRow } from "#shared/ipc/view.ts";
import styles from "./failures.module.css";

const renewMs = 5_000;

export function FailureList({ rows }: { readonly rows: readonly FailureRow[] }) {
  const nowMs = useNow(renewMs);
  const words = texts.failures.columns;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
    <section className={styles.frame} aria-label={texts.failures.label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.object}</th>
            <th scope="col" className={styles.number}>
              {words.count}
            </th>
            <th scope="col">{words.last}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <FailureEntry key={`${row.operation} ${row.code} ${row.uuid}`} row={row} nowMs={nowMs} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function FailureEntry({ row, nowMs }: { readonly row: FailureRow; readonly nowMs: number }) {
  const { ui } = useApp();
  const { uuid, name, code, operation, message, count, lastMs, quarantined } = row;
  return (
    <tr data-held={quarantined || undefined}>
      <td>
        <p className={styles.message}>{message}</p>
        <p className={styles.quiet}>
          <code className={styles.code}>{code}</code> {operation}
        </p>
      </td>
      <td>
        {uuid === null ? (
          <span className={styles.quiet}>{texts.failures.noObject}</span>
        ) : (
          <TextButton onClick={() => showObject(ui, uuid)}>{name}</TextButton>
        )}
      </td>
      <td className={styles.number}>{number(count)}</td>
      <td className={styles.last}>{ago(lastMs, nowMs)}</td>
      <td className={styles.act}>
        {quarantined && uuid !== null && (
          <>
            <span className={styles.held}>{texts.failures.quarantined}</span>
            <Button aria-label={`${texts.conflicts.decide} ${name}`} onClick={() => showConflict(ui, uuid)}>
              {texts.conflicts.decide}
            </Button>
          </>
        )}
      </td>
    </tr>
  );
}
