/**
 * Three steps that link the two editors, each with a tick that turns by itself; and a trial for a machine without
 * editors.
 *
 * It is the first view of a new installation and stays reachable afterwards, to repair or to update.
 */
import { FolderOpen, RefreshCw } from "lucide-react";
import { useCallback, useEffect, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { EditorChip } from "#renderer/features/frame/editor-chip.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { SetupView, StatusView } from "#shared/ipc/view.ts";
import { EditorStep } from "./editor-step.tsx";
import styles from "./setup.module.css";
import { SetupStep } from "./setup-step.tsx";
import { TryNow } from "./try-now.tsx";

export function Setup() {
  const { ui, actions } = useApp();
  const status = useHubState((state) => state.status);
  const isFirstRun = useHubState((state) => state.settings?.firstRunDone === false);
  const [setup, look] = useSetup();
  const [busy, lookAgain] = useBusy(look);
  const found = setup?.found ?? [];
  const editors = status?.editors;
  const isLinked = editors?.blender.link === "linked" && editors.unity.link === "linked" && !status?.demo;
  const finish = () => {
    if (isFirstRun) void actions.saveSettings({ firstRunDone: true });
    ui.setState({ view: "home" });
  };
  return (
    <div className={styles.setup}>
      <p className={styles.intro}>{texts.setup.intro}</p>
      <ol className={styles.steps}>
        <EditorStep number={1} editor="blender" found={found} isLooking={setup === null} onChanged={look} />
        <EditorStep number={2} editor="unity" found={found} isLooking={setup === null} onChanged={look} />
        <SetupStep number={3} title={texts.setup.helloTitle} text={helloText(status)} isDone={isLinked}>
          {editors && !status?.demo && (
            <div className={styles.chips}>
              <EditorChip editor={editors.blender} />
              <EditorChip editor={editors.unity} />
            </div>
          )}
        </SetupStep>
      </ol>
      <TryNow />
      <div className={styles.actions}>
        <Button icon={RefreshCw} busy={busy} onClick={() => void lookAgain()}>
          {texts.setup.lookAgain}
        </Button>
        <Button icon={FolderOpen} onClick={() => void actions.showFolder("plugins")}>
          {texts.setup.showFiles}
        </Button>
        <Button variant={isLinked ? "primary" : "plain"} onClick={finish}>
          {texts.setup.finish}
        </Button>
      </div>
      {setup && <p className={styles.quiet}>{texts.setup.pluginFiles(setup.pluginFolder)}</p>}
    </div>
  );
}

function helloText(status: StatusView | null): string {
  if (status?.mode === "halted") return texts.setup.helloStopped;
  return status?.demo ? texts.setup.helloDemo : texts.setup.hello;
}

/** Null while the editors are looked for. */
function useSetup(): readonly [SetupView | null, () => Promise<void>] {
  const { actions } = useApp();
  const [setup, setSetup] = useState<SetupView | null>(null);
  const look = useCallback(async () => {
    const answer = await actions.ask("setup", null, texts.setup.problemLook);
    if (answer) setSetup(answer.value);
  }, [actions]);
  useEffect(() => void look(), [look]);
  return [setup, look];
}
