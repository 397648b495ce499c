/**
 * Every view of the window on the real hub with the demo running, through axe: no fault of any weight. (The views'
 * other states are in window-states.test.ts.)
 */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults } from "#tests/renderer/harness/accessibility.ts";
import { type Display, openDisplay } from "./display.ts";
import { eventually, type Launched, launch, makeFolders } from "./launch.ts";

const folders = makeFolders();
let display: Display;
let launched: Launched;

beforeAll(async () => {
  display = await openDisplay();
  launched = await launch(folders, display);
});
afterAll(async () => {
  await launched?.close();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

async function faultsInEveryView(): Promise<string[]> {
  const found: string[] = [];
  for (const button of await launched.page.locator("nav button, nav a").all()) {
    const view = await button.textContent();
    await button.click();
    await expect.poll(() => button.getAttribute("aria-current")).toBe("page");
    found.push(...(await accessibilityFaults(launched.page)).map((fault) => `${view}: ${fault}`));
  }
  return found;
}

describe("accessibility", () => {
  it("has no fault in any view while the demo runs, nor in the close dialog in safe mode", async () => {
    await eventually("the hub is open", async () => (await launched.status()).port);
    await launched.ask("set-demo", { on: true });
    await eventually("there are objects", async () => (await launched.status()).counts.objects > 2);
    expect(await launched.page.locator("nav button, nav a").count()).toBeGreaterThanOrEqual(7);
    expect(await faultsInEveryView()).toEqual([]);
    await launched.ask("set-safe-mode", { on: true });
    await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await launched.page.getByRole("dialog").waitFor();
    expect(await accessibilityFaults(launched.page)).toEqual([]);
  });
});
