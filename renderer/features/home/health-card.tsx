/** The numbers an artist or a technician asks for first. */
import { texts } from "#renderer/messages/texts.ts";
import { number } from "#renderer/messages/words.ts";
import { Card } from "#renderer/ui/card.tsx";
import type { EditorView, StatusView } from "#shared/ipc/view.ts";
import styles from "./health-card.module.css";

/** Also of the log, while no project is open: nobody knows what is in it. */
const unknown = "–";

export function HealthCard({ status }: { readonly status: StatusView }) {
  const { log, failures, editors, project } = status;
  const behind = log.lsn - log.durableLsn;
  const counters = [
    [texts.home.timeouts, failures.timeouts],
    [texts.home.refused, failures.refused],
    [texts.home.mismatches, failures.mismatches],
    [texts.home.disk, failures.disk],
  ] as const;
  return (
    <Card title={texts.home.health}>
      <dl className={styles.list}>
        <dt>{texts.home.logOnDisk}</dt>
        {project === null ? (
          <dd>{unknown}</dd>
        ) : (
          <dd>
            #{number(log.durableLsn)}{" "}
            <span data-tone={behind === 0 ? "good" : "wait"}>
              {behind === 0 ? texts.home.flushed : texts.home.behind(behind)}
            </span>
          </dd>
        )}
        <dt>{texts.home.agreed}</dt>
        <dd>{project === null ? unknown : `#${number(log.finalLsn)}`}</dd>
        <dt>{texts.home.roundTripBoth}</dt>
        <dd>{`${tripOf(editors.blender)} / ${tripOf(editors.unity)}`}</dd>
        {counters.map(([word, count]) => (
          <div key={word} className={styles.pair}>
            <dt>{word}</dt>
            <dd>
              <span data-tone={count > 0 ? "bad" : undefined}>{number(count)}</span>
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function tripOf(editor: EditorView): string {
  return editor.link === "linked" && editor.roundTripMs !== null ? texts.home.roundTrip(editor.roundTripMs) : unknown;
}
