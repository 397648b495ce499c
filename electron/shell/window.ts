/**
 * The one window.
 *
 * Owns: its making (sandboxed, shown when its first picture is ready), its place on the screens, its recovery when the
 * page dies, and what the close button means.
 * Must never: raise itself or take the focus from Blender or Unity; only a person's click shows it.
 */
import { BrowserWindow, screen, type WebContents } from "electron";
import type { SettingsStore, WindowPlace } from "./settings.ts";
import { firstPlace, fitInto, isSamePlace, windowSizeMin } from "./window-place.ts";

/** The page's own background, so that nothing flashes before the first picture. */
const backgroundColor = "#1b1b1b";
const placeSaveDelayMs = 500;
/** The hub starts after the first picture, but never later than this. */
const paintMsMax = 1_500;
/** A page that dies more often than this in a minute would die again: it stays closed, the tray and the hub go on. */
const revivalsMax = 3;
const revivalWindowMs = 60_000;

export type AppWindow = {
  show(): void;
  hide(): void;
  send(channel: string, ...values: readonly unknown[]): void;
  /** Who may ask the router; null when the window is gone. */
  contents(): WebContents | null;
  isLooking(): boolean;
  native(): BrowserWindow | null;
  /** For the task bar; the page's own title is not used. */
  setTitle(title: string): void;
  /** Resolves when the first picture is ready, or when waiting for it would keep the hub too long. */
  readonly painted: Promise<void>;
  /** Saves the place and lets the next close through. */
  release(): void;
};

export type WindowOptions = {
  readonly preload: string;
  readonly url: string;
  readonly icon: string;
  readonly settings: SettingsStore;
  readonly isHidden: boolean;
  readonly hasDevTools: boolean;
  /** The close button was pressed. */
  readonly onClose: () => void;
  readonly onVisible: (isVisible: boolean) => void;
  readonly onCrash: (reason: string, willRevive: boolean) => void;
};

export function createWindow(options: WindowOptions): AppWindow {
  const { settings } = options;
  const place = startPlace(settings.read().windowPlace);
  const window = new BrowserWindow({
    ...place,
    minWidth: windowSizeMin.width,
    minHeight: windowSizeMin.height,
    show: false,
    backgroundColor,
    title: "VibeSync",
    icon: options.icon,
    webPreferences: {
      preload: options.preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: options.hasDevTools,
      spellcheck: false,
      // A hidden window's lists need not be drawn on time; the hub does not depend on it.
      backgroundThrottling: true,
    },
  });
  let isReleased = false;
  if (settings.read().windowPlace?.isMaximized && !options.isHidden) window.maximize();
  if (!options.isHidden) window.once("ready-to-show", () => window.show());
  window.on("show", () => options.onVisible(true));
  window.on("restore", () => options.onVisible(true));
  window.on("hide", () => options.onVisible(false));
  window.on("minimize", () => options.onVisible(false));
  window.on("close", (event) => {
    if (isReleased) return;
    event.preventDefault();
    options.onClose();
  });
  window.on("page-title-updated", (event) => event.preventDefault());
  const painted = firstPicture(window);
  keepPlace(window, settings);
  reviveAfterCrash(window, options);
  void window.loadURL(options.url);

  const alive = (): BrowserWindow | null => (window.isDestroyed() ? null : window);
  return {
    show() {
      const target = alive();
      if (!target) return;
      if (target.webContents.isCrashed()) void target.loadURL(options.url);
      if (target.isMinimized()) target.restore();
      target.show();
      target.focus();
    },
    hide: () => alive()?.hide(),
    send: (channel, ...values) => alive()?.webContents.send(channel, ...values),
    contents: () => alive()?.webContents ?? null,
    isLooking: () => alive()?.isVisible() === true && window.isFocused(),
    native: alive,
    setTitle: (title) => alive()?.setTitle(title),
    painted,
    release() {
      isReleased = true;
      if (alive()) settings.change({ windowPlace: placeOf(window) });
    },
  };
}

function firstPicture(window: BrowserWindow): Promise<void> {
  return new Promise((resolve) => {
    window.once("ready-to-show", () => resolve());
    setTimeout(resolve, paintMsMax);
  });
}

function startPlace(remembered: WindowPlace | null): Electron.Rectangle {
  if (!remembered) return { ...firstPlace(screen.getPrimaryDisplay().workArea) };
  return { ...fitInto(remembered, screen.getDisplayMatching(remembered).workArea) };
}

function placeOf(window: BrowserWindow): WindowPlace {
  return { ...window.getNormalBounds(), isMaximized: window.isMaximized() };
}

function keepPlace(window: BrowserWindow, settings: SettingsStore): void {
  let timer: NodeJS.Timeout | undefined;
  const save = (): void => {
    if (window.isDestroyed() || window.isMinimized() || !window.isVisible()) return;
    const place = placeOf(window);
    if (!isSamePlace(settings.read().windowPlace, place)) settings.change({ windowPlace: place });
  };
  const saveSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(save, placeSaveDelayMs);
  };
  window.on("resize", saveSoon);
  window.on("move", saveSoon);
  window.on("closed", () => clearTimeout(timer));
}

function reviveAfterCrash(window: BrowserWindow, options: WindowOptions): void {
  let crashesMs: number[] = [];
  window.webContents.on("render-process-gone", (_event, { reason }) => {
    if (reason === "clean-exit" || window.isDestroyed()) return;
    const nowMs = Date.now();
    crashesMs = [...crashesMs.filter((timeMs) => nowMs - timeMs < revivalWindowMs), nowMs];
    const willRevive = crashesMs.length <= revivalsMax;
    options.onCrash(reason, willRevive);
    if (willRevive) void window.loadURL(options.url);
  });
}
