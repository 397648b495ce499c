/**
 * Safe mode's queue: what every editor's edits would change in the other one, to be approved or refused one by one, by
 * selection, or all at once.
 */
import { ShieldCheck } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { ReviewRow } from "#shared/ipc/view.ts";
import { HeldChange } from "./held-change.tsx";
import styles from "./review.module.css";
import { ReviewGrid } from "./review-grid.tsx";
import { useReview } from "./use-review.ts";

const words = texts.review;

export function Review() {
  const review = useReview();
  const isSafe = useHubState((state) => state.status?.mode === "safe");
  if (review === null) return null;
  if (review.rows.length > 0) return <Queue rows={review.rows} total={review.total} />;
  return <Empty icon={ShieldCheck} title={words.emptyTitle} text={isSafe ? words.empty : words.off} />;
}

function Queue({ rows, total }: { readonly rows: readonly ReviewRow[]; readonly total: number }) {
  const { ui } = useApp();
  const [active, setActive] = useState<string | null>(rows[0]?.uuid ?? null);
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const held = useMemo(() => new Set(rows.map(({ uuid }) => uuid)), [rows]);
  const chosen = [...marked].filter((uuid) => held.has(uuid));
  const row = rows.find(({ uuid }) => uuid === active);
  const [busy, decide] = useDecision();
  const mark = (uuid: string) => setMarked((before) => toggled(before, uuid));
  const refuse = (uuids: readonly string[] | null, count: number) =>
    ui.setState({ dialog: { kind: "refuse", uuids, count } });
  useDecisionKeys({
    approve: () => row && void decide([row.uuid]),
    refuse: () => row && refuse([row.uuid], 1),
    mark: () => row && mark(row.uuid),
  });
  return (
    <div className={styles.review}>
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

function toggled(before: ReadonlySet<string>, uuid: string): ReadonlySet<string> {
  const after = new Set(before);
  if (!after.delete(uuid)) after.add(uuid);
  return after;
}

function useDecision() {
  const { actions } = useApp();
  return useBusy((uuids: readonly string[] | null) => actions.decideReview("approve", uuids));
}

type Commands = { readonly approve: () => void; readonly refuse: () => void; readonly mark: () => void };

/** A, R and Space are the active row's while the table has the focus. */
function useDecisionKeys(commands: Commands): void {
  useEffect(() => {
    const byKey: { readonly [key: string]: (() => void) | undefined } = {
      a: commands.approve,
      r: commands.refuse,
      " ": commands.mark,
    };
    const onKeyDown = (event: KeyboardEvent) => {
      const command = byKey[event.key.toLowerCase()];
      const isGrid = event.target instanceof HTMLElement && event.target.role === "grid";
      if (!command || !isGrid || event.ctrlKey || event.altKey || event.metaKey) return;
      event.preventDefault();
      command();
    };
    window.addEventListener("keydown", onKeyDown);
    return () => window.removeEventListener("keydown", onKeyDown);
  });
}
