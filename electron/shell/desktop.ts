/**
 * The app on a desktop: joins the hub's session to the window, the tray, the notifications and the router.
 *
 * Owns: who is told what. Every push of the session goes to the window (through the pusher), its status also to tray,
 * title and notices; every question of the window goes to the hub's handlers or to the shell's. Before it:
 * electron/main.ts.
 * Must never: decide anything about the scene, or keep state of its own beyond what is shown.
 */
import fs from "node:fs";
import { join } from "node:path";
import { app, BrowserWindow, dialog, type OpenDialogOptions, session as sessions, shell } from "electron";
import { freshSet } from "#electron/ipc/fresh-set.ts";
import { createPusher, type Push, type Pusher } from "#electron/ipc/pusher.ts";
import { startRouter } from "#electron/ipc/router.ts";
import type { Clock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { pushTransport } from "#shared/ipc/channels.ts";
import type { About, StatusView } from "#shared/ipc/view.ts";
import { verdictWord } from "#shared/ipc/words.ts";
import { success } from "#shared/result.ts";
import { aboutOf, runtimeOf } from "./about.ts";
import { appOrigin, serveApp } from "./app-protocol.ts";
import { createDemo, type Demo, type StartDemoPair } from "./demo.ts";
import { createDiagnostics, type DiagnosticsDesk } from "./diagnostics.ts";
import { hardenSession } from "./hardening.ts";
import type { HubSession } from "./hub-session.ts";
import type { LogFile } from "./log-file.ts";
import { setMenu } from "./menu.ts";
import { createNotices, type Notices } from "./notices.ts";
import { createNotifications } from "./notifications.ts";
import type { Places } from "./places.ts";
import { createProject, type Project } from "./project.ts";
import type { SettingsStore } from "./settings.ts";
import { createSetup } from "./setup.ts";
import { type ChooseOptions, shellHandlers } from "./shell-handlers.ts";
import { createTray, type TrayIcon } from "./tray.ts";
import type { TrayAction } from "./tray-menu.ts";
import { type AppWindow, createWindow } from "./window.ts";

/** A hub that has not closed by then is left to its log, which survives that. */
const closeMsMax = 10_000;

export type Desktop = {
  show(): void;
  /** Everything closed clean, in order; afterwards the process may end. */
  stop(): Promise<void>;
};

export type DesktopOptions = {
  readonly places: Places;
  readonly settings: SettingsStore;
  readonly session: HubSession;
  readonly clock: Clock;
  readonly log: LogFile;
  readonly startDemoPair: StartDemoPair;
  /** The development server; null outside development. */
  readonly devUrl: string | null;
};

/** What the parts below share. */
type Parts = DesktopOptions & {
  readonly window: AppWindow;
  readonly pusher: Pusher;
  readonly project: Project;
  readonly demo: Demo;
  readonly close: (action: "tray" | "quit") => void;
};

export function startDesktop(options: DesktopOptions): Desktop {
  const { places, settings, session } = options;
  hardenSession(sessions.defaultSession);
  serveApp(sessions.defaultSession, places.window);
  const { window, pusher, close } = openWindow(options);
  const project = createProject(session, settings, places);
  const demo = createDemo({
    home: places.home,
    start: options.startDemoPair,
    project,
    hasEditors: () => Object.values(session.status().editors).some((editor) => editor.link !== "absent"),
    onChange: (isOn) => session.setDemo(isOn),
  });
  const parts: Parts = { ...options, window, pusher, project, demo, close };
  const stopRouter = answerWindow(parts);
  const { tray, notices } = followStatus(parts);
  // The disk work of an opening would hold up the page's files, which the same process serves.
  void window.painted.then(() => project.openOwn());

  return {
    show: window.show,
    async stop() {
      window.release();
      notices.stop();
      await demo.stop();
      await withLimit(session.close(), closeMsMax, () => options.log("error", "the hub did not close in time"));
      stopRouter();
      pusher.stop();
      tray.destroy();
    },
  };
}

function openWindow(options: DesktopOptions): Pick<Parts, "window" | "pusher" | "close"> {
  const { places, settings, session, clock, log, devUrl } = options;
  const pusher = createPusher({
    clock,
    send: (channel, value) => window.send(pushTransport, channel, value),
    fresh: () => freshSet(session.handlers),
    onBug: (error, channel) => log("error", `a push on ${channel} broke the contract`, error),
  });
  const close = (action: "ask" | "tray" | "quit"): void => {
    if (action === "quit") app.quit();
    // A page that is gone cannot ask.
    else if (action === "tray" || window.contents()?.isCrashed()) window.hide();
    else pusher.push("close-asked", null);
  };
  const isHidden = settings.read().startHidden;
  const window = createWindow({
    preload: places.preload,
    url: devUrl ?? `${appOrigin}/`,
    icon: iconFile(places),
    settings,
    isHidden,
    hasDevTools: !app.isPackaged,
    onClose: () => close(settings.read().closeAction),
    onVisible: (isVisible) => (isVisible ? void pusher.show() : pusher.hide()),
    onCrash: (reason, willRevive) => log("error", `the window's page ended (${reason}), revived: ${willRevive}`),
  });
  if (isHidden) pusher.hide();
  return { window, pusher, close };
}

function answerWindow(parts: Parts): () => void {
  const { places, settings, session, log, devUrl, window, project, demo } = parts;
  const pluginVersion = app.getVersion();
  const setup = createSetup({ settings, pluginFolder: places.plugins, pluginVersion, appData: app.getPath("appData") });
  const runtime = runtimeOf({
    isPackaged: app.isPackaged,
    executable: process.execPath,
    overrideFolder: process.env.ELECTRON_OVERRIDE_DIST_PATH,
    exists: fs.existsSync,
  });
  const about = () => aboutOf(app.getVersion(), runtime);
  const folders = { project: project.folder, logs: () => places.logs, plugins: () => places.plugins };
  const shellSide = shellHandlers({
    settings,
    setup,
    demo,
    diagnostics: diagnosticsOf(parts, about),
    about,
    choose: (what) => choose(window, what),
    showFolder: async (which) => (await shell.openPath(folders[which]())) || null,
    openProject: async (folder) => {
      await demo.set(false);
      return await project.change(folder);
    },
    projectFolder: project.folder,
    exportScene: () => exportScene(parts),
    close: parts.close,
  });
  return startRouter({
    handlers: { ...session.handlers, ...shellSide },
    expectedSender: () => window.contents(),
    devOrigin: devUrl === null ? null : new URL(devUrl).origin,
    onRefused: (reason, channel) => log("warning", `refused a request (${reason}) on ${JSON.stringify(channel)}`),
    onBug: (error, channel) => log("error", `the answer to ${channel} failed`, error),
  });
}

async function exportScene({ clock, window, project }: Parts) {
  const day = new Date(clock.nowMs()).toISOString().slice(0, 10);
  const path = await chooseFile(window, { title: "Export the scene", suggested: `vibesync-scene-${day}.json` });
  if (path === null) return success({ path, objects: 0 });
  const recovery = await import("#electron/hub/recovery.ts");
  const exported = await recovery.exportScene({ disk: realDisk, clock, projectFolder: project.folder(), path });
  return exported.ok ? success({ path, objects: exported.value.objects }) : exported;
}

function diagnosticsOf({ places, session, clock, window, project }: Parts, about: () => About): DiagnosticsDesk {
  return createDiagnostics({
    disk: realDisk,
    clock,
    facts: session.facts,
    projectFolder: () => session.status().project?.folder ?? project.folder(),
    about,
    logs: places.logs,
    dumps: app.getPath("crashDumps"),
    folders: { app: app.getAppPath(), settings: places.userData, home: app.getPath("home") },
    chooseFile: (suggested) => chooseFile(window, { title: "Save diagnostics", suggested }),
  });
}

function followStatus({ places, session, window, pusher }: Parts): { tray: TrayIcon; notices: Notices } {
  const showView = (view: string): void => {
    window.show();
    pusher.push("show-view", { view, uuid: null });
  };
  const actions = hubActions(session, window, showView);
  const tray = createTray({
    icons: join(places.icons, "tray"),
    status: session.status(),
    act: (action) => actions[action](),
  });
  const notices = createNotices({
    ...createNotifications(iconFile(places), showView),
    isLooking: window.isLooking,
  });
  setMenu(
    {
      quit: actions.quit,
      view: showView,
      togglePaused: () => (session.status().mode === "paused" ? actions.resume() : actions.pause()),
      toggleSafeMode: actions["safe-mode"],
      takeSnapshot: () => void session.handlers["snapshot-take"]({ label: "" }),
    },
    app.isPackaged,
  );
  const showStatus = (status: StatusView): void => {
    tray.show(status);
    notices.status(status);
    window.setTitle(status.project ? `${status.project.name} (${verdictWord[status.verdict]})` : "VibeSync");
    app.setBadgeCount(status.counts.conflict);
  };
  session.onPush((...push) => {
    pusher.push(...push);
    // Channel and value belong together, which a generic listener cannot say.
    const [channel, value] = push as unknown as Push;
    if (channel === "status-changed") showStatus(value);
    if (channel === "timeline-grew") notices.timeline(value.rows);
  });
  return { tray, notices };
}

function iconFile({ icons }: Places): string {
  return join(icons, "app", "256x256.png");
}

type ShowView = (view: string) => void;

function hubActions(
  session: HubSession,
  window: AppWindow,
  showView: ShowView,
): Readonly<Record<TrayAction, () => void>> {
  // A refusal comes back in the status (halted, booting), where every one of these is greyed out.
  return {
    pause: () => void session.handlers["set-paused"]({ paused: true }),
    resume: () => void session.handlers["set-paused"]({ paused: false }),
    "safe-mode": () => {
      const { mode, toReview } = session.status();
      // Leaving it would send what nobody has looked at.
      if (mode === "safe" && toReview > 0) showView("review");
      else void session.handlers["set-safe-mode"]({ on: mode !== "safe" });
    },
    show: window.show,
    quit: () => app.quit(),
  };
}

async function choose(window: AppWindow, { kind, title, startAt }: ChooseOptions): Promise<string | null> {
  const options: OpenDialogOptions = {
    title,
    defaultPath: startAt ?? app.getPath("home"),
    properties: kind === "file" ? ["openFile"] : ["openDirectory", "createDirectory"],
  };
  const parent = window.native() ?? BrowserWindow.getFocusedWindow();
  const { canceled, filePaths } = parent
    ? await dialog.showOpenDialog(parent, options)
    : await dialog.showOpenDialog(options);
  return canceled ? null : (filePaths[0] ?? null);
}

/** Where to save something; null when the person cancelled. */
async function chooseFile(
  window: AppWindow,
  { title, suggested }: { title: string; suggested: string },
): Promise<string | null> {
  const options = { title, defaultPath: join(app.getPath("downloads"), suggested) };
  const parent = window.native() ?? BrowserWindow.getFocusedWindow();
  const { canceled, filePath } = parent
    ? await dialog.showSaveDialog(parent, options)
    : await dialog.showSaveDialog(options);
  return canceled || filePath === "" ? null : filePath;
}

async function withLimit(work: Promise<void>, limitMs: number, onLate: () => void): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      onLate();
      resolve();
    }, limitMs);
  });
  await Promise.race([work, late]);
  clearTimeout(timer);
}
