/**
 * The built window in every state that a person can meet, with a fake hub: looked at by axe, held against the security
 * policy, and used by keyboard alone. window.test.ts does the walk with the real hub.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults, type BenchWindow, openBenchWindow } from "#tests/renderer/harness/bench-window.ts";
import { growth } from "#tests/renderer/harness/scene-parts.ts";
import { type SceneName, sceneNames, sceneOf } from "#tests/renderer/harness/scenes.ts";
import { scrollUnderLoad } from "#tests/renderer/harness/scroll-under-load.ts";
import { type Display, openDisplay } from "./display.ts";

const viewKeys = {
  home: "1",
  objects: "2",
  timeline: "3",
  failures: "4",
  snapshots: "5",
  setup: "6",
  settings: "Control+,",
  review: "7",
} as const;
const rowsInPageMax = 80;

let display: Display;
let bench: BenchWindow;
let page: Page;

beforeAll(async () => {
  display = await openDisplay();
  bench = await openBenchWindow(display.environment);
});
afterEach(async () => {
  expect(await bench.complaints()).toEqual([]);
});
afterAll(async () => {
  await bench?.close();
  await display?.stop();
});

async function open(name: SceneName): Promise<void> {
  page = await bench.open(sceneOf(name, Date.now()));
}

async function press(...keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

async function show(view: keyof typeof viewKeys): Promise<void> {
  await press(viewKeys[view]);
  await page.locator(`main[data-view=${view}]`).waitFor();
}

/** What has the focus, as a person would call it. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent?.trim() ?? "";
  });
}

function asked(channel: string): Promise<unknown[]> {
  return page.evaluate(
    (name) => window.asked.filter((one) => one.channel === name).map((one) => one.argument),
    channel,
  );
}

function push(channel: string, value: unknown): Promise<void> {
  return page.evaluate(([name, told]) => window.pushToWindow(name as string, told), [channel, value] as const);
}

describe.each(sceneNames)("the state %s", (name) => {
  it("has no accessibility fault and breaks no policy in any view", async () => {
    await open(name);
    for (const view of Object.keys(viewKeys) as (keyof typeof viewKeys)[]) {
      await show(view);
      const faults = (await accessibilityFaults(page)).map((fault) => `${view}: ${fault}`);
      expect(faults).toEqual([]);
    }
  });
});

describe("the review of 10,000 held edits", () => {
  it("[ENG-41] draws only what is in sight, and decides by keyboard: one, the marked, or all", async () => {
    await open("review");
    await show("review");
    const grid = page.getByRole("grid", { name: "Held edits" });
    await expect.poll(() => grid.getAttribute("aria-rowcount")).toBe("10001");
    expect(await grid.getByRole("row").count()).toBeLessThan(rowsInPageMax);
    const { review } = sceneOf("review", Date.now());
    const uuids = [0, 1, 2, 3].map((index) => review[index]?.uuid);
    await grid.focus();
    await press("j", "a");
    await press("j", "Space", "j", "Space");
    await page.getByRole("button", { name: "Approve 2 marked" }).click();
    await page.getByRole("button", { name: "Approve all" }).click();
    const approve = { decision: "approve" };
    await expect
      .poll(() => asked("review-decide"))
      .toEqual([
        { ...approve, uuids: [uuids[1]] },
        { ...approve, uuids: [uuids[2], uuids[3]] },
        { ...approve, uuids: null },
      ]);
  });

  it("[ENG-42] asks before anything is put back, with the way out first", async () => {
    await open("review");
    await show("review");
    await page.getByRole("grid", { name: "Held edits" }).focus();
    await press("r");
    const dialog = page.getByRole("dialog", { name: "Put 1 object back?" });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Enter");
    await dialog.waitFor({ state: "detached" });
    expect(await asked("review-decide")).toEqual([]);
    await page.getByRole("button", { name: "Refuse all…" }).click();
    await page.getByRole("button", { name: "Put 10,000 objects back" }).click();
    await expect.poll(() => asked("review-decide")).toEqual([{ decision: "refuse", uuids: null }]);
  });

  it("[ENG-43] is a click away from leaving safe mode, which says how much it sends", async () => {
    await open("review");
    await page.keyboard.press("Control+Shift+S");
    const dialog = page.getByRole("dialog", { name: "Leave safe mode?" });
    await dialog.getByText("10,000 objects").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Look at them" }).click();
    await page.locator("main[data-view=review]").waitFor();
    expect(await asked("set-safe-mode")).toEqual([]);
    await page.keyboard.press("Control+Shift+S");
    await page.getByRole("button", { name: "Leave and send 10,000" }).click();
    await expect.poll(() => asked("set-safe-mode")).toEqual([{ on: false }]);
  });
});

describe("what VibeSync remembers", () => {
  it("[ENG-45] is forgotten row by row, by keyboard, and the focus stays with the list", async () => {
    await open("needs-you");
    await show("failures");
    const list = page.getByRole("region", { name: "What VibeSync remembers" });
    await list.getByText("Keeps its edits for some seconds").waitFor();
    await list.getByRole("button", { name: /^Forget: VibeSync stopped unexpectedly/ }).focus();
    await press("Enter");
    await page.getByText("Forgotten").waitFor();
    await expect.poll(focused).toBe("What VibeSync remembers");
    const told = { operation: "crash", code: "E_CRASHED", role: "unity" };
    expect(await asked("forget")).toEqual([expect.objectContaining(told)]);
  });
});

describe("a project that cannot be opened", () => {
  it("[ENG-47] offers the last snapshot, after saying what that means, and the scene as a file", async () => {
    await open("refused");
    await page.getByRole("button", { name: "Export the scene…" }).click();
    await page.getByText("148 objects exported").waitFor();
    await page.getByRole("button", { name: "Go on from the last snapshot…" }).click();
    const dialog = page.getByRole("dialog", { name: "Go on from the last snapshot?" });
    await dialog.waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Go on from it" }).click();
    await dialog.waitFor({ state: "detached" });
    expect([await asked("export-scene"), await asked("restore-snapshot")]).toEqual([[null], [null]]);
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
    await open(name);
    await page.getByRole("main").getByRole("button", { name: button, exact: true }).click();
    expect(await asked(channel)).toEqual([argument]);
  });

  it("halted says why nothing can be taken or rolled back; what is off can be reached and does nothing", async () => {
    await open("halted");
    await page.getByText("The engine is stopped: restart it to take a snapshot or to roll back.").waitFor();
    await press("Tab");
    await page.getByRole("button", { name: "Pause" }).focus();
    await page.getByText("The engine is stopped. Restart it on Home.").waitFor();
    await press("Enter");
    expect(await asked("set-paused")).toEqual([]);
  });

  it("needs-you leads to the objects, filtered", async () => {
    await open("needs-you");
    await page.getByRole("button", { name: "Show the 7 objects" }).click();
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("8");
  });

  it("the first run begins with Setup and ends on Home, remembered", async () => {
    await open("first-run");
    await page.locator("main[data-view=setup]").waitFor();
    await page.getByRole("button", { name: "Install package: CastleGame 6000.2.9f1" }).click();
    expect(await asked("install-plugin")).toEqual([{ role: "unity", path: "/projects/CastleGame" }]);
    await page.getByRole("button", { name: "Go to Home" }).click();
    await page.locator("main[data-view=home]").waitFor();
    expect(await asked("set-settings")).toEqual([{ firstRunDone: true }]);
  });
});

describe("by keyboard alone", () => {
  it("Tab reaches every button of Home, each with a visible focus", async () => {
    await open("needs-you");
    const seen = new Set<string>();
    for (let at = 0; at < 60; at += 1) {
      await press("Tab");
      const name = await focused();
      if (seen.has(name) && name === "Home") break;
      seen.add(name);
      const outline = await page.evaluate(() => {
        const element = document.activeElement;
        return element === null || element === document.body ? "body" : getComputedStyle(element).outlineStyle;
      });
      expect(["solid", "body"]).toContain(outline);
    }
    for (const name of ["Safe mode", "Pause", "Home", "Settings", "Show the 7 objects", "Take snapshot", "Open all"]) {
      expect([...seen].some((one) => one.startsWith(name))).toBe(true);
    }
  });

  it("search, move, open, copy and leave a list of objects", async () => {
    await open("live");
    await press("/");
    await page.locator("main[data-view=objects]").waitFor();
    await expect.poll(focused).toBe("Search by name or id");
    await page.keyboard.type("tower.01");
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("11");
    await press("Escape");
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("10001");
    await page.getByRole("grid").focus();
    await press("j", "j", "k", "ArrowDown", "End");
    const grid = page.getByRole("grid");
    await expect.poll(() => page.locator("[role=row][aria-selected=true]").getAttribute("aria-rowindex")).toBe("10001");
    const active = await grid.getAttribute("aria-activedescendant");
    expect(active).toBe(await page.locator("[role=row][aria-selected=true]").getAttribute("id"));
    const inspector = page.getByRole("complementary", { name: "Inspector" });
    await inspector.getByRole("heading", { name: /Well\.\d+/ }).waitFor();
    await press("n");
    await inspector.waitFor({ state: "detached" });
    await press("Enter");
    await inspector.waitFor();
  });

  it("a dialog begins on the way out, keeps the focus, and gives it back", async () => {
    await open("needs-you");
    const release = page.getByRole("button", { name: /^Release… / }).first();
    await release.focus();
    await press("Enter");
    await page.getByRole("dialog").waitFor();
    await expect.poll(focused).toBe("Cancel");
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Tab", "Tab", "Tab");
    expect(await page.evaluate(() => document.activeElement?.closest("[role=dialog]") !== null)).toBe(true);
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await expect.poll(async () => (await focused()).startsWith("Release…")).toBe(true);
    expect(await asked("release")).toEqual([]);
  });

  it("? shows every key, and Escape leaves", async () => {
    await open("live");
    await press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("Ctrl P pauses and resumes, Ctrl Shift S is safe mode, Ctrl S takes a snapshot that can be named", async () => {
    await open("live");
    await press("Control+p");
    await page.getByRole("button", { name: "Resume" }).first().waitFor();
    await press("Control+p");
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await press("Control+Shift+S");
    await page.getByRole("button", { name: "Leave safe mode" }).waitFor();
    await press("Control+Shift+S");
    expect(await asked("set-paused")).toEqual([{ paused: true }, { paused: false }]);
    expect(await asked("set-safe-mode")).toEqual([{ on: true }, { on: false }]);
    await press("Control+s");
    await page.getByRole("button", { name: "Name it" }).click();
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe("INPUT");
    await page.keyboard.type("Blockout");
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Enter");
    await expect.poll(() => asked("snapshot-name")).toEqual([{ oid: "a".repeat(40), label: "Blockout" }]);
  });
});

describe("rolling back", () => {
  it("shows counts and names first, says what the button does, and offers an undo", async () => {
    await open("live");
    await show("snapshots");
    await page.getByRole("button", { name: /^Roll back… Before the lighting pass/ }).click();
    const dialog = page.getByRole("dialog", { name: "Roll back to Before the lighting pass" });
    await dialog.getByText("12 objects come back").waitFor();
    await dialog.getByText("140 objects change").waitFor();
    await dialog.getByText("and 40 more").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Roll back 155 objects" }).click();
    await dialog.waitFor({ state: "detached" });
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("Back to how it was before the rollback").first().waitFor();
    expect(await asked("snapshot-rollback")).toHaveLength(2);
  });
});

describe("the timeline", () => {
  it("follows, stands still when it is scrolled, counts what came, and comes back", async () => {
    await open("live");
    await show("timeline");
    const first = page.locator("[role=row][aria-rowindex='2']");
    await first.getByText("1400", { exact: true }).waitFor();
    await push("timeline-grew", growth(1_400, 3, Date.now()));
    await first.getByText("1403", { exact: true }).waitFor();
    await page.getByRole("grid").hover();
    await page.mouse.wheel(0, 600);
    const jump = page.getByRole("button", { name: "Back to live" });
    await jump.waitFor();
    await push("timeline-grew", growth(1_403, 5, Date.now()));
    await page.getByRole("button", { name: "5 new, back to live" }).waitFor();
    await press("f");
    await first.getByText("1408", { exact: true }).waitFor();
  });

  it("reads backwards to the beginning, and filters by kind", async () => {
    await open("live");
    await show("timeline");
    await page.getByRole("grid").focus();
    for (let at = 0; at < 12; at += 1) await press("End");
    await expect
      .poll(async () => {
        await press("End");
        return page.getByText("This is the beginning of the log.").isVisible();
      })
      .toBe(true);
    await page.getByRole("button", { name: /^Kinds/ }).click();
    await page.getByRole("menuitemcheckbox", { name: "Fault" }).click();
    expect(await accessibilityFaults(page)).toEqual([]);
    await press("Escape");
    await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("9");
  });
});

describe("closing the window", () => {
  it("asks once, and tells the hub what was decided", async () => {
    await open("live");
    await push("close-asked", null);
    await page.getByRole("dialog", { name: "Keep VibeSync running?" }).waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.getByRole("button", { name: "Keep running in the tray" }).click();
    expect(await asked("close-decided")).toEqual([{ action: "tray", remember: true }]);
  });
});

describe("a bug in one view", () => {
  it("leaves the frame and the other views, and says so", async () => {
    await open("live");
    await show("objects");
    const broken = { ...sceneOf("live", Date.now()).objects[0], name: null };
    await push("objects-changed", { reset: false, upserts: [broken], removed: [] });
    await page.getByRole("alert").getByText("This view could not be drawn").waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    expect((await bench.complaints()).join()).toContain("TypeError");
    await show("timeline");
    await page.getByRole("grid", { name: "Timeline" }).waitFor();
  });
});

describe("ten thousand objects", () => {
  it("are a page of few rows that keeps its pace while scrolling and under a stream of changes", async () => {
    await open("live");
    await show("objects");
    await page.getByRole("grid").waitFor();
    const { medianMs, rowsMost } = await page.evaluate(scrollUnderLoad);
    expect(rowsMost).toBeLessThanOrEqual(rowsInPageMax);
    expect(medianMs).toBeLessThan(40);
  });
});
