/**
 * Opens `.git_safety`, or makes it, and puts right what a crash or somebody else's program left behind.
 *
 * Owns: the order of the repairs and the search for the newest snapshot that can be read whole [SNAP-8]: the branch,
 * then the commits of `last-good.json`, newest first. Only names of blobs are checked here, not blobs: a torn blob
 * costs the snapshots that hold it, not the history, and the next whole commit writes it again.
 * Must never: fail because something is damaged. It fails when the folder cannot be read or written; everything else is
 * repaired, counted and told.
 */
import { dirname, join } from "node:path";
import { z } from "zod";
import type { SnapshotTree } from "#electron/core/snapshot-tree.ts";
import type { Disk } from "#electron/ports/disk.ts";
import type { SnapshotInfo, SnapshotRepair } from "#electron/ports/snapshots.ts";
import { isOid } from "./git-object.ts";
import { branch, type Repository, type RepositoryPaths } from "./repository.ts";

export const lastGoodMax = 8;
const stagedIndexPattern = /(pack-[0-9a-f]{40})\.idx$/;

const headText = `ref: ${branch}\n`;
const configText = "[core]\n\trepositoryformatversion = 0\n\tfilemode = false\n\tbare = true\n";
const lastGoodSchema = z.object({ version: z.literal(1), oids: z.array(z.string()).max(lastGoodMax) });

/** The newest readable snapshot and the names of all its blobs. */
export interface Tip {
  readonly info: SnapshotInfo;
  readonly parent: string | null;
  readonly rootTree: string;
  readonly tree: SnapshotTree;
}

export interface OpenedRepository {
  readonly isNew: boolean;
  readonly tip: Tip | null;
  readonly lastGood: readonly string[];
  readonly repairs: readonly SnapshotRepair[];
}

/** Throws errno errors of the disk. */
export async function openRepository(repository: Repository): Promise<OpenedRepository> {
  const { paths, files } = repository;
  const isNew = files.bytesOrNull(join(paths.root, "HEAD")) === null;
  for (const folder of [paths.heads, join(paths.root, "refs", "tags"), paths.packs]) {
    files.makeFolder(folder);
  }
  files.makeFolder(paths.scratch);
  files.makeFolder(paths.torn);
  // A process that died may have made these without settling their names; what is below counts on them.
  const folders = [dirname(paths.root), paths.root, paths.objects, paths.packs, paths.heads, paths.own];
  for (const folder of folders) repository.disk.syncDirectory(folder);
  const repairs = removeLeftovers(repository);
  const rewritten = await ensureEssentials(repository);
  if (!isNew) for (const name of rewritten) repairs.push({ kind: "file-rewritten", name });
  const indexes = await repository.packs.rebuildIndexes();
  if (indexes > 0) repairs.push({ kind: "indexes-rebuilt", count: indexes });
  const lastGood = lastGoodOf(repository);
  const tip = await findTip(repository, lastGood, repairs);
  const count = await repository.setTornAside();
  if (count > 0) repairs.push({ kind: "objects-set-aside", count });
  return { isNew, tip, lastGood, repairs };
}

/** Temporary files of a process that died: nothing refers to them, whatever is in them. */
function removeLeftovers({ disk, paths, packs }: Repository): SnapshotRepair[] {
  const leftovers = [
    ...orphanedPacks(disk, paths),
    ...disk.readdir(paths.scratch).map((name) => join(paths.scratch, name)),
    ...disk.readdir(paths.own).flatMap((name) => (name.endsWith(".tmp") ? [join(paths.own, name)] : [])),
  ];
  for (const path of leftovers) disk.unlink(path);
  const count = leftovers.length + packs.removeLeftovers();
  return count === 0 ? [] : [{ kind: "leftovers-removed", count }];
}

/**
 * Packs whose index is still in the scratch folder. Any other pack without an index may be one that somebody's
 * `git gc` is just about to finish.
 */
function orphanedPacks(disk: Disk, paths: RepositoryPaths): readonly string[] {
  const names = new Set(disk.readdir(paths.packs));
  return disk.readdir(paths.scratch).flatMap((scratch) => {
    const stem = stagedIndexPattern.exec(scratch)?.[1] ?? "";
    return names.has(`${stem}.pack`) && !names.has(`${stem}.idx`) ? [join(paths.packs, `${stem}.pack`)] : [];
  });
}

interface EssentialFile {
  readonly name: string;
  readonly isGood: (text: string) => boolean;
  readonly text: string;
}

/** In the order of writing: Git takes a folder for a repository once it has a HEAD. */
const essentialFiles: readonly EssentialFile[] = [
  { name: "config", isGood: (text) => text.includes("bare = true"), text: configText },
  { name: "HEAD", isGood: (text) => text === headText, text: headText },
];

/** Writes the essential files that are missing or wrong, and returns their names. */
async function ensureEssentials({ files, paths }: Repository): Promise<readonly string[]> {
  const rewritten: string[] = [];
  for (const { name, isGood, text } of essentialFiles) {
    const path = join(paths.root, name);
    const found = files.bytesOrNull(path);
    if (found !== null && isGood(Buffer.from(found).toString("utf8"))) continue;
    await files.write(path, text);
    rewritten.push(name);
  }
  return rewritten;
}

function lastGoodOf(repository: Repository): readonly string[] {
  const parsed = lastGoodSchema.safeParse(repository.readOwn(repository.paths.lastGood));
  return parsed.success ? parsed.data.oids.filter(isOid) : [];
}

async function findTip(
  repository: Repository,
  lastGood: readonly string[],
  repairs: SnapshotRepair[],
): Promise<Tip | null> {
  const { paths, disk } = repository;
  const named = await repository.branchOrNull();
  const found = repository.branchText();
  const from = named ?? found ?? "";
  if (found === null && named === null && lastGood.length === 0) return null;
  const cache = {};
  for (const oid of new Set([...(named === null ? [] : [named]), ...lastGood])) {
    const tip = await tipOrNull(repository, oid, cache);
    if (tip === null) continue;
    if (oid !== named) {
      await repository.moveBranch(oid);
      repairs.push({ kind: "branch-moved", from, to: oid });
    }
    return tip;
  }
  if (found !== null) {
    disk.unlink(paths.branch);
    disk.syncDirectory(paths.heads);
  }
  repairs.push({ kind: "history-unreadable", from });
  return null;
}

async function tipOrNull(repository: Repository, oid: string, cache: object): Promise<Tip | null> {
  const commit = await repository.commitOrNull(oid, cache);
  if (commit === null) return null;
  const tree = await repository.snapshotTreeOrNull(commit.tree, cache);
  return tree === null ? null : { info: commit.info, parent: commit.parent, rootTree: commit.tree, tree };
}
