/** A log that is damaged in the middle: what can be read begins a new log, whatever interrupts the salvage. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Disk } from "#electron/ports/disk.ts";
import { findCheckpoint, saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { recoverLog } from "#electron/wal/repair.ts";
import { setAsideLog } from "#electron/wal/set-aside.ts";
import { type Result, success } from "#shared/result.ts";
import { type DiskImage, FakeDisk, keepAll, loseAll, randomFate } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import {
  checkpointAt,
  isPrefix,
  must,
  type OpenedLog,
  openWriter,
  project,
  readProject,
  recordsAfter,
  testLogId,
  walFolder,
} from "./log-script.ts";

const folders = { checkpoints: join(project, "checkpoints"), wal: walFolder() };
const newLogId = testLogId.map((byte) => byte ^ 0x55);

/** A log of 90 records with checkpoints at 20 and 40, in which a record after 60 has rotted. */
async function damagedProject(): Promise<{ image: DiskImage; readable: number }> {
  const disk = new FakeDisk(freshProject);
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  for (let lsn = 10; lsn <= 90; lsn += 10) {
    must(log.append(recordsAfter(lsn - 10, 10)));
    must(await log.flush());
    if (lsn === 20 || lsn === 40) must(checkpointAt(disk, lsn));
  }
  must(await log.close());
  const image = new Map(disk.crash(keepAll));
  const path = [...image.keys()].filter((each) => each.endsWith(".wal")).at(-3) ?? "";
  const bytes = image.get(path)?.slice() ?? new Uint8Array(0);
  bytes[700] = (bytes[700] ?? 0) ^ 16;
  image.set(path, bytes);
  expect(readProject(new FakeDisk(image))).toMatchObject({ ok: false, failure: { code: "E_WAL_CORRUPT" } });
  return { image, readable: must(readAsFar(new FakeDisk(image))).length };
}

/** Up to the damage; any other trouble is no reason to take less. */
function readAsFar(disk: Disk): Result<string[]> {
  const found = findCheckpoint(disk, folders.checkpoints);
  if (!found.ok) return found;
  const { checkpoint } = found.value;
  const texts: string[] = checkpoint ? JSON.parse(new TextDecoder().decode(checkpoint.state)) : [];
  const visit = ({ payload }: { payload: Uint8Array }) => texts.push(new TextDecoder().decode(payload));
  const { logId, beginsLog } = checkpoint ?? {};
  const request = { folder: folders.wal, fromLsn: texts.length + 1, logId, beginsLog, newLogId, visit };
  const recovery = recoverLog(disk, request);
  return recovery.ok || recovery.failure.code === "E_WAL_CORRUPT" ? success(texts) : recovery;
}

/** Opens a project the way the hub does: when the log is damaged, salvages it first. */
function openOrSalvage(disk: Disk, mark: string): Result<OpenedLog> {
  const opened = readProject(disk);
  if (opened.ok || opened.failure.code !== "E_WAL_CORRUPT") return opened;
  const read = readAsFar(disk);
  if (!read.ok) return read;
  const lsn = read.value.length;
  const state = new TextEncoder().encode(JSON.stringify(read.value));
  const saved = saveCheckpoint(disk, folders, { logId: newLogId, lsn, state, beginsLog: true });
  if (!saved.ok) return saved;
  const aside = setAsideLog(disk, folders, { keptLsn: lsn, mark });
  return aside.ok ? readProject(disk) : aside;
}

describe("salvage", () => {
  it("[WAL-19] what could be read begins a new log, and the old one is kept aside", async () => {
    const { image, readable } = await damagedProject();
    const disk = new FakeDisk(image);
    const { texts, recovery } = must(openOrSalvage(disk, "1"));
    expect(readable).toBeGreaterThan(40);
    expect(texts.length).toBe(readable);
    expect(isPrefix(texts)).toBe(true);
    const log = must(openWriter(disk, recovery));
    must(log.append(recordsAfter(log.lastLsn, 30)));
    must(await log.close());
    expect(must(readProject(disk)).texts.length).toBe(readable + 30);
    const before = [...image].filter(([path]) => path.endsWith(".wal"));
    const after = new Map(disk.crash(loseAll));
    for (const [path, bytes] of before) expect(after.get(path.replace("/wal/", "/wal-damaged-1/"))).toEqual(bytes);
  });

  it("[WAL-19] a power cut at any operation of it loses none of that", async () => {
    const { image, readable } = await damagedProject();
    for (let cut = 0; ; cut += 1) {
      const disk = new FakeDisk(image);
      disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
      openOrSalvage(disk, "1");
      if (!disk.isDead) {
        expect(cut).toBeGreaterThan(50);
        return;
      }
      for (const fate of [keepAll, loseAll, ...Array.from({ length: 12 }, (_, seed) => randomFate(cut * 50 + seed))]) {
        const again = new FakeDisk(disk.crash(fate));
        const { texts } = must(openOrSalvage(again, "2"));
        expect(texts.length).toBe(readable);
        expect(must(readProject(new FakeDisk(again.crash(loseAll)))).texts.length).toBe(readable);
      }
    }
  });
});
