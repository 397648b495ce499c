/** A project folder that is gone after the test, real git to look at it with, and scenes to put into it. */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Disk } from "#electron/ports/disk.ts";
import type { SnapshotChange, SnapshotRepair, SnapshotRequest } from "#electron/ports/snapshots.ts";
import { decodeIndexOrNull } from "#electron/snapshots/git-pack.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import type { Result } from "#shared/result.ts";

export function tempProject(): string {
  const folder = mkdtempSync(join(tmpdir(), "vibesync-snapshots-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function gitFolder(project: string): string {
  return join(project, ".vibesync", ".git_safety");
}

/** Runs real git on the history and returns what it printed on both channels. */
export function git(project: string, ...args: readonly string[]): string {
  const env = { PATH: process.env["PATH"] ?? "", HOME: project, GIT_CONFIG_NOSYSTEM: "1", LC_ALL: "C" };
  return execFileSync("git", ["--git-dir", gitFolder(project), ...args], { encoding: "utf8", env, stdio: "pipe" });
}

/** False for what a crash may leave to be put right: files half written, a pack that got its name before its index. */
export function isUnexpected({ kind }: SnapshotRepair): boolean {
  return kind !== "leftovers-removed" && kind !== "indexes-rebuilt";
}

/** Throws with git's words when the history is not clean. */
export function fsck(project: string): void {
  git(project, "fsck", "--full", "--strict", "--no-dangling");
}

/** Turns a bit of one object wherever it lies, in however many packs. */
export function damageObject(project: string, oid: string): void {
  const folder = join(gitFolder(project), "objects", "pack");
  let copies = 0;
  for (const name of readdirSync(folder).filter((each) => each.endsWith(".idx"))) {
    const index = decodeIndexOrNull(readFileSync(join(folder, name)));
    const place = index?.placeOf(oid) ?? -1;
    if (index === null || place < 0) continue;
    const path = join(folder, name.replace(".idx", ".pack"));
    const bytes = readFileSync(path);
    const at = index.offsetAt(place) + 8;
    bytes[at] = (bytes[at] ?? 0) ^ 0x10;
    chmodSync(path, 0o600);
    writeFileSync(path, bytes);
    copies += 1;
  }
  if (copies === 0) throw new Error(`no pack holds ${oid}`);
}

/** A UUID whose first byte spreads over all shards. */
export function uuidOf(index: number): string {
  const hash = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${hash.toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

/** About 300 bytes, like an object with its transform. */
export function jsonOf(index: number, revision: number): string {
  const at = [index * 0.125, revision * 0.5, -index];
  return JSON.stringify({
    kind: "object",
    name: `Täöwer.${index}`,
    note: "x".repeat(180),
    position: at,
    rotation: [0, 0, 0, 1],
  });
}

export function changesOf(count: number, revision = 0): readonly SnapshotChange[] {
  return Array.from({ length: count }, (_, index) => ({ uuid: uuidOf(index), json: jsonOf(index, revision) }));
}

export function request(
  lsn: number,
  changed: readonly SnapshotChange[],
  more: Partial<SnapshotRequest> = {},
): SnapshotRequest {
  return { lsn, stateHash: `state-${lsn}`, timeMs: 1_790_000_000_000 + lsn * 1_500, reason: "final", changed, ...more };
}

export async function opened(project: string, disk?: Disk): Promise<SnapshotStore> {
  return valueOrThrow(await SnapshotStore.open(project, disk));
}

export function valueOrThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message} ${result.failure.cause ?? ""}`);
  return result.value;
}
