/**
 * The repository `.git_safety`: a plain bare Git repository without index and work tree.
 *
 * Owns: its layout and object-level access. `vibesync/` inside it holds what Git has no place for: `scratch/` for files
 * that are being written, `last-good.json` for finding the branch again, `names.json` for what people call their
 * snapshots.
 * Must never: touch the branch before everything it leads to is on the medium [SNAP-4].
 *
 * A commit is one pack (packs.ts); older versions of VibeSync left loose objects. Only what `git gc` made, deltas and
 * packed refs, is read through isomorphic-git: it needs 0.7 ms an object, a rollback preview reads 10,000.
 */
import { dirname, join } from "node:path";
import git from "isomorphic-git";
import { Shard } from "#electron/core/snapshot-shard.ts";
import { isShardName, type SnapshotTree, shardsMax } from "#electron/core/snapshot-tree.ts";
import type { Disk } from "#electron/ports/disk.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { SnapshotInfo } from "#electron/ports/snapshots.ts";
import type { Result } from "#shared/result.ts";
import { author, commitText, type SnapshotTrailers, trailersOrNull } from "./commit-text.ts";
import { DurableFiles } from "./durable-files.ts";
import {
  decodeCommitOrNull,
  decodeLooseOrNull,
  decodeTreeOrNull,
  encodeTree,
  type GitObject,
  type GitObjectKind,
  isOid,
  oidOf,
  type TreeEntry,
} from "./git-object.ts";
import { encodeEntry, type PackEntry } from "./git-pack.ts";
import { Packs } from "./packs.ts";

export const branch = "refs/heads/main";
export const attachmentsFolder = "editors";
const branchCharsShown = 64;
export const objectSuffix = ".json";

export interface RepositoryPaths {
  readonly root: string;
  readonly objects: string;
  readonly packs: string;
  readonly heads: string;
  readonly branch: string;
  readonly own: string;
  readonly scratch: string;
  readonly torn: string;
  readonly lastGood: string;
  readonly names: string;
}

export function repositoryPaths(projectFolder: string): RepositoryPaths {
  const root = join(projectFolder, ".vibesync", ".git_safety");
  const own = join(root, "vibesync");
  return {
    root,
    objects: join(root, "objects"),
    packs: join(root, "objects", "pack"),
    heads: join(root, "refs", "heads"),
    branch: join(root, ...branch.split("/")),
    own,
    scratch: join(own, "scratch"),
    torn: join(own, "torn"),
    lastGood: join(own, "last-good.json"),
    names: join(own, "names.json"),
  };
}

export interface CommitDraft {
  readonly trailers: SnapshotTrailers;
  readonly tree: string;
  readonly parent: string | null;
}

/** A commit of ours: what it says, where it comes from, and its root tree. */
export interface SnapshotCommit {
  readonly info: SnapshotInfo;
  readonly parent: string | null;
  readonly tree: string;
}

/** The objects of a commit that is being made, by name. */
export interface ObjectDraft {
  readonly entries: Map<string, PackEntry>;
  /** Objects that the history has, intact, are left out: for commits that name everything. */
  readonly leavesOutKnown: boolean;
  /** First two digits of the names of loose objects. Most histories have none, and 10,000 looks in vain take time. */
  readonly looseFolders: ReadonlySet<string>;
}

export class Repository {
  readonly paths: RepositoryPaths;
  readonly disk: Disk;
  readonly files: DurableFiles;
  readonly packs: Packs;
  readonly #torn = new Set<string>();

  constructor(disk: Disk, projectFolder: string) {
    this.disk = disk;
    this.paths = repositoryPaths(projectFolder);
    this.files = new DurableFiles(disk, this.paths.root, this.paths.scratch);
    this.packs = new Packs(disk, { folder: this.paths.packs, aside: this.paths.torn }, this.files);
  }

  /** isomorphic-git's common arguments; a new cache for each piece of work, so that no pack stays in memory. */
  #git(cache: object = {}) {
    return { fs: this.files, gitdir: this.paths.root, cache };
  }

  startDraft(leavesOutKnown: boolean): ObjectDraft {
    if (leavesOutKnown) this.packs.refresh();
    const looseFolders = new Set(leavesOutKnown ? this.disk.readdir(this.paths.objects) : []);
    return { entries: new Map(), leavesOutKnown, looseFolders };
  }

  /** Adds an object to a draft and returns its name. */
  put(draft: ObjectDraft, kind: GitObjectKind, body: Uint8Array): string {
    const oid = oidOf(kind, body);
    if (draft.entries.has(oid) || (draft.leavesOutKnown && this.#has(oid, draft))) return oid;
    draft.entries.set(oid, encodeEntry(oid, kind, body));
    return oid;
  }

  putTree(draft: ObjectDraft, entries: readonly TreeEntry[]): string {
    return this.put(draft, "tree", encodeTree(entries));
  }

  putCommit(draft: ObjectDraft, { trailers, tree, parent }: CommitDraft): string {
    const signature = `${author.name} <${author.email}> ${Math.floor(trailers.timeMs / 1000)} +0000`;
    const head = [`tree ${tree}`, ...(parent === null ? [] : [`parent ${parent}`])];
    const lines = [...head, `author ${signature}`, `committer ${signature}`, "", commitText(trailers)];
    return this.put(draft, "commit", Buffer.from(lines.join("\n"), "utf8"));
  }

  /** Writes the objects of a draft, durably. */
  async save({ entries }: ObjectDraft): Promise<void> {
    if (entries.size > 0) await this.packs.write([...entries.values()]);
    this.files.settle();
    if (entries.size > 0) this.packs.refresh();
  }

  /** Says where the branch is found again, then moves it [SNAP-4]. */
  publish(oid: string, lastGood: readonly string[]): Promise<void> {
    const text = `${JSON.stringify({ version: 1, oids: lastGood })}\n`;
    return this.files.writeInOrder([
      { path: this.paths.lastGood, content: text },
      { path: this.paths.branch, content: `${oid}\n` },
    ]);
  }

  moveBranch(oid: string): Promise<void> {
    return this.files.write(this.paths.branch, `${oid}\n`);
  }

  /** The commit that the branch names, loose or packed; null when there is none or it is torn. */
  async branchOrNull(): Promise<string | null> {
    const text = this.branchText();
    // isomorphic-git would take what a torn file holds for the name of another file.
    if (text !== null) return isOid(text) ? text : null;
    try {
      return await git.resolveRef({ ...this.#git(), ref: branch });
    } catch (error) {
      if (isGitError(error)) return null;
      throw error;
    }
  }

  /** What the branch's own file holds, made printable; null when there is none, as after `git gc`. */
  branchText(): string | null {
    const bytes = this.files.bytesOrNull(this.paths.branch);
    if (bytes === null) return null;
    const text = Buffer.from(bytes).toString("latin1").slice(0, branchCharsShown);
    return text.replaceAll(/[^\x20-\x7e\n]/g, ".").trim();
  }

  /** An intact object, or null. `cache` keeps pack indexes between the reads of one piece of work. */
  async getOrNull(oid: string, cache: object): Promise<GitObject | null> {
    const direct = this.packs.read(oid) ?? this.#looseOrNull(oid);
    if (direct !== "delta") return direct;
    try {
      const packed = await git.readObject({ ...this.#git(cache), oid, format: "content" });
      return packed.format === "content" ? { kind: packed.type, body: Buffer.from(packed.object as Uint8Array) } : null;
    } catch (error) {
      if (isGitError(error)) return null;
      throw error;
    }
  }

  #looseOrNull(oid: string): GitObject | null {
    const bytes = this.files.bytesOrNull(this.#objectPath(oid));
    const loose = bytes === null ? null : decodeLooseOrNull(oid, bytes);
    if (bytes !== null && loose === null) this.#torn.add(oid);
    return loose;
  }

  #has(oid: string, { looseFolders }: ObjectDraft): boolean {
    if (this.packs.readKnown(oid) !== null) return true;
    const isLoose = looseFolders.has(oid.slice(0, 2)) && this.#looseOrNull(oid) !== null;
    if (isLoose) this.files.relyOn(dirname(this.#objectPath(oid)));
    return isLoose;
  }

  async treeOrNull(oid: string, cache: object): Promise<readonly TreeEntry[] | null> {
    const object = await this.getOrNull(oid, cache);
    return object?.kind === "tree" ? decodeTreeOrNull(object.body) : null;
  }

  /** The snapshot at `oid`; null when it is missing, damaged, or a commit of somebody else's making. */
  async commitOrNull(oid: string, cache: object): Promise<SnapshotCommit | null> {
    const object = await this.getOrNull(oid, cache);
    const commit = object?.kind === "commit" ? decodeCommitOrNull(object.body) : null;
    const trailers = commit === null ? null : trailersOrNull(commit.message);
    if (commit === null || trailers === null) return null;
    return { info: { oid, ...trailers }, parent: commit.parent, tree: commit.tree };
  }

  /** Names of all blobs of a root tree, or null when a part of it is missing or not ours. Blobs are not read. */
  async snapshotTreeOrNull(rootTree: string, cache: object): Promise<SnapshotTree | null> {
    const root = await this.treeOrNull(rootTree, cache);
    if (root === null || root.length > shardsMax + 1) return null;
    const tree = new Map<string, Shard>();
    for (const { name, oid } of root) {
      if (name === attachmentsFolder) continue;
      const object = isShardName(name) ? await this.getOrNull(oid, cache) : null;
      const shard = object?.kind === "tree" ? Shard.ofTreeOrNull(name, object.body) : null;
      if (shard === null) return null;
      tree.set(name, shard);
    }
    return tree;
  }

  /** Moves the damage that was met out of Git's sight, which calls a repository broken for a stray torn object. */
  async setTornAside(): Promise<number> {
    for (const oid of this.#torn) this.disk.rename(this.#objectPath(oid), join(this.paths.torn, oid));
    const count = this.#torn.size;
    this.#torn.clear();
    return count + (await this.packs.setDamagedAside());
  }

  #objectPath(oid: string): string {
    return join(this.paths.objects, oid.slice(0, 2), oid.slice(2));
  }

  /** Replaces one of our own small files beside Git's. */
  replaceOwn(path: string, value: unknown): Result<void> {
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`, "utf8");
    return durableReplace(this.disk, { path, bytes, code: "E_SNAPSHOT" });
  }

  /** The parsed JSON of one of our own files, null when there is none, undefined when it is damaged. */
  readOwn(path: string): unknown {
    const bytes = this.files.bytesOrNull(path);
    if (bytes === null) return null;
    try {
      return JSON.parse(Buffer.from(bytes).toString("utf8")) as unknown;
    } catch {
      // Damaged: the caller sets the file aside or rebuilds it.
      return undefined;
    }
  }
}

/** True for the errors that isomorphic-git raises about contents: something is missing or is not what it should be. */
export function isGitError(error: unknown): boolean {
  return (
    error instanceof Error &&
    Object.values(git.Errors).some((kind) => typeof kind === "function" && error instanceof kind)
  );
}
