/**
 * The tray as a desktop shows it: a StatusNotifier host of our own clicks the app's real menu over D-Bus.
 */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Display, openDisplay } from "./display.ts";
import { eventually, isWindowVisible, type Launched, launch, makeFolders } from "./launch.ts";
import { openTrayHost, type TrayHost, type TrayItem } from "./tray-host.ts";

const folders = makeFolders();
let display: Display;
let host: TrayHost;
let launched: Launched;
let item: TrayItem;

beforeAll(async () => {
  display = await openDisplay();
  host = await openTrayHost(display.environment.DBUS_SESSION_BUS_ADDRESS);
  launched = await launch(folders, display);
  item = await host.item();
  await eventually("the hub is open", async () => (await launched.status()).port);
});
afterAll(async () => {
  await launched?.close();
  host?.stop();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

const labels = async () => (await item.lines()).map((line) => line.label).filter((label) => label !== "");
const firstLine = async () => (await labels())[0] ?? "";
const pageSays = (word: string) =>
  eventually(`the window says ${word}`, () => launched.page.getByText(word, { exact: true }).first().isVisible());

describe("the tray", () => {
  it("says the verdict in words first, and offers what a person needs", async () => {
    await eventually("it says Waiting", async () => /^Waiting: /.test(await firstLine()));
    expect((await labels()).slice(1)).toEqual(["Project: project", "Pause", "Safe mode", "Show VibeSync", "Quit"]);
    expect((await item.lines())[0]?.isEnabled).toBe(false);
    expect(await item.tooltip()).toMatch(/^VibeSync: Waiting/);
  });

  it("pauses and resumes, and window and tray agree", async () => {
    await item.press(/^Pause$/);
    await pageSays("Paused");
    await eventually("the tray says Paused", async () => /^Paused: /.test(await firstLine()));
    expect(await labels()).toContain("Resume");
    await item.press(/^Resume$/);
    await pageSays("Waiting");
    await eventually("the tray offers Pause", async () => (await labels()).includes("Pause"));
  });

  it("turns safe mode on and off, with a tick", async () => {
    const tick = async () => (await item.lines()).find((line) => line.label === "Safe mode")?.isTicked;
    expect(await tick()).toBe(false);
    await item.press(/^Safe mode$/);
    await pageSays("Safe mode");
    await eventually("it is ticked", tick);
    expect((await launched.status()).mode).toBe("safe");
    await item.press(/^Safe mode$/);
    await eventually("it is off", async () => !(await tick()));
    expect((await launched.status()).mode).toBe("live");
  });

  it("shows the window on a click, and from its menu", async () => {
    const hide = () => launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    await hide();
    await eventually("it is hidden", async () => !(await isWindowVisible(launched.app)));
    await item.activate();
    await eventually("a click shows it", () => isWindowVisible(launched.app));
    await hide();
    await item.press(/^Show VibeSync$/);
    await eventually("the menu shows it", () => isWindowVisible(launched.app));
  });

  it("keeps its menu while only numbers change, so that an open one stays open", async () => {
    await launched.ask("set-demo", { on: true });
    await eventually("both are linked", async () => (await launched.status()).verdict === "live");
    await eventually("the tray says Live", async () => /^Live: /.test(await firstLine()));
    const before = await item.revision();
    const { lsn } = (await launched.status()).log;
    await eventually("edits pass", async () => (await launched.status()).log.lsn > lsn + 8);
    expect(await item.revision()).toBe(before);
    await launched.ask("set-demo", { on: false });
  });

  it("quits the app", async () => {
    const ended = new Promise((resolve) => launched.child.once("exit", resolve));
    await item.press(/^Quit$/);
    expect(await ended).toBe(0);
  });
});
