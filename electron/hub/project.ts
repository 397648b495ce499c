/**
 * The project's folder: `.vibesync/` and the file that says which project this is.
 *
 * Nothing outside `.vibesync/` is ever written into an artist's project ([ENG-12]).
 */
import { randomUUID } from "node:crypto";
import { basename, join } from "node:path";
import { z } from "zod";
import type { Disk } from "#electron/ports/disk.ts";
import { errnoOf, readFile } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { uuidSchema } from "#shared/ids.ts";
import { failure, type Result, success } from "#shared/result.ts";

const projectSchema = z.strictObject({
  format: z.literal(1),
  id: uuidSchema,
  name: z.string().min(1).max(200),
  createdMs: z.number(),
});
export type Project = z.infer<typeof projectSchema>;

export type ProjectFolders = {
  readonly root: string;
  readonly wal: string;
  readonly checkpoints: string;
  readonly log: string;
  registry(role: string): string;
};

export function foldersOf(projectFolder: string): ProjectFolders {
  const root = join(projectFolder, ".vibesync");
  return {
    root,
    wal: join(root, "wal"),
    checkpoints: join(root, "checkpoints"),
    log: join(root, "log"),
    registry: (role) => join(root, `registry.${role}.json`),
  };
}

export type ProjectWish = {
  readonly projectFolder: string;
  readonly name?: string | undefined;
  readonly nowMs: number;
};

/** Makes `.vibesync/` when it is missing. */
export function prepareFolder(disk: Disk, projectFolder: string): Result<ProjectFolders> {
  const folders = foldersOf(projectFolder);
  try {
    if (isMissing(disk, folders.root)) {
      disk.mkdir(folders.root);
      disk.syncDirectory(projectFolder);
    }
    return success(folders);
  } catch (error) {
    return diskFailure(error, "E_DISK", `The project folder ${projectFolder} could not be prepared`);
  }
}

/** Reads the project's file, or writes a new one. A file that cannot be read is never replaced. */
export function openProjectFile(disk: Disk, { projectFolder, name, nowMs }: ProjectWish): Result<Project> {
  const path = join(foldersOf(projectFolder).root, "project.json");
  try {
    if (!isMissing(disk, path)) return readProject(disk, path);
  } catch (error) {
    return diskFailure(error, "E_PROJECT_FILE", `The project's settings file ${path} could not be read`);
  }
  const fresh: Project = {
    format: 1,
    id: randomUUID(),
    name: name ?? (basename(projectFolder) || "Project"),
    createdMs: nowMs,
  };
  const bytes = Buffer.from(`${JSON.stringify(fresh, null, 2)}\n`);
  const written = durableReplace(disk, { path, bytes, code: "E_PROJECT_FILE" });
  return written.ok ? success(fresh) : written;
}

function readProject(disk: Disk, path: string): Result<Project> {
  try {
    const parsed = projectSchema.safeParse(JSON.parse(Buffer.from(readFile(disk, path)).toString("utf8")));
    if (parsed.success) return success(parsed.data);
    return failure("E_PROJECT_FILE", `${path} is damaged. Restore it, or start a new project in another folder.`);
  } catch (cause) {
    return failure("E_PROJECT_FILE", `${path} could not be read. Restore it, or start a new project elsewhere.`, {
      cause,
    });
  }
}

export function isMissing(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return false;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    throw error;
  }
}
