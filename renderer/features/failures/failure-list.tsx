/**
 * What VibeSync remembers: one entry per kind of failure and object or editor, with what it does because of it. At most
 * 1,000, so plain elements do.
 */
import { useRef } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number, writerWords } from "#renderer/messages/words.ts";
import { showConflict, showObject } from "#renderer/store/ui-store.ts";
import { Button, TextButton } from "#renderer/ui/button.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { FailureRow } from "#shared/ipc/view.ts";
import styles from "./failures.module.css";

const renewMs = 5_000;

export function FailureList({ rows }: { readonly rows: readonly FailureRow[] }) {
  const nowMs = useNow(renewMs);
  const words = texts.failures.columns;
  const frame = useRef<HTMLElement>(null);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
    <section ref={frame} className={styles.frame} aria-label={texts.failures.label} tabIndex={0}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.object}</th>
            <th scope="col" className={styles.number}>
              {words.count}
            </th>
            <th scope="col">{words.last}</th>
            <th scope="col">{words.consequence}</th>
            <td />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <FailureEntry
              key={`${row.operation} ${row.code} ${row.uuid ?? row.role}`}
              row={row}
              nowMs={nowMs}
              onForgotten={() => frame.current?.focus()}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

type EntryProps = { readonly row: FailureRow; readonly nowMs: number; readonly onForgotten: () => void };

function FailureEntry({ row, nowMs, onForgotten }: EntryProps) {
  const { ui } = useApp();
  const { uuid, role, name, code, operation, message, count, firstMs, lastMs, consequence } = row;
  return (
    <tr data-consequence={consequence}>
      <td>
        <p className={styles.message}>{message}</p>
        <p className={styles.quiet}>
          <code className={styles.code}>{code}</code> {operation}
        </p>
      </td>
      <td>
        {uuid === null ? (
          <span className={styles.quiet}>{role === null ? texts.failures.noObject : writerWords[role]}</span>
        ) : (
          <TextButton onClick={() => showObject(ui, uuid)}>{name || texts.failures.unnamed}</TextButton>
        )}
      </td>
      <td className={styles.number}>{number(count)}</td>
      <td className={styles.last}>
        <p>{ago(lastMs, nowMs)}</p>
        {count > 1 && <p>{texts.failures.first(ago(firstMs, nowMs))}</p>}
      </td>
      <td className={styles.consequence}>{texts.failures.consequences[consequence]}</td>
      <td className={styles.act}>
        <Deeds row={row} onForgotten={onForgotten} />
      </td>
    </tr>
  );
}

/** What is held back has a decision besides: forgetting alone does not let it take part again. */
function Deeds({ row, onForgotten }: Pick<EntryProps, "row" | "onForgotten">) {
  const { ui, actions } = useApp();
  const { uuid, name, message, quarantined, consequence } = row;
  const [busy, forget] = useBusy(async () => {
    if (await actions.forget(row)) onForgotten();
  });
  if (consequence === "stopped") return null;
  return (
    <div className={styles.deeds}>
      {quarantined && uuid !== null && (
        <Button aria-label={`${texts.conflicts.decide} ${name}`} onClick={() => showConflict(ui, uuid)}>
          {texts.conflicts.decide}
        </Button>
      )}
      <Button
        variant="quiet"
        busy={busy}
        aria-label={texts.failures.forgetOf(message, name)}
        onClick={() => void forget()}
      >
        {texts.failures.forget}
      </Button>
    </div>
  );
}
