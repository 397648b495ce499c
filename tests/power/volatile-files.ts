/**
 * Files that a power cut damages: what programs see, and what the medium holds.
 *
 * Owns: the cruelty of tests/wal/fake-disk.ts for a whole file system by node, quick enough for segments of 16 MiB.
 * Writes that no sync of their file covered may each be kept, lost or torn at sectors; names that no sync of their
 * folder covered may each be kept or lost. So what was written is kept in any order, or not.
 * Must never be kinder than a real disk: a file's sync does not make its name durable.
 *
 * `cutAfter` takes the power in the middle of things: the change with that number is the last that happens, a sync with
 * that number does not happen, and everything from then on fails.
 */
import fs from "node:fs";
import path from "node:path";
import { errno, type Fate, sectorBytes } from "#tests/wal/fake-disk.ts";

type Write = { readonly position: number; readonly bytes: Uint8Array | null };
type NameChange = { readonly removed: string | null; readonly added: readonly [string, Node] | null };

export type FileNode = {
  readonly kind: "file";
  readonly id: number;
  readonly live: Content;
  readonly durable: Content;
  /** A write without bytes is a truncation. */
  unsynced: Write[];
};
export type FolderNode = {
  readonly kind: "folder";
  readonly id: number;
  readonly live: Map<string, Node>;
  readonly durable: Map<string, Node>;
  unsynced: NameChange[];
};
export type Node = FileNode | FolderNode;

export const rootId = 1;

/** Bytes that grow in place; zeros where nothing was written. */
export class Content {
  size = 0;
  #bytes = new Uint8Array(0);

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.size);
  }

  apply({ position, bytes }: Write): void {
    const end = bytes === null ? position : Math.max(this.size, position + bytes.length);
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, this.#bytes.length * 2));
      grown.set(this.bytes);
      this.#bytes = grown;
    }
    if (end < this.size) this.#bytes.fill(0, end, this.size);
    if (bytes !== null) this.#bytes.set(bytes, position);
    this.size = end;
  }
}

export class VolatileFiles {
  readonly #nodes = new Map<number, Node>();
  #idLast = 0;
  #operationsLeft = Number.POSITIVE_INFINITY;
  #onCut: () => void = () => {};

  constructor() {
    this.#newFolder();
  }

  get root(): FolderNode {
    return this.folder(rootId);
  }

  /** After so many more changes and syncs; `onCut` is called at that very moment. */
  cutAfter(operations: number, onCut: () => void): void {
    this.#onCut = onCut;
    this.#operationsLeft = operations;
    if (operations <= 0) this.#cut();
  }

  get isOff(): boolean {
    return this.#operationsLeft <= 0;
  }

  node(id: number): Node {
    const node = this.#nodes.get(id);
    if (this.isOff) throw errno("EIO", "the power is off");
    if (node === undefined) throw errno("ENOENT", String(id));
    return node;
  }

  file(id: number): FileNode {
    const node = this.node(id);
    if (node.kind !== "file") throw errno("EISDIR", String(id));
    return node;
  }

  folder(id: number): FolderNode {
    const node = this.node(id);
    if (node.kind !== "folder") throw errno("ENOTDIR", String(id));
    return node;
  }

  child(folder: FolderNode, name: string): Node {
    const node = folder.live.get(name);
    if (node === undefined) throw errno("ENOENT", name);
    return node;
  }

  make(folder: FolderNode, name: string, kind: Node["kind"]): Node {
    if (folder.live.has(name)) throw errno("EEXIST", name);
    const node = kind === "file" ? this.#newFile() : this.#newFolder();
    this.#change(folder, { removed: null, added: [name, node] });
    return node;
  }

  remove(folder: FolderNode, name: string): void {
    const node = this.child(folder, name);
    if (node.kind === "folder" && node.live.size > 0) throw errno("ENOTEMPTY", name);
    this.#change(folder, { removed: name, added: null });
  }

  /** Between two folders these are two changes, of which a power cut may keep one. */
  rename([from, name]: readonly [FolderNode, string], [to, newName]: readonly [FolderNode, string]): void {
    const node = this.child(from, name);
    if (from === to) return this.#change(from, { removed: name, added: [newName, node] });
    rename(to, { removed: null, added: [newName, node] });
    this.#change(from, { removed: name, added: null });
  }

  write(file: FileNode, position: number, bytes: Uint8Array | null): void {
    const write = { position, bytes: bytes === null ? null : Uint8Array.from(bytes) };
    file.live.apply(write);
    file.unsynced.push(write);
    this.#count();
  }

  sync(node: Node): void {
    this.#count();
    if (this.isOff) return;
    if (node.kind === "file") for (const write of node.unsynced) node.durable.apply(write);
    else for (const change of node.unsynced) applyNames(node.durable, change);
    node.unsynced = [];
  }

  /** What the medium holds after a power cut, as a disk of its own on which everything is durable. */
  afterCut(fate: Fate): VolatileFiles {
    const after = new VolatileFiles();
    const survivors = new Map<Node, Node>();
    const folders: [FolderNode, FolderNode][] = [[this.#nodes.get(rootId) as FolderNode, after.root]];
    for (let pair = folders.pop(); pair !== undefined; pair = folders.pop()) {
      const [before, now] = pair;
      const names = new Map(before.durable);
      for (const change of before.unsynced) if (fate.keepsName()) applyNames(names, change);
      for (const [name, node] of names) {
        const known = survivors.get(node);
        const survivor = known ?? (node.kind === "file" ? after.#newFile() : after.#newFolder());
        survivors.set(node, survivor);
        now.live.set(name, survivor);
        now.durable.set(name, survivor);
        if (known !== undefined) continue;
        if (node.kind === "folder") folders.push([node, survivor as FolderNode]);
        else survive(node, survivor as FileNode, fate);
      }
    }
    return after;
  }

  /** Copies everything into a folder of the real disk. */
  copyTo(target: string, folder: FolderNode = this.root): void {
    fs.mkdirSync(target, { recursive: true, mode: 0o700 });
    for (const [name, node] of folder.live) {
      const file = path.join(target, name);
      if (node.kind === "folder") this.copyTo(file, node);
      else fs.writeFileSync(file, node.live.bytes, { mode: 0o600 });
    }
  }

  #change(folder: FolderNode, change: NameChange): void {
    rename(folder, change);
    this.#count();
  }

  #count(): void {
    this.#operationsLeft -= 1;
    if (this.isOff) this.#cut();
  }

  #cut(): void {
    const onCut = this.#onCut;
    this.#onCut = () => {};
    onCut();
  }

  #newFile(): FileNode {
    const contents = { live: new Content(), durable: new Content() };
    return this.#number({ kind: "file", id: this.#idLast + 1, ...contents, unsynced: [] });
  }

  #newFolder(): FolderNode {
    return this.#number({ kind: "folder", id: this.#idLast + 1, live: new Map(), durable: new Map(), unsynced: [] });
  }

  #number<Kind extends Node>(node: Kind): Kind {
    this.#idLast = node.id;
    this.#nodes.set(node.id, node);
    return node;
  }
}

function rename(folder: FolderNode, change: NameChange): void {
  applyNames(folder.live, change);
  folder.unsynced.push(change);
}

function applyNames(names: Map<string, Node>, { removed, added }: NameChange): void {
  if (removed !== null) names.delete(removed);
  if (added !== null) names.set(...added);
}

/** Sectors are those of the medium, not of the write: a small write in the middle of one is all or nothing. */
function survive(before: FileNode, after: FileNode, fate: Fate): void {
  const write = (each: Write) => {
    for (const content of [after.live, after.durable]) content.apply(each);
  };
  write({ position: 0, bytes: before.durable.bytes });
  for (const { position, bytes } of before.unsynced) {
    if (bytes === null) {
      if (fate.keepsSector(0, 1)) write({ position, bytes });
      continue;
    }
    const first = Math.floor(position / sectorBytes);
    const sectors = Math.ceil((position + bytes.length) / sectorBytes) - first;
    for (let sector = 0; sector < sectors; sector += 1) {
      if (!fate.keepsSector(sector, sectors)) continue;
      const from = Math.max(0, (first + sector) * sectorBytes - position);
      const to = Math.min(bytes.length, (first + sector + 1) * sectorBytes - position);
      write({ position: position + from, bytes: bytes.subarray(from, to) });
    }
  }
}
