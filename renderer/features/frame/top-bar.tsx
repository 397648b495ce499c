/**
 * Always in sight: project, both editors, the verdict with its sentence, safe mode and pause.
 *
 * The verdict is announced politely when it changes; its sentence is the hub's.
 */
import { Link2, Pause, Play, ShieldCheck } from "lucide-react";
import { useApp, useHubState, useUi } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Tooltip } from "#renderer/ui/tooltip.tsx";
import { useSwitch } from "#renderer/ui/use-busy.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import { verdictWord } from "#shared/ipc/words.ts";
import { EditorChip } from "./editor-chip.tsx";
import { VerdictPill } from "./state-mark.tsx";
import styles from "./top-bar.module.css";

export function TopBar() {
  const status = useHubState((state) => state.status);
  return (
    <header className={styles.bar} data-safe={status?.mode === "safe" || undefined}>
      <span className={styles.project}>
        <Link2 size={18} aria-hidden="true" />
        <span className={styles.projectName}>{status?.project?.name ?? texts.app}</span>
        {status?.demo && <span className={styles.demo}>{texts.bar.demo}</span>}
      </span>
      {status && (
        <>
          <span className={styles.editors}>
            <EditorChip editor={status.editors.blender} />
            <EditorChip editor={status.editors.unity} />
          </span>
          <Verdict status={status} />
          <SafeModeToggle status={status} />
          <PauseToggle status={status} />
        </>
      )}
    </header>
  );
}

function Verdict({ status }: { readonly status: StatusView }) {
  return (
    <span className={styles.verdict}>
      <VerdictPill verdict={status.verdict} sentence={status.sentence} />
      <span className={styles.sentence}>{status.sentence}</span>
      <span className={styles.unseen} role="status">
        {`${verdictWord[status.verdict]}. ${status.sentence}`}
      </span>
    </span>
  );
}

function isStopped(status: StatusView): boolean {
  return status.mode === "halted" || status.mode === "booting";
}

function SafeModeToggle({ status }: { readonly status: StatusView }) {
  const { actions } = useApp();
  const [isOn, toggle] = useSwitch(status.mode === "safe", actions.setSafeMode);
  return (
    <Tooltip text={isStopped(status) ? texts.bar.stopped : texts.bar.safeMode} keys="Ctrl Shift S">
      <Button
        icon={ShieldCheck}
        variant={isOn ? "amber" : "plain"}
        aria-pressed={isOn}
        blocked={isStopped(status)}
        onClick={toggle}
      >
        {texts.bar.safeMode}
      </Button>
    </Tooltip>
  );
}

function PauseToggle({ status }: { readonly status: StatusView }) {
  const { actions } = useApp();
  const [isPaused, toggle] = useSwitch(status.mode === "paused", actions.setPaused);
  // Home has the same button under its verdict: one of the two is the primary one.
  const isOnHome = useUi((state) => state.view === "home");
  const word = isPaused ? texts.bar.resume : texts.bar.pause;
  const why = isStopped(status) ? texts.bar.stopped : status.mode === "safe" ? texts.bar.safeAlready : null;
  return (
    <Tooltip text={why ?? word} keys="Ctrl P">
      <Button
        icon={isPaused ? Play : Pause}
        variant={isPaused && !isOnHome ? "primary" : "plain"}
        blocked={why !== null}
        onClick={toggle}
      >
        {word}
      </Button>
    </Tooltip>
  );
}
