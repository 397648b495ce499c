/**
 * What boot costs after a crash: a log of 100,000 records, of which none is in a checkpoint, read back into a state of
 * 10,000 objects.
 *
 * Each opening is in a process of its own that has opened nothing before, as after a crash; the start of Node is not in
 * it. Stands alone: `node --import tsx tests/bench/replay.bench.ts`; the bench's main calls `measure`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { encodeRecord } from "#electron/engine/record-codec.ts";
import { openProject } from "#electron/hub/boot.ts";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { uuidOfObject } from "./bench-editor.ts";
import { type Measurement, median, show } from "./measurement.ts";

const records = 100_000;
const objects = 10_000;
const objectsPerRecord = 250;
const recordsPerAppend = 1_000;
const openings = 5;

type Opening = { readonly ms: number; readonly lsn: number; readonly entities: number };

/** First the objects, then one moved object a record: the smallest records there are. */
function recordAt(index: number): Record {
  const place = { timeMs: 1_000 + index, batch: index, role: "blender" as const };
  const first = index * objectsPerRecord;
  if (first < objects) {
    const ops = Array.from({ length: objectsPerRecord }, (_, at) => created(first + at));
    return { type: "edit", ...place, reason: "index", ops };
  }
  const values = [index % 100, 2, 3, 0, 0, 0, 1, 1, 1, 1];
  const row = { uuid: uuidOfObject(index % objects), mask: 7, flags: 0, values };
  return { type: "transforms", ...place, stamp: stampOf(index + 2, "blender"), rows: [row] };
}

function created(index: number) {
  const place = { translation: [index, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
  const fields = { name: `Object.${index}`, type: "empty", parent: null, collections: [], visible: true, ...place };
  const uuid = uuidOfObject(index);
  return { op: "create" as const, uuid, kind: "object" as const, fields, stamp: stampOf(1, "blender") };
}

async function writeLog(projectFolder: string): Promise<void> {
  const opened = await openProject({ projectFolder, disk: realDisk, clock: realClock });
  if (!opened.ok) throw new Error(`${opened.failure.code}: ${opened.failure.message}`);
  const { writer, lock, state } = opened.value;
  for (let from = 0; from < records; from += recordsPerAppend) {
    const group = Array.from({ length: recordsPerAppend }, (_, at) => recordAt(from + at));
    for (const record of group) evolve(state, state.head.lsn + 1, record);
    state.commit();
    const appended = writer.append(group.map(encodeRecord));
    if (!appended.ok) throw new Error(appended.failure.message);
  }
  await writer.close();
  await lock.release();
}

function open(projectFolder: string): Opening {
  const script = path.join(import.meta.dirname, "replay-process.ts");
  const text = execFileSync(process.execPath, ["--import", "tsx", script, projectFolder], { encoding: "utf8" });
  const opening = JSON.parse(text) as Opening;
  if (opening.lsn !== records || opening.entities !== objects) throw new Error("The replay lost records.");
  return opening;
}

export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(path.join(tmpdir(), "vibesync-bench-replay-"));
  try {
    const project = path.join(folder, "project");
    mkdirSync(project);
    await writeLog(project);
    const times = Array.from({ length: openings }, () => open(project).ms / 1_000);
    return [{ name: `boot with ${records} records to replay, ${objects} objects`, value: median(times), unit: "s" }];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const line of await measure()) console.log(show(line));
}
