/** What is running, for a bug report. */
import { useEffect, useState } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { DiagnosticsButton } from "#renderer/features/diagnostics/diagnostics-button.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Card } from "#renderer/ui/card.tsx";
import type { About } from "#shared/ipc/view.ts";
import styles from "./settings.module.css";

export function AboutCard() {
  const { hub } = useApp();
  const [about, setAbout] = useState<About | null>(null);
  useEffect(() => {
    void hub.request("about", null).then((answer) => answer.ok && setAbout(answer.value));
  }, [hub]);
  return (
    <Card title={texts.settings.about}>
      <dl className={styles.about}>
        {about &&
          factsOf(about).map(([word, value]) => (
            <div key={word} className={styles.fact}>
              <dt>{word}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <div>
        <DiagnosticsButton />
      </div>
    </Card>
  );
}

function factsOf(about: About): readonly (readonly [string, string])[] {
  return [
    [texts.settings.version, `${texts.app} ${about.version}`],
    [texts.settings.protocol, String(about.protocol)],
    ["Electron", `${about.electron} (${about.runtime})`],
    ["Chromium", about.chromium],
    ["Node", about.node],
    [texts.settings.platform, about.platform],
  ];
}
