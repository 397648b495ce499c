/**
 * The snapshot history as the main thread uses it: every call is a message to the worker.
 *
 * Owns: the calls that wait for an answer, and the life of the worker. A worker that dies or falls silent fails every
 * waiting call with a code; the next call starts another one, which opens the same project again [SNAP-11].
 * Must never: let a call hang, or restart a worker that keeps dying without an end.
 *
 * A call that failed by a death may have been carried out. That is safe: a commit that is repeated is recognised
 * [SNAP-10].
 */
import type { Clock } from "#electron/ports/clock.ts";
import type {
  SnapshotContents,
  SnapshotInfo,
  SnapshotOpening,
  SnapshotQuery,
  SnapshotRequest,
  Snapshots,
  SnapshotTidying,
} from "#electron/ports/snapshots.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { causeText, failure, type Result } from "#shared/result.ts";
import type { FromWorker, SnapshotAnswers, SnapshotCall, SnapshotLink } from "./messages.ts";

/** The worker says that it is alive every 2 s; this is many times that, for machines that swap. */
export const silenceMsMax = 60_000;
export const startsMax = 5;
export const startWindowMs = 60_000;

export interface SnapshotClientParts {
  readonly connect: () => SnapshotLink;
  readonly clock: Clock;
  readonly silenceMs?: number;
  /** Told what the new worker found when it opened the project again after a death. */
  readonly onReopened?: (result: Result<SnapshotOpening>) => void;
}

type Settle = (result: Result<unknown>) => void;

export class SnapshotClient implements Snapshots {
  readonly #parts: SnapshotClientParts;
  readonly #waiting = new Map<number, Settle>();
  #link: SnapshotLink | null = null;
  #folder: string | null = null;
  #lastId = 0;
  #startTimesMs: readonly number[] = [];
  #silence: NodeJS.Timeout | null = null;

  constructor(parts: SnapshotClientParts) {
    this.#parts = parts;
  }

  open(folder: string): Promise<Result<SnapshotOpening>> {
    this.#folder = null;
    const opening = this.#ask({ kind: "open", folder });
    this.#folder = folder;
    return opening;
  }

  commit(request: SnapshotRequest): Promise<Result<SnapshotInfo>> {
    return this.#ask({ kind: "commit", request });
  }

  list(query: SnapshotQuery): Promise<Result<readonly SnapshotInfo[]>> {
    return this.#ask({ kind: "list", query });
  }

  read(oid: string): Promise<Result<SnapshotContents>> {
    return this.#ask({ kind: "read", oid });
  }

  name(oid: string, label: string): Promise<Result<void>> {
    return this.#ask({ kind: "name", oid, label });
  }

  tidy(): Promise<Result<SnapshotTidying>> {
    return this.#ask({ kind: "tidy" });
  }

  /** Ends the worker; calls that still wait fail. Wait for the last commit first. */
  async close(): Promise<void> {
    const link = this.#link;
    this.#bury("the project was closed", "E_SNAPSHOT");
    this.#folder = null;
    await link?.stop();
  }

  #ask<Kind extends SnapshotCall["kind"]>(
    call: Extract<SnapshotCall, { kind: Kind }>,
  ): Promise<Result<SnapshotAnswers[Kind]>> {
    const link = this.#connected();
    if (!link.ok) return Promise.resolve(link);
    return this.#send(link.value, call);
  }

  #send<Kind extends SnapshotCall["kind"]>(
    link: SnapshotLink,
    call: Extract<SnapshotCall, { kind: Kind }>,
  ): Promise<Result<SnapshotAnswers[Kind]>> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve) => {
      // The worker answers a call of this kind with a result of this kind (messages.ts).
      this.#waiting.set(id, resolve as Settle);
      this.#listenForSilence();
      link.post({ id, call });
    });
  }

  #connected(): Result<SnapshotLink> {
    if (this.#link !== null) return { ok: true, value: this.#link };
    const nowMs = this.#parts.clock.monotonicMs();
    this.#startTimesMs = this.#startTimesMs.filter((startMs) => nowMs - startMs < startWindowMs);
    if (this.#startTimesMs.length >= startsMax) {
      return failure("E_SNAPSHOT", "The snapshot worker stopped too often. It is started again within a minute.");
    }
    this.#startTimesMs = [...this.#startTimesMs, nowMs];
    try {
      return { ok: true, value: this.#start() };
    } catch (error) {
      return failure("E_SNAPSHOT", "The snapshot worker could not be started.", { cause: error });
    }
  }

  #start(): SnapshotLink {
    const link = this.#parts.connect();
    this.#link = link;
    link.listen(
      (message) => {
        if (this.#link === link) this.#hear(message);
      },
      (cause) => {
        if (this.#link === link) this.#bury(cause, "E_SNAPSHOT");
      },
    );
    if (this.#folder !== null) {
      const reopened = this.#send(link, { kind: "open", folder: this.#folder });
      void reopened.then((result) => this.#parts.onReopened?.(result));
    }
    return link;
  }

  #hear(message: FromWorker): void {
    switch (message.kind) {
      case "alive":
        break;
      case "bug": {
        const link = this.#link;
        this.#bury(message.text, "E_BUG");
        void link?.stop();
        return;
      }
      case "answer": {
        const settle = this.#waiting.get(message.id);
        this.#waiting.delete(message.id);
        settle?.(message.result);
      }
    }
    this.#listenForSilence();
  }

  /** Forgets the worker and fails whatever waits for it. */
  #bury(cause: string, code: ErrorCode): void {
    this.#link = null;
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#listenForSilence();
    const text = "The snapshot worker stopped. The log keeps everything; the next snapshot takes it up.";
    for (const settle of waiting) settle(failure(code, text, { cause }));
  }

  /** (Re)starts the wait for a sign of life, for as long as a call waits. */
  #listenForSilence(): void {
    if (this.#silence !== null) clearTimeout(this.#silence);
    this.#silence = null;
    if (this.#waiting.size === 0) return;
    const silenceMs = this.#parts.silenceMs ?? silenceMsMax;
    this.#silence = setTimeout(() => {
      const link = this.#link;
      this.#bury(`it said nothing for ${silenceMs} ms`, "E_SNAPSHOT");
      link?.stop().catch((error: unknown) => this.#bury(causeText(error), "E_SNAPSHOT"));
    }, silenceMs);
  }
}
