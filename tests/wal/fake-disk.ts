/**
 * A disk with two images: what running programs see, and what a power cut leaves.
 *
 * Owns: the cruelty. Writes not yet synced may each be kept, lost or torn at 512-byte sectors after a power cut; names
 * not yet synced may be kept or lost, each on its own; a failed sync drops the writes it covered from what will ever
 * reach the medium while reads still show them, as Linux does.
 * Must never be kinder than a real disk: a file's sync does not make its name durable.
 *
 * `onOperation` sees every operation before it happens and may answer with a fault. After a power cut every operation
 * fails with EPOWER, which the code under test takes for one more disk error: nothing it does counts any more.
 */
import type { Disk, DiskStat, OpenFlags } from "#electron/ports/disk.ts";

export const sectorBytes = 512;

export type Fault =
  | { readonly kind: "error"; readonly errno: string }
  /** Half of a write is taken; any other operation goes on as usual. */
  | { readonly kind: "short" }
  | { readonly kind: "power-cut" };

export interface Operation {
  readonly index: number;
  readonly name: keyof Disk;
  readonly path: string;
}

/** Path to content; null is a folder. What `crash` returns and a new disk starts from. */
export type DiskImage = ReadonlyMap<string, Uint8Array | null>;

/** Decides the fate of unsynced things, one call each. */
export interface Fate {
  keepsName(): boolean;
  /** Of `sectors` sectors in one write: which ones reach the medium. */
  keepsSector(sector: number, sectors: number): boolean;
}

interface UnsyncedWrite {
  /** A truncation when `bytes` is undefined. */
  readonly position: number;
  readonly bytes: Uint8Array | undefined;
}

interface FileNode {
  readonly kind: "file";
  live: Uint8Array;
  durable: Uint8Array;
  unsynced: UnsyncedWrite[];
}

interface FolderNode {
  readonly kind: "directory";
  readonly live: Map<string, TreeNode>;
  readonly durable: Map<string, TreeNode>;
  unsynced: NameChange[];
}

type TreeNode = FileNode | FolderNode;

interface NameChange {
  readonly removed: string | undefined;
  readonly added: readonly [string, TreeNode] | undefined;
}

export const keepAll: Fate = { keepsName: () => true, keepsSector: () => true };
export const loseAll: Fate = { keepsName: () => false, keepsSector: () => false };

export class FakeDisk implements Disk {
  onOperation: (operation: Operation) => Fault | undefined = () => undefined;
  /** Awaited by every datasync between its start and its effect. */
  syncGate: () => Promise<void> = async () => {};
  capacityBytes = Number.POSITIVE_INFINITY;
  isDead = false;
  operationCount = 0;
  readonly #root: FolderNode = newFolder();
  readonly #open = new Map<number, { node: FileNode; path: string }>();
  #nextFd = 3;

  constructor(image: DiskImage = new Map()) {
    for (const path of [...image.keys()].sort()) {
      const content = image.get(path) ?? null;
      const [folder, name] = this.#parent(path);
      const node = content === null ? newFolder() : newFile(content);
      folder.live.set(name, node);
      folder.durable.set(name, node);
    }
  }

  get openCount(): number {
    return this.#open.size;
  }

  /** Of all files in the folder, as running programs see them. */
  bytesBelow(path: string): number {
    return bytesIn(this.#folder(path));
  }

  /** What the medium holds after a power cut now. */
  crash(fate: Fate): DiskImage {
    const image = new Map<string, Uint8Array | null>();
    collect({ image, fate, seen: new Map() }, "", this.#root);
    return image;
  }

  open(path: string, flags: OpenFlags): number {
    this.#begin("open", path);
    const [folder, name] = this.#parent(path);
    const existing = folder.live.get(name);
    if (flags === "wx" && existing !== undefined) throw errno("EEXIST", path);
    if (flags !== "wx" && existing === undefined) throw errno("ENOENT", path);
    if (existing?.kind === "directory") throw errno("EISDIR", path);
    const node = existing ?? newFile(new Uint8Array(0));
    if (existing === undefined) change(folder, { removed: undefined, added: [name, node] });
    this.#nextFd += 1;
    this.#open.set(this.#nextFd, { node, path });
    return this.#nextFd;
  }

  close(fd: number): void {
    const { path } = this.#file(fd);
    this.#open.delete(fd);
    this.#begin("close", path);
  }

  read(fd: number, into: Uint8Array, position: number): number {
    const { node, path } = this.#file(fd);
    this.#begin("read", path);
    const part = node.live.subarray(position, position + into.length);
    into.set(part);
    return part.length;
  }

  write(fd: number, from: Uint8Array, position: number): number {
    const { node, path } = this.#file(fd);
    const isShort = this.#begin("write", path)?.kind === "short";
    const grown = Math.max(0, position + from.length - node.live.length);
    const free = this.capacityBytes - bytesIn(this.#root);
    if (grown > 0 && free <= 0) throw errno("ENOSPC", path);
    const fitting = grown > free ? from.length - (grown - free) : from.length;
    const bytes = from.slice(0, isShort ? Math.ceil(fitting / 2) : fitting);
    node.live = written(node.live, { position, bytes });
    node.unsynced.push({ position, bytes });
    return bytes.length;
  }

  stat(path: string): DiskStat {
    this.#begin("stat", path);
    if (path === "/") return { kind: "directory", sizeBytes: 0 };
    const [folder, name] = this.#parent(path);
    const node = folder.live.get(name);
    if (node === undefined) throw errno("ENOENT", path);
    return { kind: node.kind, sizeBytes: node.kind === "file" ? node.live.length : 0 };
  }

  sizeOf(fd: number): number {
    const { node, path } = this.#file(fd);
    this.#begin("sizeOf", path);
    return node.live.length;
  }

  truncate(fd: number, sizeBytes: number): void {
    const { node, path } = this.#file(fd);
    this.#begin("truncate", path);
    node.live = written(node.live, { position: sizeBytes, bytes: undefined });
    node.unsynced.push({ position: sizeBytes, bytes: undefined });
  }

  readdir(path: string): readonly string[] {
    this.#begin("readdir", path);
    return [...this.#folder(path).live.keys()].sort();
  }

  mkdir(path: string): void {
    this.#begin("mkdir", path);
    const [folder, name] = this.#parent(path);
    if (folder.live.has(name)) throw errno("EEXIST", path);
    change(folder, { removed: undefined, added: [name, newFolder()] });
  }

  rename(from: string, to: string): void {
    this.#begin("rename", from);
    const [folder, name] = this.#parent(from);
    const [target, targetName] = this.#parent(to);
    const node = folder.live.get(name);
    if (node === undefined) throw errno("ENOENT", from);
    for (const file of this.#open.values()) if (file.node === node) file.path = to;
    if (folder === target) {
      change(folder, { removed: name, added: [targetName, node] });
    } else {
      change(target, { removed: undefined, added: [targetName, node] });
      change(folder, { removed: name, added: undefined });
    }
  }

  unlink(path: string): void {
    this.#begin("unlink", path);
    const [folder, name] = this.#parent(path);
    if (!folder.live.has(name)) throw errno("ENOENT", path);
    change(folder, { removed: name, added: undefined });
  }

  sync(fd: number): void {
    const { node, path } = this.#file(fd);
    const covered = node.unsynced;
    this.#covering(node, covered, () => this.#begin("sync", path));
  }

  async datasync(fd: number): Promise<void> {
    const { node, path } = this.#file(fd);
    const covered = [...node.unsynced];
    await this.syncGate();
    this.#covering(node, covered, () => this.#begin("datasync", path));
  }

  syncDirectory(path: string): void {
    this.#begin("syncDirectory", path);
    const folder = this.#folder(path);
    for (const each of folder.unsynced) apply(folder.durable, each);
    folder.unsynced = [];
  }

  /**
   * Runs a sync: on success its writes are durable, on failure they are forgotten. A power cut leaves them open. What a
   * younger sync of the file has finished meanwhile is not undone by an older one.
   */
  #covering(node: FileNode, covered: readonly UnsyncedWrite[], begin: () => void): void {
    try {
      begin();
      const open = new Set(node.unsynced);
      for (const each of covered) if (open.has(each)) node.durable = written(node.durable, each);
    } finally {
      if (!this.isDead) node.unsynced = node.unsynced.filter((each) => !covered.includes(each));
    }
  }

  #begin(name: keyof Disk, path: string): Fault | undefined {
    if (this.isDead) throw errno("EPOWER", path);
    const fault = this.onOperation({ index: this.operationCount, name, path });
    this.operationCount += 1;
    if (fault?.kind === "power-cut") {
      this.isDead = true;
      throw errno("EPOWER", path);
    }
    if (fault?.kind === "error") throw errno(fault.errno, path);
    return fault;
  }

  #file(fd: number): { node: FileNode; path: string } {
    const file = this.#open.get(fd);
    if (file === undefined) throw errno("EBADF", String(fd));
    return file;
  }

  #folder(path: string): FolderNode {
    let folder = this.#root;
    for (const part of path.split("/").filter((each) => each !== "")) {
      const node = folder.live.get(part);
      if (node === undefined) throw errno("ENOENT", path);
      if (node.kind !== "directory") throw errno("ENOTDIR", path);
      folder = node;
    }
    return folder;
  }

  #parent(path: string): readonly [FolderNode, string] {
    const at = path.lastIndexOf("/");
    return [this.#folder(path.slice(0, at)), path.slice(at + 1)];
  }
}

function bytesIn(node: TreeNode): number {
  if (node.kind === "file") return node.live.length;
  return [...node.live.values()].reduce((sum, each) => sum + bytesIn(each), 0);
}

export function errno(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: injected, ${path}`), { code });
}

/** A small seeded generator (mulberry32), so that a failing state can be named and had again. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Each write is kept, lost or torn, each name kept or lost, by the seed. */
export function randomFate(seed: number): Fate {
  const random = seededRandom(seed);
  let writeFate = 0;
  return {
    keepsName: () => random() < 0.5,
    keepsSector(sector) {
      if (sector === 0) writeFate = random();
      if (writeFate < 1 / 3) return true;
      return writeFate < 2 / 3 ? false : random() < 0.5;
    },
  };
}

function newFile(content: Uint8Array): FileNode {
  return { kind: "file", live: content, durable: content, unsynced: [] };
}

function newFolder(): FolderNode {
  return { kind: "directory", live: new Map(), durable: new Map(), unsynced: [] };
}

function change(folder: FolderNode, each: NameChange): void {
  apply(folder.live, each);
  folder.unsynced.push(each);
}

function apply(names: Map<string, TreeNode>, { removed, added }: NameChange): void {
  if (removed !== undefined) names.delete(removed);
  if (added !== undefined) names.set(...added);
}

/** Content after a write or truncation; contents are never changed in place, images share them. */
function written(content: Uint8Array, { position, bytes }: UnsyncedWrite): Uint8Array {
  const size = bytes === undefined ? position : Math.max(content.length, position + bytes.length);
  const next = new Uint8Array(size);
  next.set(content.subarray(0, size));
  if (bytes !== undefined) next.set(bytes, position);
  return next;
}

interface Collection {
  readonly image: Map<string, Uint8Array | null>;
  readonly fate: Fate;
  readonly seen: Map<FileNode, Uint8Array>;
}

function collect(collection: Collection, path: string, folder: FolderNode): void {
  const names = new Map(folder.durable);
  for (const each of folder.unsynced) {
    if (collection.fate.keepsName()) apply(names, each);
  }
  for (const [name, node] of names) {
    const child = `${path}/${name}`;
    if (node.kind === "file") {
      collection.image.set(child, survivor(collection, node));
    } else {
      collection.image.set(child, null);
      collect(collection, child, node);
    }
  }
}

function survivor({ fate, seen }: Collection, node: FileNode): Uint8Array {
  const known = seen.get(node);
  if (known !== undefined) return known;
  let content = node.durable;
  for (const { position, bytes } of node.unsynced) {
    if (bytes === undefined) {
      if (fate.keepsSector(0, 1)) content = written(content, { position, bytes });
      continue;
    }
    // Sectors are those of the medium, not of the write: a small write in the middle of one is all or nothing.
    const first = Math.floor(position / sectorBytes);
    const sectors = Math.ceil((position + bytes.length) / sectorBytes) - first;
    for (let sector = 0; sector < sectors; sector += 1) {
      if (!fate.keepsSector(sector, sectors)) continue;
      const from = Math.max(0, (first + sector) * sectorBytes - position);
      const to = Math.min(bytes.length, (first + sector + 1) * sectorBytes - position);
      content = written(content, { position: position + from, bytes: bytes.subarray(from, to) });
    }
  }
  seen.set(node, content);
  return content;
}
