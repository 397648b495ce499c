/**
 * What the hub starts from: the newest usable checkpoint and the log behind it, or what can be saved of them.
 *
 * Owns: the fold at start, the findings on the way, which are counted and told, and the salvage of a log that is
 * damaged in the middle: what can be read becomes the checkpoint that begins a new log, then the old one is set aside,
 * whole ([ENG-11], [WAL-19]). Stage before: boot.ts holds the lock.
 * Must never: begin from less than could be read.
 */
import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { evolve } from "#electron/core/evolve.ts";
import { State } from "#electron/core/state.ts";
import type { StoredRecord } from "#electron/core/wal-frame.ts";
import { decodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { type Checkpoint, findCheckpoint, saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { type Recovery, recoverLog } from "#electron/wal/repair.ts";
import { setAsideLog } from "#electron/wal/set-aside.ts";
import { BugError } from "#shared/assert.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { type Failure, failure, type Result, success } from "#shared/result.ts";
import { Backlog } from "./checkpoints.ts";
import type { ProjectFolders } from "./project.ts";

/** Something that opening found broken: counted, logged and told once the engine runs. */
export type Finding = {
  readonly operation: "checkpoint" | "log" | "registry";
  readonly level: "warning" | "error";
  readonly code: ErrorCode;
  readonly message: string;
};

export type Restored = {
  readonly state: State;
  /** What was replayed. */
  readonly backlog: Backlog;
  readonly recovery: Recovery;
  readonly findings: readonly Finding[];
};

/** `mark` is part of the names of what is set aside: the time. */
export function restoreOrSalvage(disk: Disk, folders: ProjectFolders, mark: string): Result<Restored> {
  const restored = restore(disk, folders);
  if (restored.ok || restored.failure.code !== "E_WAL_CORRUPT") return restored;
  return salvage(disk, folders, { damage: restored.failure, mark });
}

/**
 * Checkpoint plus log: `records.reduce(evolve, checkpoint)` ([ENG-2]). Fails with E_WAL_CORRUPT where a salvage may
 * help.
 */
function restore(disk: Disk, folders: ProjectFolders): Result<Restored> {
  const start = startingPoint(disk, folders);
  if (!start.ok) return start;
  const { state, findings } = start.value;
  const replay = new Replay(state);
  const recovery = recover(disk, { folders, start: start.value, replay });
  if (replay.failure?.code === "E_WAL_VERSION") return { ok: false, failure: replay.failure };
  if (!recovery.ok) return isOutOfReach(start.value, recovery.failure) ? refuseCheckpoints(folders) : recovery;
  if (replay.failure) return { ok: false, failure: replay.failure };
  const { backlog } = replay;
  const torn = recovery.value.tornTail;
  if (!torn) return success({ state, backlog, recovery: recovery.value, findings });
  const message = `${torn.bytes} bytes of a half-written record were set aside; everything confirmed is intact.`;
  const tail: Finding = { operation: "log", level: "warning", code: "E_WAL_TORN", message };
  return success({ state, backlog, recovery: recovery.value, findings: [...findings, tail] });
}

type Start = {
  readonly state: State;
  readonly checkpoint: Checkpoint | undefined;
  readonly findings: readonly Finding[];
};

/** The newest checkpoint whose bytes are whole and whose state can be read; an empty state when there never was one. */
function startingPoint(disk: Disk, folders: ProjectFolders): Result<Start> {
  const findings: Finding[] = [];
  const note = ({ code, message }: Failure) =>
    findings.push({ operation: "checkpoint", level: "warning", code, message });
  let olderThan = Number.POSITIVE_INFINITY;
  for (;;) {
    const found = findCheckpoint(disk, folders.checkpoints, olderThan);
    if (!found.ok) return found;
    for (const damage of found.value.damaged) note(damage);
    const { checkpoint } = found.value;
    if (!checkpoint) return success({ state: new State(), checkpoint, findings });
    const decoded = decodeState(checkpoint.state);
    if (decoded.ok && decoded.value.head.lsn === checkpoint.lsn) {
      return success({ state: decoded.value, checkpoint, findings });
    }
    const message = `The saved state of record ${checkpoint.lsn} cannot be used; an older one and the log are used instead.`;
    note({ code: "E_CHECKPOINT", message });
    olderThan = checkpoint.lsn;
  }
}

type Recovering = { readonly folders: ProjectFolders; readonly start: Start; readonly replay: Replay };

function recover(disk: Disk, { folders, start, replay }: Recovering): Result<Recovery> {
  return recoverLog(disk, {
    folder: folders.wal,
    fromLsn: start.state.head.lsn + 1,
    logId: start.checkpoint?.logId,
    beginsLog: start.checkpoint?.beginsLog,
    newLogId: randomBytes(16),
    visit: (record) => replay.take(record),
  });
}

/**
 * Checkpoints exist, none can be used, and the log does not go back to its first record: an empty scene would be a
 * lie.
 */
function isOutOfReach({ checkpoint, findings, state }: Start, { code }: Failure): boolean {
  return code === "E_WAL_CORRUPT" && checkpoint === undefined && findings.length > 0 && state.head.lsn === 0;
}

function refuseCheckpoints({ checkpoints }: ProjectFolders): Result<never> {
  const what = `No saved state in ${checkpoints} can be read, and the log does not reach back far enough.`;
  const next = "Restore the .vibesync folder from a backup, or move it away: the editors' scenes then begin a new one.";
  return failure("E_CHECKPOINT", `${what} Nothing was changed. ${next}`);
}

/** The fold over what the log gives, record by record, until one of them cannot be read or breaks a rule. */
class Replay {
  readonly #state: State;
  readonly backlog = new Backlog();
  failure: Failure | null = null;

  constructor(state: State) {
    this.#state = state;
  }

  take(stored: StoredRecord): void {
    if (this.failure) return;
    const record = decodeRecord(stored);
    if (!record.ok) {
      this.failure = record.failure;
      return;
    }
    try {
      evolve(this.#state, stored.lsn, record.value);
      this.backlog.add(record.value);
      this.#state.commit();
    } catch (error) {
      if (!(error instanceof BugError)) throw error;
      this.#state.drop();
      this.failure = {
        code: "E_WAL_CORRUPT",
        message: `Record ${stored.lsn} contradicts the ones before: ${error.message}`,
      };
    }
  }
}

type Damage = { readonly damage: Failure; readonly mark: string };

/** Reads as far as the damage, saves that as the beginning of a new log, then puts the old log aside ([WAL-19]). */
function salvage(disk: Disk, folders: ProjectFolders, { damage, mark }: Damage): Result<Restored> {
  const read = readAsFarAsPossible(disk, folders);
  if (!read.ok) return read;
  const { state, findings } = read.value;
  const { lsn } = state.head;
  state.head = { ...state.head, closed: false, mode: "safe", modeReason: salvageReason(lsn) };
  const saved = saveCheckpoint(disk, folders, {
    logId: randomBytes(16),
    lsn,
    state: encodeState(state),
    beginsLog: true,
  });
  if (!saved.ok) return saved;
  const aside = setAsideLog(disk, folders, { keptLsn: lsn, mark });
  if (!aside.ok) return aside;
  const fresh = restore(disk, folders);
  if (!fresh.ok) return fresh;
  const names = aside.value.map((folder) => basename(folder)).join(" and ");
  const message = `${damage.message} The damaged files are kept in ${names}.`.slice(0, 1_000);
  const found: Finding = { operation: "log", level: "error", code: "E_WAL_CORRUPT", message };
  return success({ ...fresh.value, findings: [...findings, ...fresh.value.findings, found] });
}

/** In the saved state itself, so that safe mode outlives whatever happens before a person has looked. */
function salvageReason(lsn: number): string {
  const what = `The log was damaged behind record ${lsn}. All up to there was kept; later edits are taken from the editors'`;
  const next = "Compare, or roll back to a snapshot, then leave safe mode.";
  return `${what} scenes, and what was deleted later may come back. ${next}`;
}

/** Only damage is a reason to take less than everything; a disk that refuses to be read is not. */
function readAsFarAsPossible(disk: Disk, folders: ProjectFolders): Result<Start> {
  const start = startingPoint(disk, folders);
  if (!start.ok) return start;
  const replay = new Replay(start.value.state);
  const recovery = recover(disk, { folders, start: start.value, replay });
  if (!recovery.ok && recovery.failure.code !== "E_WAL_CORRUPT") return recovery;
  return start;
}
