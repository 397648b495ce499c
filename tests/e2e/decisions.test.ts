/** What waits for a person's decision, in the built window with a fake hub: by keyboard, by selection, asked first. */
import { describe, expect, it } from "vitest";
import { accessibilityFaults } from "#tests/renderer/harness/accessibility.ts";
import { sceneOf } from "#tests/renderer/harness/scenes.ts";
import { StateWindow } from "./state-window.ts";

const rowsInPageMax = 80;
const win = StateWindow.forFile();

describe("the review of 10,000 held edits", () => {
  it("[ENG-41] draws only what is in sight, and decides by keyboard: one, the marked, or all", async () => {
    await win.open("review");
    await win.show("review");
    const grid = win.page.getByRole("grid", { name: "Held edits" });
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("10001");
    expect(await grid.getByRole("row").count()).toBeLessThan(rowsInPageMax);
    const { review } = sceneOf("review", Date.now());
    const uuids = [0, 1, 2, 3].map((index) => review[index]?.uuid);
    await grid.focus();
    await win.press("j", "a");
    await win.press("j", "Space", "j", "Space");
    await win.page.getByRole("button", { name: "Approve 2 marked" }).click();
    await win.page.getByRole("button", { name: "Approve all" }).click();
    const approve = { decision: "approve" };
    await expect
      .poll(() => win.asked("review-decide"))
      .toEqual([
        { ...approve, uuids: [uuids[1]] },
        { ...approve, uuids: [uuids[2], uuids[3]] },
        { ...approve, uuids: null },
      ]);
  });

  it("[ENG-42] asks before anything is put back, with the way out first", async () => {
    await win.open("review");
    await win.show("review");
    await win.page.getByRole("grid", { name: "Held edits" }).focus();
    await win.press("r");
    const dialog = win.page.getByRole("dialog", { name: "Put 1 object back?" });
    await dialog.waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Enter");
    await dialog.waitFor({ state: "detached" });
    expect(await win.asked("review-decide")).toEqual([]);
    await win.page.getByRole("button", { name: "Refuse all…" }).click();
    await win.page.getByRole("button", { name: "Put 10,000 objects back" }).click();
    await expect.poll(() => win.asked("review-decide")).toEqual([{ decision: "refuse", uuids: null }]);
  });

  it("[ENG-43] is a click away from leaving safe mode, which says how much it sends", async () => {
    await win.open("review");
    await win.page.keyboard.press("Control+Shift+S");
    const dialog = win.page.getByRole("dialog", { name: "Leave safe mode?" });
    await dialog.getByText("10,000 objects").waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await dialog.getByRole("button", { name: "Look at them" }).click();
    await win.page.locator("main[data-view=review]").waitFor();
    expect(await win.asked("set-safe-mode")).toEqual([]);
    await win.page.keyboard.press("Control+Shift+S");
    await win.page.getByRole("button", { name: "Leave and send 10,000" }).click();
    await expect.poll(() => win.asked("set-safe-mode")).toEqual([{ on: false }]);
  });
});

describe("what is held back", () => {
  it("[ENG-38] is decided by keyboard: the active row, or the marked ones, each with what goes along", async () => {
    await win.open("needs-you");
    await win.show("conflicts");
    const { conflicts } = sceneOf("needs-you", Date.now());
    const uuids = conflicts.map(({ uuid }) => uuid);
    await win.page.getByRole("grid", { name: "Conflicts" }).focus();
    await win.press("u");
    const one = win.page.getByRole("dialog", { name: `Keep Unity's version of ${conflicts[0]?.name}?` });
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Enter");
    await one.waitFor({ state: "detached" });
    expect(await win.asked("release")).toEqual([]);
    await win.press("u");
    await one.getByRole("button", { name: "Keep Unity's", exact: true }).click();
    await one.waitFor({ state: "detached" });
    await win.press("Space", "j", "Space");
    await win.page.getByRole("button", { name: "Keep last agreed of 2…" }).click();
    // The second is one of a deletion of four.
    const all = win.page.getByRole("dialog", { name: "Keep last agreed version of 5 objects?" });
    await all.getByRole("button", { name: "Keep last agreed", exact: true }).click();
    await expect
      .poll(() => win.asked("release"))
      .toEqual([
        { uuids: [uuids[0]], keep: "unity" },
        { uuids: [uuids[0], uuids[1]], keep: "agreed" },
      ]);
  });

  it("[ENG-38] shows three versions side by side, and no choice where only what was agreed is known", async () => {
    await win.open("needs-you");
    await win.show("conflicts");
    const versions = win.page.getByRole("region", { name: "The versions" });
    await versions.getByRole("columnheader", { name: "Last agreed" }).waitFor();
    expect(await versions.getByRole("row", { name: /^parent none / }).count()).toBe(1);
    expect(await versions.getByRole("button").count()).toBe(3);
    await win.page.getByRole("grid", { name: "Conflicts" }).focus();
    await win.press("j", "j", "j");
    await expect.poll(() => versions.getByRole("button").allTextContents()).toEqual(["Keep last agreed…"]);
    await win.press("b");
    expect(await win.page.getByRole("dialog").count()).toBe(0);
  });
});
