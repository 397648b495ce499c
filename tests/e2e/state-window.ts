/** The built window with a fake hub, for one test file: put into a state, used by keyboard, and asked what it asked. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type BenchWindow, openBenchWindow } from "#tests/renderer/harness/bench-window.ts";
import { type SceneName, sceneOf } from "#tests/renderer/harness/scenes.ts";
import { type Display, openDisplay } from "./display.ts";

export const viewKeys = {
  home: "1",
  objects: "2",
  timeline: "3",
  failures: "4",
  snapshots: "5",
  setup: "6",
  settings: "Control+,",
  review: "7",
  conflicts: "8",
} as const;
export const viewNames = Object.keys(viewKeys) as (keyof typeof viewKeys)[];

export class StateWindow {
  page!: Page;
  bench!: BenchWindow;
  #display!: Display;

  /** One for the whole file; nothing may be complained about after any of its tests. */
  static forFile(): StateWindow {
    const window = new StateWindow();
    beforeAll(async () => {
      window.#display = await openDisplay();
      window.bench = await openBenchWindow(window.#display.environment);
    });
    afterEach(async () => {
      expect(await window.bench.complaints()).toEqual([]);
    });
    afterAll(async () => {
      await window.bench?.close();
      await window.#display?.stop();
    });
    return window;
  }

  async open(name: SceneName): Promise<Page> {
    this.page = await this.bench.open(sceneOf(name, Date.now()));
    return this.page;
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key);
  }

  async show(view: keyof typeof viewKeys): Promise<void> {
    await this.press(viewKeys[view]);
    await this.page.locator(`main[data-view=${view}]`).waitFor();
  }

  /** What has the focus, as a person would call it. */
  focused(): Promise<string> {
    return this.page.evaluate(() => {
      const element = document.activeElement;
      return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
    });
  }

  asked(channel: string): Promise<unknown[]> {
    return this.page.evaluate(
      (name) => window.asked.filter((one) => one.channel === name).map((one) => one.argument),
      channel,
    );
  }

  push(channel: string, value: unknown): Promise<void> {
    return this.page.evaluate(([name, told]) => window.pushToWindow(name as string, told), [channel, value] as const);
  }
}
