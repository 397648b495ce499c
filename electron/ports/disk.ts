/**
 * The file system as the hub's disk adapters see it (WAL, checkpoints, blobs, snapshots, registries).
 *
 * Owns: the one list of operations through which durable bytes travel, so that a fake with a live and a durable image
 * can stand in for it and fail, tear or lose any of them.
 * Must never: retry, buffer, or translate an error. Every operation throws Node's errno error as it is; the adapters
 * decide what it means (disk-failure.ts).
 *
 * What a caller may assume, and no more: bytes are on the medium after `sync`/`datasync` of their file returned; a name
 * (created, renamed, removed) after `syncDirectory` of its folder returned. Everything else may be there, missing,
 * reordered or torn after a power cut. A failed sync says nothing about what is on the medium: never repeat it.
 */
import fs from "node:fs";

/** `wx` creates a file that must not exist yet, for writing; `r+` reads and writes an existing one. */
export type OpenFlags = "r" | "r+" | "wx";

export type FileKind = "file" | "directory" | "other";

export interface DiskStat {
  readonly kind: FileKind;
  readonly sizeBytes: number;
}

export interface Disk {
  /** Returns a file descriptor. New files are readable by the user alone. */
  open(path: string, flags: OpenFlags): number;
  close(fd: number): void;
  /** Reads up to `into.length` bytes; the count may be short, 0 means end of file. */
  read(fd: number, into: Uint8Array, position: number): number;
  /** Writes up to `from.length` bytes into the page cache; the count may be short. */
  write(fd: number, from: Uint8Array, position: number): number;
  /** Throws ENOENT when there is nothing at `path`. Symbolic links are followed. */
  stat(path: string): DiskStat;
  sizeOf(fd: number): number;
  truncate(fd: number, sizeBytes: number): void;
  /** Names (not paths) in code-unit order. */
  readdir(path: string): readonly string[];
  /** One level; the parent exists. Readable by the user alone. */
  mkdir(path: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** fsync, blocking: for files that are made rarely (a segment, a checkpoint). */
  sync(fd: number): void;
  /** fdatasync off the main thread: for the group commit. */
  datasync(fd: number): Promise<void>;
  /** Makes the names in a folder durable. Nothing on Windows, where the file system journals them itself. */
  syncDirectory(path: string): void;
}

const fileMode = 0o600;
const directoryMode = 0o700;

function kindOf(stat: fs.Stats): FileKind {
  if (stat.isFile()) return "file";
  return stat.isDirectory() ? "directory" : "other";
}

export const realDisk: Disk = {
  open: (path, flags) => fs.openSync(path, flags, fileMode),
  close: (fd) => fs.closeSync(fd),
  read: (fd, into, position) => fs.readSync(fd, into, 0, into.length, position),
  write: (fd, from, position) => fs.writeSync(fd, from, 0, from.length, position),
  stat(path) {
    const stat = fs.statSync(path);
    return { kind: kindOf(stat), sizeBytes: stat.size };
  },
  sizeOf: (fd) => fs.fstatSync(fd).size,
  truncate: (fd, sizeBytes) => fs.ftruncateSync(fd, sizeBytes),
  readdir: (path) => fs.readdirSync(path).sort(),
  mkdir: (path) => fs.mkdirSync(path, { mode: directoryMode }),
  rename: (from, to) => fs.renameSync(from, to),
  unlink: (path) => fs.unlinkSync(path),
  sync: (fd) => fs.fsyncSync(fd),
  datasync: (fd) =>
    new Promise((resolve, reject) => {
      fs.fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
    }),
  syncDirectory(path) {
    if (process.platform === "win32") return;
    const fd = fs.openSync(path, "r");
    try {
      fs.fsyncSync(fd);
    } finally {
      fs.closeSync(fd);
    }
  },
};

/** The errno name (`ENOSPC`, `EIO` …) of something thrown by a Disk, or "" for anything else. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Writes all of `from`, however short the single writes are; a write of nothing counts as EIO, never as success. */
export function writeAll(disk: Disk, fd: number, from: Uint8Array, position: number): void {
  let done = 0;
  while (done < from.length) {
    const count = disk.write(fd, done === 0 ? from : from.subarray(done), position + done);
    if (count <= 0) throw Object.assign(new Error("EIO: a write made no progress"), { code: "EIO" });
    done += count;
  }
}

/** Fills `into` as far as the file goes and returns how many bytes that was. */
export function readAll(disk: Disk, fd: number, into: Uint8Array, position: number): number {
  let done = 0;
  while (done < into.length) {
    const count = disk.read(fd, done === 0 ? into : into.subarray(done), position + done);
    if (count <= 0) break;
    done += count;
  }
  return done;
}

/** The whole of a file. */
export function readFile(disk: Disk, path: string): Uint8Array {
  const fd = disk.open(path, "r");
  try {
    const bytes = new Uint8Array(disk.sizeOf(fd));
    return bytes.subarray(0, readAll(disk, fd, bytes, 0));
  } finally {
    disk.close(fd);
  }
}

/** Lets go of a file whose bytes are synced or given up already: an error here would only hide the one that counts. */
export function closeQuietly(disk: Disk, fd: number): void {
  try {
    disk.close(fd);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
  }
}

/** Removes a file that is rubbish by contract, if that is possible now. */
export function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.unlink(path);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
  }
}

/** True when nothing is at `path`; any other trouble throws. */
export function isMissing(disk: Disk, path: string): boolean {
  try {
    disk.stat(path);
    return false;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return true;
    throw error;
  }
}
