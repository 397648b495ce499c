/**
 * One life of a whole project folder, on a fake disk or a real one: project file, log, checkpoints, sidecar and history
 * together.
 *
 * Owns: the script of that life, what the world was told during it, and the check of what the next start finds. Record
 * n changes the scene in a way that only n can, so a state or a snapshot says by itself how far it got.
 */
import { join } from "node:path";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { encodeRecord } from "#electron/engine/record-codec.ts";
import { encodedParts, viewOf } from "#electron/engine/state-codec.ts";
import { foldersOf, openProjectFile, prepareFolder } from "#electron/hub/project.ts";
import { writeRegistry } from "#electron/hub/registry-file.ts";
import { type Restored, restoreOrSalvage } from "#electron/hub/restore.ts";
import { type Disk, isMissing, readFile } from "#electron/ports/disk.ts";
import type { SnapshotChange, SnapshotRepair } from "#electron/ports/snapshots.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { saveCheckpointInSteps } from "#electron/wal/checkpoint.ts";
import { objectFields } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";
import { must, openWriter } from "#tests/wal/log-script.ts";

export const projectFolder = "/project";
export const folders = foldersOf(projectFolder);
const objectCount = 9;
const groupSizes = [3, 1, 5, 2, 1, 4];

/** What the world had been told when the power went. */
export interface Told {
  projectId: string;
  appendedLsn: number;
  confirmedLsn: number;
  snapshotLsn: number;
  sidecarLsn: number;
}

export function nothingTold(): Told {
  return { projectId: "", appendedLsn: 0, confirmedLsn: 0, snapshotLsn: 0, sidecarLsn: 0 };
}

/** Spread over the shards of the history. */
export function entityOf(lsn: number): string {
  const index = (lsn - 1) % objectCount;
  return `${(index * 29 + 3).toString(16).padStart(2, "0")}000000-0000-4000-8000-00000000000${index}`;
}

/** The first ones create the objects, the later ones rename them. */
export function recordOf(lsn: number): Record {
  const uuid = entityOf(lsn);
  const stamp = lsn * 16 + 1;
  const name = `Thing ${lsn}`;
  const op =
    lsn <= objectCount
      ? ({ op: "create", uuid, kind: "object", fields: objectFields({ name }), stamp } as const)
      : ({ op: "set", uuid, fields: { name }, stamp } as const);
  return { type: "edit", timeMs: lsn, batch: 1, reason: "edit", role: "blender", ops: [op] };
}

/** What record n of a life is. */
export type Script = (lsn: number) => Record;

/** As `recordOf`, with two people in it who do not agree: some of it is held back, goes on, and is decided. */
export function disputedRecordOf(lsn: number): Record {
  const stamp = lsn * 16;
  const uuid = entityOf(lsn - ((lsn + 2) % 4));
  if (lsn <= objectCount || lsn % 4 === 1 || lsn % 8 === 0) return recordOf(lsn);
  if (lsn % 8 === 4) return { type: "release", timeMs: lsn, uuid, kept: "unity" };
  if (lsn % 4 === 3) {
    const side = { kind: "alive", stamp, fields: { name: `Claim ${lsn}` } } as const;
    return { type: "claim", timeMs: lsn, uuid, role: "unity", side };
  }
  const operation = { op: "set", uuid, stamp, fields: { name: `Agreed ${lsn}` } } as const;
  const sides = {
    blender: { kind: "gone", stamp },
    unity: { kind: "alive", stamp, fields: { visible: false } },
  } as const;
  const members = [{ operation, sides, message: "It was changed in both editors at once." }];
  return { type: "hold", timeMs: lsn, batch: 1, code: "E_CONFLICT", closure: uuid, members };
}

/** The fold of the records 1 … n, made anew. */
export function stateAt(lsn: number, script: Script = recordOf): State {
  const state = new State();
  for (let each = 1; each <= lsn; each += 1) evolve(state, each, script(each));
  state.commit();
  return state;
}

/** The objects that a snapshot at `lsn` holds. */
export function objectsAt(lsn: number): ReadonlyMap<string, string> {
  const objects = new Map<string, string>();
  for (let each = 1; each <= lsn; each += 1) objects.set(entityOf(each), JSON.stringify({ name: `Thing ${each}` }));
  return objects;
}

function changesAt(lsn: number): readonly SnapshotChange[] {
  return Array.from(objectsAt(lsn), ([uuid, json]) => ({ uuid, json }));
}

const texts: string[] = [];

/** The state at `lsn` as a checkpoint holds it; made once. */
function textAt(lsn: number): string {
  texts[lsn] ??= stateText(stateAt(lsn));
  return texts[lsn];
}

/** A new project, opened as far as its state and the end of its log. */
export function prepareLife(disk: Disk): Restored {
  must(prepareFolder(disk, projectFolder));
  must(openProjectFile(disk, { projectFolder, name: "Life", nowMs: 0 }));
  return must(restoreOrSalvage(disk, folders, "0"));
}

/** Opens the project, lives through a few groups of records, and ends well; or returns where the disk gave up. */
export async function projectLife(disk: Disk, told: Told, script: Script = recordOf): Promise<void> {
  if (!prepareFolder(disk, projectFolder).ok) return;
  const project = openProjectFile(disk, { projectFolder, name: "Life", nowMs: 0 });
  if (!project.ok) return;
  told.projectId = project.value.id;
  const restored = restoreOrSalvage(disk, folders, "0");
  const writer = restored.ok ? openWriter(disk, restored.value.recovery) : restored;
  if (!restored.ok || !writer.ok) return;
  const log = writer.value;
  const { state } = restored.value;
  const history = await SnapshotStore.open(projectFolder, disk);
  for (const size of groupSizes) {
    const firstLsn = log.lastLsn + 1;
    const records = Array.from({ length: size }, (_, index) => script(firstLsn + index));
    if (!log.append(records.map(encodeRecord)).ok) continue;
    for (const [index, record] of records.entries()) evolve(state, firstLsn + index, record);
    state.commit();
    told.appendedLsn = log.lastLsn;
    const flushed = await log.flush();
    if (!flushed.ok) continue;
    told.confirmedLsn = flushed.value;
    const lsn = flushed.value;
    if (history.ok) await takeSnapshot(history.value, lsn, told);
    if (size === 1) await saveState(disk, state, restored.value.recovery.end.logId);
    if (size === 2) writeSidecar(disk, state, told);
  }
  await log.close();
}

async function saveState(disk: Disk, state: State, logId: Uint8Array): Promise<void> {
  const parts = encodedParts(viewOf(state));
  await saveCheckpointInSteps(disk, folders, { logId, lsn: state.head.lsn, parts, pause: async () => {} });
}

async function takeSnapshot(history: SnapshotStore, lsn: number, told: Told): Promise<void> {
  const request = { lsn, stateHash: `state-${lsn}`, timeMs: lsn * 1_500, reason: "final", whole: true } as const;
  const taken = await history.commit({ ...request, changed: changesAt(lsn) });
  if (taken.ok) told.snapshotLsn = lsn;
}

function writeSidecar(disk: Disk, state: State, told: Told): void {
  const document = { uuid: null, name: "life.blend", saved: true };
  const link = {
    role: "blender",
    document,
    editorName: "Blender",
    editorVersion: "4",
    known: new Set(state.entities.keys()),
  } as const;
  const written = writeRegistry(disk, { path: folders.registry("blender"), link, state, nowMs: 0 });
  if (written.ok) told.sidecarLsn = state.head.lsn;
}

/** Starts again and compares everything in the folder with what was told. Returns the position the log got to. */
export async function checkNextStart(disk: Disk, told: Told, place: string): Promise<number> {
  const fail = (what: string): never => {
    throw new Error(`${place}: ${what}`);
  };
  must(prepareFolder(disk, projectFolder));
  const project = must(openProjectFile(disk, { projectFolder, name: "Life", nowMs: 0 }));
  if (told.projectId !== "" && project.id !== told.projectId) fail("another project");
  const { state, findings } = must(restoreOrSalvage(disk, folders, "1"));
  const { lsn } = state.head;
  const damage = findings.find(({ code }) => code !== "E_WAL_TORN");
  if (damage) fail(damage.message);
  if (lsn < told.confirmedLsn) fail(`${lsn} of ${told.confirmedLsn} confirmed`);
  if (lsn > told.appendedLsn + Math.max(...groupSizes)) fail(`${lsn} recovered, never appended`);
  if (stateText(state) !== textAt(lsn)) fail(`the state is not the fold of ${lsn} records`);
  await checkHistory(disk, told, fail);
  checkSidecar(disk, told, fail);
  return lsn;
}

async function checkHistory(disk: Disk, told: Told, fail: (what: string) => never): Promise<void> {
  const history = must(await SnapshotStore.open(projectFolder, disk));
  const { head, repairs } = history.opening;
  const repair = repairs.find((each) => !isExpected(each, told));
  if (repair) fail(JSON.stringify(repair));
  if ((head?.lsn ?? 0) < told.snapshotLsn) fail(`snapshot ${head?.lsn} of ${told.snapshotLsn}`);
  for (const { oid, lsn } of must(await history.list({ limit: 100 }))) {
    const { objects } = must(await history.read(oid));
    const wanted = objectsAt(lsn);
    const isEqual = objects.size === wanted.size && [...wanted].every(([uuid, json]) => objects.get(uuid) === json);
    if (!isEqual) fail(`snapshot ${lsn} is not the state that it names`);
  }
}

/** What a crash may leave to be put right; a first snapshot may be found without the branch that was to name it. */
function isExpected(repair: SnapshotRepair, told: Told): boolean {
  if (repair.kind === "branch-moved") return repair.from === "" && told.snapshotLsn === 0;
  return ["leftovers-removed", "indexes-rebuilt", "file-rewritten"].includes(repair.kind);
}

function checkSidecar(disk: Disk, told: Told, fail: (what: string) => never): void {
  const path = folders.registry("blender");
  if (isMissing(disk, path)) {
    if (told.sidecarLsn > 0) fail("the sidecar is gone");
    return;
  }
  const { lsn } = JSON.parse(Buffer.from(readFile(disk, path)).toString("utf8")) as { lsn: number };
  if (lsn < told.sidecarLsn) fail(`sidecar ${lsn} of ${told.sidecarLsn}`);
}

/** What the folder holds, for whoever wants to keep it. */
export function filesUnder(image: ReadonlyMap<string, Uint8Array | null>): readonly [string, Uint8Array][] {
  return [...image].flatMap(([path, bytes]) =>
    bytes === null ? [] : [[path.slice(join(projectFolder, "/").length), bytes] as [string, Uint8Array]],
  );
}
