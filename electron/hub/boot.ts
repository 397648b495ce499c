/**
 * Opening a project: lock, project file, checkpoint, log, replay (phase 0). Every step that cannot be done safely ends with
 * a coded failure that names the file; nothing is changed before the lock is held.
 *
 * A log that is damaged in the middle is set aside whole, and what could be read of it becomes the beginning of a new log,
 * in safe mode: nothing is cut silently ([ENG-11]).
 */
import { randomBytes } from "node:crypto";
import { createOperation, parentsFirst } from "#electron/core/catch-up.ts";
import { evolve } from "#electron/core/evolve.ts";
import { limits } from "#electron/core/limits.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState } from "#electron/engine/state-codec.ts";
import type { Clock } from "#electron/ports/clock.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { type Checkpoint, findCheckpoint } from "#electron/wal/checkpoint.ts";
import { lockProject, type ProjectLock } from "#electron/wal/lock.ts";
import { type Recovery, recoverLog } from "#electron/wal/repair.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { uuidFromBytes } from "#shared/ids.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { isMissing, openProjectFile, type Project, type ProjectFolders, prepareFolder } from "./project.ts";

export type Opened = {
  readonly folders: ProjectFolders;
  readonly project: Project;
  readonly lock: ProjectLock;
  readonly state: State;
  readonly writer: LogWriter;
  readonly logIdBytes: Uint8Array;
  readonly logId: string;
  /** The last run did not end well, or its log had to be salvaged. */
  readonly crashed: boolean;
  /** What recovery did, in words; empty when there was nothing to do. */
  readonly recovered: string;
};

export type BootRequest = {
  readonly projectFolder: string;
  readonly projectName?: string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
};

export async function openProject(request: BootRequest): Promise<Result<Opened>> {
  const { disk, clock, projectFolder } = request;
  const prepared = prepareFolder(disk, projectFolder);
  if (!prepared.ok) return prepared;
  const locked = await lockProject(disk, { folder: prepared.value.root, nowMs: clock.nowMs() });
  if (!locked.ok) return locked;
  const opened = openLocked(request, prepared.value);
  if (opened.ok) return success({ ...opened.value, lock: locked.value });
  await locked.value.release();
  return opened;
}

type Unlocked = Omit<Opened, "lock">;

function openLocked(
  { disk, clock, projectFolder, projectName }: BootRequest,
  folders: ProjectFolders,
): Result<Unlocked> {
  const nowMs = clock.nowMs();
  const project = openProjectFile(disk, { projectFolder, name: projectName, nowMs });
  if (!project.ok) return project;
  const restored = restore(disk, folders);
  if (restored.ok) return finish(disk, { folders, project: project.value, ...restored.value });
  if (restored.failure.code !== "E_WAL_CORRUPT") return restored;
  const salvaged = salvage(disk, folders, nowMs);
  if (!salvaged.ok) return salvaged;
  const recovered = `${restored.failure.message} What could be read was kept; the damaged log was set aside.`;
  return finish(disk, { folders, project: project.value, ...salvaged.value, recovered });
}

type Restored = {
  readonly state: State;
  readonly recovery: Recovery;
  readonly seed: readonly Record[];
  readonly recovered: string;
};

/** Checkpoint plus log: `records.reduce(evolve, checkpoint)` ([ENG-2]). */
function restore(disk: Disk, folders: ProjectFolders): Result<Restored> {
  const found = findCheckpoint(disk, folders.checkpoints);
  if (!found.ok) return found;
  const start = stateOf(found.value.checkpoint);
  const replay = new Replay(start.state);
  const recovery = recoverLog(disk, {
    folder: folders.wal,
    fromLsn: start.state.head.lsn + 1,
    logId: start.logId,
    newLogId: randomBytes(16),
    visit: (record) => replay.take(record),
  });
  if (!recovery.ok) return recovery;
  if (replay.failure) return failure(replay.failure.code, replay.failure.message);
  start.state.commit();
  const torn = recovery.value.tornTail;
  const recovered = torn
    ? `${torn.bytes} bytes of a half-written record were set aside; everything confirmed is intact.`
    : "";
  return success({ state: start.state, recovery: recovery.value, seed: [], recovered });
}

function stateOf(checkpoint: Checkpoint | undefined): { state: State; logId: Uint8Array | undefined } {
  const decoded = checkpoint ? decodeState(checkpoint.state) : null;
  if (!checkpoint || !decoded?.ok) return { state: new State(), logId: undefined };
  return { state: decoded.value, logId: checkpoint.logId };
}

/** The fold over what the log gives, until something in it cannot be read. */
class Replay {
  readonly #state: State;
  failure: { code: "E_WAL_CORRUPT"; message: string } | null = null;

  constructor(state: State) {
    this.#state = state;
  }

  take(stored: { lsn: number; type: number; schema: number; payload: Uint8Array }): void {
    if (this.failure) return;
    const record = decodeRecord(stored);
    if (!record.ok) this.failure = { code: "E_WAL_CORRUPT", message: record.failure.message };
    else evolve(this.#state, stored.lsn, record.value);
  }
}

/** Reads as far as the damage, puts the old log aside, and begins a new one with what was read. */
function salvage(disk: Disk, folders: ProjectFolders, nowMs: number): Result<Restored> {
  const readable = readAsFarAsPossible(disk, folders);
  try {
    const mark = `damaged-${Math.round(nowMs)}`;
    for (const folder of [folders.wal, folders.checkpoints]) {
      if (!isMissing(disk, folder)) disk.rename(folder, `${folder}-${mark}`);
    }
    disk.syncDirectory(folders.root);
  } catch (error) {
    return diskFailure(error, "E_WAL_CORRUPT", "The damaged log could not be set aside");
  }
  const fresh = restore(disk, folders);
  if (!fresh.ok) return fresh;
  return success({ ...fresh.value, seed: seedRecords(readable, nowMs) });
}

function readAsFarAsPossible(disk: Disk, folders: ProjectFolders): State {
  const found = findCheckpoint(disk, folders.checkpoints);
  const { state, logId } = stateOf(found.ok ? found.value.checkpoint : undefined);
  const replay = new Replay(state);
  const take = (record: Parameters<Replay["take"]>[0]) => {
    if (record.lsn === state.head.lsn + 1) replay.take(record);
  };
  recoverLog(disk, { folder: folders.wal, fromLsn: state.head.lsn + 1, logId, newLogId: randomBytes(16), visit: take });
  state.commit();
  return state;
}

/** The salvaged scene as the first records of a new log. */
function seedRecords(state: State, timeMs: number): Record[] {
  const creates = parentsFirst([...state.entities.values()]).map(createOperation);
  const records: Record[] = [];
  for (let at = 0; at < creates.length; at += limits.opsPerRecordMax) {
    const ops = creates.slice(at, at + limits.opsPerRecordMax);
    records.push({ type: "edit", timeMs, batch: 0, reason: "repair", role: null, ops });
  }
  records.push({ type: "final", timeMs, batch: 0, finalLsn: records.length });
  return records;
}

type Finishing = Restored & { readonly folders: ProjectFolders; readonly project: Project };

function finish(disk: Disk, { folders, project, state, recovery, seed, recovered }: Finishing): Result<Unlocked> {
  const writer = LogWriter.open(disk, recovery.end);
  if (!writer.ok) return writer;
  const crashed = !state.head.closed || seed.length > 0;
  if (seed.length > 0) {
    for (const record of seed) evolve(state, state.head.lsn + 1, record);
    const appended = writer.value.append(seed.map(encodeRecord));
    if (!appended.ok) return appended;
    state.commit();
  }
  const logIdBytes = recovery.end.logId;
  const logId = uuidFromBytes(logIdBytes, 0);
  return success({ folders, project, state, writer: writer.value, logIdBytes, logId, crashed, recovered });
}
