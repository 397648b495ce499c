/**
 * The end of a project's history, read from its folder alone: newest operations, newest records, and every name that
 * stands in them. For the diagnostics bundle.
 *
 * Must never: write, make a folder, or fail: a project that cannot be opened is when it is needed.
 */
import { join } from "node:path";
import type { Record } from "#electron/core/record.ts";
import { nameOf, type State } from "#electron/core/state.ts";
import type { StoredRecord } from "#electron/core/wal-frame.ts";
import { decodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState } from "#electron/engine/state-codec.ts";
import { closeQuietly, type Disk, isMissing, readAll, readFile } from "#electron/ports/disk.ts";
import { findCheckpoint } from "#electron/wal/checkpoint.ts";
import { LogReader } from "#electron/wal/reader.ts";
import { causeText } from "#shared/result.ts";
import { foldersOf, type ProjectFolders } from "./project.ts";

export type ProjectTail = {
  /** `project.json` as it is, or null. */
  readonly project: unknown;
  readonly operations: readonly unknown[];
  readonly records: readonly unknown[];
  readonly files: readonly { readonly file: string; readonly bytes: number }[];
  readonly names: ReadonlySet<string>;
  /** What could not be read, and why. */
  readonly problems: readonly string[];
};

export const tailRecordsMax = 2_000;
const tailPayloadBytesMax = 4_194_304;
const operationBytesMax = 524_288;

export function readProjectTail(disk: Disk, projectFolder: string): ProjectTail {
  const folders = foldersOf(projectFolder);
  const reading = new Reading(disk, folders);
  const project = reading.attempt(null, () => readJson(disk, join(folders.root, "project.json")));
  const records = reading.attempt([], () => reading.records());
  return {
    project,
    records,
    operations: reading.attempt([], () => operationsAt(disk, join(folders.log, "operations.jsonl"))),
    files: reading.attempt([], () => filesIn(disk, folders.root)),
    names: reading.names,
    problems: reading.problems,
  };
}

class Reading {
  readonly names = new Set<string>();
  readonly problems: string[] = [];
  readonly #disk: Disk;
  readonly #folders: ProjectFolders;

  constructor(disk: Disk, folders: ProjectFolders) {
    this.#disk = disk;
    this.#folders = folders;
  }

  attempt<Value>(otherwise: Value, read: () => Value): Value {
    try {
      return read();
    } catch (error) {
      this.problems.push(causeText(error));
      return otherwise;
    }
  }

  /** The newest records, oldest first. A log that is damaged gives what is before the damage. */
  records(): readonly unknown[] {
    const { wal } = this.#folders;
    if (isMissing(this.#disk, wal)) return [];
    this.#noteSavedNames();
    const records = this.#newest(new LogReader(this.#disk, wal)).map(plainRecord);
    for (const record of records) for (const name of namesWritten(record)) this.names.add(name);
    return records;
  }

  #newest(reader: LogReader): readonly StoredRecord[] {
    const beforeLsn = Number.MAX_SAFE_INTEGER;
    const page = reader.newestFirst({ beforeLsn, recordsMax: tailRecordsMax, payloadBytesMax: tailPayloadBytesMax });
    if (page.ok) return page.value.toReversed();
    this.problems.push(page.failure.message);
    const readable: StoredRecord[] = [];
    reader.visit({ fromLsn: 1, toLsn: beforeLsn - 1 }, (stored) => {
      readable.push({ ...stored, payload: stored.payload.slice() });
      if (readable.length > tailRecordsMax * 2) readable.splice(0, tailRecordsMax);
    });
    return readable.slice(-tailRecordsMax);
  }

  #noteSavedNames(): void {
    const { checkpoints } = this.#folders;
    if (isMissing(this.#disk, checkpoints)) return;
    const found = findCheckpoint(this.#disk, checkpoints);
    const state = found.ok && found.value.checkpoint ? decodeState(found.value.checkpoint.state) : null;
    if (state?.ok) for (const name of namesIn(state.value)) this.names.add(name);
  }
}

function readJson(disk: Disk, path: string): unknown {
  return JSON.parse(Buffer.from(readFile(disk, path)).toString("utf8"));
}

/** A record as the log has it; one that cannot be read keeps its place and says why. */
function plainRecord({ lsn, type, schema, payload }: StoredRecord): PlainRecord {
  const record = decodeRecord({ type, schema, payload });
  return record.ok ? { lsn, ...record.value } : { lsn, type: "unreadable", bytes: payload.length };
}

type PlainRecord = { readonly lsn: number } & (Record | { readonly type: "unreadable"; readonly bytes: number });

function namesWritten(record: PlainRecord): string[] {
  const ops = record.type === "edit" ? record.ops : [];
  return ops.flatMap((operation) => {
    const name = operation.op === "delete" ? undefined : operation.fields.name;
    return typeof name === "string" ? [name] : [];
  });
}

/** Every name in the state, those of deleted things included. */
export function namesIn(state: State): Set<string> {
  const dead = [...state.tombstones.values()].map(({ entity }) => entity);
  return new Set([...state.entities.values(), ...dead].map(nameOf));
}

/** The newest lines; what a crash cut in half is left out. */
function operationsAt(disk: Disk, path: string): unknown[] {
  if (isMissing(disk, path)) return [];
  const lines = endOf(disk, path, operationBytesMax).split("\n");
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as unknown];
    } catch {
      return [];
    }
  });
}

/** The last bytes of a text file, from a whole line on. */
export function endOf(disk: Disk, path: string, bytesMax: number): string {
  const fd = disk.open(path, "r");
  try {
    const size = disk.sizeOf(fd);
    const bytes = new Uint8Array(Math.min(size, bytesMax));
    readAll(disk, fd, bytes, size - bytes.length);
    const text = Buffer.from(bytes).toString("utf8");
    return bytes.length < size ? text.slice(text.indexOf("\n") + 1) : text;
  } finally {
    closeQuietly(disk, fd);
  }
}

/** The hub's own files and those of the log and the checkpoints; two levels, without the history's objects. */
function filesIn(disk: Disk, root: string): { file: string; bytes: number }[] {
  const found: { file: string; bytes: number }[] = [];
  const list = (folder: string, prefix: string): void => {
    for (const name of disk.readdir(folder)) {
      const { kind, sizeBytes } = disk.stat(join(folder, name));
      if (kind === "file") found.push({ file: prefix + name, bytes: sizeBytes });
      else if (prefix === "" && name !== ".git_safety") list(join(folder, name), `${name}:`);
    }
  };
  list(root, "");
  return found;
}
