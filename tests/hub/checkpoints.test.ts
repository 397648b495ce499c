/** Saving the state beside the log while edits go on: what is saved is the state at its record, and nobody waits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import type { State } from "#electron/core/state.ts";
import { encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { Backlog, Checkpoints } from "#electron/hub/checkpoints.ts";
import { restoreOrSalvage } from "#electron/hub/restore.ts";
import { findCheckpoint, listCheckpoints } from "#electron/wal/checkpoint.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";
import { FakeDisk, loseAll } from "#tests/wal/fake-disk.ts";
import { must } from "#tests/wal/log-script.ts";
import { folders, prepareLife } from "./project-life.ts";

/** More than go into one part. */
const objectsAtFirst = 600;
const objectsPerRecord = 100;
const segmentBytes = 65_536;

type Edit = { readonly kind: "create" | "name" | "move" | "delete" | "final"; readonly index: number };

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom("create" as const, "name" as const, "move" as const, "delete" as const, "final" as const),
  index: fc.nat(objectsAtFirst + 50),
});

/** A project with its log on a disk, and an artist who goes on working. */
class Workshop {
  readonly disk = new FakeDisk(new Map([["/project", null]]));
  readonly state: State;
  readonly log: LogWriter;
  readonly logId: Uint8Array;

  constructor() {
    const { state, recovery } = prepareLife(this.disk);
    this.state = state;
    this.logId = recovery.end.logId;
    this.log = must(LogWriter.open(this.disk, recovery.end, { segmentBytes }));
    for (let from = 0; from < objectsAtFirst; from += objectsPerRecord) this.#take(createdFrom(from));
  }

  checkpoints(pause: () => Promise<void>): Checkpoints {
    const { disk, state, log, logId } = this;
    const backlog = new Backlog();
    return new Checkpoints({ disk, folders, state, log, logId, backlog, recordsPerCheckpoint: 2, pause });
  }

  edit({ kind, index }: Edit): void {
    const uuid = uuidOf(index);
    const place = { timeMs: index, batch: this.state.head.batch, role: "blender" } as const;
    const stamp = (this.state.head.lamport + 1) * 16 + 1;
    const isAlive = this.state.entities.has(uuid);
    const op = operationOf({ kind, index }, stamp);
    if (kind === "final") {
      this.#take({ type: "final", timeMs: 1, batch: Math.max(1, this.state.head.batch - 1), finalLsn: 1 });
    } else if (kind === "move" && isAlive) {
      const values = [index, stamp, 0, 0, 0, 0, 1, 1, 1, 1];
      this.#take({ type: "transforms", ...place, stamp, rows: [{ uuid, mask: 7, flags: 0, values }] });
    } else if (op && isAlive === (kind !== "create")) {
      this.#take({ type: "edit", ...place, reason: "edit", ops: [op] });
    }
  }

  #take(record: Record): void {
    must(this.log.append([encodeRecord(record)]));
    evolve(this.state, this.log.lastLsn, record);
    this.state.commit();
  }
}

function operationOf({ kind, index }: Edit, stamp: number) {
  const uuid = uuidOf(index);
  if (kind === "create") return { op: kind, uuid, kind: "object", fields: objectFields(), stamp } as const;
  if (kind === "name") return { op: "set", uuid, fields: { name: `Thing ${stamp} ü` }, stamp } as const;
  return kind === "delete" ? ({ op: kind, uuid, stamp } as const) : null;
}

function createdFrom(from: number): Record {
  const ops = Array.from({ length: objectsPerRecord }, (_, at) => {
    return { op: "create", uuid: uuidOf(from + at), kind: "object", fields: objectFields(), stamp: 17 } as const;
  });
  return { type: "edit", timeMs: 0, batch: 1, reason: "index", role: "blender", ops };
}

describe("a checkpoint that is saved while edits go on", () => {
  it("[ENG-34] [WAL-13] is the state at its record to the byte, and with the log behind it the state that is live", async () => {
    const property = fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 60 }), async (edits) => {
      const shop = new Workshop();
      const coming = [...edits];
      let pauses = 0;
      const checkpoints = shop.checkpoints(async () => {
        pauses += 1;
        const next = coming.shift();
        if (next) shop.edit(next);
      });
      const { lsn } = shop.state.head;
      const bytesBefore = encodeState(shop.state);
      must(await checkpoints.save());
      expect(pauses).toBeGreaterThan(20);
      const { checkpoint } = must(findCheckpoint(shop.disk, folders.checkpoints));
      expect(checkpoint?.lsn).toBe(lsn);
      expect(Buffer.from(bytesBefore).equals(checkpoint?.state ?? new Uint8Array())).toBe(true);
      expect(decodeState(bytesBefore).ok).toBe(true);
      must(await shop.log.flush());
      const next = must(restoreOrSalvage(new FakeDisk(shop.disk.crash(loseAll)), folders, "0"));
      expect(next.findings).toEqual([]);
      expect(stateText(next.state)).toBe(stateText(shop.state));
    });
    await fc.assert(property, { numRuns: 60 });
  }, 60_000);

  it("[ENG-34] is one at a time: the next is not due before it is through", async () => {
    const shop = new Workshop();
    const due: boolean[] = [];
    const checkpoints = shop.checkpoints(async () => {
      checkpoints.note(finals(2));
      due.push(checkpoints.isDue);
    });
    checkpoints.note(finals(2));
    expect(checkpoints.isDue).toBe(true);
    must(await checkpoints.save());
    expect(new Set(due)).toEqual(new Set([false]));
    expect(checkpoints.isDue).toBe(true);
    must(await checkpoints.save());
  });

  it("[ENG-34] leaves the ones before as they were when its sync fails, and comes again", async () => {
    const shop = new Workshop();
    const checkpoints = shop.checkpoints(async () => {});
    must(await checkpoints.save());
    shop.edit({ kind: "name", index: 1 });
    const kept = listCheckpoints(shop.disk, folders.checkpoints);
    shop.disk.onOperation = ({ name, path }) =>
      name === "datasync" && path.includes("checkpoint") ? { kind: "error", errno: "EIO" } : undefined;
    expect(await checkpoints.save()).toMatchObject({ ok: false, failure: { code: "E_CHECKPOINT" } });
    expect(shop.disk.readdir(folders.checkpoints)).toHaveLength(kept.length);
    shop.disk.onOperation = () => undefined;
    must(await checkpoints.save());
    expect(listCheckpoints(shop.disk, folders.checkpoints)).toEqual([...kept, shop.state.head.lsn]);
  });
});

const finals = (count: number): Record[] => {
  return Array.from({ length: count }, () => ({ type: "final", timeMs: 0, batch: 1, finalLsn: 1 }));
};

it("[ENG-34] counts the records of earlier runs, which died before they saved their state", async () => {
  const { disk, state, log, logId } = new Workshop();
  const backlog = new Backlog();
  for (const record of finals(90)) backlog.add(record);
  const checkpoints = new Checkpoints({ disk, folders, state, log, logId, backlog, recordsPerCheckpoint: 100 });
  expect(checkpoints.isDue).toBe(false);
  checkpoints.note(finals(10));
  expect(checkpoints.isDue).toBe(true);
  must(await checkpoints.save());
  expect(checkpoints.isDue).toBe(false);
});

it("[ENG-34] is due after many changes in few records, too: a start folds each of them", () => {
  const { disk, state, log, logId } = new Workshop();
  const backlog = new Backlog();
  const checkpoints = new Checkpoints({ disk, folders, state, log, logId, backlog });
  const rows = Array.from({ length: 1_000 }, () => ({ uuid: uuidOf(1), mask: 1, flags: 0, values: [] }));
  const moves: Record = { type: "transforms", timeMs: 0, batch: 1, role: "blender", stamp: 1, rows };
  for (let count = 1; count < 400; count += 1) checkpoints.note([moves]);
  expect([checkpoints.isDue, backlog.records]).toEqual([false, 399]);
  checkpoints.note([moves]);
  expect(checkpoints.isDue).toBe(true);
});

it("[ENG-34] an opening says what it had to replay", async () => {
  const shop = new Workshop();
  const replayed = async () => {
    must(await shop.log.flush());
    return must(restoreOrSalvage(new FakeDisk(shop.disk.crash(loseAll)), folders, "now")).backlog;
  };
  const before = await replayed();
  shop.edit({ kind: "name", index: 1 });
  shop.edit({ kind: "move", index: 2 });
  const { records, changes } = await replayed();
  expect([records - before.records, changes - before.changes]).toEqual([2, 2]);
  expect(before.changes).toBeGreaterThanOrEqual(objectsAtFirst);
});
