/**
 * The way on where log and saved state cannot be used: the newest snapshot that can be read begins a new log (phase
 * 0.4). What is there is set aside, whole; the hub then opens in safe mode, and the editors' own values, which are
 * newer, count when they list their scenes.
 *
 * Owns: the state made from a snapshot; the recovery that a person asks for when opening is refused; the one that
 * happens by itself when log and checkpoints are gone but the sidecars say that there was a scene ([ENG-47]).
 * Must never: delete anything, or begin from less without saying so.
 */
import { randomBytes } from "node:crypto";
import { evolve } from "#electron/core/evolve.ts";
import type { SnapshotEntity } from "#electron/core/input.ts";
import { limits } from "#electron/core/limits.ts";
import { differenceTo, rollbackOperations } from "#electron/core/rollback.ts";
import { State } from "#electron/core/state.ts";
import { encodeState } from "#electron/engine/state-codec.ts";
import type { Clock } from "#electron/ports/clock.ts";
import { type Disk, isMissing } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { Recovery } from "#electron/ports/hub.ts";
import type { SnapshotInfo } from "#electron/ports/snapshots.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { findCheckpoint, listCheckpoints, saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { lockProject } from "#electron/wal/lock.ts";
import { listSegments } from "#electron/wal/segment-files.ts";
import { setAsideLog } from "#electron/wal/set-aside.ts";
import type { Uuid } from "#shared/ids.ts";
import { roles } from "#shared/protocol/handshake.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { foldersOf, type ProjectFolders } from "./project.ts";
import { type Registry, readRegistry } from "./registry-file.ts";
import type { Finding } from "./restore.ts";
import { entitiesOf } from "./snapshot-entities.ts";

/** Snapshots looked at, newest first, before the history counts as unreadable. */
const snapshotsTriedMax = 50;

type Scene = ReadonlyMap<Uuid, SnapshotEntity>;
type Readable = { readonly info: SnapshotInfo; readonly scene: Scene };

type Request = { readonly disk: Disk; readonly clock: Clock; readonly projectFolder: string };

/** A person's word: the newest snapshot that can be read begins a new log; the old one is set aside, whole. */
export function restoreSnapshot(request: Request): Promise<Result<Recovery>> {
  return locked(request, async (folders) => {
    const readable = await newestReadable(request);
    if (!readable.ok) return readable;
    const { info, scene } = readable.value;
    const begun = beginFrom(request, folders, { scene, lsn: info.lsn, reason: restoredReason(info) });
    return begun.ok ? success({ objects: scene.size, takenMs: info.timeMs }) : begun;
  });
}

/** The scene of the newest snapshot that can be read, as one JSON file outside of the project; nothing else changes. */
export function exportScene(request: Request & { readonly path: string }): Promise<Result<Recovery>> {
  return locked(request, async () => {
    const readable = await newestReadable(request);
    if (!readable.ok) return readable;
    const { info, scene } = readable.value;
    const takenAt = new Date(info.timeMs).toISOString();
    const text = JSON.stringify({ format: 1, lsn: info.lsn, takenAt, objects: [...scene.values()] }, null, 1);
    const bytes = Buffer.from(`${text}\n`);
    const written = durableReplace(request.disk, { path: request.path, bytes, code: "E_DISK" });
    return written.ok ? success({ objects: scene.size, takenMs: info.timeMs }) : written;
  });
}

async function locked<Value>(
  { disk, clock, projectFolder }: Request,
  act: (folders: ProjectFolders) => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const folders = foldersOf(projectFolder);
  if (isMissing(disk, folders.root)) return failure("E_PROJECT_FILE", `There is no project in ${projectFolder}.`);
  const lock = await lockProject(disk, { folder: folders.root, nowMs: clock.nowMs() });
  if (!lock.ok) return lock;
  try {
    return await guarded({ projectFolder }, () => act(folders));
  } finally {
    await lock.value.release();
  }
}

/** What the disk throws, as a failure. */
async function guarded<Value>(
  { projectFolder }: Pick<Request, "projectFolder">,
  act: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  try {
    return await act();
  } catch (error) {
    return diskFailure(error, "E_DISK", `The project in ${projectFolder} could not be looked through`);
  }
}

async function newestReadable({
  disk,
  projectFolder,
}: Pick<Request, "disk" | "projectFolder">): Promise<Result<Readable>> {
  const store = await SnapshotStore.open(projectFolder, disk);
  if (!store.ok) return store;
  const listed = await store.value.list({ limit: snapshotsTriedMax });
  for (const { oid } of listed.ok ? listed.value : []) {
    const contents = await store.value.read(oid);
    const scene = contents.ok ? entitiesOf(contents.value) : contents;
    if (contents.ok && scene.ok) return success({ info: contents.value.info, scene: scene.value });
  }
  return failure("E_SNAPSHOT_UNKNOWN", "The project has no snapshot that can be read. Nothing was changed.");
}

function restoredReason({ timeMs }: SnapshotInfo): string {
  const taken = new Date(timeMs).toISOString().replace("T", " ").slice(0, 16);
  const what = `VibeSync went on from the snapshot of ${taken} UTC. What the editors have that is newer counts;`;
  return `${what} what was deleted since may come back. Compare, then leave safe mode.`;
}

type Beginning = { readonly scene: Scene; readonly lsn: number; readonly reason: string };

/**
 * The scene as the beginning of a new log, then the old one aside. Interrupted in between, the old segments belong to
 * another log than the newest checkpoint: that is damage, and salvaged at the next start ([WAL-19]).
 */
function beginFrom({ disk, clock }: Request, folders: ProjectFolders, { scene, lsn, reason }: Beginning): Result<void> {
  const state = stateOf(scene);
  const known = isMissing(disk, folders.checkpoints) ? [] : listCheckpoints(disk, folders.checkpoints);
  // Above everything that is there: the newest checkpoint is the one that counts.
  const keptLsn = Math.max(lsn, state.head.lsn, ...known) + 1;
  state.head = { ...state.head, lsn: keptLsn, finalLsn: keptLsn, mode: "safe", modeReason: reason, closed: true };
  const logId = randomBytes(16);
  const saved = saveCheckpoint(disk, folders, { logId, lsn: keptLsn, state: encodeState(state), beginsLog: true });
  if (!saved.ok) return saved;
  const aside = setAsideLog(disk, folders, { keptLsn, mark: String(Math.round(clock.nowMs())) });
  return aside.ok ? success(undefined) : aside;
}

/** Every value under the lowest stamp there is: whatever an editor has counts more. */
function stateOf(scene: Scene): State {
  const state = new State();
  const ops = rollbackOperations(differenceTo(state, scene), scene, stampOf(1, "hub"));
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const record = { type: "edit", timeMs: 0, batch: 1, reason: "rollback", role: null, ops: part } as const;
    evolve(state, state.head.lsn + 1, record);
  }
  evolve(state, state.head.lsn + 1, { type: "final", timeMs: 0, batch: 1, finalLsn: state.head.lsn });
  state.commit();
  return state;
}

/**
 * The log is gone, no checkpoint can be used, but a sidecar or a broken checkpoint says that there was a scene: an
 * empty one would be a lie. The newest snapshot begins a new log, without what the sidecars say was deleted since. The
 * lock is held.
 */
export function recoverLost(request: Request, folders: ProjectFolders): Promise<Result<readonly Finding[]>> {
  return guarded(request, () => lookForLost(request, folders));
}

async function lookForLost(request: Request, folders: ProjectFolders): Promise<Result<readonly Finding[]>> {
  const { disk } = request;
  const sidecars = roles.map((role) => folders.registry(role)).filter((path) => !isMissing(disk, path));
  const remains = remainsOf(disk, folders);
  if (remains === "usable" || (remains === "nothing" && sidecars.length === 0)) return success([]);
  const read = sidecars.map((path) => readRegistry(disk, path));
  const registries = read.flatMap((one) => (one.ok && one.value ? [one.value] : []));
  const damaged = read.flatMap((one): Finding[] =>
    one.ok ? [] : [{ operation: "registry", level: "warning", code: one.failure.code, message: one.failure.message }],
  );
  const readable = await newestReadable(request);
  const info = readable.ok ? readable.value.info : null;
  const scene = readable.ok ? withoutDeleted(readable.value, registries) : new Map<Uuid, SnapshotEntity>();
  const unknown = new Set(
    registries.flatMap(({ entities }) => Object.keys(entities)).filter((uuid) => !scene.has(uuid)),
  );
  const message = lostSentence({ scene, info, others: unknown.size });
  const lsn = Math.max(info?.lsn ?? 0, ...registries.map((registry) => registry.lsn));
  const begun = beginFrom(request, folders, { scene, lsn, reason: message });
  const found: Finding = { operation: "log", level: "error", code: "E_WAL_CORRUPT", message };
  return begun.ok ? success([...damaged, found]) : begun;
}

/** With a log, what can be made of it is the business of restore.ts. */
function remainsOf(disk: Disk, { wal, checkpoints }: ProjectFolders): "usable" | "broken" | "nothing" {
  if (!isMissing(disk, wal) && listSegments(disk, wal).length > 0) return "usable";
  if (isMissing(disk, checkpoints) || listCheckpoints(disk, checkpoints).length === 0) return "nothing";
  const found = findCheckpoint(disk, checkpoints);
  return found.ok && !found.value.checkpoint ? "broken" : "usable";
}

/** Sidecars of both editors that are newer than the snapshot know better what was still there. */
function withoutDeleted({ info, scene }: Readable, registries: readonly Registry[]): Scene {
  const areNewer = registries.length === roles.length && registries.every(({ lsn }) => lsn >= info.lsn);
  if (!areNewer) return scene;
  return new Map([...scene].filter(([uuid]) => registries.some(({ entities }) => uuid in entities)));
}

type Lost = { readonly scene: Scene; readonly info: SnapshotInfo | null; readonly others: number };

function lostSentence({ scene, info, others }: Lost): string {
  const from =
    info === null ? "no snapshot could be read" : `${scene.size} objects were taken from the newest snapshot`;
  const rest = others > 0 ? ` ${others} more that the editors had come back when they list their scenes.` : "";
  return `The log and the saved state were gone; ${from}.${rest} Compare, then leave safe mode.`;
}
