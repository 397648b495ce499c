/**
 * A crash-safe `fs.promises` for isomorphic-git, which itself writes in place and never syncs.
 *
 * Owns: every byte that reaches `.git_safety`. A file is written whole in the scratch folder, synced, checked for
 * length and renamed into place [SNAP-3]. Names of new objects become durable together, before anything else is
 * written: so a ref can only ever name objects that are on the medium [SNAP-4].
 * Must never: show a torn object to isomorphic-git. It would take the file's existence for its contents and never write
 * it again; here a loose object that does not inflate to its own name does not exist [SNAP-5].
 *
 * After any failed write the layer refuses to go on until `abandon` was called, because isomorphic-git tries a failed
 * write a second time, and a sync that failed once may succeed without meaning it.
 */
import { dirname, join, relative, sep } from "node:path";
import { threadId } from "node:worker_threads";
import { type Disk, errnoOf, isMissing, readFile, writeAll } from "#electron/ports/disk.ts";
import { decodeLooseOrNull } from "./git-object.ts";

const looseObjectPattern = /^objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;
const objectsPattern = /^objects\//;

/** The part of `fs.Stats` that isomorphic-git looks at. */
interface FileStat {
  readonly size: number;
  readonly mode: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

type ReadOptions = string | { readonly encoding?: string } | undefined;

let scratchCount = 0;

export class DurableFiles {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #scratch: string;
  /** Folders in which names are not durable yet. */
  #unsettledFolders = new Set<string>();
  /** Objects whose names are not durable yet. */
  #unsettledObjects: string[] = [];
  #refusal: unknown = null;

  constructor(disk: Disk, root: string, scratch: string) {
    this.#disk = disk;
    this.#root = root;
    this.#scratch = scratch;
  }

  /** What isomorphic-git is given as `fs`. */
  readonly promises = {
    readFile: async (path: string, options?: ReadOptions) => this.#read(path, options),
    writeFile: (path: string, data: string | Uint8Array) => this.write(path, data),
    mkdir: async (path: string) => this.makeFolder(path),
    readdir: async (path: string) => [...this.#disk.readdir(path)],
    stat: async (path: string) => this.#stat(path),
    lstat: async (path: string) => this.#stat(path),
    unlink: async (path: string) => this.#disk.unlink(path),
    rmdir: refuse,
    readlink: refuse,
    symlink: refuse,
  };

  /** Replaces a file. An object's name is durable after the next `settle`; any other file is durable on return. */
  async write(path: string, data: string | Uint8Array): Promise<void> {
    if (this.#refusal !== null) throw this.#refusal;
    try {
      const isObject = objectsPattern.test(this.#nameOf(path));
      if (!isObject) this.settle();
      await this.#writeOnce(path, typeof data === "string" ? Buffer.from(data, "utf8") : data);
      this.#unsettledFolders.add(dirname(path));
      if (isObject) this.#unsettledObjects.push(path);
      else this.settle();
    } catch (error) {
      this.#refusal = error;
      throw error;
    }
  }

  /** Makes every name that was given since the last time durable. */
  settle(): void {
    for (const folder of this.#unsettledFolders) this.#disk.syncDirectory(folder);
    this.#unsettledFolders.clear();
    this.#unsettledObjects = [];
  }

  /**
   * Ends a failed commit: its objects are removed, because whether their names are on the medium is not known [SNAP-6].
   */
  abandon(): void {
    for (const path of this.#unsettledObjects) {
      try {
        this.#disk.unlink(path);
      } catch {
        // What cannot be removed stays unreachable rubbish: its bytes were synced and checked before it got its name.
      }
    }
    this.#unsettledObjects = [];
    this.#refusal = null;
  }

  /** Creates a folder and those above it; their names are durable after the next `settle`. */
  makeFolder(path: string): void {
    if (!isMissing(this.#disk, path)) return;
    const parent = dirname(path);
    if (parent !== path) this.makeFolder(parent);
    this.#disk.mkdir(path);
    this.#unsettledFolders.add(parent);
  }

  /** The bytes of a file, or null when there is none. Torn objects are returned as they are. */
  bytesOrNull(path: string): Uint8Array | null {
    try {
      return readFile(this.#disk, path);
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    }
  }

  async #writeOnce(path: string, bytes: Uint8Array): Promise<void> {
    scratchCount += 1;
    const scratch = join(this.#scratch, `${process.pid}-${threadId}-${scratchCount}`);
    const fd = this.#disk.open(scratch, "wx");
    try {
      try {
        writeAll(this.#disk, fd, bytes, 0);
        await this.#disk.datasync(fd);
        const sizeBytes = this.#disk.sizeOf(fd);
        if (sizeBytes !== bytes.length) throw errnoError("EIO", `${sizeBytes} of ${bytes.length} bytes were written`);
      } finally {
        this.#disk.close(fd);
      }
      this.makeFolder(dirname(path));
      this.#disk.rename(scratch, path);
    } catch (error) {
      this.#removeScratch(scratch);
      throw error;
    }
  }

  #removeScratch(path: string): void {
    try {
      this.#disk.unlink(path);
    } catch {
      // Opening the repository removes whatever is left in the scratch folder.
    }
  }

  #read(path: string, options: ReadOptions): Buffer | string {
    const bytes = readFile(this.#disk, path);
    if (this.#isTorn(path, bytes)) throw errnoError("ENOENT", `torn object ${path}`);
    const encoding = typeof options === "string" ? options : options?.encoding;
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return encoding === "utf8" ? buffer.toString("utf8") : buffer;
  }

  #stat(path: string): FileStat {
    const stat = this.#disk.stat(path);
    if (stat.kind === "file" && this.#isTorn(path, null)) throw errnoError("ENOENT", `torn object ${path}`);
    // An object that is there already will not be written again: a process that died may have left its name unsettled.
    if (objectsPattern.test(this.#nameOf(path))) this.#unsettledFolders.add(dirname(path));
    return {
      size: stat.sizeBytes,
      mode: stat.kind === "directory" ? 0o040000 : 0o100644,
      mtimeMs: 0,
      ctimeMs: 0,
      isFile: () => stat.kind === "file",
      isDirectory: () => stat.kind === "directory",
      isSymbolicLink: () => false,
    };
  }

  #isTorn(path: string, bytes: Uint8Array | null): boolean {
    const match = looseObjectPattern.exec(this.#nameOf(path));
    if (match === null) return false;
    return decodeLooseOrNull(`${match[1]}${match[2]}`, bytes ?? readFile(this.#disk, path)) === null;
  }

  /** The path inside the repository, with slashes. */
  #nameOf(path: string): string {
    const name = relative(this.#root, path);
    return sep === "/" ? name : name.replaceAll(sep, "/");
  }
}

function refuse(path: string): Promise<never> {
  return Promise.reject(errnoError("ENOSYS", `not part of the snapshot history: ${path}`));
}

function errnoError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}
