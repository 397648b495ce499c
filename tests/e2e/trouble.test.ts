/** What went wrong, in the built window with a fake hub: what is remembered of it, and a project that does not open. */
import { describe, expect, it } from "vitest";
import { accessibilityFaults } from "#tests/renderer/harness/accessibility.ts";
import { StateWindow } from "./state-window.ts";

const win = StateWindow.forFile();

describe("what VibeSync remembers", () => {
  it("[ENG-45] is forgotten row by row, by keyboard, and the focus stays with the list", async () => {
    await win.open("needs-you");
    await win.show("failures");
    const list = win.page.getByRole("region", { name: "What VibeSync remembers" });
    await list.getByText("Keeps its edits for some seconds").waitFor();
    await list.getByRole("button", { name: /^Forget: VibeSync stopped unexpectedly/ }).focus();
    await win.press("Enter");
    await win.page.getByText("Forgotten").waitFor();
    await expect.poll(() => win.focused()).toBe("What VibeSync remembers");
    const told = { operation: "crash", code: "E_CRASHED", role: "unity" };
    expect(await win.asked("forget")).toEqual([expect.objectContaining(told)]);
  });
});

describe("a project that cannot be opened", () => {
  it("[ENG-47] offers the last snapshot, after saying what that means, and the scene as a file", async () => {
    await win.open("refused");
    const health = win.page.getByRole("main").getByRole("definition").first();
    await expect.poll(() => health.textContent()).toBe("–");
    await win.page.getByRole("button", { name: "Export the scene…" }).click();
    await win.page.getByText("148 objects exported").waitFor();
    await win.page.getByRole("button", { name: "Go on from the last snapshot…" }).click();
    const dialog = win.page.getByRole("dialog", { name: "Go on from the last snapshot?" });
    await dialog.waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await dialog.getByRole("button", { name: "Go on from it" }).click();
    await dialog.waitFor({ state: "detached" });
    expect([await win.asked("export-scene"), await win.asked("restore-snapshot")]).toEqual([[null], [null]]);
  });
});
