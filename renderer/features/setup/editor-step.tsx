/** The installations of one editor that were found, each with what its plugin needs, and the way to name another. */
import { Download, FolderOpen } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import type { SetupView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import styles from "./setup.module.css";
import { SetupStep } from "./setup-step.tsx";

type FoundEditor = SetupView["found"][number];

type EditorStepProps = {
  readonly number: number;
  readonly editor: Role;
  readonly found: SetupView["found"];
  readonly isLooking: boolean;
  readonly onChanged: () => Promise<void>;
};

const stepTexts = {
  blender: {
    title: texts.setup.blenderTitle,
    found: texts.setup.blenderFound,
    none: texts.setup.blenderNone,
    choose: texts.setup.chooseBlender,
    install: texts.setup.installAddon,
    channel: "choose-blender",
  },
  unity: {
    title: texts.setup.unityTitle,
    found: texts.setup.unityFound,
    none: texts.setup.unityNone,
    choose: texts.setup.chooseUnity,
    install: texts.setup.installPackage,
    channel: "choose-unity-project",
  },
} as const;

const pluginWords: { readonly [Plugin in FoundEditor["plugin"]]: string } = {
  none: texts.setup.notInstalled,
  current: texts.setup.current,
  older: texts.setup.older,
  unknown: texts.setup.unknown,
};

export function EditorStep({ number, editor, found, isLooking, onChanged }: EditorStepProps) {
  const { actions } = useApp();
  // The demo's editors prove nothing about the installed ones.
  const isLinked = useHubState(({ status }) => status?.editors[editor].link === "linked" && !status.demo);
  const mine = found.filter(({ role }) => role === editor);
  const words = stepTexts[editor];
  const [busy, choose] = useBusy(async () => {
    const chosen = await actions.ask(words.channel, null, texts.setup.problemChoose);
    if (chosen?.value.path != null) await onChanged();
  });
  const isDone = isLinked || mine.some(({ plugin }) => plugin === "current");
  const text = isLooking ? texts.loading : mine.length > 0 ? words.found : words.none;
  return (
    <SetupStep number={number} title={words.title} text={text} isDone={isDone}>
      <ul className={styles.found}>
        {mine.map((one) => (
          <Found
            key={one.path}
            editor={one}
            install={words.install}
            isNext={!isDone && one === mine[0]}
            onChanged={onChanged}
          />
        ))}
      </ul>
      <div>
        <Button icon={FolderOpen} busy={busy} onClick={() => void choose()}>
          {words.choose}
        </Button>
      </div>
    </SetupStep>
  );
}

type FoundProps = {
  readonly editor: FoundEditor;
  readonly install: string;
  /** It is what this step waits for. */
  readonly isNext: boolean;
  readonly onChanged: () => Promise<void>;
};

function Found({ editor, install, isNext, onChanged }: FoundProps) {
  const { actions } = useApp();
  const { role, path, name, version, plugin } = editor;
  const [busy, run] = useBusy(async () => {
    const installed = await actions.ask("install-plugin", { role, path }, texts.setup.problemInstall);
    if (!installed) return;
    actions.say(installed.value.message);
    await onChanged();
  });
  const word = { none: install, unknown: install, older: texts.setup.update, current: texts.setup.again }[plugin];
  return (
    <li className={styles.editor}>
      <div className={styles.editorTexts}>
        <p className={styles.editorName}>
          {name} <span className={styles.quiet}>{version}</span>
        </p>
        <p className={styles.path} title={path}>
          {path}
        </p>
      </div>
      <span className={styles.plugin} data-plugin={plugin}>
        {pluginWords[plugin]}
      </span>
      <Button
        icon={Download}
        variant={isNext ? "primary" : "plain"}
        busy={busy}
        aria-label={`${word}: ${name} ${version}`}
        onClick={() => void run()}
      >
        {word}
      </Button>
    </li>
  );
}
