/**
 * Where everything of the app lies on this machine.
 *
 * Owns: the one translation from the environment (packaged or not, the VIBESYNC_* variables) into folders. Pure, so
 * that the window, the terminal and the tests agree.
 * Must never: make or look at a folder.
 *
 * VIBESYNC_USERDATA  settings, browser profile, logs, dumps      VIBESYNC_PROJECT  the project folder to open
 * VIBESYNC_HOME      the folder of the discovery file
 */
import { join, resolve } from "node:path";

export type Places = {
  readonly userData: string;
  readonly home: string;
  readonly logs: string;
  readonly settingsFile: string;
  /** The two plugin packages: real files even in a packaged app, because other programs read them. */
  readonly plugins: string;
  readonly icons: string;
  readonly window: string;
  readonly preload: string;
  readonly projectDefault: string;
  /** Where the demo keeps its own project, made anew each time. */
  readonly projectDemo: string;
  /** Given by the environment; wins over what was open last. */
  readonly projectWanted: string | null;
};

export type PlacesInput = {
  readonly appFolder: string;
  /** Electron's resources folder when packaged, else null. */
  readonly resourcesFolder: string | null;
  readonly userData: string;
  readonly userHome: string;
  readonly documents: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
};

export function placesOf(input: PlacesInput): Places {
  const { appFolder, resourcesFolder, environment } = input;
  const userData = resolve(environment.VIBESYNC_USERDATA || input.userData);
  return {
    userData,
    home: resolve(environment.VIBESYNC_HOME || join(input.userHome, ".vibesync")),
    logs: join(userData, "logs"),
    settingsFile: join(userData, "settings.json"),
    plugins: resourcesFolder ? join(resourcesFolder, "plugins") : join(appFolder, "out", "plugins"),
    icons: resourcesFolder ? join(resourcesFolder, "icons") : join(appFolder, "build", "icons"),
    window: join(appFolder, "out", "renderer"),
    preload: join(appFolder, "out", "preload", "preload.cjs"),
    projectDefault: join(input.documents, "VibeSync"),
    projectDemo: join(userData, "Castle demo"),
    projectWanted: environment.VIBESYNC_PROJECT ? resolve(environment.VIBESYNC_PROJECT) : null,
  };
}
