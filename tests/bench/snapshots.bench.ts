/**
 * What a snapshot of 10,000 objects costs: the first one, those with 1, 10 and 100 objects changed, opening and
 * reading.
 *
 * Medians of repeated commits on the real disk, next to the median fdatasync of 4 KiB just before, because that is what
 * a commit is made of. Stands alone: `node --import tsx tests/bench/snapshots.bench.ts`; the bench's main calls
 * `measure`.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { realDisk, writeAll } from "#electron/ports/disk.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import type { Result } from "#shared/result.ts";

const objectCount = 10_000;
const changeCounts = [1, 10, 100];
const commitsEach = 25;
const nativeChanges = 100;
const nativeCommits = 9;
const syncsMeasured = 50;
const openingsMeasured = 5;

export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "×";
}

function uuidOf(index: number): string {
  const spread = Math.imul(index + 1, 0x9e3779b1) >>> 0;
  return `${spread.toString(16).padStart(8, "0")}-0000-4000-8000-${index.toString(16).padStart(12, "0")}`;
}

/** About 300 bytes, as an object with its transform and names is. */
function changeOf(index: number, revision: number) {
  const position = [index * 0.125, revision * 0.5, -index];
  const fields = { kind: "object", name: `Tower.${index}`, note: "x".repeat(180), position, rotation: [0, 0, 0, 1] };
  return { uuid: uuidOf(index), json: JSON.stringify(fields) };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

async function timed<T>(times: number[], work: () => Promise<Result<T>>): Promise<T> {
  const startMs = performance.now();
  const result = await work();
  times.push(performance.now() - startMs);
  if (!result.ok) throw new Error(`${result.failure.code}: ${result.failure.message}`);
  return result.value;
}

async function medianSyncMs(folder: string): Promise<number> {
  const fd = realDisk.open(join(folder, "sync-probe"), "wx");
  const block = new Uint8Array(4_096);
  const times: number[] = [];
  for (let count = 0; count < syncsMeasured; count += 1) {
    writeAll(realDisk, fd, block, count * block.length);
    const startMs = performance.now();
    await realDisk.datasync(fd);
    times.push(performance.now() - startMs);
  }
  realDisk.close(fd);
  return median(times);
}

/** The same objects as files of a work tree: what `git add -A && git commit` takes for as many changes, in ms. */
function nativeGitMs(folder: string): readonly number[] {
  const work = join(folder, "native");
  mkdirSync(work);
  const env = { PATH: process.env["PATH"] ?? "", HOME: work, GIT_CONFIG_NOSYSTEM: "1" };
  const author = ["-c", "user.name=bench", "-c", "user.email=bench@localhost"];
  const git = (...args: readonly string[]) =>
    execFileSync("git", [...author, ...args], { cwd: work, env, stdio: "pipe" });
  const save = (index: number, revision: number): void => {
    const { uuid, json } = changeOf(index, revision);
    mkdirSync(join(work, uuid.slice(0, 2)), { recursive: true });
    writeFileSync(join(work, uuid.slice(0, 2), `${uuid}.json`), json);
  };
  git("init", "--quiet");
  for (let index = 0; index < objectCount; index += 1) save(index, 0);
  git("add", "-A");
  git("commit", "--quiet", "-m", "first");
  return Array.from({ length: nativeCommits }, (_, commit) => {
    for (let at = 0; at < nativeChanges; at += 1) save((commit * 131 + at * 17) % objectCount, commit + 1);
    const startMs = performance.now();
    git("add", "-A");
    git("commit", "--quiet", "-m", "next");
    return performance.now() - startMs;
  });
}

/** Measures in `folder`, which it fills and the caller removes. */
async function measureIn(folder: string): Promise<readonly Measurement[]> {
  const lines: Measurement[] = [{ name: "fdatasync of 4 KiB", value: await medianSyncMs(folder), unit: "ms" }];
  const line = (name: string, times: readonly number[]): void =>
    void lines.push({ name, value: median(times), unit: "ms" });
  const firstOpening: number[] = [];
  const store = await timed(firstOpening, () => SnapshotStore.open(folder));
  line("make the history", firstOpening);
  const whole = Array.from({ length: objectCount }, (_, index) => changeOf(index, 0));
  const first: number[] = [];
  const more = { timeMs: Date.now(), stateHash: "bench", reason: "final" as const };
  await timed(first, () => store.commit({ ...more, lsn: 1, changed: whole, whole: true }));
  line(`first snapshot of ${objectCount} objects`, first);
  let lsn = 1;
  for (const count of changeCounts) {
    const times: number[] = [];
    for (let commit = 0; commit < commitsEach; commit += 1) {
      lsn += 1;
      const changed = Array.from({ length: count }, (_, at) => changeOf((lsn * 131 + at * 17) % objectCount, lsn));
      await timed(times, () => store.commit({ ...more, lsn, changed }));
    }
    line(`snapshot, ${count} of ${objectCount} changed`, times);
    if (count !== nativeChanges) continue;
    const native = nativeGitMs(folder);
    line(`git add -A && git commit, ${count} of ${objectCount} changed`, native);
    lines.push({ name: "git add -A && git commit / snapshot", value: median(native) / median(times), unit: "×" });
  }
  const [opening, reading]: [number[], number[]] = [[], []];
  for (let count = 0; count < openingsMeasured; count += 1) {
    const again = await timed(opening, () => SnapshotStore.open(folder));
    await timed(reading, () => again.read(again.opening.head?.oid ?? ""));
  }
  line("open the history", opening);
  line(`read a snapshot of ${objectCount} objects`, reading);
  return lines;
}

export async function measure(): Promise<readonly Measurement[]> {
  const folder = mkdtempSync(join(tmpdir(), "vibesync-bench-snapshots-"));
  try {
    return await measureIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, value, unit } of await measure()) console.log(`${name.padEnd(44)} ${value.toFixed(2)} ${unit}`);
}
