/**
 * What earlier versions of VibeSync left on disk opens, whole, and is continued (R24). The folders were written by
 * tests/golden/generate.ts at the time and are never written again.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeState } from "#electron/engine/state-codec.ts";
import { foldersOf, openProjectFile } from "#electron/hub/project.ts";
import { restoreOrSalvage } from "#electron/hub/restore.ts";
import { realDisk } from "#electron/ports/disk.ts";
import { SnapshotStore } from "#electron/snapshots/store.ts";
import { LogWriter } from "#electron/wal/writer.ts";
import { disputedRecordOf, entityOf, objectsAt, recordOf, stateAt, type Told } from "#tests/hub/project-life.ts";
import { fsck, git, tempProject, valueOrThrow } from "#tests/snapshots/temp-project.ts";

interface Golden {
  readonly told: Told;
  readonly files: Readonly<Record<string, string>>;
}

const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith(".json"));

/** A golden folder as a real one. */
function unpacked(name: string): { project: string; told: Told } {
  const golden = JSON.parse(readFileSync(join(import.meta.dirname, name), "utf8")) as Golden;
  const project = tempProject();
  for (const [path, text] of Object.entries(golden.files)) {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), Buffer.from(text, "base64"));
  }
  return { project, told: golden.told };
}

it("[WAL-18] [SNAP-1] there is a folder of each format that was ever written", () => {
  const first = ["format-1-conflicts", "format-1-lines-conflicts", "format-1-lines", "format-1-loose", "format-1"];
  const second = ["format-2-conflicts", "format-2"];
  expect(names).toEqual([...first, ...second].map((name) => `${name}.json`));
});

describe.each(names)("R24: a project folder of %s", (name) => {
  it("[WAL-13] [WAL-18] opens with its project, its state and its log, and the log goes on", async () => {
    const { project, told } = unpacked(name);
    const folders = foldersOf(project);
    const found = valueOrThrow(openProjectFile(realDisk, { projectFolder: project, nowMs: 0 }));
    expect(found).toMatchObject({ id: told.projectId, name: "Life", format: 1 });
    const { state, findings, recovery } = valueOrThrow(restoreOrSalvage(realDisk, folders, "0"));
    const script = name.includes("conflicts") ? disputedRecordOf : recordOf;
    expect(findings).toEqual([]);
    expect(state.head.lsn).toBe(told.confirmedLsn);
    expect(Buffer.from(encodeState(state)).equals(encodeState(stateAt(told.confirmedLsn, script)))).toBe(true);
    const log = valueOrThrow(LogWriter.open(realDisk, recovery.end));
    expect(log.lastLsn).toBe(told.confirmedLsn);
    valueOrThrow(await log.close());
  });

  it("[WAL-18] with a record of an unknown kind behind it is refused, not skipped", async () => {
    const { project } = unpacked(name);
    const folders = foldersOf(project);
    const { recovery } = valueOrThrow(restoreOrSalvage(realDisk, folders, "0"));
    const log = valueOrThrow(LogWriter.open(realDisk, recovery.end));
    valueOrThrow(log.append([{ type: 999, schema: 1, payload: Buffer.from("{}") }]));
    valueOrThrow(await log.close());
    const before = readdirSync(folders.wal);
    expect(restoreOrSalvage(realDisk, folders, "0")).toMatchObject({ ok: false, failure: { code: "E_WAL_VERSION" } });
    expect(readdirSync(folders.wal)).toEqual(before);
  });

  it("[SNAP-1] [SNAP-2] has a history that git finds clean, reads back exactly, and goes on", async () => {
    const { project, told } = unpacked(name);
    const store = valueOrThrow(await SnapshotStore.open(project));
    expect(store.opening).toMatchObject({ isNew: false, head: { lsn: told.snapshotLsn }, repairs: [] });
    fsck(project);
    const rows = valueOrThrow(await store.list({ limit: 100 }));
    expect(rows.length).toBe(12);
    for (const { oid, lsn } of rows) expect(valueOrThrow(await store.read(oid)).objects).toEqual(objectsAt(lsn));
    const change = { uuid: entityOf(1), json: '{"name":"Later"}' };
    const request = {
      lsn: told.snapshotLsn + 1,
      stateHash: "later",
      timeMs: 1,
      reason: "manual",
      changed: [change],
    } as const;
    const later = valueOrThrow(await store.commit({ ...request, base: rows[0]?.oid ?? "" }));
    const wanted = new Map([...objectsAt(told.snapshotLsn), [change.uuid, change.json]]);
    expect(valueOrThrow(await store.read(later.oid)).objects).toEqual(wanted);
    expect(git(project, "rev-list", "--count", "HEAD").trim()).toBe("13");
    fsck(project);
  });
});
