/**
 * The disk refuses: at every operation of a life of the log, once and for ever. Nothing is confirmed that is not kept,
 * and no failed sync is tried again.
 */
import { describe, expect, it } from "vitest";
import { FakeDisk, type Fault, keepAll, loseAll, type Operation, randomFate } from "./fake-disk.ts";
import { checkSettled, freshProject, life, recoverAndCheck, type Told } from "./log-life.ts";
import { must, openWriter, readProject, recordsAfter } from "./log-script.ts";

const faults: readonly Fault[] = [
  ...["EIO", "ENOSPC", "EROFS", "EMFILE", "EACCES"].map((errno): Fault => ({ kind: "error", errno })),
  { kind: "short" },
];

interface Failing {
  readonly at: number;
  readonly fault: Fault;
  readonly isForEver: boolean;
}

/** Lives with a fault; undefined when life ended before it. */
async function failingLife({ at, fault, isForEver }: Failing): Promise<{ disk: FakeDisk; told: Told } | undefined> {
  const disk = new FakeDisk(freshProject);
  const told: Told = { appendedLsn: 0, confirmedLsn: 0 };
  let isReached = false;
  const failedSyncs = new Set<string>();
  disk.onOperation = (operation) => {
    refuseRepeatedSync(operation, failedSyncs);
    const isHit = isForEver ? operation.index >= at : operation.index === at;
    if (!isHit) return undefined;
    isReached = true;
    if (operation.name === "datasync" && fault.kind === "error") failedSyncs.add(operation.path);
    return fault;
  };
  await life(disk, told);
  disk.onOperation = () => undefined;
  return isReached ? { disk, told } : undefined;
}

/** A segment whose sync failed may be synced again only after its bytes were written again. */
function refuseRepeatedSync({ name, path }: Operation, failedSyncs: Set<string>): void {
  if (name === "write" || name === "unlink") failedSyncs.delete(path);
  if ((name === "sync" || name === "datasync") && failedSyncs.has(path)) throw new Error(`synced again: ${path}`);
}

/** After a kill the page cache is still there; after a power cut only the medium is. */
function checkAfterwards({ disk, told }: { disk: FakeDisk; told: Told }, place: string): void {
  for (const fate of [keepAll, loseAll, randomFate(disk.operationCount)]) {
    checkSettled(recoverAndCheck(disk.crash(fate), told, place), place);
  }
  const texts = must(readProject(disk)).texts;
  expect(texts.length).toBeGreaterThanOrEqual(told.confirmedLsn);
  checkSettled(disk, `${place}, killed`);
}

describe("a disk that refuses", () => {
  for (const isForEver of [false, true]) {
    const howOften = isForEver ? "for ever" : "once";
    it(`[WAL-6] [WAL-8] at every operation, ${howOften}: nothing confirmed is lost (R6)`, async () => {
      let at = 0;
      for (; ; at += 1) {
        const fault = faults[at % faults.length] as Fault;
        const lived = await failingLife({ at, fault, isForEver });
        if (lived === undefined) break;
        checkAfterwards(lived, `${JSON.stringify(fault)} at ${at}`);
      }
      expect(at).toBeGreaterThan(isForEver ? 300 : 400);
    }, 60_000);

    it(`[WAL-8] EIO at every operation, ${howOften} (R6)`, async () => {
      for (let at = 0; ; at += 1) {
        const lived = await failingLife({ at, fault: { kind: "error", errno: "EIO" }, isForEver });
        if (lived === undefined) break;
        checkAfterwards(lived, `EIO at ${at}`);
      }
    }, 60_000);
  }

  it("[WAL-8] after a failed sync every call answers E_WAL_FSYNC, and the sync is not repeated", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 3)));
    let syncs = 0;
    disk.onOperation = ({ name, path }) => {
      if (name !== "datasync" || !path.endsWith("00000001.wal")) return undefined;
      syncs += 1;
      return syncs === 1 ? { kind: "error", errno: "EIO" } : undefined;
    };
    const flushed = await log.flush();
    expect(flushed).toMatchObject({ ok: false, failure: { code: "E_WAL_FSYNC" } });
    expect(log.durableLsn).toBe(0);
    expect(log.append(recordsAfter(3, 1))).toMatchObject({ ok: false, failure: { code: "E_WAL_FSYNC" } });
    expect(await log.flush()).toMatchObject({ ok: false, failure: { code: "E_WAL_FSYNC" } });
    expect(await log.close()).toMatchObject({ ok: false, failure: { code: "E_WAL_FSYNC" } });
    expect(syncs).toBe(1);
    expect(disk.openCount).toBe(0);
  });

  it("[WAL-11] records that only the page cache holds after a kill are durable once they were recovered", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 30)));
    const killed = must(readProject(disk));
    expect(killed.texts.length).toBe(30);
    expect(must(readProject(new FakeDisk(disk.crash(loseAll)))).texts.length).toBe(30);
  });

  it("[WAL-16] a full disk: the group is refused whole, and taken once there is space", async () => {
    const disk = new FakeDisk(freshProject);
    const log = must(openWriter(disk, must(readProject(disk)).recovery));
    must(log.append(recordsAfter(0, 3)));
    must(await log.flush());
    disk.capacityBytes = 3 * 2_048;
    let lastLsn = log.lastLsn;
    let appended = log.append(recordsAfter(lastLsn, 4));
    for (; appended.ok; appended = log.append(recordsAfter(lastLsn, 4))) {
      lastLsn = log.lastLsn;
      must(await log.flush());
    }
    expect(appended.failure.code).toBe("E_DISK_FULL");
    expect(log.lastLsn).toBe(lastLsn);
    expect(must(readProject(new FakeDisk(disk.crash(keepAll)))).texts.length).toBe(lastLsn);
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    must(log.append(recordsAfter(lastLsn, 4)));
    must(await log.close());
    expect(must(readProject(new FakeDisk(disk.crash(loseAll)))).texts.length).toBe(lastLsn + 4);
  });
});
