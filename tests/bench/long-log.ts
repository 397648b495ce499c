/** Projects with a long log, written without editors, and what opening one costs in a process that has opened none. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { encodeRecord } from "#electron/engine/record-codec.ts";
import { type Opened, openProject } from "#electron/hub/boot.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { Result } from "#shared/result.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { uuidOfObject } from "./load.ts";

const objectsPerRecord = 250;
const recordsPerAppend = 1_000;

export type Opening = { readonly ms: number; readonly lsn: number; readonly entities: number };

/** The records that create objects 0 … `objects` − 1. */
export function creations(objects: number): Record[] {
  return Array.from({ length: Math.ceil(objects / objectsPerRecord) }, (_, index) => {
    const ops = Array.from({ length: objectsPerRecord }, (_, at) => created(index * objectsPerRecord + at));
    return { type: "edit", timeMs: 1_000 + index, batch: index, role: "blender", reason: "index", ops };
  });
}

function created(index: number) {
  const place = { translation: [index, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
  const fields = { name: `Object.${index}`, type: "empty", parent: null, collections: [], visible: true, ...place };
  const uuid = uuidOfObject(index);
  return { op: "create" as const, uuid, kind: "object" as const, fields, stamp: stampOf(1, "blender") };
}

/** A record that moves `rows` objects of `objects`, another ones each time. */
export function moved(index: number, { objects, rows }: { objects: number; rows: number }): Record {
  const values = [index % 100, 2, 3, 0, 0, 0, 1, 1, 1, 1];
  const moves = Array.from({ length: rows }, (_, at) => {
    return { uuid: uuidOfObject((index * rows + at) % objects), mask: 7, flags: 0, values };
  });
  const stamp = stampOf(index + 2, "blender");
  return { type: "transforms", timeMs: 1_000 + index, batch: index, role: "blender", stamp, rows: moves };
}

export async function open(projectFolder: string): Promise<Opened> {
  return must(await openProject({ projectFolder, disk: realDisk, clock: realClock }));
}

export async function append({ state, writer }: Opened, records: Iterable<Record>): Promise<void> {
  let group: Record[] = [];
  const send = (): void => {
    for (const [index, record] of group.entries()) evolve(state, writer.lastLsn + 1 + index, record);
    state.commit();
    must(writer.append(group.map(encodeRecord)));
    group = [];
  };
  for (const record of records) if (group.push(record) === recordsPerAppend) send();
  if (group.length > 0) send();
  must(await writer.flush());
}

export async function close({ writer, lock }: Opened): Promise<void> {
  await writer.close();
  await lock.release();
}

export function openElsewhere(projectFolder: string): Opening {
  const script = path.join(import.meta.dirname, "replay-process.ts");
  const text = execFileSync(process.execPath, ["--import", "tsx", script, projectFolder], { encoding: "utf8" });
  return JSON.parse(text) as Opening;
}

/** Runs `use` with a folder for a project, which is gone afterwards. */
export async function withProject<Value>(use: (folder: string) => Promise<Value>): Promise<Value> {
  const folder = mkdtempSync(path.join(tmpdir(), "vibesync-bench-log-"));
  try {
    const project = path.join(folder, "project");
    mkdirSync(project);
    return await use(project);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}
