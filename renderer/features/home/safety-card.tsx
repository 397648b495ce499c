/** The way back: take a snapshot now, or see the newest ones. */
import { Camera } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { isUnread } from "#renderer/features/frame/unread.tsx";
import { newestAndNotable } from "#renderer/features/snapshots/snapshot-groups.ts";
import { snapshotTitle } from "#renderer/features/snapshots/snapshot-title.ts";
import { texts } from "#renderer/messages/texts.ts";
import { Button, TextButton } from "#renderer/ui/button.tsx";
import { Card } from "#renderer/ui/card.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import rows from "./rows.module.css";

const shownMax = 4;
const renewMs = 2_000;

function stoppedText(status: StatusView): string {
  if (!isUnread(status)) return texts.home.stopped;
  return status.offers.includes("restore-snapshot") ? texts.unread.restore : texts.unread.snapshots;
}

export function SafetyCard({ status }: { readonly status: StatusView }) {
  const { ui, actions } = useApp();
  const snapshots = useHubState((state) => state.snapshots);
  const nowMs = useNow(renewMs);
  const [busy, take] = useBusy(actions.takeSnapshot);
  const isStopped = status.mode === "halted" || status.mode === "booting";
  return (
    <Card
      title={texts.home.safetyNet}
      action={<TextButton onClick={() => ui.setState({ view: "snapshots" })}>{texts.home.allSnapshots}</TextButton>}
    >
      <Button
        variant={status.verdict === "live" ? "primary" : "plain"}
        icon={Camera}
        busy={busy}
        disabled={isStopped}
        onClick={() => void take()}
      >
        {texts.home.takeSnapshot}
      </Button>
      {status.mode === "halted" && <p className={rows.blocked}>{stoppedText(status)}</p>}
      {snapshots.length === 0 && status.project !== null && <p className={rows.nothing}>{texts.home.noSnapshots}</p>}
      <ul>
        {newestAndNotable(snapshots, shownMax).map((snapshot) => (
          <li key={snapshot.oid} className={rows.row}>
            <div className={rows.main}>
              <p className={rows.title}>{snapshotTitle(snapshot)}</p>
              <p className={rows.why}>
                {ago(snapshot.timeMs, nowMs)}
                {snapshot.objects !== null && ` · ${texts.snapshots.objects(snapshot.objects)}`}
              </p>
            </div>
            <Button
              aria-label={`${texts.snapshots.rollBack} ${snapshotTitle(snapshot)}`}
              onClick={() => ui.setState({ dialog: { kind: "rollback", oid: snapshot.oid } })}
              disabled={isStopped}
            >
              {texts.snapshots.rollBack}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}
