/**
 * The application menu: what every desktop expects, and the app's own actions with their keys.
 *
 * On Windows and Linux the bar stays hidden (the window draws its own), but its keys work; macOS shows it.
 */
import { Menu, type MenuItemConstructorOptions } from "electron";

export type MenuActions = {
  readonly quit: () => void;
  readonly view: (view: string) => void;
  readonly togglePaused: () => void;
  readonly toggleSafeMode: () => void;
  readonly takeSnapshot: () => void;
};

const isMac = process.platform === "darwin";

export function setMenu(actions: MenuActions, isPackaged: boolean): void {
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(actions, isPackaged)));
}

export function menuTemplate(actions: MenuActions, isPackaged: boolean): MenuItemConstructorOptions[] {
  const settings: MenuItemConstructorOptions = {
    label: "Settings ...",
    accelerator: "CmdOrCtrl+,",
    click: () => actions.view("settings"),
  };
  const quit: MenuItemConstructorOptions = { label: "Quit", accelerator: "CmdOrCtrl+Q", click: actions.quit };
  return [
    ...(isMac ? [macMenu(settings, quit)] : []),
    {
      label: "File",
      submenu: [
        { label: "Take snapshot", accelerator: "CmdOrCtrl+S", click: actions.takeSnapshot },
        { label: "Pause or resume", accelerator: "CmdOrCtrl+P", click: actions.togglePaused },
        { label: "Safe mode", accelerator: "CmdOrCtrl+Shift+S", click: actions.toggleSafeMode },
        { type: "separator" },
        ...(isMac ? [] : [settings, { type: "separator" } as const]),
        { role: "close" },
        ...(isMac ? [] : [quit]),
      ],
    },
    {
      label: "Edit",
      submenu: [
        { role: "undo" },
        { role: "redo" },
        { type: "separator" },
        { role: "cut" },
        { role: "copy" },
        { role: "paste" },
        { role: "selectAll" },
      ],
    },
    { label: "View", submenu: viewMenu(isPackaged) },
    { role: "help", submenu: [{ label: "Diagnostics ...", click: () => actions.view("diagnostics") }] },
  ];
}

function macMenu(settings: MenuItemConstructorOptions, quit: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    label: "VibeSync",
    submenu: [
      { role: "about" },
      { type: "separator" },
      settings,
      { type: "separator" },
      { role: "hide" },
      { role: "hideOthers" },
      { role: "unhide" },
      { type: "separator" },
      quit,
    ],
  };
}

function viewMenu(isPackaged: boolean): MenuItemConstructorOptions[] {
  const zoom: MenuItemConstructorOptions[] = [
    { role: "resetZoom" },
    { role: "zoomIn" },
    { role: "zoomOut" },
    { type: "separator" },
    { role: "togglefullscreen" },
  ];
  return isPackaged ? zoom : [{ role: "reload" }, { role: "toggleDevTools" }, { type: "separator" }, ...zoom];
}
