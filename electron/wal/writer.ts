/**
 * Appends to the log. Stage before: the engine's drafted records; stage after: `flush`, then the world may know.
 *
 * Owns: the end of the log. A group of records is encoded into one buffer and written in one call; one fdatasync is in
 * flight at a time, and what was appended meanwhile is covered by the next.
 * Must never: acknowledge what is not synced, repeat a failed sync (the kernel has dropped the pages and would report
 * success), leave half a group behind, or write anywhere but at the end.
 */
import { type Chain, FrameEncoder, frameBytes, type LogRecord, type Lsn } from "#electron/core/wal-frame.ts";
import { encodeHeader, logSeed, segmentHeaderBytes } from "#electron/core/wal-segment.ts";
import { type Buggify, neverBuggify } from "#electron/ports/buggify.ts";
import { closeQuietly, type Disk, errnoOf, writeAll } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import type { Log, LsnRange } from "#electron/ports/log.ts";
import { assert } from "#shared/assert.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { type OpenSegment, segmentBytesDefault, segmentPath, writeZeros } from "./segment-files.ts";
import { SegmentSupply } from "./segment-supply.ts";

/** Where a log ends; recovery finds it (repair.ts). */
export interface LogEnd {
  readonly folder: string;
  readonly logId: Uint8Array;
  /** The segment to write into. */
  readonly segment: number;
  /** Where its next frame goes; 0 when its header is still missing. */
  readonly offset: number;
  readonly chain: Chain;
  /** What frames in the log prove durable; less than `chain.lsn` after a crash. */
  readonly provenLsn: Lsn;
}

export interface WriterOptions {
  readonly segmentBytes?: number;
  readonly buggify?: Buggify;
}

/** A group larger than this is written in several calls; it is still all or nothing. */
const writeBytesMax = 2_097_152;
const bufferBytesInitial = 65_536;

type Refusal = Extract<Result<never>, { ok: false }>;

export class LogWriter implements Log {
  readonly #disk: Disk;
  readonly #folder: string;
  readonly #logId: Uint8Array;
  readonly #segmentBytes: number;
  readonly #encoder: FrameEncoder;
  readonly #supply: SegmentSupply;
  readonly #buggify: Buggify;
  #current: OpenSegment | undefined;
  #segment: number;
  #offset: number;
  #durableLsn: Lsn;
  #provenLsn: Lsn;
  /** Where the group that is being appended began; zeros there cut off all of it. */
  #groupStart: { readonly segment: OpenSegment; readonly from: number; readonly to: number } | undefined;
  /** Segments with bytes that no finished sync covers, oldest first. */
  #unsynced: OpenSegment[] = [];
  #inFlight: { readonly targetLsn: Lsn; readonly done: Promise<Result<Lsn>> } | undefined;
  #queued: Promise<Result<Lsn>> | undefined;
  /** Once set, for ever: what every later call answers. */
  #refusal: Refusal | undefined;
  #closed: Promise<Result<Lsn>> | undefined;

  private constructor(disk: Disk, end: LogEnd, options: WriterOptions) {
    this.#disk = disk;
    this.#folder = end.folder;
    this.#logId = end.logId;
    this.#segmentBytes = options.segmentBytes ?? segmentBytesDefault;
    this.#buggify = options.buggify ?? neverBuggify;
    this.#segment = end.segment;
    this.#offset = end.offset;
    this.#durableLsn = end.chain.lsn;
    this.#provenLsn = end.provenLsn;
    this.#encoder = new FrameEncoder(logSeed(end.logId), end.chain, bufferBytesInitial);
    this.#supply = new SegmentSupply(disk, {
      folder: end.folder,
      segmentBytes: this.#segmentBytes,
      onSyncFault: (error) => this.#poison(error),
    });
  }

  /** Opens the end of a recovered log: everything in it is durable (repair.ts has synced it). */
  static open(disk: Disk, end: LogEnd, options: WriterOptions = {}): Result<LogWriter> {
    const writer = new LogWriter(disk, end, options);
    try {
      if (end.offset > 0) {
        const path = segmentPath(end.folder, end.segment);
        writer.#current = { segment: end.segment, path, fd: disk.open(path, "r+") };
      }
    } catch (error) {
      return diskFailure(error, "E_WAL_WRITE", `Could not open the log in ${end.folder}`);
    }
    writer.#supply.prepare(end.offset > 0 ? end.segment + 1 : end.segment);
    return success(writer);
  }

  get lastLsn(): Lsn {
    return this.#encoder.chain.lsn;
  }

  get durableLsn(): Lsn {
    return this.#durableLsn;
  }

  append(records: readonly LogRecord[]): Result<LsnRange> {
    if (this.#refusal !== undefined) return this.#refusal;
    assert(records.length > 0, "[WAL-6] a group has at least one record");
    assert(this.#closed === undefined, "[WAL-6] nothing is appended to a closed log");
    const before = { chain: { ...this.#encoder.chain }, offset: this.#offset, current: this.#current };
    this.#groupStart = undefined;
    try {
      for (const record of records) this.#add(record);
      this.#write();
    } catch (error) {
      return this.#undo(before, error);
    }
    return success({ firstLsn: before.chain.lsn + 1, lastLsn: this.lastLsn });
  }

  flush(): Promise<Result<Lsn>> {
    if (this.#refusal !== undefined) return Promise.resolve(this.#refusal);
    if (this.#inFlight === undefined) {
      return this.#durableLsn === this.lastLsn ? Promise.resolve(success(this.#durableLsn)) : this.#startSync();
    }
    if (this.#inFlight.targetLsn === this.lastLsn) return this.#inFlight.done;
    this.#queued ??= this.#inFlight.done.then(() => {
      this.#queued = undefined;
      return this.flush();
    });
    return this.#queued;
  }

  close(): Promise<Result<Lsn>> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<Result<Lsn>> {
    const flushed = await this.flush();
    const marked = flushed.ok ? await this.#mark() : flushed;
    await this.#supply.close();
    for (const segment of new Set([...this.#unsynced, ...(this.#current ? [this.#current] : [])])) {
      closeQuietly(this.#disk, segment.fd);
    }
    return marked;
  }

  /** Encodes one record; writes what is encoded and moves on when the buffer or the segment is full. */
  #add(record: LogRecord): void {
    const sizeBytes = frameBytes(record.payload.length);
    assert(segmentHeaderBytes + sizeBytes <= this.#segmentBytes, "[WAL-2] a record fits into a segment");
    const at = this.#offset + this.#encoder.usedBytes;
    const isFull = at + sizeBytes > this.#segmentBytes || (at > segmentHeaderBytes && this.#buggify("segment ends"));
    if (isFull || this.#current === undefined) {
      this.#write();
      this.#rotate();
    } else if (this.#encoder.usedBytes + sizeBytes > writeBytesMax || this.#buggify("group in parts")) {
      this.#write();
    }
    this.#encoder.addRecord(record, this.#durableLsn);
  }

  /** Puts what is encoded at the end of the current segment. */
  #write(): void {
    const encoded = this.#encoder.encoded;
    if (encoded.length === 0 || this.#current === undefined) return;
    if (this.#unsynced.at(-1) !== this.#current) this.#unsynced.push(this.#current);
    this.#groupStart ??= { segment: this.#current, from: this.#offset, to: this.#offset + encoded.length };
    writeAll(this.#disk, this.#current.fd, encoded, this.#offset);
    this.#offset += encoded.length;
    this.#encoder.clear();
  }

  #rotate(): void {
    const full = this.#current;
    const segment = full === undefined ? this.#segment : this.#segment + 1;
    this.#current = this.#supply.take(segment);
    if (full !== undefined && this.#inFlight === undefined) this.#release(full);
    this.#segment = segment;
    this.#offset = 0;
    this.#supply.prepare(segment + 1);
    const { lsn, crc } = this.#encoder.chain;
    const header = { logId: this.#logId, segment, prevLastLsn: lsn, durableLsn: this.#durableLsn, prevCrc: crc };
    const encoded = encodeHeader(header);
    this.#encoder.addHeader(encoded.bytes, encoded.crc);
  }

  /**
   * Takes back a group that failed: zeros over its beginning, the end of the log where it was. If it had begun a new
   * segment or the zeros fail as well, the end is uncertain and the writer refuses from now on.
   */
  #undo(before: { chain: Chain; offset: number; current: OpenSegment | undefined }, error: unknown): Refusal {
    if (errnoOf(error) === "") throw error;
    const refusal = diskFailure(error, "E_WAL_WRITE", "Could not write the log");
    const start = this.#groupStart;
    const isSameSegment = this.#current === before.current;
    const attemptedTo = this.#offset + this.#encoder.usedBytes;
    this.#encoder.clear();
    Object.assign(this.#encoder.chain, before.chain);
    if (isSameSegment) this.#offset = before.offset;
    else this.#refusal ??= refusal;
    try {
      if (start) writeZeros(this.#disk, start.segment.fd, [start.from, isSameSegment ? attemptedTo : start.to]);
    } catch (second) {
      if (errnoOf(second) === "") throw second;
      this.#refusal ??= refusal;
    }
    return refusal;
  }

  #startSync(): Promise<Result<Lsn>> {
    const targetLsn = this.lastLsn;
    const segments = this.#unsynced;
    this.#unsynced = [];
    const done = this.#sync(segments, targetLsn).finally(() => {
      this.#inFlight = undefined;
    });
    this.#inFlight = { targetLsn, done };
    return done;
  }

  /** Oldest segment first, so that the medium never holds a segment whose predecessor is not known to be whole. */
  async #sync(segments: readonly OpenSegment[], targetLsn: Lsn): Promise<Result<Lsn>> {
    try {
      for (const segment of segments) {
        await this.#disk.datasync(segment.fd);
        // A folder that was moved or deleted meanwhile still takes writes; nobody would ever find them.
        this.#disk.stat(segment.path);
        this.#release(segment);
      }
    } catch (error) {
      this.#poison(error);
    }
    if (this.#refusal !== undefined) return this.#refusal;
    this.#durableLsn = targetLsn;
    return success(targetLsn);
  }

  /** Closes a segment that is full and has nothing left to sync. */
  #release(segment: OpenSegment): void {
    if (segment !== this.#current && !this.#unsynced.includes(segment)) this.#disk.close(segment.fd);
  }

  /** Proves the end of the log, so that the next start can tell a rotten last record from a torn one. */
  async #mark(): Promise<Result<Lsn>> {
    const fits = this.#offset + frameBytes(0) <= this.#segmentBytes;
    if (this.#provenLsn === this.lastLsn || !fits) return success(this.#durableLsn);
    try {
      this.#encoder.addMark();
      this.#write();
    } catch (error) {
      return diskFailure(error, "E_WAL_WRITE", "Could not write the log");
    }
    return this.#startSync();
  }

  #poison(error: unknown): void {
    this.#refusal ??= isGone(error)
      ? failure("E_WAL_WRITE", `The folder ${this.#folder} was moved or deleted. Open the project again.`, {
          cause: error,
        })
      : syncFailure(error);
  }
}

function isGone(error: unknown): boolean {
  return errnoOf(error) === "ENOENT";
}

/** Always E_WAL_FSYNC, whatever the errno: after it nothing may be tried again. */
function syncFailure(error: unknown): Refusal {
  const errno = errnoOf(error);
  if (errno === "") throw error;
  const message = `The disk did not confirm a log write (${errno}). Restart VibeSync; confirmed changes are safe.`;
  return failure("E_WAL_FSYNC", message, { cause: error });
}
