/** When a checkpoint is due; what is in it is tests/wal/checkpoint.test.ts. */
import { expect, it } from "vitest";
import { State } from "#electron/core/state.ts";
import { Checkpoints } from "#electron/hub/checkpoints.ts";
import { prepareFolder } from "#electron/hub/project.ts";
import type { Log } from "#electron/ports/log.ts";
import { FakeDisk } from "#tests/wal/fake-disk.ts";
import { freshProject } from "#tests/wal/log-life.ts";
import { must, project, testLogId } from "#tests/wal/log-script.ts";

function checkpointsAfter(records: number, checkpointLsn: number): Checkpoints {
  const state = new State();
  state.head = { ...state.head, lsn: records };
  const disk = new FakeDisk(freshProject);
  const folders = must(prepareFolder(disk, project));
  const log: Log = {
    lastLsn: records,
    durableLsn: records,
    append: () => expect.unreachable(),
    flush: () => Promise.resolve({ ok: true, value: records }),
    close: () => expect.unreachable(),
  };
  return new Checkpoints({ disk, folders, state, log, logId: testLogId, checkpointLsn, recordsPerCheckpoint: 100 });
}

it("[ENG-34] counts the records of earlier runs, which died before they saved their state", async () => {
  const checkpoints = checkpointsAfter(190, 100);
  expect(checkpoints.isDue).toBe(false);
  checkpoints.note(10);
  expect(checkpoints.isDue).toBe(true);
  expect((await checkpoints.save()).ok).toBe(true);
  expect(checkpoints.isDue).toBe(false);
});
