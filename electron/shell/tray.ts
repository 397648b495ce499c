/**
 * The icon in the desktop's tray.
 *
 * Owns: the one Tray of the app (a second one falls back to an older protocol on Linux). Without a tray on the desktop
 * it is invisible and does no harm; starting the app again shows the window.
 * Must never: touch the menu while nothing in it changed.
 */
import { join } from "node:path";
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from "electron";
import type { StatusView } from "#shared/ipc/view.ts";
import type { Verdict } from "#shared/protocol/down.ts";
import { type TrayAction, type TrayEntry, trayKey, trayLine, trayMenu } from "./tray-menu.ts";

export type TrayIcon = {
  show(status: StatusView): void;
  destroy(): void;
};

export type TrayOptions = {
  readonly icons: string;
  readonly status: StatusView;
  readonly act: (action: TrayAction) => void;
};

const pixelsByScale = process.platform === "linux" ? [22, 32] : [16, 32];

export function createTray({ icons, status, act }: TrayOptions): TrayIcon {
  const tray = new Tray(iconOf(icons, status.verdict));
  let key = "";
  const show = (next: StatusView): void => {
    const nextKey = trayKey(next);
    if (nextKey === key) return;
    key = nextKey;
    tray.setImage(iconOf(icons, next.verdict));
    tray.setToolTip(`VibeSync: ${trayLine(next)}`);
    tray.setContextMenu(Menu.buildFromTemplate(trayMenu(next).map((entry) => templateOf(entry, act))));
  };
  // On macOS a click opens the menu by itself.
  if (process.platform !== "darwin") tray.on("click", () => act("show"));
  show(status);
  return { show, destroy: () => tray.destroy() };
}

function iconOf(folder: string, verdict: Verdict): NativeImage {
  if (process.platform === "darwin") {
    // The file's name ends in "Template": macOS colours it itself and takes the @2x file beside it.
    return nativeImage.createFromPath(join(folder, `${verdict}-Template.png`));
  }
  const [small = 16, large = 32] = pixelsByScale;
  const image = nativeImage.createFromPath(join(folder, `${verdict}-${small}.png`));
  const sharp = nativeImage.createFromPath(join(folder, `${verdict}-${large}.png`));
  image.addRepresentation({ scaleFactor: large / small, buffer: sharp.toPNG() });
  return image;
}

function templateOf(entry: TrayEntry, act: (action: TrayAction) => void): MenuItemConstructorOptions {
  if (entry.kind === "separator") return { type: "separator" };
  if (entry.kind === "line") return { label: entry.label, enabled: false };
  const { label, action, isEnabled } = entry;
  const shared = { label, enabled: isEnabled, click: () => act(action) };
  return entry.kind === "check" ? { ...shared, type: "checkbox", checked: entry.isOn } : shared;
}
