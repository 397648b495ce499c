/**
 * The built-in pair: a small scene and two scripted editors over the real connection, for a look without installing.
 */
import { CirclePlay } from "lucide-react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { Button } from "#renderer/ui/button.tsx";
import { useBusy } from "#renderer/ui/use-busy.ts";
import styles from "./setup.module.css";

export function TryNow() {
  const { ui, actions } = useApp();
  const isOn = useHubState((state) => state.status?.demo ?? false);
  const [busy, toggle] = useBusy(async () => {
    if ((await actions.setDemo(!isOn)) && !isOn) ui.setState({ view: "home" });
  });
  return (
    <section className={styles.try}>
      <div className={styles.body}>
        <h2>{isOn ? texts.bar.demo : texts.setup.tryTitle}</h2>
        <p className={styles.quiet}>{isOn ? texts.setup.tryRunning : texts.setup.tryBody}</p>
      </div>
      <Button icon={CirclePlay} busy={busy} onClick={() => void toggle()}>
        {isOn ? texts.home.endDemo : texts.home.tryNow}
      </Button>
    </section>
  );
}
