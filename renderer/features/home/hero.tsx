/**
 * The verdict between the two editors, with the lanes of the last minute.
 *
 * Every sentence about how things are is the hub's. The buttons are the next step for the state the hub is in.
 */
import { useHubState } from "#renderer/app-context.tsx";
import { VerdictHeading } from "#renderer/features/frame/state-mark.tsx";
import { texts } from "#renderer/messages/texts.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import { EditorPanel } from "./editor-panel.tsx";
import styles from "./hero.module.css";
import { Lanes } from "./lanes.tsx";
import { NextSteps } from "./next-steps.tsx";

export function Hero({ status }: { readonly status: StatusView }) {
  const calm = useHubState((state) => state.settings?.calm ?? false);
  const isStopped = status.mode === "halted";
  return (
    <section className={styles.hero} data-verdict={status.verdict} aria-label={texts.bar.status}>
      <EditorPanel editor={status.editors.blender} isStopped={isStopped} />
      <div className={styles.middle}>
        <Lanes calm={calm} />
        <h1 className={styles.verdict}>
          <VerdictHeading verdict={status.verdict} />
        </h1>
        <p className={styles.sentence}>{status.sentence}</p>
        <p className={styles.facts}>{factsOf(status)}</p>
        <NextSteps status={status} />
      </div>
      <EditorPanel editor={status.editors.unity} isStopped={isStopped} mirrored />
    </section>
  );
}

/** The numbers behind the verdict; zeros are left out. */
export function factsOf({ mode, project, counts, editors, editsPerSecond, log }: StatusView): string {
  const waiting = editors.blender.waiting + editors.unity.waiting;
  if (mode === "halted") return project === null ? "" : texts.home.nothingLost(log.durableLsn);
  if (mode === "paused" || mode === "safe") return texts.home.queued(waiting);
  const isNobodyLinked = editors.blender.link === "absent" && editors.unity.link === "absent";
  const facts = [isNobodyLinked ? texts.home.remembered(counts.objects) : texts.home.linked(counts.objects)];
  if (counts.sending > 0) facts.push(texts.home.onTheWay(counts.sending));
  if (counts.held > 0) facts.push(texts.home.heldNow(counts.held));
  if (editsPerSecond >= 1) facts.push(texts.home.perSecond(editsPerSecond));
  return counts.objects === 0 ? "" : facts.join(" · ");
}
