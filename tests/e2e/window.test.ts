/**
 * A person's first minutes with the real app, by keyboard: first run, the trial pair, objects, timeline, pause,
 * snapshot, rollback and its undo. The hub, the sockets, the log and the snapshots are the real ones; nothing may
 * complain on the way.
 */
import fs from "node:fs";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessibilityFaults } from "#tests/renderer/harness/accessibility.ts";
import { type Display, openDisplay } from "./display.ts";
import { eventually, type Launched, launch, makeFolders } from "./launch.ts";

const stepMsMax = 15_000;
const someObjects = 8;
const folders = makeFolders();
let display: Display;
let launched: Launched;
let page: Page;

beforeAll(async () => {
  display = await openDisplay();
  launched = await launch(folders, display);
  page = launched.page;
  page.setDefaultTimeout(stepMsMax);
  await eventually("the hub is open", async () => (await launched.status()).port);
});
afterEach(() => {
  expect(launched.complaints).toEqual([]);
});
afterAll(async () => {
  await launched?.close();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

function button(name: string | RegExp): Locator {
  return page.getByRole("button", { name });
}

/** Puts the focus on it as Tab would, and presses Enter. */
async function press(target: Locator): Promise<void> {
  await target.focus();
  await page.keyboard.press("Enter");
}

async function view(key: string, name: string): Promise<void> {
  await page.keyboard.press(key);
  await page.locator(`main[data-view=${name}]`).waitFor();
}

async function objectCount(): Promise<number> {
  return (await launched.status()).counts.objects;
}

describe("the first minutes", () => {
  it("begin with Setup, which leads to the trial", async () => {
    await page.locator("main[data-view=setup]").waitFor();
    await press(page.getByRole("main").getByRole("button", { name: "Try it now" }));
    await page.locator("main[data-view=home]").waitFor();
    await page.getByRole("heading", { name: "Live" }).waitFor();
    await eventually("the castle grows", async () => (await objectCount()) >= someObjects);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("show every object in both editors, with its values and edits", async () => {
    await view("2", "objects");
    await page.getByRole("grid").focus();
    await page.keyboard.press("j");
    const inspector = page.getByRole("complementary", { name: "Inspector" });
    await inspector.getByRole("heading", { name: "Values" }).waitFor();
    const row = page.locator("[role=row][aria-selected=true]");
    await row.getByRole("img", { name: "In Blender" }).waitFor();
    await row.getByRole("img", { name: "In Unity" }).waitFor();
    expect(
      await inspector
        .getByText("Created")
        .or(inspector.getByText(/created$/))
        .count(),
    ).toBeGreaterThan(0);
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("write the log live, and find an edit in it", async () => {
    await view("3", "timeline");
    const newest = page.locator("[role=row][aria-rowindex='2'] [role=gridcell]").first();
    const before = Number(await newest.textContent());
    await expect.poll(async () => Number(await newest.textContent()), { timeout: stepMsMax }).toBeGreaterThan(before);
    await page.keyboard.press("/");
    await page.keyboard.type("created");
    await expect
      .poll(
        () =>
          page
            .locator("[role=row]")
            .filter({ hasNotText: /created/i })
            .count(),
        { timeout: stepMsMax },
      )
      .toBe(1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await accessibilityFaults(page)).toEqual([]);
  });

  it("pause: nothing is lost, and resuming brings both in step", async () => {
    await view("1", "home");
    await page.keyboard.press("Control+p");
    await page.getByRole("heading", { name: "Paused" }).waitFor();
    expect((await launched.status()).mode).toBe("paused");
    expect(await accessibilityFaults(page)).toEqual([]);
    await page.keyboard.press("Control+p");
    await page.getByRole("heading", { name: "Live" }).waitFor();
  });

  it("safe mode on and off", async () => {
    await page.keyboard.press("Control+Shift+S");
    await page.getByRole("heading", { name: "Safe mode" }).waitFor();
    expect((await launched.status()).mode).toBe("safe");
    await press(button("Leave safe mode"));
    await page.getByRole("heading", { name: "Live" }).waitFor();
  });
});

describe("one click back, and back again", () => {
  it("a snapshot is taken and named", async () => {
    await page.keyboard.press("Control+s");
    await press(button("Name it"));
    const dialog = page.getByRole("dialog", { name: "Name this snapshot" });
    await dialog.waitFor();
    await page.keyboard.type("Before the storm");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await view("5", "snapshots");
    await page.getByText("Before the storm").first().waitFor();
  });

  it("a rollback shows what it will do, does it in both editors, and Undo takes it back", async () => {
    await press(button(/^Roll back… Before the first change/).last());
    const dialog = page.getByRole("dialog", { name: /^Roll back to / });
    await dialog
      .getByText(/objects? go(es)? away/)
      .first()
      .waitFor();
    expect(await accessibilityFaults(page)).toEqual([]);
    const most = await objectCount();
    await press(dialog.getByRole("button", { name: /^Roll back \d+ objects$/ }));
    await dialog.waitFor({ state: "detached" });
    const undo = button("Undo");
    await undo.waitFor();
    await eventually("both are empty", async () => {
      const { editors, counts } = await launched.status();
      return (
        counts.objects < most &&
        editors.blender.entities === counts.objects &&
        editors.unity.entities === counts.objects
      );
    });
    await press(undo);
    await page.getByText("Back to how it was before the rollback").first().waitFor();
    await eventually("both are back", async () => {
      const { editors, counts } = await launched.status();
      return (
        counts.objects >= most &&
        editors.blender.entities === counts.objects &&
        editors.unity.entities === counts.objects
      );
    });
  });
});

describe("diagnostics", () => {
  it("[ENG-40] are shown, then saved as they were shown", async () => {
    const file = path.join(folders.root, "bundle.zip");
    await launched.app.evaluate(({ dialog }, filePath) => {
      dialog.showSaveDialog = () => Promise.resolve({ canceled: false, filePath });
    }, file);
    await view("4", "failures");
    await press(button("Diagnostics…"));
    const dialog = page.getByRole("dialog", { name: "Diagnostics" });
    await dialog.getByRole("button", { name: /^wal-tail.jsonl/ }).click();
    const shown = (await dialog.locator("pre").textContent()) ?? "";
    expect(shown).toContain('"type":"edit"');
    expect(shown).not.toContain("Castle");
    expect(await accessibilityFaults(page)).toEqual([]);
    await press(dialog.getByRole("button", { name: "Save…" }));
    await dialog.waitFor({ state: "detached" });
    const files = unzipSync(fs.readFileSync(file));
    const saved = strFromU8(files["vibesync-diagnostics/wal-tail.jsonl"] as Uint8Array);
    expect(saved.startsWith(shown.slice(0, 100_000))).toBe(true);
    expect(saved).not.toContain(folders.root);
  });
});

describe("the end of the trial", () => {
  it("leaves nothing of it in the person's own project", async () => {
    await view("1", "home");
    await press(button("End the demo"));
    await page.getByRole("heading", { name: "Waiting" }).waitFor();
    await eventually(
      "the own project is open",
      async () => (await launched.status()).project?.folder === folders.project,
    );
    expect(await objectCount()).toBe(0);
    const { rows } = await launched.ask("snapshots", { before: null, limit: 50 });
    expect(rows.filter((row) => row.objects !== 0)).toEqual([]);
    await view("2", "objects");
    await page.getByText("No objects yet").waitFor();
  });
});
