/**
 * Every byte that reaches `.git_safety`, and a read-only `fs.promises` for isomorphic-git.
 *
 * Owns: how files get there. A file is written whole in the scratch folder, synced, checked for length and renamed into
 * place [SNAP-3]. Names of packs become durable before any other file is written: so a ref can only ever name objects
 * that are on the medium [SNAP-4].
 * Must never: show a torn object to isomorphic-git, which takes a file's existence for its contents; here a loose
 * object that does not inflate to its own name does not exist [SNAP-5].
 *
 * After any failed write the layer refuses to go on until `abandon` was called, because a sync that failed once may
 * succeed without meaning it.
 */
import { basename, dirname, join, relative, sep } from "node:path";
import { threadId } from "node:worker_threads";
import { type Disk, errnoOf, isMissing, readFile, writeAll } from "#electron/ports/disk.ts";
import { decodeLooseOrNull } from "./git-object.ts";

const looseObjectPattern = /^objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;

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

export interface FileContent {
  readonly path: string;
  readonly content: string | Uint8Array;
}

type ReadOptions = string | { readonly encoding?: string } | undefined;

let scratchCount = 0;

export class DurableFiles {
  readonly #disk: Disk;
  readonly #root: string;
  readonly #scratch: string;
  /** Folders in which names are not durable yet. */
  #unsettledFolders = new Set<string>();
  /** Packs and indexes whose names are not durable yet. */
  #unsettledPacks: string[] = [];
  #refusal: unknown = null;

  constructor(disk: Disk, root: string, scratch: string) {
    this.#disk = disk;
    this.#root = root;
    this.#scratch = scratch;
  }

  /** What isomorphic-git is given as `fs`. */
  readonly promises = {
    readFile: async (path: string, options?: ReadOptions) => this.#read(path, options),
    writeFile: refuse,
    mkdir: refuse,
    readdir: async (path: string) => [...this.#disk.readdir(path)],
    stat: async (path: string) => this.#stat(path),
    lstat: async (path: string) => this.#stat(path),
    unlink: refuse,
    rmdir: refuse,
    readlink: refuse,
    symlink: refuse,
  };

  /** Replaces a file; it and everything before it is durable on return. */
  write(path: string, content: string | Uint8Array): Promise<void> {
    return this.writeInOrder([{ path, content }]);
  }

  /** Replaces files: each durably before the next, and everything before them first. */
  async writeInOrder(files: readonly FileContent[]): Promise<void> {
    await this.#orRefuse(async () => {
      const staged = await this.#stageAll(files);
      for (const [index, { path }] of files.entries()) {
        this.settle();
        this.#place(staged[index] as string, path);
      }
      this.settle();
    });
  }

  /** Adds a pack and its index at `path` plus suffix. Their names are durable after the next `settle`. */
  async writePack(path: string, pack: Uint8Array, index: Uint8Array): Promise<void> {
    await this.#orRefuse(async () => {
      const files = [
        { path: `${path}.pack`, content: pack },
        { path: `${path}.idx`, content: index },
      ];
      const staged = await this.#stageAll(files);
      this.#unsettledPacks.push(...files.map((file) => file.path));
      for (const [place, file] of files.entries()) this.#place(staged[place] as string, file.path);
    });
  }

  /** Makes every name that was given since the last time durable. */
  settle(): void {
    for (const folder of this.#unsettledFolders) this.#disk.syncDirectory(folder);
    this.#unsettledFolders.clear();
    this.#unsettledPacks = [];
  }

  /** Something that is relied on lies in this folder: a process that died may have left its name unsettled. */
  relyOn(folder: string): void {
    this.#unsettledFolders.add(folder);
  }

  /**
   * Ends a failed commit: its packs are removed, because whether their names are on the medium is not known [SNAP-6].
   */
  abandon(): void {
    for (const path of this.#unsettledPacks) {
      try {
        this.#disk.unlink(path);
      } catch {
        // What cannot be removed stays unreachable rubbish: its bytes were synced and checked before it got its name.
      }
    }
    this.#unsettledPacks = [];
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

  async #orRefuse(work: () => Promise<void>): Promise<void> {
    if (this.#refusal !== null) throw this.#refusal;
    try {
      await work();
    } catch (error) {
      this.#refusal = error;
      throw error;
    }
  }

  /** Writes all files into the scratch folder and syncs them together: a disk does that in the time of one. */
  async #stageAll(files: readonly FileContent[]): Promise<readonly string[]> {
    const staging = files.map(({ path, content }) => {
      return this.#stage(basename(path), typeof content === "string" ? Buffer.from(content, "utf8") : content);
    });
    const outcomes = await Promise.allSettled(staging);
    const failed = outcomes.find((each) => each.status === "rejected");
    const staged = outcomes.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    if (failed === undefined) return staged;
    for (const scratch of staged) this.#removeScratch(scratch);
    throw failed.reason;
  }

  /** Writes and syncs a file in the scratch folder; its path there ends in `name`. */
  async #stage(name: string, bytes: Uint8Array): Promise<string> {
    scratchCount += 1;
    const scratch = join(this.#scratch, `${process.pid}-${threadId}-${scratchCount}-${name}`);
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
      return scratch;
    } catch (error) {
      this.#removeScratch(scratch);
      throw error;
    }
  }

  #place(scratch: string, path: string): void {
    try {
      this.#disk.rename(scratch, path);
    } catch (error) {
      this.#removeScratch(scratch);
      throw error;
    }
    this.#unsettledFolders.add(dirname(path));
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
