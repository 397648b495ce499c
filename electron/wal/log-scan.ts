/**
 * Reads the whole log once, at start, and says exactly how it ends.
 *
 * Owns: the walk over all segments and the verdict on the first damage. Stage after: repair.ts, which changes files.
 * Must never: change anything, or go on behind damage except to look for proof.
 *
 * A hole at LSN n is *torn* when nothing in the log proves that n was ever durable: a power cut may have lost any part
 * of what no finished sync covers, in any order, in several segments. It is *corrupt* when a frame or header behind it
 * proves that n was durable, and always when a segment is missing or belongs to another log.
 */
import { type Chain, hasProof, type Lsn, type StoredRecord } from "#electron/core/wal-frame.ts";
import {
  decodeHeader,
  formatVersion,
  type HeaderOutcome,
  logSeed,
  type SegmentHeader,
  SegmentScan,
  segmentHeaderBytes,
} from "#electron/core/wal-segment.ts";
import { type Disk, readAll, readFile } from "#electron/ports/disk.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { listSegments, segmentPath } from "./segment-files.ts";

export interface ScanRequest {
  readonly folder: string;
  /** The first record wanted: the one after the checkpoint, or 1. */
  readonly fromLsn: Lsn;
  /** The log's id where a checkpoint knows it: a log with another one is not the checkpoint's. */
  readonly logId?: Uint8Array | undefined;
  /** The checkpoint begins the log: that nothing stands behind it yet is no loss. */
  readonly beginsLog?: boolean | undefined;
  /** Called for each record from `fromLsn` on, in order; the payload is valid during the call. */
  readonly visit: (record: StoredRecord) => void;
}

/** A place in the log: where a frame ends and the next one goes, or should have been. */
export interface LogPlace {
  readonly segment: number;
  /** 0 when not even the segment's header is there. */
  readonly offset: number;
  readonly chain: Chain;
}

export interface StartedSegment {
  readonly segment: number;
  readonly firstLsn: Lsn;
  readonly lastLsn: Lsn;
  readonly endOffset: number;
}

export interface LogScan {
  /** Undefined for a log that was never begun and that no checkpoint knows. */
  readonly logId: Uint8Array | undefined;
  readonly end: LogPlace;
  readonly provenLsn: Lsn;
  readonly segments: readonly StartedSegment[];
  /** True when bytes behind `end` are left over from a crash. */
  readonly isTorn: boolean;
}

type Refusal = Extract<Result<never>, { ok: false }>;

/** Throws the disk's errors; fails with E_WAL_CORRUPT or E_WAL_VERSION. */
export function scanLog(disk: Disk, request: ScanRequest): Result<LogScan> {
  const numbers = listSegments(disk, request.folder);
  const first = numbers[0] ?? 1;
  if (numbers.at(-1) !== undefined && numbers.at(-1) !== first + numbers.length - 1) {
    return corrupt(request.folder, "a segment is missing");
  }
  const needed = numbers.slice(firstNeeded(disk, request, numbers));
  const walk = new LogWalk(disk, request, needed[0] ?? first);
  for (const segment of needed) {
    const refusal = walk.take(segment);
    if (refusal !== undefined) return refusal;
  }
  return walk.finish();
}

/**
 * The index of the last segment that begins at or before the first record wanted. Everything before it was durable when
 * the checkpoint was made and is not needed any more; it waits for deletion.
 */
function firstNeeded(disk: Disk, { folder, fromLsn, logId }: ScanRequest, numbers: readonly number[]): number {
  return numbers.findLastIndex((segment, index) => {
    const outcome = index === 0 ? undefined : readHeader(disk, segmentPath(folder, segment));
    if (outcome === undefined) return true;
    return (
      outcome.kind === "header" && outcome.header.firstLsn <= fromLsn && !isForeign(outcome.header, segment, logId)
    );
  });
}

export function readHeader(disk: Disk, path: string): HeaderOutcome {
  const fd = disk.open(path, "r");
  try {
    const bytes = new Uint8Array(segmentHeaderBytes);
    return decodeHeader(bytes.subarray(0, readAll(disk, fd, bytes, 0)));
  } finally {
    disk.close(fd);
  }
}

function isForeign(header: SegmentHeader, segment: number, logId: Uint8Array | undefined): boolean {
  return (
    header.segment !== segment || (logId !== undefined && header.logId.some((byte, index) => byte !== logId[index]))
  );
}

class LogWalk {
  readonly #disk: Disk;
  readonly #request: ScanRequest;
  readonly #firstSegment: number;
  readonly #segments: StartedSegment[] = [];
  #logId: Uint8Array | undefined;
  #end: LogPlace;
  #provenLsn: Lsn = 0;
  /** `open`: the log may go on in the next segment. `blank`: it may not, unless that is torn. */
  #state: "open" | "blank" | "torn" = "open";

  constructor(disk: Disk, request: ScanRequest, firstSegment: number) {
    this.#disk = disk;
    this.#request = request;
    this.#firstSegment = firstSegment;
    this.#logId = request.logId;
    const lsn = request.beginsLog ? request.fromLsn - 1 : 0;
    this.#end = { segment: firstSegment, offset: 0, chain: { lsn, crc: 0 } };
  }

  get #isBegun(): boolean {
    return this.#segments.length > 0;
  }

  /** Takes in the next segment; answers only when the log cannot be used. */
  take(segment: number): Refusal | undefined {
    const bytes = readFile(this.#disk, segmentPath(this.#request.folder, segment));
    const outcome = decodeHeader(bytes);
    if (outcome.kind === "version") {
      return failure("E_WAL_VERSION", `The log has format ${outcome.version}; this VibeSync reads ${formatVersion}.`);
    }
    if (outcome.kind === "blank") {
      if (this.#state === "open") this.#state = "blank";
      return undefined;
    }
    const header = outcome.kind === "header" ? outcome.header : undefined;
    if (header !== undefined && isForeign(header, segment, this.#logId)) {
      return this.#corrupt(`segment ${segment} belongs to another log`);
    }
    if (this.#state !== "open") return this.#lookForProof(bytes, header);
    if (header === undefined || !this.#continues(header)) {
      if (this.#firstSegment > 1 && !this.#isBegun) return this.#corrupt(`segment ${segment} has no header`);
      if (header === undefined) this.#end = { segment, offset: 0, chain: this.#end.chain };
      return this.#lookForProof(bytes, header);
    }
    return this.#walk(bytes, header);
  }

  finish(): Result<LogScan> {
    const wanted = this.#request.fromLsn - 1;
    const { lsn } = this.#end.chain;
    const isTorn = this.#state === "torn";
    if (lsn < wanted) return this.#corrupt(`it ends at record ${lsn}, but the checkpoint is of record ${wanted}`);
    const segments = this.#segments;
    return success({ logId: this.#logId, end: this.#end, provenLsn: this.#provenLsn, segments, isTorn });
  }

  #walk(bytes: Uint8Array, header: SegmentHeader): Refusal | undefined {
    const { fromLsn, visit } = this.#request;
    if (!this.#isBegun && header.firstLsn > fromLsn) {
      return this.#corrupt(`it begins at record ${header.firstLsn}, but record ${fromLsn} is needed`);
    }
    this.#logId ??= header.logId;
    const scan = new SegmentScan(bytes, header);
    let step = scan.next();
    for (; step.kind === "record"; step = scan.next()) {
      if (step.frame.lsn >= fromLsn) visit(step.frame);
    }
    this.#provenLsn = Math.max(this.#provenLsn, scan.provenLsn);
    const { segment, firstLsn } = header;
    this.#end = { segment, offset: step.offset, chain: scan.chain };
    this.#segments.push({ segment, firstLsn, lastLsn: scan.chain.lsn, endOffset: step.offset });
    if (step.kind === "corrupt") return this.#corrupt("a record was lost that had been confirmed");
    if (step.kind === "torn") this.#state = "torn";
    return undefined;
  }

  /** The log has ended; may what stands in this segment be the rest of a torn write? */
  #lookForProof(bytes: Uint8Array, header: SegmentHeader | undefined): Refusal | undefined {
    this.#state = "torn";
    const lostLsn = this.#end.chain.lsn + 1;
    const logId = this.#logId ?? header?.logId;
    const seed = logId === undefined ? undefined : logSeed(logId);
    const isProven = (header?.durableLsn ?? 0) >= lostLsn || hasProof(bytes, { offset: 0, seed }, lostLsn);
    return isProven ? this.#corrupt("a record was lost that had been confirmed") : undefined;
  }

  /** The oldest segment continues what was deleted behind a checkpoint; `fromLsn` says whether that is enough. */
  #continues(header: SegmentHeader): boolean {
    const { lsn, crc } = this.#end.chain;
    return !this.#isBegun || (header.prevLastLsn === lsn && header.prevCrc === crc);
  }

  #corrupt(reason: string): Refusal {
    const { segment, offset, chain } = this.#end;
    return corrupt(this.#request.folder, `${reason} (segment ${segment}, byte ${offset}, after record ${chain.lsn})`);
  }
}

function corrupt(folder: string, reason: string): Refusal {
  const message = `The log in ${folder} is damaged: ${reason}. Nothing was changed; a snapshot can be restored.`;
  return failure("E_WAL_CORRUPT", message);
}
