/** What can be set, kept at once when it is changed; and what is running. */
import { FolderOpen, Keyboard } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { closeWords } from "#renderer/messages/words.ts";
import { Button } from "#renderer/ui/button.tsx";
import { Card } from "#renderer/ui/card.tsx";
import { CheckBox, RadioList } from "#renderer/ui/check-box.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { Settings as SettingsView } from "#shared/ipc/view.ts";
import { AboutCard } from "./about-card.tsx";
import styles from "./settings.module.css";

const closeChoices = (["ask", "tray", "quit"] as const).map((value) => ({ value, label: closeWords[value] }));
const densityChoices = [
  { value: "comfortable", label: texts.settings.comfortable },
  { value: "compact", label: texts.settings.compact },
] as const;

export function Settings() {
  const settings = useHubState((state) => state.settings);
  return (
    <div className={styles.settings}>
      {settings && <General settings={settings} />}
      {settings && <Look settings={settings} />}
      <Project />
      <AboutCard />
    </div>
  );
}

function General({ settings }: { readonly settings: SettingsView }) {
  const { actions } = useApp();
  return (
    <Card title={texts.settings.general}>
      <RadioList
        legend={texts.settings.closing}
        choices={closeChoices}
        chosen={settings.closeAction}
        onChoose={(closeAction) => void actions.saveSettings({ closeAction })}
      />
      <CheckBox checked={settings.startHidden} onChange={(startHidden) => void actions.saveSettings({ startHidden })}>
        {texts.settings.startHidden}
      </CheckBox>
    </Card>
  );
}

function Look({ settings }: { readonly settings: SettingsView }) {
  const { ui, actions } = useApp();
  return (
    <Card title={texts.settings.look}>
      <RadioList
        legend={texts.settings.density}
        choices={densityChoices}
        chosen={settings.density}
        onChoose={(density) => void actions.saveSettings({ density })}
      />
      <CheckBox checked={settings.calm} onChange={(calm) => void actions.saveSettings({ calm })}>
        {texts.settings.calm}
      </CheckBox>
      <div>
        <Button icon={Keyboard} onClick={() => ui.setState({ dialog: { kind: "keys" } })}>
          {texts.keys.open}
        </Button>
      </div>
    </Card>
  );
}

function Project() {
  const { actions } = useApp();
  const project = useHubState((state) => state.status?.project ?? null);
  const [busy, choose] = useBusy(() => actions.ask("choose-project-folder", null, texts.setup.problemChoose));
  return (
    <Card title={texts.settings.project}>
      <p className={styles.path}>{project?.folder ?? texts.bar.noProject}</p>
      <p className={styles.quiet}>{texts.settings.restartHint}</p>
      <div className={styles.buttons}>
        <Button busy={busy} onClick={() => void choose()}>
          {texts.settings.chooseFolder}
        </Button>
        <Button icon={FolderOpen} disabled={project === null} onClick={() => void actions.showFolder("project")}>
          {texts.settings.showProject}
        </Button>
        <Button icon={FolderOpen} onClick={() => void actions.showFolder("logs")}>
          {texts.settings.showLogs}
        </Button>
        <Button icon={FolderOpen} onClick={() => void actions.showFolder("plugins")}>
          {texts.settings.showPlugins}
        </Button>
      </div>
    </Card>
  );
}
