/**
 * One open project: engine, log, sockets, snapshots and what the window is told, made and joined.
 *
 * Owns: the order of opening (lock → log → engine → snapshots → sockets) and of closing (sockets → snapshot →
 * checkpoint → log → lock). Both hub.ts and restarting go through here.
 * Must never: decide anything about the scene.
 */
import { randomUUID } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import type { WorldEffect } from "#electron/core/effect.ts";
import { Links } from "#electron/core/links.ts";
import type { Record } from "#electron/core/record.ts";
import { Engine } from "#electron/engine/engine.ts";
import { type Disk, realDisk } from "#electron/ports/disk.ts";
import type { HubOptions, PushListener } from "#electron/ports/hub.ts";
import type { SnapshotInfo, SnapshotOpening, SnapshotReason } from "#electron/ports/snapshots.ts";
import type { Wire } from "#electron/ports/wire.ts";
import { SnapshotClient } from "#electron/snapshots/client.ts";
import { inlineLink, workerLink } from "#electron/snapshots/link.ts";
import { SnapshotRecorder } from "#electron/snapshots/recorder.ts";
import { newSecret } from "#electron/transport/pairing.ts";
import { startWire } from "#electron/transport/server.ts";
import { LogReader } from "#electron/wal/reader.ts";
import type { FailureRow, StatusView } from "#shared/ipc/view.ts";
import { type Failure, failure, type Result, success } from "#shared/result.ts";
import { type Opened, openProject } from "./boot.ts";
import { Checkpoints } from "./checkpoints.ts";
import type { Stop } from "./failure-totals.ts";
import { failureRows } from "./failure-view.ts";
import { HistoryTidying } from "./history-tidying.ts";
import { OperationLog } from "./operation-log.ts";
import { Publisher } from "./publisher.ts";
import { writeRegistry } from "./registry-file.ts";
import { repairSentence } from "./repair-sentence.ts";
import { SnapshotFeed } from "./snapshot-feed.ts";
import { statusViewOf } from "./status-view.ts";

/** At exit a snapshot may take this long; what it misses is in the log. */
const exitSnapshotMs = 10_000;

/** As much of the findings as a boot record takes; each has a record of its own besides. */
const recoveredLengthMax = 2_000;

export class CoreHub {
  readonly opened: Opened;
  readonly links = new Links();
  readonly engine: Engine;
  readonly snapshots: SnapshotClient;
  readonly recorder: SnapshotRecorder;
  readonly feed: SnapshotFeed;
  readonly publisher: Publisher;
  readonly reader: LogReader;
  readonly #options: HubOptions;
  readonly #disk: Disk;
  readonly #push: PushListener;
  readonly #operations: OperationLog;
  readonly #checkpoints: Checkpoints;
  readonly #tidying: HistoryTidying;
  #wire: Wire | null = null;
  #checkpointing: Promise<void> = Promise.resolve();
  #lastSnapshot: SnapshotInfo | null = null;
  #isClosed = false;
  #stop: Stop | null = null;

  static async open(options: HubOptions, push: PushListener): Promise<Result<CoreHub>> {
    const { projectFolder, projectName, clock, disk = realDisk } = options;
    const opened = await openProject({ projectFolder, projectName, disk, clock });
    if (!opened.ok) return opened;
    const hub = new CoreHub(options, { disk, opened: opened.value, push });
    const started = await hub.#start();
    if (started.ok) return success(hub);
    await hub.close();
    return started;
  }

  private constructor(options: HubOptions, { disk, opened, push }: { disk: Disk; opened: Opened; push: PushListener }) {
    const { clock } = options;
    const { state, writer: log, logId, logIdBytes, project, folders, backlog } = opened;
    this.#options = options;
    this.#disk = disk;
    this.#push = push;
    this.opened = opened;
    this.#operations = new OperationLog(disk, folders.log, process.pid);
    this.#checkpoints = new Checkpoints({ disk, folders, state, log, logId: logIdBytes, backlog });
    this.reader = new LogReader(disk, folders.wal);
    this.feed = new SnapshotFeed(state);
    this.snapshots = new SnapshotClient({
      connect: () => snapshotLink(disk),
      clock,
      onReopened: (history) => this.#onHistory(history),
    });
    this.#tidying = new HistoryTidying({
      snapshots: this.snapshots,
      clock,
      onReport: (report) => this.engine.push({ kind: "failed", operation: "history", ...report }),
      onDropped: () => this.#pushNewest(),
    });
    this.recorder = new SnapshotRecorder({
      snapshots: this.snapshots,
      clock,
      wholeState: (take) => this.feed.wholeState(take),
      onOutcome: (result) => this.#onSnapshot(result),
    });
    this.feed.start(this.recorder);
    const nowMs = () => this.engine.nowMs();
    const pushStatus = () => this.#pushStatus();
    const failures = () => this.failures();
    this.publisher = new Publisher({ state, links: this.links, nowMs, push, pushStatus, failures });
    this.engine = new Engine({
      state,
      links: this.links,
      log,
      clock,
      newUuid: randomUUID,
      project: { id: project.id, name: project.name },
      logId,
      onEffect: (effect) => this.#perform(effect),
      onRecords: (records, firstLsn) => this.#onRecords(records, firstLsn),
      onHalt: (reason) => this.#onHalt(reason),
    });
  }

  status(): StatusView {
    const { project, state, writer } = this.opened;
    return statusViewOf({
      state,
      links: this.links,
      stop: this.#stop,
      project: { id: project.id, name: project.name, folder: this.#options.projectFolder },
      counts: this.publisher.ledger.counts(),
      durableLsn: writer.durableLsn,
      editsPerSecond: this.publisher.editsPerSecond(),
      lastSnapshotMs: this.#lastSnapshot?.timeMs ?? null,
      port: this.#wire?.port ?? null,
      notices: this.publisher.notices,
    });
  }

  failures(): FailureRow[] {
    const { links, engine } = this;
    return failureRows({ state: this.opened.state, links, nowMs: engine.nowMs(), stop: this.#stop });
  }

  /** Clean end; safe to call after a failed start or a halt, and twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.publisher.stop();
    await this.#wire?.stop();
    if (!this.engine.halted) {
      await withinMs(this.#lastWords(), exitSnapshotMs);
      for (const link of this.links.byRole.values()) this.#writeRegistry(link.role);
      this.engine.now({ kind: "close" });
      await this.engine.stop();
    }
    await this.#checkpointing;
    await this.#checkpoint();
    this.feed.stop();
    this.recorder.stop();
    this.#tidying.stop();
    await this.snapshots.close();
    await this.opened.writer.close();
    this.#operations.stop();
    await this.opened.lock.release();
  }

  async #lastWords(): Promise<Result<unknown>> {
    await this.feed.settle();
    return this.recorder.take({ reason: "exit" });
  }

  async #start(): Promise<Result<void>> {
    const { crashed, findings, project, state } = this.opened;
    const { hubVersion, home, clock, projectFolder } = this.#options;
    const recovered = findings
      .map(({ message }) => message)
      .join(" ")
      .slice(0, recoveredLengthMax);
    this.engine.now({ kind: "boot", pid: process.pid, version: hubVersion, recovered, crashed });
    for (const finding of findings) this.engine.now({ kind: "failed", ...finding });
    if (this.engine.halted) return { ok: false, failure: this.engine.halted };
    const history = await this.snapshots.open(projectFolder);
    this.#onHistory(history);
    if (history.ok) this.feed.guardSince(history.value.head?.lsn ?? 0);
    const wire = await startWire({
      token: newSecret(),
      hubVersion,
      project: { id: project.id, name: project.name },
      home,
      disk: this.#disk,
      clock,
      onEvent: (event) => this.engine.onWire(event),
    });
    if (!wire.ok) return wire;
    this.#wire = wire.value;
    this.engine.start(wire.value);
    this.publisher.start();
    if (state.entities.size > 0) this.feed.finalised();
    return success(undefined);
  }

  /** What opening the history found broken and put right is counted and told like any other failure. */
  #onHistory(history: Result<SnapshotOpening>): void {
    if (!history.ok) return this.#fail("snapshot", history.failure);
    this.#lastSnapshot ??= history.value.head;
    for (const repair of history.value.repairs) {
      const message = repairSentence(repair);
      this.engine.push({ kind: "failed", operation: "snapshot", level: "warning", code: "E_SNAPSHOT", message });
    }
  }

  #onRecords(records: readonly Record[], firstLsn: number): void {
    this.#operations.note(records);
    this.feed.noteRecords(records);
    this.publisher.note(records, firstLsn);
    this.#checkpoints.note(records);
  }

  #perform(effect: WorldEffect): void {
    switch (effect.kind) {
      case "finalised":
        this.feed.finalised(effect.uuids);
        if (this.#checkpoints.isDue) this.#checkpointing = this.#checkpoint();
        return;
      case "paired-snapshot":
        void this.#pairedSnapshot(effect);
        return;
      case "snapshot":
        void this.#takeSnapshot(effect.reason);
        return;
      case "registry":
        this.#writeRegistry(effect.role);
        return;
      case "notice":
        this.publisher.notice(effect.level, effect);
        return;
    }
  }

  async #takeSnapshot(reason: SnapshotReason): Promise<void> {
    await this.feed.settle();
    await this.recorder.take({ reason });
  }

  /** Both sides as they are before anything is written to this editor: its listing beside the hub's state (phase 2). */
  async #pairedSnapshot({ role, epoch, entities }: Extract<WorldEffect, { kind: "paired-snapshot" }>): Promise<void> {
    const takenAt = new Date(this.engine.nowMs()).toISOString();
    const json = JSON.stringify({ role, takenAt, epoch, entities });
    await this.feed.settle();
    const taken = await this.recorder.take({
      reason: "before-first-mutation",
      label:
        role === "blender" ? "Before the first change to Blender's scene" : "Before the first change to Unity's scene",
      attachments: [{ path: role, json }],
    });
    const code = taken.ok ? null : taken.failure.code;
    this.engine.push({ kind: "paired-snapshot", role, epoch, code });
  }

  #onSnapshot(result: Result<SnapshotInfo>): void {
    if (!result.ok) return this.#fail("snapshot", result.failure);
    const { oid, reason, label, lsn } = result.value;
    this.#lastSnapshot = result.value;
    this.engine.push({ kind: "snapshot-taken", oid, reason, label, lsn });
    this.#pushNewest();
    this.#tidying.soon();
  }

  #pushNewest(): void {
    if (this.#lastSnapshot) this.#push("snapshots-changed", { newest: snapshotRow(this.#lastSnapshot) });
  }

  #fail(operation: string, { code, message }: Failure): void {
    this.engine.push({ kind: "failed", operation, code, message });
  }

  #writeRegistry(role: "blender" | "unity"): void {
    const link = this.links.byRole.get(role);
    if (!link) return;
    const { folders, state } = this.opened;
    const path = folders.registry(role);
    const written = writeRegistry(this.#disk, { path, link, state, nowMs: this.engine.nowMs() });
    if (!written.ok) this.#fail("registry", written.failure);
  }

  async #checkpoint(): Promise<void> {
    if (this.engine.halted) return;
    const saved = await this.#checkpoints.save();
    if (!saved.ok) this.#fail("checkpoint", saved.failure);
  }

  #onHalt(reason: Failure): void {
    this.#stop = { failure: reason, timeMs: this.engine.nowMs() };
    this.publisher.notice("error", { code: reason.code, message: reason.message, uuid: reason.uuid ?? null });
    void this.#wire?.stop();
    this.publisher.tellFailures();
    this.#pushStatus();
  }

  #pushStatus(): void {
    const status = this.status();
    if (this.publisher.isNewStatus(JSON.stringify(status))) this.#push("status-changed", status);
  }
}

export function snapshotRow({ oid, lsn, timeMs, reason, label, objectCount }: SnapshotInfo) {
  return { oid, lsn, timeMs, reason, label, objects: objectCount };
}

/** The built app runs it in a worker; from sources (tests) it shares the thread. */
function snapshotLink(disk: Disk): ReturnType<typeof inlineLink> {
  const worker = join(import.meta.dirname, "snapshots-worker.cjs");
  return fs.existsSync(worker) ? workerLink(worker) : inlineLink(disk);
}

async function withinMs<Value>(promise: Promise<Result<Value>>, ms: number): Promise<Result<Value>> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<Result<Value>>((resolve) => {
    timer = setTimeout(() => resolve(failure("E_SNAPSHOT", "The last snapshot took too long.")), ms);
  });
  const result = await Promise.race([promise, timeout]);
  clearTimeout(timer);
  return result;
}
