/**
 * Desktop notifications, as a daemon receives them, and where a click on one leads.
 */
import fs from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startDemoPair } from "#electron/demo/pair.ts";
import { type Display, openDisplay } from "./display.ts";
import { eventually, isWindowVisible, type Launched, launch, makeFolders } from "./launch.ts";
import { type NotificationDaemon, openNotificationDaemon } from "./notification-daemon.ts";

const folders = makeFolders();
let display: Display;
let daemon: NotificationDaemon;
let launched: Launched;

beforeAll(async () => {
  display = await openDisplay();
  daemon = await openNotificationDaemon(display.environment.DBUS_SESSION_BUS_ADDRESS);
  launched = await launch(folders, display);
  await eventually("the hub is open", async () => (await launched.status()).port);
});
afterAll(async () => {
  await launched?.close();
  daemon?.stop();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

const hide = () => launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
const currentView = () => launched.page.locator('nav [aria-current="page"]').textContent();

describe("desktop notifications", () => {
  it("tell of safe mode while the window is hidden; a click opens the view, and leaving takes it away", async () => {
    await launched.page.locator("nav").getByText("Settings").click();
    await hide();
    await launched.ask("set-safe-mode", { on: true });
    const shown = await daemon.shown(/^Safe mode is on$/);
    expect(shown.body).not.toBe("");
    daemon.click(shown);
    await eventually("the window is shown", () => isWindowVisible(launched.app));
    await eventually("its view is Home", async () => (await currentView())?.includes("Home"));
    await launched.ask("set-safe-mode", { on: false });
  });

  it("tell of a rollback that is done, with the view of the snapshots", async () => {
    await launched.ask("set-demo", { on: true });
    await eventually("the castle is built", async () => (await launched.status()).counts.objects > 4);
    const { oid } = await launched.ask("snapshot-take", { label: "before" });
    const { lsn } = (await launched.status()).log;
    await eventually("something moved", async () => (await launched.status()).log.finalLsn > lsn + 10);
    await hide();
    await launched.ask("snapshot-rollback", { oid });
    daemon.click(await daemon.shown(/^Rolled back$/));
    await eventually("its view is Snapshots", async () => (await currentView())?.includes("Snapshots"));
  });

  it("tell of an editor only when it stays away, and never twice about one thing", async () => {
    await launched.ask("set-demo", { on: false });
    const pair = await startDemoPair({ home: folders.home });
    await eventually("both are linked", async () => (await launched.status()).verdict === "live");
    // Told at its own pace: an editor that was never shown as linked cannot be missed.
    await launched.page.locator("header").getByText("Live", { exact: true }).waitFor();
    await hide();
    await pair.stop();
    const gone = await daemon.shown(/^Blender .*gone/);
    expect(gone.body).toMatch(/kept/);
    // Each is missed on its own, moments apart.
    await daemon.shown(/^Unity .*gone/);
    const titles = daemon.all().map((one) => one.title);
    expect(titles.filter((title) => title === "Safe mode is on")).toHaveLength(1);
    expect(titles.filter((title) => /gone/.test(title))).toHaveLength(2);
  }, 30_000);
});
