/** The counters, always in sight: rate, failures (a press shows them), last snapshot, place in the log, port. */
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { ago, useNow } from "#renderer/ui/moments.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import styles from "./status-bar.module.css";

const renewMs = 5_000;

export function StatusBar() {
  const status = useHubState((state) => state.status);
  return <footer className={styles.bar}>{status && <Counters status={status} />}</footer>;
}

function Counters({ status }: { readonly status: StatusView }) {
  const { ui } = useApp();
  const nowMs = useNow(renewMs);
  const { failures, log, lastSnapshotMs, port, project } = status;
  const counters = [
    [texts.bar.timeouts(failures.timeouts), failures.timeouts],
    [texts.bar.refused(failures.refused), failures.refused],
    [texts.bar.mismatches(failures.mismatches), failures.mismatches],
    [texts.bar.disk(failures.disk), failures.disk],
  ] as const;
  return (
    <>
      <span className={styles.rate}>{texts.bar.editsPerSecond(status.editsPerSecond)}</span>
      <button
        type="button"
        className={styles.failures}
        title={texts.bar.failures}
        onClick={() => ui.setState({ view: "failures" })}
      >
        {counters.map(([text, count]) => (
          <span key={text} data-some={count > 0 || undefined}>
            {text}
          </span>
        ))}
      </button>
      {project === null ? (
        <span className={styles.end}>{texts.unread.bar}</span>
      ) : (
        <span className={styles.end}>
          <span>
            {lastSnapshotMs === null ? texts.bar.noSnapshot : texts.bar.lastSnapshot(ago(lastSnapshotMs, nowMs))}
          </span>
          <span>{texts.bar.logOnDisk(log.durableLsn)}</span>
          <span>{port === null ? texts.bar.noPort : texts.bar.port(port)}</span>
        </span>
      )}
    </>
  );
}
