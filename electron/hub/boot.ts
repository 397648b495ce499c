/**
 * Opening a project: lock, project file, state, log (phase 0). Every step that cannot be done safely ends with a coded
 * failure that names the file; nothing is changed before the lock is held ([ENG-13]).
 *
 * Owns: the order of the steps, and giving the lock back when one of them fails. What the state is made from is
 * restore.ts's business. Stage after: core-hub.ts.
 */
import type { State } from "#electron/core/state.ts";
import type { Clock } from "#electron/ports/clock.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { lockProject, type ProjectLock } from "#electron/wal/lock.ts";
import { LogWriter, type WriterOptions } from "#electron/wal/writer.ts";
import { uuidFromBytes } from "#shared/ids.ts";
import { type Result, success } from "#shared/result.ts";
import type { Backlog } from "./checkpoints.ts";
import { openProjectFile, type Project, type ProjectFolders, prepareFolder } from "./project.ts";
import { recoverLost } from "./recovery.ts";
import { type Finding, type Restored, restoreOrSalvage } from "./restore.ts";

export type Opened = {
  readonly folders: ProjectFolders;
  readonly project: Project;
  readonly lock: ProjectLock;
  readonly state: State;
  readonly backlog: Backlog;
  readonly writer: LogWriter;
  readonly logIdBytes: Uint8Array;
  readonly logId: string;
  /** The last run did not end well. */
  readonly crashed: boolean;
  readonly findings: readonly Finding[];
};

export type BootRequest = {
  readonly projectFolder: string;
  readonly projectName?: string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly log?: WriterOptions;
};

export async function openProject(request: BootRequest): Promise<Result<Opened>> {
  const { disk, clock, projectFolder } = request;
  const prepared = prepareFolder(disk, projectFolder);
  if (!prepared.ok) return prepared;
  const locked = await lockProject(disk, { folder: prepared.value.root, nowMs: clock.nowMs() });
  if (!locked.ok) return locked;
  const opened = await openHeld(request, prepared.value);
  if (opened.ok) return success({ ...opened.value, lock: locked.value });
  await locked.value.release();
  return opened;
}

export type Unlocked = Omit<Opened, "lock">;

async function openHeld(request: BootRequest, folders: ProjectFolders): Promise<Result<Unlocked>> {
  const lost = await recoverLost(request, folders);
  if (!lost.ok) return lost;
  const opened = openLocked(request, folders);
  if (!opened.ok) return opened;
  return success({ ...opened.value, findings: [...lost.value, ...opened.value.findings] });
}

/** The steps behind the lock, which the caller holds. */
export function openLocked(request: BootRequest, folders: ProjectFolders): Result<Unlocked> {
  const { disk, clock, projectFolder, projectName } = request;
  const nowMs = clock.nowMs();
  const project = openProjectFile(disk, { projectFolder, name: projectName, nowMs });
  if (!project.ok) return project;
  const restored = restoreOrSalvage(disk, folders, String(Math.round(nowMs)));
  return restored.ok ? finish(request, { folders, project: project.value, ...restored.value }) : restored;
}

type Finishing = Restored & { readonly folders: ProjectFolders; readonly project: Project };

function finish(
  { disk, log }: BootRequest,
  { folders, project, state, backlog, recovery, findings }: Finishing,
): Result<Unlocked> {
  const writer = LogWriter.open(disk, recovery.end, log);
  if (!writer.ok) return writer;
  const logIdBytes = recovery.end.logId;
  const logId = uuidFromBytes(logIdBytes, 0);
  const crashed = !state.head.closed;
  const opened = { folders, project, state, backlog, writer: writer.value };
  return success({ ...opened, logIdBytes, logId, crashed, findings });
}
