/**
 * The hub without its window and its sockets: opening, engine, log, checkpoints and recovery are the product's own
 * files, on a disk that can lose power and a time that passes when told to.
 *
 * Owns: one life of the hub, from opening to its death. What is left out of electron/hub/core-hub.ts: the project's
 * lock, git behind the snapshots and the window's views.
 */
import { strict as assert } from "node:assert";
import type { WorldEffect } from "#electron/core/effect.ts";
import { Links } from "#electron/core/links.ts";
import type { State } from "#electron/core/state.ts";
import { Engine } from "#electron/engine/engine.ts";
import { decodeRecord } from "#electron/engine/record-codec.ts";
import { openLocked, type Unlocked } from "#electron/hub/boot.ts";
import { Checkpoints } from "#electron/hub/checkpoints.ts";
import { prepareFolder } from "#electron/hub/project.ts";
import { SnapshotFeed } from "#electron/hub/snapshot-feed.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import type { Clock } from "#electron/ports/clock.ts";
import type { Log } from "#electron/ports/log.ts";
import type { SnapshotReason } from "#electron/ports/snapshots.ts";
import type { Wire } from "#electron/ports/wire.ts";
import { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
import type { Failure, Result } from "#shared/result.ts";
import type { FakeDisk } from "#tests/wal/fake-disk.ts";
import { must, project as projectFolder } from "#tests/wal/log-script.ts";
import type { SimHistory } from "./history.ts";
import type { Dice } from "./random.ts";
import type { Witness } from "./witness.ts";

/** Small, so that three minutes fill several segments and pass several checkpoints. */
const segmentBytes = 65_536;
const recordsPerCheckpoint = 150;

export type HubSurroundings = {
  readonly disk: FakeDisk;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly wire: Wire;
  readonly witness: Witness;
  readonly history: SimHistory;
  readonly buggify: Buggify;
  /** The engine stopped itself: a person will press Restart. */
  readonly onHalt: (reason: Failure) => void;
};

export class StackHub {
  readonly links = new Links();
  readonly engine: Engine;
  readonly #opened: Unlocked;
  readonly #checkpoints: Checkpoints;
  readonly #around: HubSurroundings;
  readonly #feed: SnapshotFeed;
  readonly #recorder: SnapshotRecorder;

  constructor(around: HubSurroundings) {
    const { disk, clock, dice, witness, wire, buggify } = around;
    this.#around = around;
    this.#opened = openHub(disk, clock, buggify);
    const { state, backlog, writer, logId, logIdBytes, project, folders, findings, crashed } = this.#opened;
    for (const { code, message } of findings)
      assert(code === "E_WAL_TORN", `a power cut looks like damage: ${message}`);
    for (const name of [logId, project.id]) witness.disregard(name);
    witness.recovered(state.head.lsn);
    const log = witnessed(writer, witness);
    this.#checkpoints = new Checkpoints({
      disk,
      folders,
      state,
      log,
      logId: logIdBytes,
      backlog,
      recordsPerCheckpoint,
      buggify,
    });
    this.#feed = new SnapshotFeed(state);
    this.#recorder = new SnapshotRecorder({
      snapshots: around.history,
      clock,
      wholeState: (take) => this.#feed.wholeState(take),
      onOutcome: (result) => {
        if (!result.ok) return;
        const { oid, reason, label, lsn } = result.value;
        this.engine.push({ kind: "snapshot-taken", oid, reason, label, lsn });
      },
    });
    this.#feed.start(this.#recorder);
    this.engine = new Engine({
      state,
      links: this.links,
      log,
      clock,
      newUuid: () => dice.uuid(),
      project,
      logId,
      onEffect: (effect) => this.#perform(effect),
      onRecords: (records, firstLsn) => {
        for (const [index, record] of records.entries()) witness.logged(firstLsn + index, record);
        this.#checkpoints.note(records);
        this.#feed.noteRecords(records);
        witness.checkTurn(state, this.links);
      },
      onHalt: around.onHalt,
      buggify,
    });
    this.engine.now({ kind: "boot", pid: 1, version: "sim", recovered: "", crashed });
    this.engine.start(wire);
    if (state.entities.size > 0) this.#feed.finalised();
    this.#feed.guardSince(around.history.kept.at(-1)?.info.lsn ?? 0);
  }

  get state(): State {
    return this.#opened.state;
  }

  #perform(effect: WorldEffect): void {
    if (effect.kind === "finalised") this.#feed.finalised(effect.uuids);
    if (effect.kind === "finalised" && this.#checkpoints.isDue) void this.#checkpoint();
    if (effect.kind === "snapshot") void this.#snapshot(effect.reason);
    if (effect.kind !== "paired-snapshot") return;
    const { role, epoch } = effect;
    void this.#snapshot("before-first-mutation").then((taken) => {
      this.engine.push({ kind: "paired-snapshot", role, epoch, code: taken.ok ? null : taken.failure.code });
    });
  }

  async #snapshot(reason: SnapshotReason): Promise<Result<unknown>> {
    await this.#feed.settle();
    return this.#recorder.take({ reason });
  }

  async #checkpoint(): Promise<void> {
    const saved = await this.#checkpoints.save();
    // Its sync or its writing may fail like any other; the two before it stay.
    const isExcused = saved.ok || this.#around.disk.isDead || /EIO|ENOSPC/.test(String(saved.failure.cause));
    assert(isExcused, `no checkpoint: ${saved.ok ? "" : saved.failure.message}`);
    this.#around.witness.note("checkpoint", null);
  }
}

/** Reads the project as it is on the disk; throws when a person would be told that it cannot be opened. */
export function openHub(disk: FakeDisk, clock: Clock, buggify = neverBuggify): Unlocked {
  const folders = must(prepareFolder(disk, projectFolder));
  return must(openLocked({ projectFolder, disk, clock, log: { segmentBytes, buggify } }, folders));
}

/** What the disk refused may be on it all the same, as far as it got, if it cannot be taken back either ([WAL-6]). */
function witnessed(log: Log, witness: Witness): Log {
  return {
    get lastLsn() {
      return log.lastLsn;
    },
    get durableLsn() {
      return log.durableLsn;
    },
    append: (records) => {
      const appended = log.append(records);
      if (!appended.ok) witness.refused(records.map((record) => must(decodeRecord(record))));
      return appended;
    },
    flush: () => log.flush(),
    close: () => log.close(),
  };
}
