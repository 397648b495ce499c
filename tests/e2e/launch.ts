/**
 * Starts the built app in the resolved Electron, in folders of its own, and watches everything its page complains
 * about.
 *
 * The app comes from out/, as `npm run build` makes it (VIBESYNC_E2E_APP names another folder). `--no-sandbox` is given
 * to root alone, for whom Chromium refuses to start otherwise.
 */
import type { ChildProcess } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import os from "node:os";
import path from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { resolveElectron } from "#build/electron-runtime.mjs";
import type { RequestAnswer, RequestArgument, RequestChannel } from "#shared/ipc/contract.ts";
import type { StatusView } from "#shared/ipc/view.ts";
import type { Display } from "./display.ts";

const resolver = createRequire(import.meta.url);
export const repository = path.resolve(import.meta.dirname, "../..");
export const appFolder = process.env.VIBESYNC_E2E_APP ?? repository;

const launchMsMax = 30_000;
const closeMsMax = 15_000;
const pollMs = 50;
const pollMsMax = 25_000;

export type Folders = {
  readonly root: string;
  readonly userData: string;
  readonly home: string;
  readonly project: string;
};

export type Launched = {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly child: ChildProcess;
  /** Errors and policy reports of the page's console, and its uncaught exceptions. */
  readonly complaints: string[];
  status(): Promise<StatusView>;
  ask<Channel extends RequestChannel>(
    channel: Channel,
    argument: RequestArgument<Channel>,
  ): Promise<RequestAnswer<Channel>>;
  close(): Promise<void>;
};

export function makeFolders(): Folders {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-e2e-"));
  const [userData, home, project] = [path.join(root, "user"), path.join(root, "home"), path.join(root, "project")];
  return { root, userData, home, project };
}

export function environmentOf(folders: Folders, display: Display): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return {
    ...Object.fromEntries(inherited),
    ...display.environment,
    VIBESYNC_USERDATA: folders.userData,
    VIBESYNC_HOME: folders.home,
    VIBESYNC_PROJECT: folders.project,
  };
}

/** What starts the app: the executable and its arguments. */
export async function command(folder = appFolder): Promise<{ executable: string; args: string[] }> {
  const { executable } = await resolveElectron();
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return { executable, args: [...sandbox, "--disable-gpu", "--force-device-scale-factor=1", folder] };
}

/**
 * The app behind the driver's own loader, which holds back `ready` until the driver is attached. The driver brings it
 * along only when it may choose the executable itself; without it, it now and then attaches to a page that is just
 * being made, and waits for ever.
 */
function driverFolder(folders: Folders): string {
  const folder = path.join(folders.root, "driver");
  const loader = path.join(
    path.dirname(resolver.resolve("playwright-core/package.json")),
    "lib/server/electron/loader.js",
  );
  const manifest = JSON.parse(fs.readFileSync(path.join(appFolder, "package.json"), "utf8")) as { main: string };
  const boot = [
    `require(${JSON.stringify(loader)});`,
    `require("electron").app.setAppPath(${JSON.stringify(appFolder)});`,
    `require(${JSON.stringify(path.join(appFolder, manifest.main))});`,
  ];
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, "boot.cjs"), boot.join("\n"));
  fs.writeFileSync(path.join(folder, "package.json"), JSON.stringify({ ...manifest, main: "boot.cjs" }));
  return folder;
}

export async function launch(folders: Folders, display: Display): Promise<Launched> {
  const { executable, args } = await command(driverFolder(folders));
  const app = await _electron.launch({
    executablePath: executable,
    args,
    env: environmentOf(folders, display),
    timeout: launchMsMax,
  });
  // Asked now: the driver forgets it when the app is gone.
  const child = app.process();
  const complaints: string[] = [];
  app.context().on("console", (message) => {
    if (message.type() === "error" || /content security policy/i.test(message.text())) complaints.push(message.text());
  });
  app.context().on("weberror", (error) => complaints.push(error.error().message));
  const page = await app.firstWindow();
  await page.waitForFunction(() => document.querySelector("nav") !== null);
  return {
    app,
    page,
    complaints,
    status: () => ask(page, "status", null),
    ask: (channel, argument) => ask(page, channel, argument),
    child,
    close: () => close(app, child),
  };
}

/** Asks the way the page does, and throws with the code when it is refused. */
async function ask<Channel extends RequestChannel>(
  page: Page,
  channel: Channel,
  argument: RequestArgument<Channel>,
): Promise<RequestAnswer<Channel>> {
  const envelope = (await page.evaluate(
    ([name, value]) => (window as unknown as { hub: Bridge }).hub.request(name as string, value),
    [channel, argument] as const,
  )) as { ok: true; value: RequestAnswer<Channel> } | { ok: false; failure: { code: string; message: string } };
  if (!envelope.ok) throw new Error(`${envelope.failure.code}: ${envelope.failure.message}`);
  return envelope.value;
}

type Bridge = { request(channel: string, argument: unknown): Promise<unknown> };

/** Quits as a person would; a test that left it hanging must still end. */
async function close(app: ElectronApplication, child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const timer = setTimeout(() => child.kill("SIGKILL"), closeMsMax);
  await app.close().catch(() => undefined);
  clearTimeout(timer);
}

/** Waits until `look` gives something truthy, and returns it. */
export async function eventually<Value>(what: string, look: () => Promise<Value> | Value): Promise<NonNullable<Value>> {
  const deadlineMs = Date.now() + pollMsMax;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (Date.now() > deadlineMs) throw new Error(`It did not happen in ${pollMsMax} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

export function isWindowVisible(app: ElectronApplication): Promise<boolean> {
  return app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible() === true);
}
