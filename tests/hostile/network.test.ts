/**
 * R14: two editors linked through a proxy that delays, trickles, resets and swallows, while both users work. When the
 * network is whole again both scenes are the same, and nothing that was accepted is gone.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { actAtRandom, agree, LiveHub, linked, randomFrom, startEditor } from "#tests/hub/live-hub.ts";
import { FaultProxy, faultAtRandom } from "./proxy.ts";
import { scaled, seed } from "./scale.ts";

const runs = scaled(40, 200);
const actionsMax = 14;
const testMs = 600_000;

let live: LiveHub;
let proxy: FaultProxy;
let home: string;
let editors: ScriptedEditor[] = [];
beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  proxy = await FaultProxy.start(() => live.hub.status().port ?? 0);
  home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-proxy-"));
  const discovery = JSON.parse(fs.readFileSync(path.join(live.home, "hub.json"), "utf8")) as object;
  fs.writeFileSync(path.join(home, "hub.json"), JSON.stringify({ ...discovery, port: proxy.port }));
  editors = [startEditor(home, "blender"), startEditor(home, "unity")];
});
afterEach(async () => {
  await Promise.all(editors.map((editor) => editor.stop()));
  await proxy.end();
  await live.end();
  fs.rmSync(home, { recursive: true, force: true });
});

it(
  `[ENG-7] [WIRE-12] [WIRE-23] R14: ${runs} broken networks, seed ${seed}: equal scenes after each`,
  async () => {
    const random = randomFrom(seed);
    const [blender, unity] = editors as [ScriptedEditor, ScriptedEditor];
    const accepted: Uuid[] = [];
    for (let run = 0; run < runs; run += 1) {
      await linked(blender, unity);
      proxy.fault = () => faultAtRandom(random);
      proxy.cut();
      const author = random.pick(editors);
      const marker = author.user.createCollection(`Marker ${run}`);
      author.user.forget();
      for (let action = random.below(actionsMax); action >= 0; action -= 1) {
        actAtRandom(random.pick(editors), random);
        await delay(random.below(30));
      }
      proxy.fault = () => ({ kind: "none" });
      proxy.cut();
      await linked(blender, unity);
      await agree(blender, unity, live.hub);
      accepted.push(marker);
      const lost = accepted.filter((uuid) => !blender.model.scene.has(uuid) || !unity.model.scene.has(uuid));
      expect(lost, `seed ${seed} run ${run}`).toEqual([]);
    }
    expect(live.hub.status().mode).toBe("live");
  },
  testMs,
);
