/** Edits a second over the last minute, both editors stacked, seconds with a fault marked red. */
import { useCallback, useState } from "react";
import { useApp, useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { type Bucket, editsPerSecond } from "#renderer/store/pulse.ts";
import { type Paint, useCanvas } from "#renderer/ui/use-canvas.ts";
import styles from "./timeline.module.css";

const everyMs = 500;
const calmMs = 5_000;
const leastScale = 10;

export function RateStrip() {
  const { pulse } = useApp().store;
  const calm = useHubState((state) => state.settings?.calm ?? false);
  const [most, setMost] = useState(0);
  const painter = useCallback(
    (paint: Paint) => {
      const seconds = editsPerSecond(pulse.read(Date.now()));
      const highest = Math.max(...seconds.map(({ blender, unity }) => blender + unity));
      setMost(highest);
      paintStrip(paint, seconds, Math.max(leastScale, highest));
    },
    [pulse],
  );
  const canvas = useCanvas(painter, calm ? calmMs : everyMs);
  return (
    <figure className={styles.strip}>
      <figcaption className={styles.caption}>
        <span>{texts.timeline.strip}</span>
        <span>{texts.timeline.stripScale(Math.max(leastScale, most))}</span>
      </figcaption>
      <canvas ref={canvas} className={styles.canvas} role="img" aria-label={texts.timeline.stripSaid(most)} />
    </figure>
  );
}

function paintStrip({ context, width, height, colour }: Paint, seconds: readonly Bucket[], scale: number): void {
  const step = width / seconds.length;
  const ground = height - 4;
  context.fillStyle = colour("--line");
  context.fillRect(0, ground, width, 1);
  seconds.forEach(({ blender, unity, faults }, index) => {
    const x = index * step + 1;
    const blenderPx = (blender / scale) * ground;
    const unityPx = (unity / scale) * ground;
    context.fillStyle = colour("--blender");
    context.fillRect(x, ground - blenderPx, step - 2, blenderPx);
    context.fillStyle = colour("--unity");
    context.fillRect(x, ground - blenderPx - unityPx, step - 2, unityPx);
    if (faults === 0) return;
    context.fillStyle = colour("--red");
    context.fillRect(x, ground + 1, step - 2, 3);
  });
}
