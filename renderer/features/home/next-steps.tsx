/** What can be done about the verdict, most useful first. Live needs nothing. */
import {
  CirclePlay,
  FileDown,
  FolderOpen,
  GitCompareArrows,
  History,
  ListChecks,
  Play,
  Plug,
  RotateCw,
  ShieldCheck,
} from "lucide-react";
import { useApp } from "#renderer/app-context.tsx";
import { DiagnosticsButton } from "#renderer/features/diagnostics/diagnostics-button.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import styles from "./next-steps.module.css";

export function NextSteps({ status }: { readonly status: StatusView }) {
  const steps = stepsOf(status);
  if (steps === null && !status.demo) return null;
  return (
    <div className={styles.steps}>
      {steps}
      {status.demo && <EndDemo />}
    </div>
  );
}

function stepsOf(status: StatusView) {
  const { blender, unity } = status.editors;
  const isNobodyLinked = blender.link === "absent" && unity.link === "absent";
  const isOneMissing = blender.link === "absent" || unity.link === "absent";
  if (status.mode === "halted") return <Restart offers={status.offers} />;
  if (status.mode === "safe") return <LeaveSafe toReview={status.toReview} />;
  if (status.mode === "paused") return <Resume />;
  if (status.verdict === "needs-you" && status.counts.conflict > 0)
    return <ShowConflicts count={status.counts.conflict} />;
  if (isNobodyLinked) return <GetGoing />;
  if (isOneMissing && !status.demo) return <Install />;
  return null;
}

function Restart({ offers }: Pick<StatusView, "offers">) {
  const { ui, actions } = useApp();
  const [busy, restart] = useBusy(actions.restartEngine);
  const [exporting, exportScene] = useBusy(actions.exportScene);
  // Where something else is offered, the project was refused: to open it again will hardly help by itself.
  const isLikely = offers.length === 0;
  return (
    <>
      <Button variant={isLikely ? "primary" : "plain"} icon={RotateCw} busy={busy} onClick={() => void restart()}>
        {texts.home.restart}
      </Button>
      {offers.includes("restore-snapshot") && (
        <Button icon={History} onClick={() => ui.setState({ dialog: { kind: "restore-snapshot" } })}>
          {texts.recovery.restore}
        </Button>
      )}
      {offers.includes("export-scene") && (
        <Button icon={FileDown} busy={exporting} onClick={() => void exportScene()}>
          {texts.recovery.exportIt}
        </Button>
      )}
      <Button icon={FolderOpen} onClick={() => void actions.showFolder("logs")}>
        {texts.home.showLog}
      </Button>
      <DiagnosticsButton />
    </>
  );
}

function LeaveSafe({ toReview }: Pick<StatusView, "toReview">) {
  const { ui, actions } = useApp();
  const [busy, leave] = useBusy(() => actions.setSafeMode(false));
  return (
    <>
      {toReview > 0 && (
        <Button variant="primary" icon={ListChecks} onClick={() => ui.setState({ view: "review" })}>
          {texts.review.open(toReview)}
        </Button>
      )}
      <Button variant="amber" icon={ShieldCheck} busy={busy} onClick={() => void leave()}>
        {texts.home.leaveSafe}
      </Button>
    </>
  );
}

function Resume() {
  const { actions } = useApp();
  const [busy, resume] = useBusy(() => actions.setPaused(false));
  return (
    <Button variant="primary" icon={Play} busy={busy} onClick={() => void resume()}>
      {texts.bar.resume}
    </Button>
  );
}

function ShowConflicts({ count }: { readonly count: number }) {
  const { ui } = useApp();
  return (
    <Button variant="primary" icon={GitCompareArrows} onClick={() => ui.setState({ view: "conflicts" })}>
      {texts.conflicts.open(count)}
    </Button>
  );
}

function Install() {
  const { ui } = useApp();
  return (
    <Button icon={Plug} onClick={() => ui.setState({ view: "setup" })}>
      {texts.home.install}
    </Button>
  );
}

function GetGoing() {
  const { ui, actions } = useApp();
  const [busy, start] = useBusy(() => actions.setDemo(true));
  return (
    <div>
      <div className={styles.steps}>
        <Button variant="primary" icon={Plug} onClick={() => ui.setState({ view: "setup" })}>
          {texts.home.install}
        </Button>
        <Button icon={CirclePlay} busy={busy} onClick={() => void start()}>
          {texts.home.tryNow}
        </Button>
      </div>
      <p className={styles.hint}>{texts.home.tryNowHint}</p>
    </div>
  );
}

function EndDemo() {
  const { actions } = useApp();
  const [busy, end] = useBusy(() => actions.setDemo(false));
  return (
    <Button busy={busy} onClick={() => void end()}>
      {texts.home.endDemo}
    </Button>
  );
}
