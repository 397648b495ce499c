/**
 * The first-run screen's answers: which editors are on this machine, and the installing of both plugins.
 *
 * Owns: the list of what may be installed into. Only what `find` has listed, or a person chose in a dialog, is
 * accepted: the page can never name a program to run or a folder to write.
 */
import { join } from "node:path";
import type { SetupView } from "#shared/ipc/view.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { blenderCandidates, describeBlender, type FoundEditor, installBlenderAddon } from "./blender-installer.ts";
import { remember, type SettingsStore } from "./settings.ts";
import { describeUnityProject, installUnityPackage, unityHubProjects } from "./unity-installer.ts";

export type Setup = {
  view(): Promise<SetupView>;
  install(role: Role, path: string): Promise<Result<{ message: string }>>;
  addBlender(path: string): Promise<Result<string>>;
  addUnityProject(path: string): Result<string>;
};

export type SetupOptions = {
  readonly settings: SettingsStore;
  readonly pluginFolder: string;
  readonly pluginVersion: string;
  /** The folder in which programs keep their settings; Unity Hub's list of projects lies in it. */
  readonly appData: string;
};

export const blenderZipName = "vibesync-blender.zip";
export const unityTgzName = "com.vibesync.bridge.tgz";
const foundMax = 50;

export function createSetup({ settings, pluginFolder, pluginVersion, appData }: SetupOptions): Setup {
  /** Asking a Blender takes seconds: once an executable, and again after an installation. */
  const blenders = new Map<string, Promise<FoundEditor | null>>();
  const blenderAt = (path: string): Promise<FoundEditor | null> => {
    const known = blenders.get(path) ?? describeBlender(path, pluginVersion);
    blenders.set(path, known);
    return known;
  };
  const projectPaths = (): readonly string[] => [
    ...new Set([...settings.read().unityProjects, ...unityHubProjects(appData)]),
  ];
  async function find(): Promise<readonly FoundEditor[]> {
    const found: (FoundEditor | null)[] = [];
    for (const path of blenderCandidates(settings.read().blenders)) found.push(await blenderAt(path));
    for (const path of projectPaths()) found.push(describeUnityProject(path, pluginVersion));
    return found.filter((editor) => editor !== null).slice(0, foundMax);
  }

  return {
    view: async () => ({ found: [...(await find())], pluginVersion, pluginFolder }),
    async install(role, path) {
      const editor = (await find()).find((found) => found.role === role && found.path === path);
      if (!editor) return failure("E_PLUGIN_INSTALL", "Choose the editor in the list first; this one is not in it.");
      const installed =
        role === "blender"
          ? await installBlenderAddon(editor, join(pluginFolder, blenderZipName))
          : installUnityPackage(path, join(pluginFolder, unityTgzName), pluginVersion);
      blenders.delete(path);
      return installed.ok ? success({ message: installed.value }) : installed;
    },
    async addBlender(path) {
      blenders.delete(path);
      if ((await blenderAt(path)) === null) return failure("E_PLUGIN_INSTALL", `${path} is not Blender's program.`);
      const saved = settings.change({ blenders: remember(settings.read().blenders, path) });
      return saved.ok ? success(path) : saved;
    },
    addUnityProject(path) {
      if (describeUnityProject(path, pluginVersion) === null) {
        return failure("E_PLUGIN_INSTALL", `${path} is not a Unity project: it has no Assets and ProjectSettings.`);
      }
      const saved = settings.change({ unityProjects: remember(settings.read().unityProjects, path) });
      return saved.ok ? success(path) : saved;
    },
  };
}
