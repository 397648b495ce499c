/**
 * Answers the window's questions about this desktop: folders, plugins, settings, the demo, closing.
 *
 * Owns: the shell's half of the contract (`ShellChannel`); the hub answers the other half. Dialogs and folders come in
 * as functions, so that a test needs no desktop.
 */
import type { HandlersOf, ShellChannel } from "#electron/ports/hub.ts";
import type { About } from "#shared/ipc/view.ts";
import { type Failure, failure, type Result, success } from "#shared/result.ts";
import type { Demo } from "./demo.ts";
import type { DiagnosticsDesk } from "./diagnostics.ts";
import type { SettingsStore } from "./settings.ts";
import type { Setup } from "./setup.ts";

export type ChooseOptions = {
  readonly kind: "file" | "folder";
  readonly title: string;
  readonly startAt: string | null;
};

export type ShellOptions = {
  readonly settings: SettingsStore;
  readonly setup: Setup;
  readonly demo: Demo;
  readonly diagnostics: DiagnosticsDesk;
  readonly about: () => About;
  /** Null when the person cancelled. */
  readonly choose: (options: ChooseOptions) => Promise<string | null>;
  /** Null when it is shown, otherwise why not. */
  readonly showFolder: (which: "project" | "logs" | "plugins") => Promise<string | null>;
  readonly openProject: (folder: string) => Promise<Result<void>>;
  readonly projectFolder: () => string;
  /** The scene of the newest readable snapshot into a file that the person chooses; null when that was cancelled. */
  readonly exportScene: () => Promise<Result<{ path: string | null; objects: number }>>;
  readonly close: (action: "tray" | "quit") => void;
};

export function shellHandlers(options: ShellOptions): HandlersOf<ShellChannel> {
  const { settings, setup, demo, choose } = options;
  return {
    setup: async () => success(await setup.view()),
    "install-plugin": ({ role, path }) => setup.install(role, path),
    "choose-blender": async () => {
      const chosen = await choose({ kind: "file", title: "Choose Blender's program", startAt: null });
      return chosen === null ? success({ path: null }) : pathOf(await setup.addBlender(chosen));
    },
    "choose-unity-project": async () => {
      const startAt = settings.read().unityProjects[0] ?? null;
      const chosen = await choose({ kind: "folder", title: "Choose a Unity project", startAt });
      return chosen === null ? success({ path: null }) : pathOf(setup.addUnityProject(chosen));
    },
    "choose-project-folder": async () => {
      const startAt = options.projectFolder();
      const chosen = await choose({ kind: "folder", title: "Choose the folder of a VibeSync project", startAt });
      if (chosen === null || chosen === options.projectFolder()) return success({ path: null });
      const opened = await options.openProject(chosen);
      return opened.ok ? success({ path: chosen }) : opened;
    },
    "set-demo": ({ on }) => demo.set(on),
    settings: () => success(settings.visible()),
    "set-settings": (patch) => {
      const saved = settings.change(withoutUndefined(patch));
      return saved.ok ? success(settings.visible()) : saved;
    },
    "show-folder": async ({ which }) => {
      const problem = await options.showFolder(which);
      return problem === null ? success(null) : failure("E_DISK", `The folder could not be shown: ${problem}`);
    },
    diagnostics: ({ hidesNames }) => options.diagnostics.gather(hidesNames),
    "save-diagnostics": ({ id }) => options.diagnostics.save(id),
    "export-scene": () => options.exportScene(),
    "close-decided": ({ action, remember }) => {
      const saved = remember ? settings.change({ closeAction: action }) : success(undefined);
      options.close(action);
      return saved.ok ? success(null) : saved;
    },
    about: () => success(options.about()),
  };
}

function pathOf(added: Result<string>): { ok: true; value: { path: string } } | { ok: false; failure: Failure } {
  return added.ok ? { ok: true, value: { path: added.value } } : added;
}

/** A partial value may name a key without giving it one; that means "as it was". */
function withoutUndefined<T extends object>(patch: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>;
  };
}
