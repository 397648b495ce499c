/**
 * The packs of the history: reading objects out of them, and many small ones made into one.
 *
 * Owns: which packs there are, which of them are damaged, what is left out of a rewritten one, and the order in which
 * files come and go: a pack before its index, and gone before its index, so that nobody ever finds an index that leads
 * to something unfinished [SNAP-4].
 * Must never: hand out a body whose digest is not the name it was asked for [SNAP-5], or remove a pack before every
 * intact object of it is on the medium elsewhere.
 *
 * Packs that `git gc` wrote hold deltas; those entries are left to isomorphic-git, and such packs are never rewritten.
 */
import { basename, join } from "node:path";
import { closeQuietly, type Disk, errnoOf, readAll, readFile } from "#electron/ports/disk.ts";
import type { DurableFiles } from "./durable-files.ts";
import { type GitObject, oidOf } from "./git-object.ts";
import {
  decodeEntryOrNull,
  decodeIndexOrNull,
  digestBytes,
  type PackEntry,
  type PackIndex,
  packOf,
  scanOrNull,
} from "./git-pack.ts";

/** So many small packs become one. */
export const smallPacksMax = 64;
/** A pack of this size is left alone from then on. */
const smallBytesMax = 64 * 1024 * 1024;
/** How much is rewritten at once. */
const rewrittenBytesMax = 256 * 1024 * 1024;
/** A pack is rewritten for what may go when that is a quarter of it. */
const deadPart = 4;

const indexSuffix = ".idx";
const packSuffix = ".pack";

interface Pack {
  /** Path without the suffix. */
  readonly path: string;
  readonly index: PackIndex;
  /** Where entries begin, and behind the last one where it ends. */
  readonly bounds: Float64Array;
  readonly sizeBytes: number;
}

export class Packs {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #aside: string;
  readonly #files: DurableFiles;
  #packs: ReadonlyMap<string, Pack> = new Map();
  readonly #damaged = new Set<string>();

  /** Damaged packs go to `aside`. */
  constructor(disk: Disk, { folder, aside }: { folder: string; aside: string }, files: DurableFiles) {
    this.#disk = disk;
    this.#folder = folder;
    this.#aside = aside;
    this.#files = files;
  }

  /** An intact object, "delta" when only isomorphic-git can put it together, null when no pack has it whole. */
  read(oid: string): GitObject | "delta" | null {
    const known = this.readKnown(oid);
    if (known !== null) return known;
    // Somebody ran `git gc` meanwhile, or this is the first look.
    return this.refresh() ? this.readKnown(oid) : null;
  }

  /** The same of the packs that were there at the last look. */
  readKnown(oid: string): GitObject | "delta" | null {
    for (const pack of this.#packs.values()) {
      const place = pack.index.placeOf(oid);
      if (place < 0) continue;
      const bytes = this.#entryBytesOrNull(pack, pack.index.offsetAt(place));
      if (bytes === null) continue;
      const object = decodeEntryOrNull(bytes);
      if (object === "delta" || (object !== null && oidOf(object.kind, object.body) === oid)) return object;
      this.#damaged.add(pack.path);
    }
    return null;
  }

  /** Looks at the folder again; true when it changed. */
  refresh(): boolean {
    const names = new Set(this.#disk.readdir(this.#folder));
    const packs = new Map<string, Pack>();
    let isChanged = false;
    for (const name of names) {
      if (!name.endsWith(indexSuffix)) continue;
      const stem = name.slice(0, -indexSuffix.length);
      if (!names.has(stem + packSuffix)) continue;
      const known = this.#packs.get(stem);
      const pack = known ?? this.#openOrNull(stem);
      if (pack === null) continue;
      isChanged ||= known === undefined;
      packs.set(stem, pack);
    }
    isChanged ||= packs.size !== this.#packs.size;
    this.#packs = packs;
    return isChanged;
  }

  /** Writes a pack. Its names are durable after the next `settle` of the file layer. */
  async write(entries: readonly PackEntry[]): Promise<void> {
    const { name, pack, index } = packOf(entries);
    await this.#files.writePack(join(this.#folder, name), pack, index);
  }

  get isCrowded(): boolean {
    return this.#small().length >= smallPacksMax;
  }

  /** Makes one pack of the small ones. */
  async consolidate(): Promise<void> {
    const chosen: Pack[] = [];
    let bytes = 0;
    for (const pack of this.#small()) {
      bytes += pack.sizeBytes;
      if (bytes > rewrittenBytesMax) break;
      chosen.push(pack);
    }
    await this.#rewrite(chosen);
  }

  /** Bytes of an object in its pack; 0 when no pack has it. */
  sizeOf(oid: string): number {
    for (const pack of this.#packs.values()) {
      const place = pack.index.placeOf(oid);
      if (place >= 0) return sizeAt(pack, place);
    }
    return 0;
  }

  /** Lets go of what is not live, in the packs of which that is a good part. */
  async prune(isLive: (oid: string) => boolean): Promise<void> {
    let group: Pack[] = [];
    let bytes = 0;
    for (const pack of this.#packs.values()) {
      if (deadBytesOf(pack, isLive) * deadPart < pack.sizeBytes) continue;
      if (group.length > 0 && bytes + pack.sizeBytes > rewrittenBytesMax) {
        await this.#rewrite(group, isLive);
        group = [];
        bytes = 0;
      }
      group.push(pack);
      bytes += pack.sizeBytes;
    }
    await this.#rewrite(group, isLive);
  }

  /** Writes what is intact in the damaged packs that were met anew and moves those aside; how many there were. */
  async setDamagedAside(): Promise<number> {
    const damaged = [...this.#packs.values()].filter(({ path }) => this.#damaged.has(path));
    await this.#rewrite(damaged);
    return damaged.length;
  }

  /** Makes the index of each whole pack of ours that has none, or one that is damaged; how many there were. */
  async rebuildIndexes(): Promise<number> {
    this.refresh();
    let count = 0;
    for (const name of this.#disk.readdir(this.#folder)) {
      const stem = name.slice(0, -packSuffix.length);
      if (!name.endsWith(packSuffix) || this.#packs.has(stem)) continue;
      const entries = scanOrNull(readFile(this.#disk, join(this.#folder, name)));
      const again = entries === null ? null : packOf(entries);
      if (again?.name !== stem) continue;
      await this.#files.write(join(this.#folder, stem + indexSuffix), again.index);
      count += 1;
    }
    if (count > 0) this.refresh();
    return count;
  }

  /** Indexes without their pack: what a crash left of a pack that was being removed. */
  removeLeftovers(): number {
    const names = this.#disk.readdir(this.#folder);
    const stray = names.filter(
      (name) => name.endsWith(indexSuffix) && !names.includes(name.slice(0, -indexSuffix.length) + packSuffix),
    );
    for (const name of stray) this.#disk.unlink(join(this.#folder, name));
    return stray.length;
  }

  #small(): readonly Pack[] {
    const small = [...this.#packs.values()].filter(({ sizeBytes }) => sizeBytes <= smallBytesMax);
    return small.sort((a, b) => a.sizeBytes - b.sizeBytes);
  }

  async #rewrite(packs: readonly Pack[], isLive: (oid: string) => boolean = () => true): Promise<void> {
    const entries = new Map<string, PackEntry>();
    const retired: string[] = [];
    for (const pack of packs) {
      const found = this.#entriesOrNull(pack);
      if (found === null) continue;
      for (const entry of found) if (isLive(entry.oid)) entries.set(entry.oid, entry);
      retired.push(pack.path);
    }
    if (retired.length === 0) return;
    const { name, pack, index } = packOf([...entries.values()]);
    if (entries.size > 0) {
      await this.#files.writePack(join(this.#folder, name), pack, index);
      this.#files.settle();
    }
    // The same objects in the same order have the same name: such a pack is its own successor.
    this.#retire(retired.filter((path) => basename(path) !== name));
    this.refresh();
  }

  /** Every intact entry of a pack as it stands there; null when it holds deltas and has to stay. */
  #entriesOrNull(pack: Pack): readonly PackEntry[] | null {
    const bytes = readFile(this.#disk, pack.path + packSuffix);
    const entries: PackEntry[] = [];
    for (let place = 0; place < pack.index.count; place += 1) {
      const oid = pack.index.oidAt(place);
      const from = pack.index.offsetAt(place);
      const entry = bytes.subarray(from, endOf(pack, from));
      const object = decodeEntryOrNull(entry);
      if (object === "delta") return null;
      if (object !== null && oidOf(object.kind, object.body) === oid) entries.push({ oid, bytes: entry });
      else this.#damaged.add(pack.path);
    }
    return entries;
  }

  /** Packs first, durably: an index without its pack is known for what it is, the other way round is not. */
  #retire(paths: readonly string[]): void {
    for (const suffix of [packSuffix, indexSuffix]) {
      for (const path of paths) {
        if (this.#damaged.has(path)) this.#disk.rename(path + suffix, join(this.#aside, basename(path) + suffix));
        else this.#unlinkIfThere(path + suffix);
      }
      this.#disk.syncDirectory(this.#folder);
    }
    for (const path of paths) this.#damaged.delete(path);
  }

  #unlinkIfThere(path: string): void {
    try {
      this.#disk.unlink(path);
    } catch (error) {
      // `git gc` was quicker.
      if (errnoOf(error) !== "ENOENT") throw error;
    }
  }

  #openOrNull(stem: string): Pack | null {
    const path = join(this.#folder, stem);
    try {
      const { sizeBytes } = this.#disk.stat(path + packSuffix);
      const index = decodeIndexOrNull(readFile(this.#disk, path + indexSuffix));
      if (index === null) return null;
      const bounds = new Float64Array(index.count + 1).fill(Math.max(0, sizeBytes - digestBytes));
      for (let place = 0; place < index.count; place += 1) bounds[place] = index.offsetAt(place);
      return { path, index, bounds: bounds.sort(), sizeBytes };
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    }
  }

  /** Null when the pack is gone: `git gc` has put its objects into another one. */
  #entryBytesOrNull(pack: Pack, from: number): Uint8Array | null {
    const bytes = new Uint8Array(Math.max(0, endOf(pack, from) - from));
    let fd: number;
    try {
      fd = this.#disk.open(pack.path + packSuffix, "r");
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return null;
      throw error;
    }
    try {
      return bytes.subarray(0, readAll(this.#disk, fd, bytes, from));
    } finally {
      closeQuietly(this.#disk, fd);
    }
  }
}

function sizeAt(pack: Pack, place: number): number {
  const from = pack.index.offsetAt(place);
  return endOf(pack, from) - from;
}

function deadBytesOf(pack: Pack, isLive: (oid: string) => boolean): number {
  let bytes = 0;
  for (let place = 0; place < pack.index.count; place += 1) {
    if (!isLive(pack.index.oidAt(place))) bytes += sizeAt(pack, place);
  }
  return bytes;
}

/** Where the entry that begins at `from` ends: where the next one begins. */
function endOf({ bounds }: Pack, from: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) > from) high = middle;
    else low = middle + 1;
  }
  return bounds[low] ?? from;
}
