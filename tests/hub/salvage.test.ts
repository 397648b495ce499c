/** The hub's salvage, interrupted anywhere by a power cut: the next start saves the same state. */
import { expect, it } from "vitest";
import type { Record } from "#electron/core/record.ts";
import type { Head } from "#electron/core/state.ts";
import { encodeRecord } from "#electron/engine/record-codec.ts";
import { encodeState } from "#electron/engine/state-codec.ts";
import { foldersOf } from "#electron/hub/project.ts";
import { restoreOrSalvage } from "#electron/hub/restore.ts";
import { saveCheckpoint } from "#electron/wal/checkpoint.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";
import { type DiskImage, FakeDisk, keepAll, loseAll, randomFate } from "#tests/wal/fake-disk.ts";
import { must, openWriter } from "#tests/wal/log-script.ts";

const folders = foldersOf("/project");
const fresh: DiskImage = new Map([
  ["/project", null],
  [folders.root, null],
]);

function creation(index: number): Record {
  const op = {
    op: "create",
    uuid: uuidOf(index),
    kind: "object",
    fields: objectFields(),
    stamp: index * 16 + 1,
  } as const;
  return { type: "edit", timeMs: index, batch: index, reason: "edit", role: "blender", ops: [op] };
}

/** Sixty objects over several segments, a checkpoint of twenty, and rot behind them. */
async function damaged(): Promise<DiskImage> {
  const disk = new FakeDisk(fresh);
  const { recovery } = must(restoreOrSalvage(disk, folders, "0"));
  const log = must(openWriter(disk, recovery));
  for (let index = 1; index <= 60; index += 1) {
    must(log.append([encodeRecord(creation(index))]));
    must(await log.flush());
    if (index !== 20) continue;
    const { state } = must(restoreOrSalvage(new FakeDisk(disk.crash(keepAll)), folders, "0"));
    const { logId } = recovery.end;
    must(saveCheckpoint(disk, folders, { logId, lsn: 20, state: encodeState(state) }));
  }
  must(await log.close());
  const image = new Map(disk.crash(keepAll));
  const segments = [...image.keys()].filter((path) => path.endsWith(".wal"));
  const path = segments.at(-3) ?? "";
  const bytes = image.get(path)?.slice() ?? new Uint8Array(0);
  bytes[600] = (bytes[600] ?? 0) ^ 4;
  image.set(path, bytes);
  return image;
}

function salvaged(disk: FakeDisk, mark: string): { text: string; objects: number; head: Head } {
  const { state } = must(restoreOrSalvage(disk, folders, mark));
  return { text: stateText(state), objects: state.entities.size, head: state.head };
}

it("[ENG-11] a power cut at any operation of the salvage costs nothing of what could be read", async () => {
  const image = await damaged();
  const whole = salvaged(new FakeDisk(image), "1");
  expect(whole.objects).toBeGreaterThan(20);
  expect(whole.objects).toBeLessThan(60);
  expect(whole.head).toMatchObject({ mode: "safe", closed: false, lsn: whole.objects });
  for (let cut = 0; ; cut += 1) {
    const disk = new FakeDisk(image);
    disk.onOperation = ({ index }) => (index === cut ? { kind: "power-cut" } : undefined);
    restoreOrSalvage(disk, folders, "1");
    if (!disk.isDead) {
      expect(cut).toBeGreaterThan(50);
      return;
    }
    for (const fate of [keepAll, loseAll, ...Array.from({ length: 2 }, (_, seed) => randomFate(cut * 50 + seed))]) {
      const again = new FakeDisk(disk.crash(fate));
      expect(salvaged(again, "2"), `cut ${cut}`).toEqual(whole);
      expect(salvaged(new FakeDisk(again.crash(loseAll)), "3"), `cut ${cut}, again`).toEqual(whole);
    }
  }
}, 60_000);
