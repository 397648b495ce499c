/**
 * The built app in a real Electron: it starts clean, gives the page nothing but the bridge, refuses what it must, and
 * ends clean.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Display, openDisplay } from "./display.ts";
import {
  appFolder,
  command,
  environmentOf,
  eventually,
  isWindowVisible,
  type Launched,
  launch,
  makeFolders,
} from "./launch.ts";

const viewSettleMs = 150;
const folders = makeFolders();
let display: Display;
let launched: Launched;

beforeAll(async () => {
  display = await openDisplay();
  launched = await launch(folders, display);
});
afterAll(async () => {
  await launched?.close();
  await display?.stop();
  fs.rmSync(folders.root, { recursive: true, force: true });
});

describe("the window", () => {
  it("shows the waiting hub, its project in the title", async () => {
    await eventually("the hub is open", async () => (await launched.status()).port);
    const status = await launched.status();
    expect(status).toMatchObject({ mode: "live", verdict: "waiting", project: { folder: folders.project } });
    await eventually("the page says so", () => launched.page.getByText("Waiting", { exact: true }).first().isVisible());
    const titles = await launched.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.getTitle()),
    );
    expect(titles).toEqual(["project (Waiting)"]);
    expect(await isWindowVisible(launched.app)).toBe(true);
  });

  it("gives the page a bridge of two functions, and nothing of Node or Electron", async () => {
    const seen = await launched.page.evaluate(() => ({
      require: typeof Reflect.get(window, "require"),
      process: typeof Reflect.get(window, "process"),
      module: typeof Reflect.get(window, "module"),
      bridge: Object.keys(Reflect.get(window, "hub")).sort(),
    }));
    expect(seen).toEqual({
      require: "undefined",
      process: "undefined",
      module: "undefined",
      bridge: ["on", "request"],
    });
  });

  it("is isolated and sandboxed", async () => {
    const preferences = await launched.app.evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
        getLastWebPreferences(): Record<string, unknown>;
      };
      const { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag } = contents.getLastWebPreferences();
      return { sandbox, contextIsolation, nodeIntegration, webSecurity, webviewTag };
    });
    expect(preferences).toEqual({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      webviewTag: false,
    });
  });

  it("complains about nothing, in any view", async () => {
    const { page, complaints } = launched;
    for (const button of await page.locator("nav button, nav a").all()) {
      await button.click();
      await page.waitForTimeout(viewSettleMs);
    }
    expect(complaints).toEqual([]);
  });
});

describe("what the page may not do", () => {
  // Each of these is reported in the console, as it should be.
  afterAll(() => void launched.complaints.splice(0));

  it("read a file that is not its own, or leave its policy", async () => {
    const answers = await launched.page.evaluate(async () => {
      const look = async (url: string) => {
        try {
          const { status, headers } = await fetch(url);
          const names = ["content-security-policy", "x-content-type-options"];
          return [status, ...names.map((name) => headers.get(name))];
        } catch {
          return ["refused"];
        }
      };
      const other = [
        "/../../package.json",
        "/%2e%2e/main/main.cjs",
        "/..%2fmain%2fmain.cjs",
        "//etc/passwd",
        "/main.tsx",
      ];
      return { index: await look("/index.html"), others: await Promise.all(other.map(look)) };
    });
    const policy = String(answers.index[1]);
    expect(answers.index[0]).toBe(200);
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).not.toMatch(/unsafe|\*|ws:|http/);
    expect(answers.index[2]).toBe("nosniff");
    for (const [status] of answers.others) expect([404, "refused"]).toContain(status);
  });

  it("ask with a bad payload, or on a channel that is not in the contract", async () => {
    const ask = (channel: string, argument: unknown) =>
      launched.page.evaluate(
        ([name, value]) => Reflect.get(window, "hub").request(name as string, value),
        [channel, argument],
      );
    for (const [channel, argument] of [
      ["set-paused", { paused: "yes" }],
      ["set-paused", { paused: true, extra: 1 }],
      ["object-detail", { uuid: "../../etc/passwd" }],
      ["install-plugin", { role: "blender", path: "" }],
      ["no-such-channel", null],
      ["__proto__", null],
    ] as const) {
      expect(await ask(channel, argument)).toMatchObject({ ok: false, failure: { code: "E_IPC" } });
    }
    expect((await launched.status()).mode).toBe("live");
  });

  it("install into, or run, a program that nobody chose", async () => {
    const mark = path.join(folders.root, "ran");
    const program = path.join(folders.root, "evil");
    fs.writeFileSync(program, `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
    await expect(launched.ask("install-plugin", { role: "blender", path: program })).rejects.toThrow(
      "E_PLUGIN_INSTALL",
    );
    await expect(launched.ask("install-plugin", { role: "unity", path: folders.root })).rejects.toThrow(
      "E_PLUGIN_INSTALL",
    );
    expect(fs.existsSync(mark)).toBe(false);
  });

  it("navigate away, open a window, or frame anything", async () => {
    const { page, app } = launched;
    const before = page.url();
    await page.evaluate(() => {
      location.href = "https://example.org/";
    });
    const opened = await page.evaluate(() => window.open("https://example.org/") === null);
    await page.evaluate(() => {
      const link = document.createElement("a");
      link.href = "file:///etc/passwd";
      link.target = "_blank";
      link.click();
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect([page.url(), opened]).toEqual([before, true]);
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(1);
  });

  it("use a permission of the browser", async () => {
    const states = await launched.page.evaluate(async () => {
      const names = ["geolocation", "notifications", "camera", "clipboard-read"] as PermissionName[];
      const asked = await Promise.all(names.map((name) => navigator.permissions.query({ name })));
      return asked.map((permission) => permission.state);
    });
    expect(new Set(states)).toEqual(new Set(["denied"]));
  });
});

describe("other senders", () => {
  it("a second window with the same preload on the same origin is refused", async () => {
    const preloadFile = path.join(appFolder, "out/preload/preload.cjs");
    const answer = await launched.app.evaluate(async ({ BrowserWindow }, preload) => {
      const webPreferences = { preload, sandbox: true, contextIsolation: true };
      const second = new BrowserWindow({ show: false, webPreferences });
      await second.loadURL("app://vibesync/index.html");
      const script = 'window.hub.request("set-paused", { paused: true })';
      const result: unknown = await second.webContents.executeJavaScript(script);
      second.destroy();
      return result;
    }, preloadFile);
    expect(answer).toMatchObject({ ok: false, failure: { code: "E_IPC" } });
    expect((await launched.status()).mode).toBe("live");
  });

  it("a frame inside the page has no bridge", async () => {
    const bridge = await launched.page.evaluate(() => {
      const frame = document.createElement("iframe");
      document.body.append(frame);
      const found = typeof Reflect.get(frame.contentWindow as object, "hub");
      frame.remove();
      return found;
    });
    expect(bridge).toBe("undefined");
  });
});

describe("a second start", () => {
  it("shows the first one's window and ends with 0", async () => {
    await launched.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
    expect(await isWindowVisible(launched.app)).toBe(false);
    const { executable, args } = await command();
    const second = spawn(executable, args, { env: environmentOf(folders, display), stdio: "ignore" });
    const code = await new Promise((resolve) => second.once("exit", resolve));
    expect(code).toBe(0);
    await eventually("the window is shown", () => isWindowVisible(launched.app));
  });
});

describe("a project that cannot be opened", () => {
  it("is shown with the reason, in a window, while the first one goes on", async () => {
    const other = { ...folders, userData: path.join(folders.root, "user2"), home: path.join(folders.root, "home2") };
    const second = await launch(other, display);
    await eventually("it gave up", async () => (await second.status()).verdict === "stopped");
    const status = await second.status();
    expect(status.notices.map((notice) => notice.code)).toEqual(["E_PROJECT_LOCKED"]);
    await eventually("the page says why", () => second.page.getByText(status.sentence).first().isVisible());
    await second.close();
    expect((await launched.status()).mode).toBe("live");
  });
});

describe("the end", () => {
  it("is clean: nothing was complained about, the discovery file is gone, the exit code is 0", async () => {
    const discovery = path.join(folders.home, "hub.json");
    expect(fs.statSync(discovery).mode & 0o777).toBe(0o600);
    expect(launched.complaints).toEqual([]);
    const ended = new Promise((resolve) => launched.child.once("exit", resolve));
    await launched.close();
    expect(await ended).toBe(0);
    expect(fs.existsSync(discovery)).toBe(false);
  });
});
