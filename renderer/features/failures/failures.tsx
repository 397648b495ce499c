/**
 * What was refused, timed out or did not match: counted per object and operation, each with its sentence and the next
 * step.
 */
import { CircleCheckBig } from "lucide-react";
import { useMemo } from "react";
import { useHubState } from "#renderer/app-context.tsx";
import { DiagnosticsButton } from "#renderer/features/diagnostics/diagnostics-button.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number } from "#renderer/messages/words.ts";
import { Empty } from "#renderer/ui/empty.tsx";
import type { FailureRow, StatusView } from "#shared/ipc/view.ts";
import { FailureList } from "./failure-list.tsx";
import styles from "./failures.module.css";

export function Failures() {
  const rows = useHubState((state) => state.failures);
  const status = useHubState((state) => state.status);
  const sorted = useMemo(() => urgentFirst(rows), [rows]);
  return (
    <div className={styles.failures}>
      {status && <Totals failures={status.failures} />}
      <h2 className={styles.title}>{texts.failures.label}</h2>
      {sorted.length === 0 ? (
        <Empty icon={CircleCheckBig} title={texts.failures.emptyTitle} text={texts.failures.empty} />
      ) : (
        <FailureList rows={sorted} />
      )}
      <div>
        <DiagnosticsButton />
      </div>
    </div>
  );
}

/** What is held back comes first, then what has another consequence, then the newest. */
function urgentFirst(rows: readonly FailureRow[]): readonly FailureRow[] {
  const urgency = ({ quarantined, consequence }: FailureRow) => (quarantined ? 2 : Number(consequence !== "none"));
  return rows.toSorted((left, right) => urgency(right) - urgency(left) || right.lastMs - left.lastMs);
}

function Totals({ failures }: { readonly failures: StatusView["failures"] }) {
  const totals = [
    [texts.failures.timeouts, failures.timeouts],
    [texts.failures.refused, failures.refused],
    [texts.failures.mismatches, failures.mismatches],
    [texts.failures.disk, failures.disk],
  ] as const;
  return (
    <dl className={styles.totals}>
      {totals.map(([word, count]) => (
        <div key={word} className={styles.total} data-some={count > 0 || undefined}>
          <dt>{word}</dt>
          <dd>{number(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
