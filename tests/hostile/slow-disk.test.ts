/**
 * R21: a disk whose fdatasync takes its time. What is moved is shown by the other editor as fast as ever; what waits is
 * the promise that it will be kept.
 */
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { type Disk, realDisk } from "#electron/ports/disk.ts";
import type { Uuid } from "#shared/ids.ts";
import { agree, LiveHub, linked } from "#tests/hub/live-hub.ts";
import { quantile } from "./quantile.ts";
import { isNightly, scaled } from "./scale.ts";

const latenciesMs = isNightly ? [0, 10, 100, 2_000, 6_000] : [0, 10, 100, 2_000];
const moves = scaled(100, 400);
/** Longer than an editor may take to answer. */
const stallMs = 5_500;
const moveEveryMs = 16;
const lookEveryMs = 1;
/** By day the cores are shared with whatever else is tested; the typical move must be quick all the same. */
const typicalMsMax = 33;
const slowMsMax = scaled(500, 33);
const loopDelayMsMax = scaled(200, 40);
const settleMs = 30_000;

let live: LiveHub;
let latencyMs = 0;
const slowDisk: Disk = {
  ...realDisk,
  async datasync(fd) {
    await realDisk.datasync(fd);
    if (latencyMs > 0) await delay(latencyMs);
  },
};
beforeEach(async () => {
  latencyMs = 0;
  live = new LiveHub();
  await live.open({ disk: slowDisk });
});
afterEach(async () => {
  latencyMs = 0;
  await live.end();
});

/** Milliseconds until the other editor shows a place on the x axis, or one that came after it. */
async function shownAfter(editor: ScriptedEditor, uuid: Uuid, x: number): Promise<number> {
  const startMs = performance.now();
  const place = () => editor.model.scene.read(uuid)?.translation as readonly number[] | undefined;
  while ((place()?.[0] ?? 0) < x) await delay(lookEveryMs);
  return performance.now() - startMs;
}

describe("R21: an fdatasync", () => {
  it.each(latenciesMs)(
    "[ENG-1] [WIRE-12] of %i ms more holds up no preview, only the promise",
    async (addedMs) => {
      const [blender, unity] = [live.start("blender"), live.start("unity")];
      await linked(blender, unity);
      const cube = blender.user.createObject({ name: "Cube" });
      await agree(blender, unity);
      latencyMs = addedMs;
      const loop = monitorEventLoopDelay({ resolution: 5 });
      loop.enable();
      const took: Promise<number>[] = [];
      const startMs = performance.now();
      for (let x = 1; x <= moves; x += 1) {
        blender.user.move(cube, [x, 0, 0]);
        took.push(shownAfter(unity, cube, x));
        await delay(moveEveryMs);
      }
      const shown = await Promise.all(took);
      loop.disable();
      const isPromisedEarly = performance.now() - startMs < addedMs && blender.model.unanswered === 0;
      expect(isPromisedEarly).toBe(false);
      expect(quantile(shown, 0.5)).toBeLessThan(typicalMsMax);
      expect(quantile(shown, 0.99)).toBeLessThan(slowMsMax);
      expect(loop.percentile(99) / 1e6).toBeLessThan(loopDelayMsMax);
      await expect.poll(() => blender.model.unanswered, { timeout: settleMs }).toBe(0);
      expect(blender.state).toBe("linked");
      latencyMs = 0;
      await agree(blender, unity);
      expect(await live.failureCodes()).toEqual([]);
    },
    60_000,
  );

  it(`[ENG-25] that stalls for ${stallMs} ms makes nobody count as busy for what was not asked yet`, async () => {
    const [blender, unity] = [live.start("blender"), live.start("unity")];
    await linked(blender, unity);
    const cube = blender.user.createObject({ name: "Cube" });
    await agree(blender, unity);
    const finalBefore = unity.model.finalLsn;
    latencyMs = stallMs;
    const startMs = performance.now();
    blender.user.move(cube, [1, 0, 0]);
    expect(await shownAfter(unity, cube, 1)).toBeLessThan(slowMsMax);
    await expect.poll(() => unity.model.finalLsn, { timeout: settleMs }).toBeGreaterThan(finalBefore);
    expect(performance.now() - startMs).toBeGreaterThan(stallMs);
    latencyMs = 0;
    await agree(blender, unity);
    expect(await live.failureCodes()).toEqual([]);
  }, 60_000);
});
