/**
 * Finds Blenders and installs the add-on into them.
 *
 * Owns: the places where Blender usually lies, the question which add-on it has, and the two ways to install: Blender's
 * own `extension install-file` from 4.2 on, before that its own add-on installer in a background run. Blender writes
 * into its user folder itself; this file writes nowhere.
 * Must never: run a program that the person did not point at or that is not named blender in a usual place.
 */
import fs from "node:fs";
import { delimiter, join } from "node:path";
import type { SetupView } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { isAtLeast, pluginState } from "./found-version.ts";
import { runProgram } from "./run-program.ts";

export type FoundEditor = SetupView["found"][number];

const versionMsMax = 15_000;
const installMsMax = 120_000;
const moduleName = "vibesync";
const foundMax = 20;
/** What the background runs print, each on a line of its own. */
const doneMark = "VIBESYNC-INSTALLED";
const problemMark = "VIBESYNC-PROBLEM";
const stateMark = "VIBESYNC-FOUND";

/** The version of the add-on that is enabled in this Blender, `-` for none; in both layouts of user folders. */
const stateScript = `
import os, re, bpy
def text(path):
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""
found = "-"
enabled = bpy.context.preferences.addons.keys()
if "${moduleName}" in enabled:
    init = text(os.path.join(bpy.utils.user_resource("SCRIPTS", path="addons"), "${moduleName}", "__init__.py"))
    match = re.search(r'"version"\\s*:\\s*\\((\\d+),\\s*(\\d+),\\s*(\\d+)', init)
    found = ".".join(match.groups()) if match else "?"
elif "bl_ext.user_default.${moduleName}" in enabled:
    folder = bpy.utils.user_resource("EXTENSIONS", path=os.path.join("user_default", "${moduleName}"))
    match = re.search(r'^version\\s*=\\s*"([^"]+)"', text(os.path.join(folder, "blender_manifest.toml")), re.M)
    found = match.group(1) if match else "?"
print("${stateMark}", found)
`;

const installScript = `
import addon_utils, bpy, os, sys
try:
    bpy.ops.preferences.addon_install(filepath=os.environ["VIBESYNC_ADDON"], overwrite=True)
    addon_utils.modules_refresh()
    bpy.ops.preferences.addon_enable(module="${moduleName}")
    if "${moduleName}" not in bpy.context.preferences.addons.keys():
        raise RuntimeError("it could not be enabled")
    bpy.ops.wm.save_userpref()
    print("${doneMark}")
except Exception as error:
    print("${problemMark}", str(error).strip().splitlines()[-1])
    sys.exit(1)
`;

/** Executables that may be Blender; `chosen` are the person's own. */
export function blenderCandidates(chosen: readonly string[], environment = process.env): readonly string[] {
  const name = process.platform === "win32" ? "blender.exe" : "blender";
  const onPath = (environment.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  const files = [...chosen, ...onPath.map((folder) => join(folder, name)), ...usualPlaces(environment)];
  const real = new Set<string>();
  return files
    .filter((file) => {
      const target = realPathOrNull(file);
      if (target === null || real.has(target)) return false;
      real.add(target);
      return true;
    })
    .slice(0, foundMax);
}

/** What this executable is, or null when it is no Blender. */
export async function describeBlender(path: string, ours: string): Promise<FoundEditor | null> {
  const said = await runProgram(path, ["--version"], { timeoutMs: versionMsMax });
  const version = /^Blender (\d+\.\d+(?:\.\d+)?)/m.exec(said.output)?.[1];
  if (!version) return null;
  const args = ["--background", "--python-exit-code", "1", "--python-expr", stateScript];
  const state = await runProgram(path, args, { timeoutMs: installMsMax });
  const found = new RegExp(`^${stateMark} (\\S+)`, "m").exec(state.output)?.[1];
  const plugin = found === undefined ? "unknown" : pluginState(found === "-" ? null : found, ours);
  return { role: "blender", path, name: "Blender", version, plugin };
}

/** Installs and enables; answers what to tell the person. */
export async function installBlenderAddon(blender: FoundEditor, addonZip: string): Promise<Result<string>> {
  if (!fs.existsSync(addonZip)) return failure("E_PLUGIN_INSTALL", `The add-on's package is missing: ${addonZip}`);
  const isExtension = isAtLeast(blender.version, 4, 2);
  const args = isExtension
    ? ["--command", "extension", "install-file", "-r", "user_default", "-e", addonZip]
    : ["--background", "--python-exit-code", "1", "--python-expr", installScript];
  const run = await runProgram(blender.path, args, {
    timeoutMs: installMsMax,
    environment: { VIBESYNC_ADDON: addonZip },
  });
  const isDone = run.isOk && (isExtension || run.output.includes(doneMark));
  if (!isDone) {
    const byHand = `Install ${addonZip} by hand in its preferences.`;
    const problem = new RegExp(`^${problemMark} (.*)`, "m").exec(run.output)?.[1];
    const message = `Blender ${blender.version} did not take the add-on. ${byHand}`;
    return failure("E_PLUGIN_INSTALL", message, { cause: problem ?? run.problem });
  }
  return success(`The add-on is in Blender ${blender.version}. If it is open, restart it.`);
}

function usualPlaces(environment: NodeJS.ProcessEnv): readonly string[] {
  const home = environment.HOME ?? environment.USERPROFILE ?? "";
  if (process.platform === "win32") {
    const foundation = join(environment.ProgramFiles ?? "C:\\Program Files", "Blender Foundation");
    const steam = join(environment["ProgramFiles(x86)"] ?? "C:\\Program Files (x86)", "Steam", "steamapps", "common");
    return [...inFolders(foundation, "blender.exe"), join(steam, "Blender", "blender.exe")];
  }
  if (process.platform === "darwin") {
    const bundles = ["/Applications", join(home, "Applications")].flatMap((folder) => inFolders(folder, ""));
    return bundles.map((bundle) => join(bundle, "Contents", "MacOS", "Blender"));
  }
  const system = ["/usr/bin/blender", "/usr/local/bin/blender", "/snap/bin/blender"];
  const unpacked = ["/opt", home, join(home, "Applications"), join(home, "Downloads")];
  return [...system, ...unpacked.flatMap((folder) => inFolders(folder, "blender"))];
}

/** `<folder>/Blender…/<file>`, newest version first. */
function inFolders(folder: string, file: string): readonly string[] {
  try {
    const names = fs.readdirSync(folder).filter((name) => /^blender/i.test(name));
    return names
      .sort()
      .reverse()
      .map((name) => join(folder, name, file));
  } catch {
    // A place that does not exist or may not be read holds no Blender for this person.
    return [];
  }
}

function realPathOrNull(file: string): string | null {
  try {
    return fs.statSync(file).isFile() ? fs.realpathSync(file) : null;
  } catch {
    return null;
  }
}
