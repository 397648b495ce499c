/**
 * The built window in every state that a person can meet, with a fake hub: looked at by axe, held against the security
 * policy, and used by keyboard alone. window.test.ts does the walk with the real hub, decisions.test.ts decides.
 */
import { describe, expect, it } from "vitest";
import { accessibilityFaults } from "#tests/renderer/harness/accessibility.ts";
import { growth } from "#tests/renderer/harness/scene-parts.ts";
import { type SceneName, sceneNames, sceneOf } from "#tests/renderer/harness/scenes.ts";
import { scrollUnderLoad } from "#tests/renderer/harness/scroll-under-load.ts";
import { StateWindow, viewNames } from "./state-window.ts";

const rowsInPageMax = 80;
const win = StateWindow.forFile();

describe.each(sceneNames)("the state %s", (name) => {
  it("has no accessibility fault and breaks no policy in any view", async () => {
    await win.open(name);
    for (const view of viewNames) {
      await win.show(view);
      const faults = (await accessibilityFaults(win.page)).map((fault) => `${view}: ${fault}`);
      expect(faults).toEqual([]);
    }
  });
});

describe("what each state offers", () => {
  type Offer = {
    readonly name: SceneName;
    readonly button: string;
    readonly channel: string;
    readonly argument: unknown;
  };
  const offers: readonly Offer[] = [
    { name: "empty", button: "Try it now", channel: "set-demo", argument: { on: true } },
    { name: "demo", button: "End the demo", channel: "set-demo", argument: { on: false } },
    { name: "paused", button: "Resume", channel: "set-paused", argument: { paused: false } },
    { name: "safe-mode", button: "Leave safe mode", channel: "set-safe-mode", argument: { on: false } },
    { name: "halted", button: "Restart engine", channel: "restart-engine", argument: null },
  ];
  it.each(offers)("$name: $button", async ({ name, button, channel, argument }) => {
    await win.open(name);
    await win.page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
    expect(await win.asked(channel)).toEqual([argument]);
  });

  it("halted says why nothing can be taken or rolled back; what is off can be reached and does nothing", async () => {
    await win.open("halted");
    await win.page.getByText("The engine is stopped: restart it to take a snapshot or to roll back.").waitFor();
    await win.press("Tab");
    await win.page.getByRole("button", { name: "Pause" }).focus();
    await win.page.getByText("The engine is stopped. Restart it on Home.").waitFor();
    await win.press("Enter");
    expect(await win.asked("set-paused")).toEqual([]);
  });

  it("halted and refused: the failure that ended the work is listed where it is counted", async () => {
    for (const name of ["halted", "refused"] as const) {
      await win.open(name);
      await win.show("failures");
      await win.page.getByRole("cell", { name: sceneOf(name, 0).status.sentence }).waitFor();
      expect(await win.page.getByText("Nothing has failed").count()).toBe(0);
      expect(await win.page.getByRole("button", { name: /^Forget/ }).count()).toBe(0);
    }
  });

  it("refused: no view says that there is nothing; each says why nothing can be shown, and leads to the way out", async () => {
    for (const view of ["objects", "timeline", "snapshots", "review", "conflicts"] as const) {
      await win.open("refused");
      await win.show(view);
      await win.page.getByText("a newer VibeSync wrote it. Install that version.", { exact: false }).last().waitFor();
      const main = win.page.getByRole("main");
      await main.getByRole("heading", { name: "The project is not open" }).waitFor();
      expect(await main.getByText(/No objects yet|No snapshots yet|Edits appear here|No conflicts/).count()).toBe(0);
      await main.getByRole("button", { name: "What you can do" }).click();
      await main.getByRole("button", { name: "Go on from the last snapshot…" }).waitFor();
    }
  });

  it("needs-you leads to what is held back, and each row of the card to its own", async () => {
    await win.open("needs-you");
    const { conflicts } = sceneOf("needs-you", Date.now());
    await win.page.getByRole("button", { name: "Decide about 7 objects" }).click();
    await expect.poll(() => win.page.getByRole("grid").getAttribute("aria-rowcount")).toBe("8");
    await win.show("home");
    await win.page.getByRole("button", { name: `Decide… ${conflicts[2]?.name}` }).click();
    await win.page
      .getByRole("region", { name: "The versions" })
      .getByRole("heading", { name: conflicts[2]?.name ?? "" })
      .waitFor();
  });

  it("the first run begins with Setup and ends on Home, remembered", async () => {
    await win.open("first-run");
    await win.page.locator("main[data-view=setup]").waitFor();
    await win.page.getByRole("button", { name: "Install package: CastleGame 6000.2.9f1" }).click();
    expect(await win.asked("install-plugin")).toEqual([{ role: "unity", path: "/projects/CastleGame" }]);
    await win.page.getByRole("button", { name: "Go to Home" }).click();
    await win.page.locator("main[data-view=home]").waitFor();
    expect(await win.asked("set-settings")).toEqual([{ firstRunDone: true }]);
  });
});

describe("by keyboard alone", () => {
  it("Tab reaches every button of Home, each with a visible focus", async () => {
    await win.open("needs-you");
    const seen = new Set<string>();
    for (let at = 0; at < 60; at += 1) {
      await win.press("Tab");
      const name = await win.focused();
      if (seen.has(name) && name === "Home") break;
      seen.add(name);
      const outline = await win.page.evaluate(() => {
        const element = document.activeElement;
        return element === null || element === document.body ? "body" : getComputedStyle(element).outlineStyle;
      });
      expect(["solid", "body"]).toContain(outline);
    }
    for (const name of [
      "Safe mode",
      "Pause",
      "Home",
      "Settings",
      "Decide about 7 objects",
      "Take snapshot",
      "Open all",
    ]) {
      expect([...seen].some((one) => one.startsWith(name))).toBe(true);
    }
  });

  it("search, move, open, copy and leave a list of objects", async () => {
    await win.open("live");
    await win.press("/");
    await win.page.locator("main[data-view=objects]").waitFor();
    await expect.poll(() => win.focused()).toBe("Search by name or id");
    await win.page.keyboard.type("tower.01");
    await expect.poll(() => win.page.getByRole("grid").getAttribute("aria-rowcount")).toBe("11");
    await win.press("Escape");
    await expect.poll(() => win.page.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
    await win.page.getByRole("grid").focus();
    await win.press("j", "j", "k", "ArrowDown", "End");
    const grid = win.page.getByRole("grid");
    await expect
      .poll(() => win.page.locator("[role=row][aria-selected=true]").getAttribute("aria-rowindex"))
      .toBe("10001");
    const active = await grid.getAttribute("aria-activedescendant");
    expect(active).toBe(await win.page.locator("[role=row][aria-selected=true]").getAttribute("id"));
    const inspector = win.page.getByRole("complementary", { name: "Inspector" });
    await inspector.getByRole("heading", { name: /Well\.\d+/ }).waitFor();
    await win.press("n");
    await inspector.waitFor({ state: "detached" });
    await win.press("Enter");
    await inspector.waitFor();
  });

  it("a dialog begins on the way out, keeps the focus, and gives it back", async () => {
    await win.open("needs-you");
    await win.show("conflicts");
    await win.page.getByRole("button", { name: "Keep Blender's…", exact: true }).focus();
    await win.press("Enter");
    await win.page.getByRole("dialog").waitFor();
    await expect.poll(() => win.focused()).toBe("Cancel");
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Tab", "Tab", "Tab");
    expect(await win.page.evaluate(() => document.activeElement?.closest("[role=dialog]") !== null)).toBe(true);
    await win.press("Escape");
    await win.page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(() => win.focused()).toBe("Keep Blender's…");
    expect(await win.asked("release")).toEqual([]);
  });

  it("? shows every key, and Escape leaves", async () => {
    await win.open("live");
    await win.press("?");
    await win.page.getByRole("dialog", { name: "Keys" }).waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Escape");
    await win.page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("Ctrl P pauses and resumes, Ctrl Shift S is safe mode, Ctrl S takes a snapshot that can be named", async () => {
    await win.open("live");
    await win.press("Control+p");
    await win.page.getByRole("button", { name: "Resume" }).first().waitFor();
    await win.press("Control+p");
    await win.page.getByRole("button", { name: "Pause" }).waitFor();
    await win.press("Control+Shift+S");
    await win.page.getByRole("button", { name: "Leave safe mode" }).waitFor();
    await win.press("Control+Shift+S");
    expect(await win.asked("set-paused")).toEqual([{ paused: true }, { paused: false }]);
    expect(await win.asked("set-safe-mode")).toEqual([{ on: true }, { on: false }]);
    await win.press("Control+s");
    await win.page.getByRole("button", { name: "Name it" }).click();
    await expect.poll(() => win.page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
    await win.page.keyboard.type("Blockout");
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Enter");
    await expect.poll(() => win.asked("snapshot-name")).toEqual([{ oid: "a".repeat(40), label: "Blockout" }]);
  });
});

describe("rolling back", () => {
  it("shows counts and names first, says what the button does, and offers an undo", async () => {
    await win.open("live");
    await win.show("snapshots");
    await win.page.getByRole("button", { name: /^Roll back… Before the lighting pass/ }).click();
    const dialog = win.page.getByRole("dialog", { name: "Roll back to Before the lighting pass" });
    await dialog.getByText("12 objects come back").waitFor();
    await dialog.getByText("140 objects change").waitFor();
    await dialog.getByText("and 40 more").waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await dialog.getByRole("button", { name: "Roll back 155 objects" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.page.getByRole("button", { name: "Undo" }).click();
    await win.page.getByText("Back to how it was before the rollback").first().waitFor();
    expect(await win.asked("snapshot-rollback")).toHaveLength(2);
  });
});

describe("the timeline", () => {
  it("follows, stands still when it is scrolled, counts what came, and comes back", async () => {
    await win.open("live");
    await win.show("timeline");
    const first = win.page.locator("[role=row][aria-rowindex='2']");
    await first.getByText("1400", { exact: true }).waitFor();
    await win.push("timeline-grew", growth(1_400, 3, Date.now()));
    await first.getByText("1403", { exact: true }).waitFor();
    await win.page.getByRole("grid").hover();
    await win.page.mouse.wheel(0, 600);
    const jump = win.page.getByRole("button", { name: "Back to live" });
    await jump.waitFor();
    await win.push("timeline-grew", growth(1_403, 5, Date.now()));
    await win.page.getByRole("button", { name: "5 new, back to live" }).waitFor();
    await win.press("f");
    await first.getByText("1408", { exact: true }).waitFor();
  });

  it("reads backwards to the beginning, and filters by kind", async () => {
    await win.open("live");
    await win.show("timeline");
    await win.page.getByRole("grid").focus();
    for (let at = 0; at < 12; at += 1) await win.press("End");
    await expect
      .poll(async () => {
        await win.press("End");
        return win.page.getByText("This is the beginning of the log.").isVisible();
      })
      .toBe(true);
    await win.page.getByRole("button", { name: /^Kinds/ }).click();
    await win.page.getByRole("menuitemcheckbox", { name: "Fault" }).click();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.press("Escape");
    await expect.poll(() => win.page.getByRole("grid").getAttribute("aria-rowcount")).toBe("9");
  });
});

describe("closing the window", () => {
  it("asks once, and tells the hub what was decided", async () => {
    await win.open("live");
    await win.push("close-asked", null);
    await win.page.getByRole("dialog", { name: "Keep VibeSync running?" }).waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    await win.page.getByRole("button", { name: "Keep running in the tray" }).click();
    expect(await win.asked("close-decided")).toEqual([{ action: "tray", remember: true }]);
  });
});

describe("a bug in one view", () => {
  it("leaves the frame and the other views, and says so", async () => {
    await win.open("live");
    await win.show("objects");
    const broken = { ...sceneOf("live", Date.now()).objects[0], name: null };
    await win.push("objects-changed", { reset: false, upserts: [broken], removed: [] });
    await win.page.getByRole("alert").getByText("This view could not be drawn").waitFor();
    expect(await accessibilityFaults(win.page)).toEqual([]);
    expect((await win.bench.complaints()).join()).toContain("TypeError");
    await win.show("timeline");
    await win.page.getByRole("grid", { name: "Timeline" }).waitFor();
  });
});

describe("ten thousand objects", () => {
  it("are a page of few rows that keeps its pace while scrolling and under a stream of changes", async () => {
    await win.open("live");
    await win.show("objects");
    await win.page.getByRole("grid").waitFor();
    const { medianMs, rowsMost } = await win.page.evaluate(scrollUnderLoad);
    expect(rowsMost).toBeLessThanOrEqual(rowsInPageMax);
    expect(medianMs).toBeLessThan(40);
  });
});
