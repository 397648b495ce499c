/**
 * A whole project on a real disk that is full at fifty levels, from one that takes nothing to one that takes it all
 * (R7): the last good state opens each time, and goes on when there is room.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Disk, realDisk } from "#electron/ports/disk.ts";
import { git } from "#tests/snapshots/temp-project.ts";
import { checkNextStart, nothingTold, projectFolder, projectLife, type Told } from "./project-life.ts";

const fillLevels = 50;
const roomyBytes = 16 * 1_048_576;
const pageBytes = 4_096;
/** A file that is replaced stands there twice for a while. */
const replacingFactor = 1.25;

/** The real disk, with the life's project in `folder`. */
function diskWithProjectIn(folder: string): Disk {
  const there = (path: string): string => join(folder, path.slice(projectFolder.length));
  return {
    ...realDisk,
    open: (path, flags) => realDisk.open(there(path), flags),
    stat: (path) => realDisk.stat(there(path)),
    readdir: (path) => realDisk.readdir(there(path)),
    mkdir: (path) => realDisk.mkdir(there(path)),
    rename: (from, to) => realDisk.rename(there(from), there(to)),
    unlink: (path) => realDisk.unlink(there(path)),
    syncDirectory: (path) => realDisk.syncDirectory(there(path)),
  };
}

function mount(folder: string, ...options: readonly string[]): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", options.join(","), "tmpfs", folder], { stdio: "pipe" });
}

/** A file system of its own in memory; null when that is not permitted. */
function mountedFolderOrNull(): string | null {
  const folder = mkdtempSync(join(tmpdir(), "vibesync-full-disk-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  try {
    mount(folder, `size=${roomyBytes}`);
  } catch {
    return null;
  }
  onTestFinished(() => {
    execFileSync("umount", ["--lazy", folder], { stdio: "pipe" });
  });
  return folder;
}

function usedBytes(folder: string): number {
  const { blocks, bfree, bsize } = statfsSync(folder);
  return (blocks - bfree) * bsize;
}

async function lived(folder: string, told: Told): Promise<Disk> {
  const disk = diskWithProjectIn(folder);
  await projectLife(disk, told);
  return disk;
}

describe("a real full disk", () => {
  it("[WAL-16] [SNAP-12] [ENG-13] at fifty fill levels: the last good state opens, and goes on with room (R7)", async (context) => {
    const root = mountedFolderOrNull();
    if (root === null) context.skip("mounting a small disk needs root; whole-project.test.ts fills the fake one");
    const roomy = join(root ?? "", "roomy");
    mkdirSync(roomy);
    await lived(roomy, nothingTold());
    const neededPages = Math.ceil((usedBytes(root ?? "") * replacingFactor) / pageBytes);
    rmSync(roomy, { recursive: true });
    const snapshots = new Set<number>();
    const confirmed = new Set<number>();
    for (let level = 0; level < fillLevels; level += 1) {
      const folder = join(root ?? "", `level-${level}`);
      mkdirSync(folder);
      const pages = 1 + Math.round((level / (fillLevels - 1)) * neededPages);
      mount(root ?? "", "remount", `size=${pages * pageBytes}`);
      const told = nothingTold();
      const disk = await lived(folder, told);
      snapshots.add(told.snapshotLsn);
      confirmed.add(told.confirmedLsn);
      mount(root ?? "", "remount", `size=${roomyBytes}`);
      await checkNextStart(disk, told, `level ${level}`);
      await lived(folder, told);
      expect(told.snapshotLsn).toBeGreaterThanOrEqual(16);
      await checkNextStart(disk, told, `level ${level}, with room`);
      git(folder, "fsck", "--full", "--strict", "--no-dangling");
      rmSync(folder, { recursive: true });
    }
    // From a disk on which nothing can be told to one that holds a whole life.
    for (const reached of [snapshots, confirmed]) {
      expect(reached.has(0)).toBe(true);
      expect(reached.has(16)).toBe(true);
      expect(reached.size).toBeGreaterThan(3);
    }
  }, 120_000);
});
