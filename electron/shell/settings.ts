/**
 * What the app remembers about this desktop: the person's choices, the window's place, the folders chosen.
 *
 * Owns: `settings.json` in userData, its schema and its defaults. Every value falls back to its default alone, so that
 * one bad or newer value never costs the others; a file that is no JSON is set aside, not overwritten.
 * Must never: hold anything of a scene, or a secret.
 */
import { dirname } from "node:path";
import { z } from "zod";
import { type Disk, errnoOf, isMissing, readFile } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { type Settings, settingsSchema } from "#shared/ipc/view.ts";
import { type Result, success } from "#shared/result.ts";

const pathsMax = 20;

const placeSchema = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().min(1),
  height: z.int().min(1),
  isMaximized: z.boolean(),
});
export type WindowPlace = z.infer<typeof placeSchema>;

const paths = z.array(z.string().min(1).max(4_096)).max(pathsMax);
const shape = settingsSchema.shape;

const rememberedSchema = z.object({
  closeAction: shape.closeAction.catch("ask"),
  startHidden: shape.startHidden.catch(false),
  density: shape.density.catch("comfortable"),
  calm: shape.calm.catch(false),
  firstRunDone: shape.firstRunDone.catch(false),
  windowPlace: placeSchema.nullable().catch(null),
  projectFolder: z.string().nullable().catch(null),
  /** Blender executables and Unity projects that the person pointed at. */
  blenders: paths.catch([]),
  unityProjects: paths.catch([]),
});
export type Remembered = z.infer<typeof rememberedSchema>;

export type SettingsStore = {
  read(): Remembered;
  /** Only what the window may know and change. */
  visible(): Settings;
  /** In memory at once; on failure the disk still has the values of before. */
  change(patch: Partial<Remembered>): Result<void>;
};

export function openSettings(disk: Disk, file: string): SettingsStore {
  let remembered = load(disk, file);
  return {
    read: () => remembered,
    visible: () => visibleOf(remembered),
    change(patch) {
      const next = { ...remembered, ...patch };
      if (JSON.stringify(next) === JSON.stringify(remembered)) return success(undefined);
      remembered = next;
      const bytes = new TextEncoder().encode(`${JSON.stringify(next, null, 2)}\n`);
      return durableReplace(disk, { path: file, bytes, code: "E_DISK" });
    },
  };
}

/** Newest first, without doubles, as many as are kept. */
export function remember(known: readonly string[], path: string): string[] {
  return [path, ...known.filter((other) => other !== path)].slice(0, pathsMax);
}

function load(disk: Disk, file: string): Remembered {
  const defaults = rememberedSchema.parse({});
  try {
    if (isMissing(disk, file)) {
      if (isMissing(disk, dirname(file))) disk.mkdir(dirname(file));
      return defaults;
    }
    return rememberedSchema.parse(JSON.parse(new TextDecoder().decode(readFile(disk, file))));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError) && errnoOf(error) === "") throw error;
    setAside(disk, file);
    return defaults;
  }
}

function setAside(disk: Disk, file: string): void {
  try {
    disk.rename(file, `${file}.unreadable`);
  } catch (error) {
    // A folder that may not be written: the app runs with the defaults, and `change` will say why it cannot save.
    if (errnoOf(error) === "") throw error;
  }
}

function visibleOf(remembered: Remembered): Settings {
  const { closeAction, startHidden, density, calm, firstRunDone } = remembered;
  return { closeAction, startHidden, density, calm, firstRunDone };
}
