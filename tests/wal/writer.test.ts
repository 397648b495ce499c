/** Group commit, groups across segments, and failed writes. */
import { describe, expect, it } from "vitest";
import { payloadBytesMax } from "#electron/core/wal-frame.ts";
import { zerosBytes } from "#electron/wal/segment-files.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { FakeDisk, keepAll, loseAll } from "./fake-disk.ts";
import { freshProject } from "./log-life.ts";
import { must, openWriter, readProject, recordsAfter, segmentBytes } from "./log-script.ts";

/** A fresh log whose syncs of segments wait until `release` is called. */
function gatedLog(): { disk: FakeDisk; log: LogWriter; release: () => void; syncs: () => number } {
  const disk = new FakeDisk(freshProject);
  const log = must(openWriter(disk, must(readProject(disk)).recovery));
  let syncs = 0;
  const waiting: (() => void)[] = [];
  disk.onOperation = ({ name, path }) => {
    if (name === "datasync" && path.endsWith(".wal")) syncs += 1;
    return undefined;
  };
  disk.syncGate = () => new Promise((resolve) => waiting.push(resolve));
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return { disk, log, release, syncs: () => syncs };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("group commit", () => {
  it("[WAL-7] one sync is in flight; everything appended meanwhile is covered by the next", async () => {
    const { log, release, syncs } = gatedLog();
    must(log.append(recordsAfter(0, 1)));
    const first = log.flush();
    const same = log.flush();
    for (let lsn = 1; lsn < 9; lsn += 1) must(log.append(recordsAfter(lsn, 1)));
    const later = Array.from({ length: 5 }, () => log.flush());
    await turn();
    expect(log.durableLsn).toBe(0);
    release();
    expect(must(await first)).toBe(1);
    expect(must(await same)).toBe(1);
    await turn();
    expect(log.durableLsn).toBe(1);
    release();
    for (const flushed of await Promise.all(later)) expect(must(flushed)).toBe(9);
    expect(syncs()).toBe(2);
    expect(must(await log.flush())).toBe(9);
    expect(syncs()).toBe(2);
  });

  it("[WAL-7] segments that fill up while a sync is in flight are synced in order and closed after it", async () => {
    const { disk, log, release } = gatedLog();
    must(log.append(recordsAfter(0, 5)));
    const first = log.flush();
    must(log.append(recordsAfter(5, 60)));
    const second = log.flush();
    while (log.durableLsn < 65) {
      await turn();
      release();
    }
    expect(must(await first)).toBe(5);
    expect(must(await second)).toBe(65);
    expect(must(readProject(new FakeDisk(disk.crash(loseAll)))).texts.length).toBe(65);
    disk.syncGate = async () => {};
    release();
    must(await log.close());
    expect(disk.openCount).toBe(0);
  });

  it("[WAL-2] [WAL-6] a group larger than a segment goes over several, and is read back whole", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    expect(must(log.append(recordsAfter(0, 200)))).toEqual({ firstLsn: 1, lastLsn: 200 });
    must(await log.close());
    expect(must(readProject(disk)).texts.length).toBe(200);
    expect(disk.openCount).toBe(0);
  });

  it("[WAL-6] a group that fails half way, in each of its writes, leaves nothing behind", () => {
    for (let failing = 0; failing < 4; failing += 1) {
      const disk = new FakeDisk(freshProject);
      const log = must(openWriter(disk, must(readProject(disk)).recovery));
      must(log.append(recordsAfter(0, 2)));
      let writes = 0;
      disk.onOperation = ({ name, path }) => {
        if (name !== "write" || !path.endsWith(".wal")) return undefined;
        writes += 1;
        if (writes === failing) return { kind: "error", errno: "EIO" };
        return failing === 0 ? { kind: "short" } : undefined;
      };
      const appended = log.append(recordsAfter(2, 40));
      disk.onOperation = () => undefined;
      expect(appended.ok).toBe(failing === 0);
      expect(log.lastLsn).toBe(failing === 0 ? 42 : 2);
      const found = must(readProject(new FakeDisk(disk.crash(keepAll)))).texts.length;
      expect(found).toBe(log.lastLsn);
    }
  });

  it("[WAL-6] an empty group, and any group after close, is a bug", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    expect(() => log.append([])).toThrow("[WAL-6]");
    must(await log.close());
    expect(() => log.append(recordsAfter(0, 1))).toThrow("[WAL-6]");
    expect(await log.close()).toEqual(await log.close());
  });

  it("[WAL-2] [WAL-3] records of the largest size", async () => {
    const disk = new FakeDisk(freshProject);
    const { recovery } = must(readProject(disk));
    const options = { segmentBytes: 2 ** 21 };
    const log = must(LogWriter.open(disk, recovery.end, options));
    const record = { type: 9, schema: 2, payload: new Uint8Array(payloadBytesMax).fill(7) };
    must(log.append([record, record, record]));
    must(await log.close());
    expect(must(readProject(disk)).texts.map((text) => text.length)).toEqual(Array(3).fill(payloadBytesMax));
  });

  it("[WAL-9] a segment is synced in parts while it is made, so that a commit's sync never waits for all of it", async () => {
    const disk = new FakeDisk(freshProject);
    let [unsyncedBytesMax, unsyncedBytes] = [0, 0];
    disk.onOperation = ({ name, path }) => {
      if (!path.endsWith("making.tmp")) return undefined;
      if (name === "write") unsyncedBytes += zerosBytes;
      if (name === "datasync") unsyncedBytes = 0;
      unsyncedBytesMax = Math.max(unsyncedBytesMax, unsyncedBytes);
      return undefined;
    };
    const log = must(LogWriter.open(disk, must(readProject(disk)).recovery.end, { segmentBytes: 8 * zerosBytes }));
    while (!disk.readdir("/project/wal").includes("00000001.wal")) await turn();
    expect([unsyncedBytesMax, unsyncedBytes]).toEqual([zerosBytes, 0]);
    must(await log.close());
  });

  it("[WAL-9] the next segment is ready before it is needed, and taken over after a restart", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 1)));
    must(await log.flush());
    while (!disk.readdir("/project/wal").includes("00000002.wal")) await turn();
    expect(disk.stat("/project/wal/00000002.wal").sizeBytes).toBe(segmentBytes);
    must(await log.close());
    const again = must(openWriter(disk, must(readProject(disk)).recovery));
    const writes: string[] = [];
    disk.onOperation = ({ name, path }) => {
      if (name === "write") writes.push(path);
      return undefined;
    };
    must(again.append(recordsAfter(1, 25)));
    expect(writes).toEqual(["/project/wal/00000001.wal", "/project/wal/00000002.wal"]);
    must(await again.close());
    expect(must(readProject(disk)).texts.length).toBe(26);
  });
});
