/**
 * What a person does to the window over days: closes it, moves it, changes settings, sees its page crash, chooses
 * another project, and starts the app again.
 */
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Display, openDisplay } from "./display.ts";
import { eventually, isWindowVisible, type Launched, launch, makeFolders } from "./launch.ts";

const folders = makeFolders();
let display: Display;
let launched: Launched;

beforeAll(async () => {
  display = await openDisplay();
  launched = await launch(folders, display);
  await eventually("the hub is open", async () => (await launched.status()).port);
});
afterAll(async () => {
  await launched?.close();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

const closeWindow = () => launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
const showWindow = () => launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.show());
const dialog = () => launched.page.getByRole("dialog");
const chooseFolder = (folder: string) =>
  launched.app.evaluate((electron, chosen) => {
    electron.dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [chosen] });
  }, folder);

describe("the close button", () => {
  it("asks, and closes nothing while the answer is out", async () => {
    await closeWindow();
    await dialog().getByText("Keep VibeSync running?").waitFor();
    expect(await isWindowVisible(launched.app)).toBe(true);
    await dialog().getByRole("button", { name: "Cancel" }).click();
    expect((await launched.ask("settings", null)).closeAction).toBe("ask");
  });

  it("asks once: the remembered answer closes to the tray, and the hub goes on", async () => {
    await closeWindow();
    await dialog().getByRole("button", { name: "Keep running in the tray" }).click();
    await eventually("it is hidden", async () => !(await isWindowVisible(launched.app)));
    expect((await launched.ask("settings", null)).closeAction).toBe("tray");
    await showWindow();
    await closeWindow();
    await eventually("it is hidden without a question", async () => !(await isWindowVisible(launched.app)));
    expect(await dialog().count()).toBe(0);
    expect((await launched.status()).mode).toBe("live");
    await showWindow();
  });
});

describe("a crash of the page", () => {
  it("leaves the hub alone and brings the page back", async () => {
    const { lsn } = (await launched.status()).log;
    await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    const script = 'document.querySelector("nav") && window.hub.request("status", null)';
    const answer = await eventually("the page answers again", () =>
      launched.app.evaluate(async ({ BrowserWindow }, source) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        if (!contents || contents.isCrashed() || contents.isLoading()) return null;
        // A script sent to a page that is just being replaced is never answered.
        const late = new Promise((resolve) => setTimeout(resolve, 1_000, null));
        const answered = await Promise.race([contents.executeJavaScript(source), late]);
        return answered as { ok: boolean; value: { log: { lsn: number } } } | null;
      }, script),
    );
    expect(answer.ok).toBe(true);
    expect(answer.value.log.lsn).toBeGreaterThanOrEqual(lsn);
    const log = fs.readFileSync(path.join(folders.userData, "logs", "vibesync.log"), "utf8");
    expect(log).toMatch(/the window's page ended \(\w+\), revived: true/);
  });
});

describe("the next start", () => {
  it("has the settings and the window's place of the last one", async () => {
    const place = { x: 60, y: 70, width: 900, height: 640 };
    await launched.app.evaluate(({ BrowserWindow }, bounds) => {
      BrowserWindow.getAllWindows()[0]?.setBounds(bounds);
    }, place);
    await launched.close();
    launched = await launch(folders, display);
    const bounds = await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getNormalBounds(),
    );
    expect(bounds).toEqual(place);
    expect(await launched.ask("settings", null)).toMatchObject({ closeAction: "tray" });
    const changed = await launched.ask("set-settings", { density: "compact", firstRunDone: true });
    expect(changed).toMatchObject({ density: "compact", closeAction: "tray" });
  });

  it("stays in the tray when it shall start hidden", async () => {
    await launched.ask("set-settings", { startHidden: true });
    await launched.close();
    launched = await launch(folders, display);
    await eventually("the hub is open", async () => (await launched.status()).port);
    expect(await isWindowVisible(launched.app)).toBe(false);
    expect((await launched.ask("settings", null)).density).toBe("compact");
  });
});

describe("choosing folders", () => {
  it("changes the project under the same window", async () => {
    const other = path.join(folders.root, "castle");
    fs.mkdirSync(other);
    await chooseFolder(other);
    expect(await launched.ask("choose-project-folder", null)).toEqual({ path: other });
    expect((await launched.status()).project?.folder).toBe(other);
    const owner = JSON.parse(fs.readFileSync(path.join(folders.home, "hub.json"), "utf8")) as {
      project: { id: string };
    };
    expect(owner.project.id).toBe((await launched.status()).project?.id);
  });

  it("keeps the project when the other one is broken, and says why", async () => {
    const before = (await launched.status()).project?.folder;
    const broken = path.join(folders.root, "broken");
    fs.mkdirSync(path.join(broken, ".vibesync"), { recursive: true });
    fs.writeFileSync(path.join(broken, ".vibesync", "project.json"), "{ not json");
    await chooseFolder(broken);
    await expect(launched.ask("choose-project-folder", null)).rejects.toThrow("E_PROJECT_FILE");
    expect((await launched.status()).project?.folder).toBe(before);
    expect((await launched.status()).mode).toBe("live");
  });

  it("finds a Unity project, installs the package, and refuses a folder that is none", async () => {
    const project = path.join(folders.root, "CastleGame");
    for (const part of ["Assets", "Packages", "ProjectSettings"])
      fs.mkdirSync(path.join(project, part), { recursive: true });
    fs.writeFileSync(path.join(project, "ProjectSettings/ProjectVersion.txt"), "m_EditorVersion: 6000.0.23f1\n");
    fs.writeFileSync(path.join(project, "Packages/manifest.json"), '{\n  "dependencies": {}\n}\n');
    await chooseFolder(folders.root);
    await expect(launched.ask("choose-unity-project", null)).rejects.toThrow("E_PLUGIN_INSTALL");
    await chooseFolder(project);
    expect(await launched.ask("choose-unity-project", null)).toEqual({ path: project });
    const unityOf = async () => (await launched.ask("setup", null)).found.find((found) => found.role === "unity");
    expect(await unityOf()).toMatchObject({ path: project, version: "6000.0.23f1", plugin: "none" });
    await launched.ask("install-plugin", { role: "unity", path: project });
    expect(await unityOf()).toMatchObject({ plugin: "current" });
  });
});

describe("ending from outside", () => {
  it("by a kill loses nothing: the next start opens the same project and tells of the crash", async () => {
    const before = await launched.status();
    const ended = new Promise((resolve) => launched.child.once("exit", resolve));
    launched.child.kill("SIGKILL");
    await ended;
    launched = await launch({ ...folders, project: before.project?.folder ?? "" }, display);
    await eventually("the hub is open", async () => (await launched.status()).port);
    const after = await launched.status();
    expect(after.project).toEqual(before.project);
    expect(after.log.durableLsn).toBeGreaterThanOrEqual(before.log.durableLsn);
    expect(after.mode).toBe("safe");
    await launched.ask("set-safe-mode", { on: false });
  });

  it("is clean on SIGTERM", async () => {
    const ended = new Promise((resolve) => launched.child.once("exit", (code, signal) => resolve(signal ?? code)));
    launched.child.kill("SIGTERM");
    expect(await ended).toBe(0);
    expect(fs.existsSync(path.join(folders.home, "hub.json"))).toBe(false);
  });
});
