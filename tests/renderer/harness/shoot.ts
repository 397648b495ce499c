/**
 * Photographs every view in every state: `node build/run-script.mjs tests/renderer/harness/shoot.ts <folder> [state…]`.
 *
 * For people who change how the window looks; out/renderer must be built. Prints what the accessibility engine and the
 * console complain about.
 */
import fs from "node:fs";
import path from "node:path";
import { accessibilityFaults } from "./accessibility.ts";
import { openBenchWindow } from "./bench-window.ts";
import { type SceneName, sceneNames, sceneOf } from "./scenes.ts";

const viewKeys = {
  home: "1",
  objects: "2",
  timeline: "3",
  failures: "4",
  snapshots: "5",
  setup: "6",
  settings: "Control+,",
  review: "7",
  conflicts: "8",
};

const [folder = "out/shots", ...only] = process.argv.slice(2);
const states: readonly SceneName[] = only.length === 0 ? sceneNames : sceneNames.filter((name) => only.includes(name));
fs.mkdirSync(folder, { recursive: true });

const bench = await openBenchWindow();
for (const state of states) {
  const page = await bench.open(sceneOf(state, Date.now()));
  for (const [view, key] of Object.entries(viewKeys)) {
    await page.evaluate(() => document.activeElement instanceof HTMLElement && document.activeElement.blur());
    await page.keyboard.press(key);
    await page.locator(`main[data-view=${view}]`).waitFor();
    if (view === "objects") {
      const grid = page.getByRole("grid");
      if (await grid.count()) {
        await grid.focus();
        for (let press = 0; press < 4; press += 1) await page.keyboard.press("j");
      }
    }
    await page.waitForTimeout(400);
    await page.screenshot({ path: path.join(folder, `${state}-${view}.png`) });
    for (const fault of await accessibilityFaults(page)) console.log(`${state} ${view}: ${fault}`);
  }
  for (const complaint of await bench.complaints()) console.log(`${state}: ${complaint}`);
}
await bench.close();
