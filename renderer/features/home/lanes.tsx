/**
 * The last minute of edits: Blender's lane above the line, Unity's below it, faults in red across both. Now is at the
 * right.
 */
import { useCallback } from "react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { type Bucket, bucketMs, sumOf } from "#renderer/store/pulse.ts";
import { useNow } from "#renderer/ui/moments.ts";
import { type Paint, useCanvas } from "#renderer/ui/use-canvas.ts";
import styles from "./lanes.module.css";

const saidEveryMs = 10_000;
const calmMs = 5_000;
/** A lone edit is still seen; a burst of this many fills its lane. */
const fullLaneEdits = 20;
const leastPx = 3;

export function Lanes({ calm }: { readonly calm: boolean }) {
  const { pulse } = useApp().store;
  const painter = useCallback((paint: Paint) => paintLanes(paint, pulse.read(Date.now())), [pulse]);
  const canvas = useCanvas(painter, calm ? calmMs : bucketMs);
  const nowMs = useNow(saidEveryMs);
  const said = pulse.read(nowMs).reduce(sumOf);
  return (
    <figure className={styles.lanes}>
      <canvas
        ref={canvas}
        className={styles.canvas}
        role="img"
        aria-label={texts.home.lanesSaid(said.blender, said.unity, said.faults)}
      />
      <figcaption className={styles.scale}>
        <span>{texts.home.laneFrom}</span>
        <span>{texts.home.laneTo}</span>
      </figcaption>
    </figure>
  );
}

function paintLanes({ context, width, height, colour }: Paint, buckets: readonly Bucket[]): void {
  const middle = Math.floor(height / 2);
  const step = width / buckets.length;
  const bar = Math.max(1, step - 1);
  const lane = middle - 2;
  context.fillStyle = colour("--line");
  context.fillRect(0, middle, width, 1);
  buckets.forEach(({ blender, unity, faults }, index) => {
    const x = index * step;
    const blenderPx = barPx(blender, lane);
    context.fillStyle = colour("--blender");
    context.fillRect(x, middle - 1 - blenderPx, bar, blenderPx);
    context.fillStyle = colour("--unity");
    context.fillRect(x, middle + 2, bar, barPx(unity, lane));
    if (faults === 0) return;
    context.fillStyle = colour("--red");
    context.fillRect(x, 0, bar, height);
  });
}

/** Square root: one edit and a thousand are both told from the next. */
function barPx(edits: number, lanePx: number): number {
  if (edits === 0) return 0;
  return Math.max(leastPx, lanePx * Math.min(1, Math.sqrt(edits / fullLaneEdits)));
}
