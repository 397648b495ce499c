/**
 * The composition root of the desktop app: makes the instances and joins them.
 *
 * Owns: the order of a start (one instance, scheme and hardening before `ready`, window, then hub), the order of an
 * end, and what a bug means: the hub is closed clean and the window says so. On a build server electron/headless.ts
 * takes this place.
 * Must never: end without a word; whatever cannot be opened is shown in the window.
 */
import { app, crashReporter } from "electron";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { OpenHub } from "#electron/ports/hub.ts";
import { registerAppScheme } from "#electron/shell/app-protocol.ts";
import { type Desktop, startDesktop } from "#electron/shell/desktop.ts";
import { hardenApp } from "#electron/shell/hardening.ts";
import { createHubSession } from "#electron/shell/hub-session.ts";
import { openLogFile } from "#electron/shell/log-file.ts";
import { placesOf } from "#electron/shell/places.ts";
import { openSettings } from "#electron/shell/settings.ts";
import { causeText } from "#shared/result.ts";

const places = placesOf({
  appFolder: app.getAppPath(),
  resourcesFolder: app.isPackaged ? process.resourcesPath : null,
  userData: app.getPath("userData"),
  userHome: app.getPath("home"),
  documents: app.getPath("documents"),
  environment: process.env,
});
app.setPath("userData", places.userData);

/** The hub's code is read after the window's first picture, not before. */
const openHubLater: OpenHub = async (options) => (await import("#electron/hub.ts")).openHub(options);

if (app.requestSingleInstanceLock()) start();
else app.quit();

function start(): void {
  const log = openLogFile(places.logs);
  const devUrl = (!app.isPackaged && process.env.VITE_DEV_URL) || null;
  // Dumps stay on this machine; a person may put them into a diagnostics bundle.
  crashReporter.start({ uploadToServer: false });
  registerAppScheme();
  // Chromium has no sandbox for root (build servers); nobody else can do without.
  if (process.getuid?.() !== 0 || !app.commandLine.hasSwitch("no-sandbox")) app.enableSandbox();
  app.setAppUserModelId("org.vibesync.hub");
  hardenApp((what, url) => log("warning", `refused ${what} to ${JSON.stringify(url.slice(0, 200))}`));
  // Closing the window leaves the app in the tray; the last window is no reason to end.
  app.on("window-all-closed", () => undefined);

  const session = createHubSession(openHubLater, {
    home: places.home,
    hubVersion: app.getVersion(),
    clock: realClock,
    restoreSnapshot: async (request) => (await import("#electron/hub/recovery.ts")).restoreSnapshot(request),
  });
  let desktop: Desktop | null = null;
  let isStopping = false;

  const onBug = (error: unknown): void => {
    log("error", "a bug ended the engine", error);
    void session.fail({ code: "E_BUG", message: `VibeSync stopped its engine because of a bug: ${causeText(error)}` });
  };
  process.on("uncaughtException", onBug);
  process.on("unhandledRejection", onBug);

  app.on("second-instance", () => desktop?.show());
  app.on("activate", () => desktop?.show());
  app.on("before-quit", (event) => {
    event.preventDefault();
    if (isStopping) return;
    isStopping = true;
    const stopped = desktop ? desktop.stop() : session.close();
    void stopped.catch((error: unknown) => log("error", "the end was not clean", error)).finally(() => app.exit(0));
  });

  void app.whenReady().then(() => {
    log("info", `VibeSync ${app.getVersion()} on Electron ${process.versions.electron}`);
    desktop = startDesktop({
      places,
      settings: openSettings(realDisk, places.settingsFile),
      session,
      clock: realClock,
      log,
      startDemoPair: async (options) => (await import("#electron/demo/pair.ts")).startDemoPair(options),
      devUrl,
    });
  });
}
