/**
 * Safe mode's queue: what every editor's edits would change in the other one, to be approved or refused one by one, by
 * selection, or all at once.
 */
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { useQueue } from "#renderer/features/frame/use-queue.ts";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import styles from "#renderer/ui/queue.module.css";
import { useBusy } from "#renderer/ui/use-busy.ts";
import { useGridKeys } from "#renderer/ui/use-grid-keys.ts";
import { useMarks } from "#renderer/ui/use-marks.ts";
import type { ReviewRow } from "#shared/ipc/view.ts";
import { HeldChange } from "./held-change.tsx";
import { ReviewGrid } from "./review-grid.tsx";

const words = texts.review;

export function Review() {
  const review = useQueue("review");
  const mode = useHubState((state) => state.status?.mode);
  if (review === null) return null;
  if (review.rows.length > 0) return <Queue rows={review.rows} total={review.total} />;
  const text = mode === "halted" ? words.stopped : mode === "safe" ? words.empty : words.off;
  return <Empty icon={ShieldCheck} title={words.emptyTitle} text={text} />;
}

function Queue({ rows, total }: { readonly rows: readonly ReviewRow[]; readonly total: number }) {
  const { ui } = useApp();
  const [active, setActive] = useState<string | null>(rows[0]?.uuid ?? null);
  const { marked, mark, chosen } = useMarks(rows, uuidOf);
  const row = rows.find(({ uuid }) => uuid === active);
  const [busy, decide] = useDecision();
  const refuse = (uuids: readonly string[] | null, count: number) =>
    ui.setState({ dialog: { kind: "refuse", uuids, count } });
  useGridKeys({
    a: () => row && void decide([row.uuid]),
    r: () => row && refuse([row.uuid], 1),
    " ": () => row && mark(row.uuid),
  });
  return (
    <div className={styles.queue}>
      <div className={styles.bar}>
        <p className={styles.count}>{words.held(total)}</p>
        <Button disabled={chosen.length === 0} busy={busy} onClick={() => void decide(chosen)}>
          {words.approveMarked(chosen.length)}
        </Button>
        <Button disabled={chosen.length === 0} onClick={() => refuse(chosen, chosen.length)}>
          {words.refuseMarked(chosen.length)}
        </Button>
        <Button busy={busy} onClick={() => void decide(null)}>
          {words.approveAll}
        </Button>
        <Button onClick={() => refuse(null, total)}>{words.refuseAll}</Button>
      </div>
      <div className={styles.split}>
        <ReviewGrid rows={rows} active={active} marked={marked} onActive={setActive} onMark={mark} />
        {row && (
          <HeldChange
            row={row}
            busy={busy}
            onApprove={() => void decide([row.uuid])}
            onRefuse={() => refuse([row.uuid], 1)}
          />
        )}
      </div>
    </div>
  );
}

const uuidOf = ({ uuid }: ReviewRow) => uuid;

function useDecision() {
  const { actions } = useApp();
  return useBusy((uuids: readonly string[] | null) => actions.decideReview("approve", uuids));
}
