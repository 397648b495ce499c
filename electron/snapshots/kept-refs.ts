/**
 * The snapshots that are kept apart from their neighbours, which were let go: one ref each, in Git's own file for many.
 *
 * Owns: `refs/kept/…` in `packed-refs`, numbered in the order of the history, and `shallow`, which tells Git where the
 * parent of a kept commit is gone. The refs are the truth; `shallow` follows from them and the commits.
 * Must never: touch a line of somebody else's. After a `git gc` the branch stands in the same file.
 *
 * `main` is a chain from the newest snapshot to the first kept one; from there on the kept ones follow each other.
 */
import { join } from "node:path";
import { isOid } from "./git-object.ts";
import { branch, type Repository, type SnapshotCommit } from "./repository.ts";

const keptFolder = "refs/kept/";
const numberDigits = 10;
const header = "# pack-refs with: peeled fully-peeled sorted \n";
/** Folders under refs that are looked through for what others put there. */
const refDepthMax = 8;

interface PackedRef {
  readonly name: string;
  readonly oid: string;
  /** What a tag object leads to. */
  readonly peeled?: string;
}

export class KeptRefs {
  readonly #repository: Repository;
  #refs: readonly PackedRef[] = [];
  /** From new to old. */
  #oids: readonly string[] = [];
  #places: ReadonlyMap<string, number> = new Map();

  constructor(repository: Repository) {
    this.#repository = repository;
  }

  /** Reads what is there. Lines that make no sense are passed over, as Git would not. */
  load(): void {
    const bytes = this.#repository.files.bytesOrNull(this.#path("packed-refs"));
    this.#refs = bytes === null ? [] : packedRefsOf(Buffer.from(bytes).toString("latin1"));
    this.#oids = this.#refs.filter(isKept).map(({ oid }) => oid);
    this.#oids = this.#oids.toReversed();
    this.#places = new Map(this.#oids.map((oid, place) => [oid, place]));
  }

  has(oid: string): boolean {
    return this.#places.has(oid);
  }

  /** Where the history goes on behind a commit; `parent` undefined: the commit cannot be read. */
  before(oid: string, parent: string | null | undefined): string | null {
    const place = this.#places.get(oid);
    if (place !== undefined) return this.#oids[place + 1] ?? null;
    return parent === undefined ? (this.#oids[0] ?? null) : parent;
  }

  /**
   * Keeps `commits`, from new to old, and tells Git where they end: first the refs, durably, so that nothing that is
   * kept is ever out of reach.
   */
  async keep(commits: readonly SnapshotCommit[]): Promise<void> {
    const { files } = this.#repository;
    const text = packedText([...this.#others(), ...this.#numbered(commits)]);
    if (text !== packedText(this.#refs)) await files.write(this.#path("packed-refs"), text);
    const cuts = commits.filter(({ parent }, place) => parent !== null && parent !== commits[place + 1]?.info.oid);
    const shallow = Array.from(cuts, ({ info }) => `${info.oid}\n`).sort();
    if (shallow.join("") !== this.#shallowText()) await files.write(this.#path("shallow"), shallow.join(""));
    this.load();
  }

  /** A ref that is not ours, or null. What it leads to is not ours to let go of. */
  foreignOrNull(): string | null {
    const packed = this.#refs.find((ref) => !isKept(ref) && ref.name !== branch);
    return packed?.name ?? this.#looseOrNull("refs", refDepthMax);
  }

  #looseOrNull(folder: string, depth: number): string | null {
    for (const name of this.#repository.disk.readdir(this.#path(folder))) {
      const path = `${folder}/${name}`;
      if (path === branch) continue;
      const isFolder = this.#repository.disk.stat(this.#path(path)).kind === "directory";
      if (!isFolder || depth === 0) return path;
      const found = this.#looseOrNull(path, depth - 1);
      if (found !== null) return found;
    }
    return null;
  }

  /** The lines of others; the branch's own is left out once it stands in a file of its own, which counts. */
  #others(): readonly PackedRef[] {
    const isLoose = this.#repository.branchText() !== null;
    return this.#refs.filter((ref) => !isKept(ref) && !(isLoose && ref.name === branch));
  }

  /** Who has a number keeps it. New ones are newer than all that were kept before. */
  #numbered(commits: readonly SnapshotCommit[]): readonly PackedRef[] {
    const names = new Map(this.#refs.filter(isKept).map(({ name, oid }) => [oid, name]));
    let last = Number(this.#refs.findLast(isKept)?.name.slice(keptFolder.length) ?? 0);
    return commits.toReversed().map(({ info: { oid } }) => {
      const known = names.get(oid);
      if (known === undefined) last += 1;
      return { oid, name: known ?? `${keptFolder}${String(last).padStart(numberDigits, "0")}` };
    });
  }

  #shallowText(): string | null {
    const bytes = this.#repository.files.bytesOrNull(this.#path("shallow"));
    return bytes === null ? null : Buffer.from(bytes).toString("latin1");
  }

  #path(name: string): string {
    return join(this.#repository.paths.root, ...name.split("/"));
  }
}

function isKept({ name }: PackedRef): boolean {
  return name.startsWith(keptFolder) && /^\d+$/.test(name.slice(keptFolder.length));
}

function packedRefsOf(text: string): readonly PackedRef[] {
  const refs: PackedRef[] = [];
  for (const line of text.split("\n")) {
    const oid = line.slice(line.startsWith("^") ? 1 : 0).slice(0, 40);
    const last = refs.at(-1);
    if (!isOid(oid)) continue;
    if (line.startsWith("^") && last) refs[refs.length - 1] = { ...last, peeled: oid };
    else if (line[40] === " ") refs.push({ oid, name: line.slice(41) });
  }
  return refs;
}

function packedText(refs: readonly PackedRef[]): string {
  const sorted = [...refs].sort((a, b) => (a.name < b.name ? -1 : 1));
  const lines = sorted.map(({ oid, name, peeled }) => `${oid} ${name}\n${peeled === undefined ? "" : `^${peeled}\n`}`);
  return header + lines.join("");
}
