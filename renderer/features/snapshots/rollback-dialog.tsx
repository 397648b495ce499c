/**
 * What a rollback would do, before anything happens: whole counts, names, and a button that says its effect.
 *
 * The hub takes a snapshot of now first and answers with it; the toast's Undo rolls back to that one.
 */
import { useEffect, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Dialog } from "#renderer/ui/dialog.tsx";
import { clockTime, dayName } from "#renderer/ui/moments.ts";
import { ProgressBar } from "#renderer/ui/progress-bar.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { RollbackPreview } from "#shared/ipc/view.ts";
import type { Failure } from "#shared/result.ts";
import styles from "./dialogs.module.css";
import { PreviewLists } from "./preview-lists.tsx";
import { snapshotTitle } from "./snapshot-title.ts";

type Comparison =
  | { readonly kind: "reading" }
  | { readonly kind: "read"; readonly preview: RollbackPreview }
  | { readonly kind: "failed"; readonly failure: Failure };

export function RollbackDialog({ oid }: { readonly oid: string }) {
  const { ui, actions } = useApp();
  const row = useHubState(({ snapshots }) => snapshots.find((snapshot) => snapshot.oid === oid));
  const comparison = useComparison(oid);
  const close = () => ui.setState({ dialog: null });
  const [busy, rollBack] = useBusy(async () => {
    if (await actions.rollBack(oid)) close();
  });
  const count = comparison.kind === "read" ? touched(comparison.preview) : 0;
  const when = row && texts.rollback.at(`${dayName(row.timeMs)}, ${clockTime(row.timeMs)}`, row.lsn);
  return (
    <Dialog
      title={texts.rollback.title(row ? snapshotTitle(row) : oid)}
      onClose={busy ? () => undefined : close}
      wide
      actions={
        <>
          <Button variant="quiet" disabled={busy} onClick={close}>
            {texts.cancel}
          </Button>
          <Button variant="primary" busy={busy} disabled={count === 0} onClick={() => void rollBack()}>
            {texts.rollback.confirm(count)}
          </Button>
        </>
      }
    >
      {when && <p>{when}</p>}
      {busy ? <Running /> : <Body comparison={comparison} />}
    </Dialog>
  );
}

export function touched({ counts }: Pick<RollbackPreview, "counts">): number {
  return counts.comeBack + counts.goAway + counts.change;
}

function useComparison(oid: string): Comparison {
  const { hub } = useApp();
  const [comparison, setComparison] = useState<Comparison>({ kind: "reading" });
  useEffect(() => {
    let isCurrent = true;
    void hub.request("snapshot-preview", { oid }).then((answer) => {
      if (!isCurrent) return;
      setComparison(answer.ok ? { kind: "read", preview: answer.value } : { kind: "failed", failure: answer.failure });
    });
    return () => {
      isCurrent = false;
    };
  }, [hub, oid]);
  return comparison;
}

function Running() {
  return (
    <div role="status" className={styles.running}>
      <p>{texts.rollback.running}</p>
      <ProgressBar label={texts.rollback.running} value={null} />
    </div>
  );
}

function Body({ comparison }: { readonly comparison: Comparison }) {
  const heldBack = useHubState(({ status }) => status?.counts.conflict ?? 0);
  if (comparison.kind === "reading") return <p role="status">{texts.rollback.reading}</p>;
  if (comparison.kind === "failed") {
    return (
      <p role="alert" className={styles.problem}>
        {`${texts.rollback.problemPreview}. ${comparison.failure.message}`}
      </p>
    );
  }
  if (touched(comparison.preview) === 0) return <p>{texts.rollback.same}</p>;
  return (
    <>
      <PreviewLists preview={comparison.preview} />
      {heldBack > 0 && <p>{texts.rollback.conflicts(heldBack)}</p>}
      <p className={styles.promise}>{texts.rollback.promise}</p>
    </>
  );
}
