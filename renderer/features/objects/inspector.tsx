/**
 * One object: both sides' values in their own spaces and words, and its last edits.
 *
 * A value that is the same everywhere is shown once; one that differs by axes or units is shown as agreed, as Blender
 * shows it and as Unity shows it.
 */
import { Copy, MousePointerClick } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { StateMark } from "#renderer/features/frame/state-mark.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { kindWords, stateMeanings, timelineWords, writerWords } from "#renderer/messages/words.ts";
import { noFilter } from "#renderer/store/timeline-tail.ts";
import { showConflict } from "#renderer/store/ui-store.ts";
import { Button, IconButton, TextButton } from "#renderer/ui/button.tsx";
import { Empty } from "#renderer/ui/empty.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import type { ObjectDetail, ObjectView, TimelineRow } from "#shared/ipc/view.ts";
import { FieldValues } from "./field-values.tsx";
import styles from "./inspector.module.css";
import { useCopyId } from "./use-copy-id.ts";
import { useObjectDetail } from "./use-object-detail.ts";

export function Inspector({ uuid }: { readonly uuid: string | null }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must be able to get here.
    <aside className={styles.inspector} aria-label={texts.objects.inspector} tabIndex={0}>
      {uuid === null ? (
        <Empty icon={MousePointerClick} text={texts.objects.pick} />
      ) : (
        <Subject key={uuid} uuid={uuid} />
      )}
    </aside>
  );
}

function Subject({ uuid }: { readonly uuid: string }) {
  const state = useObjectDetail(uuid);
  // The list hears of a change first: its row is newer than the detail, never older.
  const object = useHubState(({ objects }) => objects.byUuid.get(uuid));
  if (state.kind === "failed") return <p className={styles.quiet}>{state.failure.message}</p>;
  const shown = object ?? (state.kind === "read" ? state.detail.object : null);
  if (shown === null) return <p className={styles.quiet}>{texts.loading}</p>;
  return (
    <>
      <Head object={shown} />
      {object === undefined && <p className={styles.quiet}>{texts.objects.unknown}</p>}
      {state.kind === "read" && <Detail detail={state.detail} />}
    </>
  );
}

function Head({ object }: { readonly object: ObjectView }) {
  const { ui } = useApp();
  const copyId = useCopyId();
  const parent = useHubState(({ objects }) => (object.parent === null ? null : objects.byUuid.get(object.parent)));
  const { uuid, name } = object;
  return (
    <header className={styles.head}>
      <h2 className={styles.name}>{name}</h2>
      <p className={styles.line}>
        <StateMark state={object.state} />
        <span className={styles.quiet}>{kindWords[object.kind]}</span>
      </p>
      <p className={styles.quiet}>{stateMeanings[object.state]}</p>
      <p className={styles.line}>
        <code className={styles.uuid}>{uuid}</code>
        <IconButton icon={Copy} label={texts.objects.copyId} onClick={() => copyId(uuid)} />
      </p>
      <p className={styles.line}>
        <span className={styles.quiet}>{texts.objects.parent}</span>
        {parent ? (
          <TextButton onClick={() => ui.setState({ selected: parent.uuid })}>{parent.name}</TextButton>
        ) : (
          texts.objects.root
        )}
      </p>
      {object.state === "conflict" && <Button onClick={() => showConflict(ui, uuid)}>{texts.conflicts.decide}</Button>}
    </header>
  );
}

function Detail({ detail }: { readonly detail: ObjectDetail }) {
  const { ui } = useApp();
  const showInTimeline = () =>
    ui.setState({ view: "timeline", timelineFilter: { ...noFilter, uuid: detail.object.uuid } });
  return (
    <>
      <h3 className={styles.title}>{texts.objects.values}</h3>
      <FieldValues fields={detail.fields} />
      <h3 className={styles.title}>
        {texts.objects.history}
        <TextButton onClick={showInTimeline}>{texts.objects.inTimeline}</TextButton>
      </h3>
      <History rows={detail.history} />
    </>
  );
}

const renewMs = 5_000;

function History({ rows }: { readonly rows: readonly TimelineRow[] }) {
  const nowMs = useNow(renewMs);
  if (rows.length === 0) return <p className={styles.quiet}>{texts.objects.noHistory}</p>;
  return (
    <ol className={styles.history}>
      {rows.map((row) => (
        <li key={row.lsn} className={styles.edit}>
          <span className={styles.summary}>{row.summary || timelineWords[row.kind]}</span>
          <span className={styles.quiet}>{texts.objects.by(writerWords[row.writer], ago(row.timeMs, nowMs))}</span>
        </li>
      ))}
    </ol>
  );
}
