/**
 * Which project folder is open, and the change to another one.
 *
 * Owns: the choice at start (the environment, else what was open last, else `Documents/VibeSync`), the rule that a
 * folder that cannot be opened leaves the project of before open, and the demo's own folder.
 * Must never: make a folder anew that a person worked in before (its drive may just not be there), or let the demo
 * write into a person's project: its castle would be made in the next editor that links.
 */
import fs from "node:fs";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { HubSession } from "./hub-session.ts";
import type { Places } from "./places.ts";
import type { SettingsStore } from "./settings.ts";

export type Project = {
  folder(): string;
  /** The person's own: at start, and again after the demo. */
  openOwn(): Promise<Result<void>>;
  /** An empty one for the demo, which neither `folder` nor the settings ever name. */
  openDemo(): Promise<Result<void>>;
  change(folder: string): Promise<Result<void>>;
};

export function createProject(session: HubSession, settings: SettingsStore, places: Places): Project {
  const remembered = settings.read().projectFolder;
  let folder = places.projectWanted ?? remembered ?? places.projectDefault;

  return {
    folder: () => folder,
    async openOwn() {
      const mayMake = places.projectWanted !== null || remembered === null;
      const ready = mayMake ? makeFolder(folder) : requireFolder(folder);
      if (ready.ok) return await session.open(folder);
      await session.fail(ready.failure);
      return ready;
    },
    async openDemo() {
      const ready = emptyFolder(places.projectDemo);
      return ready.ok ? await session.open(places.projectDemo) : ready;
    },
    async change(next) {
      const ready = requireFolder(next);
      if (!ready.ok) return ready;
      const opened = await session.open(next);
      if (!opened.ok) {
        await session.open(folder);
        return opened;
      }
      folder = next;
      return settings.change({ projectFolder: next });
    },
  };
}

export function makeFolder(folder: string): Result<void> {
  try {
    fs.mkdirSync(folder, { recursive: true });
    return success(undefined);
  } catch (error) {
    return diskFailure(error, "E_DISK", `The project folder ${folder} could not be made`);
  }
}

/** The hub that had it open may still let go of its last file: a leftover is tried a few times. */
function emptyFolder(folder: string): Result<void> {
  try {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
    return makeFolder(folder);
  } catch (error) {
    return diskFailure(error, "E_DISK", `The demo's folder ${folder} could not be emptied`);
  }
}

function requireFolder(folder: string): Result<void> {
  if (fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return success(undefined);
  const message = `The project folder ${folder} is not there. Connect its drive, or choose another folder.`;
  return failure("E_PROJECT_FILE", message);
}
