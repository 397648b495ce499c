/** One snapshot: when, why or by what name, how large, and the way back to it. */
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { ago, clockTime } from "#renderer/ui/moments.ts";
import type { SnapshotRow } from "#shared/ipc/view.ts";
import { snapshotReasonWords } from "#shared/ipc/words.ts";
import { snapshotTitle } from "./snapshot-title.ts";
import styles from "./snapshots.module.css";

const shortOidLength = 7;

type SnapshotEntryProps = { readonly row: SnapshotRow; readonly nowMs: number; readonly isStopped: boolean };

export function SnapshotEntry({ row, nowMs, isStopped }: SnapshotEntryProps) {
  const { ui, actions } = useApp();
  const { oid, label, reason, timeMs, objects, lsn } = row;
  const title = snapshotTitle(row);
  const isNamed = label.trim() !== "";
  const facts = [ago(timeMs, nowMs), texts.bar.log(lsn)];
  // The hub's own names begin with the reason: it is not said twice.
  if (isNamed && !label.startsWith(snapshotReasonWords[reason])) facts.unshift(snapshotReasonWords[reason]);
  if (objects !== null) facts.push(texts.snapshots.objects(objects));
  return (
    <li className={styles.entry}>
      <time className={styles.time} dateTime={new Date(timeMs).toISOString()}>
        {clockTime(timeMs)}
      </time>
      <div className={styles.main}>
        <p className={styles.title} data-named={isNamed || undefined}>
          {title}
        </p>
        <p className={styles.quiet}>{facts.join(" · ")}</p>
      </div>
      <code className={styles.oid}>{oid.slice(0, shortOidLength)}</code>
      <Button
        variant="quiet"
        disabled={isStopped}
        aria-label={`${isNamed ? texts.snapshots.rename : texts.snapshots.name} ${title}, ${clockTime(timeMs)}`}
        onClick={() => actions.nameSnapshot(oid, label)}
      >
        {isNamed ? texts.snapshots.rename : texts.snapshots.name}
      </Button>
      <Button
        disabled={isStopped}
        aria-label={`${texts.snapshots.rollBack} ${title}, ${clockTime(timeMs)}`}
        onClick={() => ui.setState({ dialog: { kind: "rollback", oid } })}
      >
        {texts.snapshots.rollBack}
      </Button>
    </li>
  );
}
