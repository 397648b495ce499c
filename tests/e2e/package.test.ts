/**
 * The packaged app: what is in it, and that it starts.
 *
 * The unpacked folder is made by the same command that people use. Its inspect fuse is off, so the window is reached
 * through the remote debugging port instead of the main process.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { listPackage } from "@electron/asar";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "../..");
const packageMsMax = 120_000;
const startMsMax = 30_000;
const attachMsMax = 15_000;
const attachAttemptsMax = 3;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-package-"));
const unpacked = path.join(folder, "release", "linux-unpacked");
const resources = path.join(unpacked, "resources");
let packagingLog = "";
let app: ChildProcess | undefined;
let browser: Browser | undefined;

beforeAll(() => {
  const command = ["build/package.mjs", "--output", path.join(folder, "release")];
  packagingLog = execFileSync(process.execPath, command, { cwd: root, encoding: "utf8", timeout: packageMsMax });
}, packageMsMax);

afterAll(async () => {
  await browser?.close();
  await stop(app);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The app is a tree of processes; as a group of its own it can be ended whole. */
async function stop(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null) return;
  const hasEnded = new Promise((resolve) => child.once("exit", resolve));
  process.kill(-child.pid, "SIGKILL");
  await hasEnded;
}

/** Starts the app in folders of its own and answers with the address of its debugging port. */
function start(): Promise<string> {
  const environment = {
    ...process.env,
    VIBESYNC_USERDATA: path.join(folder, "user"),
    VIBESYNC_HOME: path.join(folder, "home"),
    VIBESYNC_PROJECT: path.join(folder, "project"),
  };
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const args = [...sandbox, "--remote-debugging-port=0"];
  const child = spawn(path.join(unpacked, "vibesync"), args, {
    detached: true,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  app = child;
  return new Promise((resolve, reject) => {
    const limit = setTimeout(() => reject(new Error("the packaged app did not open its port in time")), startMsMax);
    child.once("exit", (code) => reject(new Error(`the packaged app ended with code ${code}`)));
    createInterface({ input: child.stderr }).on("line", (line) => {
      const address = /DevTools listening on (ws:\S+)/.exec(line)?.[1];
      if (address === undefined) return;
      clearTimeout(limit);
      resolve(address);
    });
  });
}

/** Attaching while the first page is being made hangs now and then: then the app is started once more. */
async function connected(): Promise<Browser> {
  for (let attempt = 1; ; attempt += 1) {
    const address = await start();
    try {
      return await chromium.connectOverCDP(address, { timeout: attachMsMax });
    } catch (error) {
      if (attempt === attachAttemptsMax) throw error;
      await stop(app);
    }
  }
}

async function firstPage(connected: Browser): Promise<Page> {
  const pages = (): Page[] => connected.contexts().flatMap((context) => context.pages());
  await expect.poll(() => pages().some((page) => page.url().startsWith("app:")), { timeout: startMsMax }).toBe(true);
  const page = pages().find((candidate) => candidate.url().startsWith("app:"));
  if (page === undefined) throw new Error("the window went away");
  return page;
}

describe("packaged app", () => {
  it("has its fuses set, read back from the executable", () => {
    expect(packagingLog).toContain("Fuses read back: 8 as configured.");
  });

  it("carries the bundles and bufferutil, and no sources, maps or other packages", () => {
    const names = listPackage(path.join(resources, "app.asar"), { isPack: false });
    const files = names.filter((name) => /\.\w+$/.test(name)).map((name) => name.slice(1));
    expect(files).toEqual(expect.arrayContaining(["package.json", "out/main/main.cjs", "out/preload/preload.cjs"]));
    const allowed = /^(package\.json|out\/(main|preload|renderer)\/.*|node_modules\/(bufferutil|node-gyp-build)\b.*)$/;
    expect(files.filter((name) => !allowed.test(name) || /\.(map|ts|tsx)$/.test(name))).toEqual([]);
    expect(fs.existsSync(path.join(resources, "default_app.asar"))).toBe(false);
    const native = `app.asar.unpacked/node_modules/bufferutil/prebuilds/${process.platform}-${process.arch}`;
    expect(fs.readdirSync(path.join(resources, native)).some((name) => name.endsWith(".node"))).toBe(true);
  });

  it("carries both plugins as files that Blender and Unity can read", () => {
    for (const name of ["vibesync-blender.zip", "com.vibesync.bridge.tgz"]) {
      expect(fs.statSync(path.join(resources, "plugins", name)).size).toBeGreaterThan(10_000);
    }
    expect(fs.existsSync(path.join(resources, "icons", "tray"))).toBe(true);
  });

  it("starts, shows its window from its own origin, and writes no error to the console", async () => {
    browser = await connected();
    const page = await firstPage(browser);
    const errors: string[] = [];
    page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
    page.on("pageerror", (error) => errors.push(error.message));
    // Loaded again, so that nothing is missed that was said before we listened.
    await page.reload();
    await page.locator("#root *").first().waitFor();
    expect(await page.title()).toContain("VibeSync");
    const reach = await page.evaluate(() => ["require", "process", "module"].filter((name) => name in window));
    expect(reach).toEqual([]);
    expect(await page.evaluate(() => "hub" in window)).toBe(true);
    await expect
      .poll(() => fs.existsSync(path.join(folder, "project", ".vibesync")), { timeout: startMsMax })
      .toBe(true);
    expect(errors).toEqual([]);
  });
});
