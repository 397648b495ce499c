/**
 * What the accessibility engine finds in a window as it stands still. Half-way through a fade a button has the ground
 * of one state and the text of the other, so that motion is off, and what is left of it is waited for first.
 */
import fs from "node:fs";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axeSource = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const axeRules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/** One line for each fault. axe comes in by `evaluate`: the window's policy rightly refuses an added script. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate(axeSource);
  await page.evaluate(standStill);
  return page.evaluate(async (runOnly) => {
    type Found = {
      readonly id: string;
      readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
    };
    type Axe = { run(what: object, options: object): Promise<{ readonly violations: readonly Found[] }> };
    const { axe } = window as unknown as { readonly axe: Axe };
    // Base UI's focus guards hand the focus on as soon as they get it, which axe cannot know.
    const what = { include: [["html"]], exclude: [["[data-base-ui-focus-guard]"]] };
    const { violations } = await axe.run(what, { runOnly });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
    );
  }, axeRules);
}

/** In the page: waits for what moves and comes to an end by itself. */
async function standStill(): Promise<void> {
  const moving = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(moving.map(({ finished }) => finished));
}
