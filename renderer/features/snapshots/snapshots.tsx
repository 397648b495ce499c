/** The ways back, by day. Taking one asks nothing; a name can be given afterwards. */
import { Camera, History } from "lucide-react";
import { useMemo } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { snapshotPageRows } from "#renderer/store/connect.ts";
import { applyOlderSnapshots } from "#renderer/store/hub-store.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import { KeyCaps } from "#renderer/ui/key-caps.tsx";
import { dayName, useNow } from "#renderer/ui/moments.ts";
import { useBusy } from "#renderer/ui/use-busy.ts";
import { byDay, rowsWithRuns } from "./snapshot-groups.ts";
import { SnapshotRun } from "./snapshot-run.tsx";
import styles from "./snapshots.module.css";

const renewMs = 2_000;
const dayMs = 86_400_000;

export function Snapshots() {
  const { actions } = useApp();
  const snapshots = useHubState((state) => state.snapshots);
  const mode = useHubState((state) => state.status?.mode);
  const nowMs = useNow(renewMs);
  const days = useMemo(() => byDay(snapshots), [snapshots]);
  const [busy, take] = useBusy(actions.takeSnapshot);
  const isStopped = mode === undefined || mode === "halted" || mode === "booting";
  return (
    <div className={styles.snapshots}>
      <div className={styles.bar}>
        <Button variant="primary" icon={Camera} busy={busy} disabled={isStopped} onClick={() => void take()}>
          {texts.snapshots.take}
        </Button>
        {mode === "halted" ? <p className={styles.quiet}>{texts.home.stopped}</p> : <KeyCaps keys="Ctrl S" />}
      </div>
      {days.length === 0 && <Empty icon={History} title={texts.snapshots.emptyTitle} text={texts.snapshots.empty} />}
      {days.map(([day, rows]) => (
        <section key={day} className={styles.day}>
          <h2 className={styles.dayName}>{dayTitle(day, nowMs)}</h2>
          <ul>
            {rowsWithRuns(rows).map((run) => (
              <SnapshotRun key={run[0].oid} run={run} nowMs={nowMs} isStopped={isStopped} />
            ))}
          </ul>
        </section>
      ))}
      <Older />
    </div>
  );
}

function dayTitle(day: string, nowMs: number): string {
  if (day === dayName(nowMs)) return texts.snapshots.today;
  return day === dayName(nowMs - dayMs) ? texts.snapshots.yesterday : day;
}

function Older() {
  const { hub, store, actions } = useApp();
  const more = useHubState((state) => state.moreSnapshots);
  const [busy, load] = useBusy(async () => {
    const before = store.getState().snapshots.at(-1)?.oid ?? null;
    const page = await hub.request("snapshots", { before, limit: snapshotPageRows });
    if (page.ok) applyOlderSnapshots(store, page.value);
    else actions.showProblem(texts.timeline.problem, page.failure);
  });
  if (!more) return null;
  return (
    <div>
      <Button busy={busy} onClick={() => void load()}>
        {texts.snapshots.older}
      </Button>
    </div>
  );
}
