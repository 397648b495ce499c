/** The bytes of frames and segments, without a disk: every cut, every flipped bit. */
import { describe, expect, it } from "vitest";
import { crc32c } from "#electron/core/crc32c.ts";
import {
  type Chain,
  FrameEncoder,
  frameBytes,
  frameHeaderBytes,
  payloadBytesMax,
  viewOf,
} from "#electron/core/wal-frame.ts";
import { decodeHeader, encodeHeader, logSeed, SegmentScan } from "#electron/core/wal-segment.ts";
import { recordOf, testLogId, textOf } from "./log-script.ts";

interface Built {
  readonly bytes: Uint8Array;
  /** Where each record's frame ends; index 0 is the end of the header. */
  readonly ends: readonly number[];
}

/** A segment with `records` records in groups of three; each group claims the one before it durable, a mark ends it. */
function build(records: number, { zeros = 0, isMarked = true, prevLastLsn = 0 } = {}): Built {
  const chain: Chain = { lsn: prevLastLsn, crc: 0 };
  const header = encodeHeader({ logId: testLogId, segment: 1, prevLastLsn, durableLsn: prevLastLsn, prevCrc: 0 });
  const encoder = new FrameEncoder(logSeed(testLogId), chain, 256);
  encoder.addHeader(header.bytes, header.crc);
  const ends = [encoder.usedBytes];
  for (let count = 0; count < records; count += 1) {
    encoder.addRecord(recordOf(prevLastLsn + count + 1), prevLastLsn + count - (count % 3));
    ends.push(encoder.usedBytes);
  }
  if (isMarked) encoder.addMark();
  const bytes = new Uint8Array(encoder.usedBytes + zeros);
  bytes.set(encoder.encoded);
  return { bytes, ends };
}

interface Walked {
  readonly texts: readonly string[];
  readonly verdict: "end" | "torn" | "corrupt" | "no-header";
}

function walk(bytes: Uint8Array): Walked {
  const outcome = decodeHeader(bytes);
  if (outcome.kind !== "header") return { texts: [], verdict: "no-header" };
  const scan = new SegmentScan(bytes, outcome.header);
  const texts: string[] = [];
  for (;;) {
    const step = scan.next();
    if (step.kind !== "record") return { texts, verdict: step.kind };
    texts.push(new TextDecoder().decode(step.frame.payload));
  }
}

function expectPrefix(texts: readonly string[], place: string, firstLsn = 1): void {
  for (const [index, text] of texts.entries())
    if (text !== textOf(firstLsn + index)) throw new Error(`${place}: ${text}`);
}

/** As many bytes as one log of 57 KiB, in pieces: a walk up to the damage is short in each. */
const pieces = 40;
const recordsPerPiece = 17;
const cutsMin = 58_581;
const flipsMin = 468_640;

function* logsInPieces(zeros: number): Generator<Built & { readonly firstLsn: number }> {
  for (let piece = 0; piece < pieces; piece += 1) {
    const prevLastLsn = piece * recordsPerPiece;
    yield { ...build(recordsPerPiece, { zeros, prevLastLsn }), firstLsn: prevLastLsn + 1 };
  }
}

describe("frames", () => {
  it("[WAL-4] the checksum is CRC-32C", () => {
    const digits = new TextEncoder().encode("123456789");
    expect(crc32c(viewOf(digits), [0, 9])).toBe(0xe3069283);
    expect(crc32c(viewOf(digits), [4, 9], crc32c(viewOf(digits), [0, 4]))).toBe(0xe3069283);
    expect(crc32c(viewOf(new Uint8Array(32)), [0, 32])).toBe(0x8a9136aa);
  });

  it("[WAL-3] what is encoded is decoded, LSNs beyond 2^32 included", () => {
    for (const prevLastLsn of [0, 2 ** 32 - 2, 2 ** 40]) {
      const { bytes } = build(5, { zeros: 64, prevLastLsn });
      const { texts, verdict } = walk(bytes);
      expect(verdict).toBe("end");
      expect(texts).toEqual([1, 2, 3, 4, 5].map((count) => textOf(prevLastLsn + count)));
    }
  });

  it("[WAL-3] a payload of the limit is taken, one byte more is a bug", () => {
    const encoder = new FrameEncoder(0, { lsn: 0, crc: 0 }, 64);
    encoder.addRecord({ type: 1, schema: 0, payload: new Uint8Array(payloadBytesMax) }, 0);
    expect(encoder.usedBytes).toBe(frameHeaderBytes + payloadBytesMax);
    const tooLong = { type: 1, schema: 0, payload: new Uint8Array(payloadBytesMax + 1) };
    expect(() => encoder.addRecord(tooLong, 0)).toThrow("[WAL-3]");
    expect(() => encoder.addRecord({ ...recordOf(1), type: 0 }, 0)).toThrow("[WAL-3]");
    expect(frameBytes(1)).toBe(40);
  });

  it("[WAL-5] a frame cannot claim itself durable", () => {
    const encoder = new FrameEncoder(0, { lsn: 0, crc: 0 }, 64);
    expect(() => encoder.addRecord(recordOf(1), 1)).toThrow("[WAL-5]");
  });
});

describe("damage", () => {
  it(`[WAL-10] R1: cut at every byte of ${pieces} logs, over ${cutsMin} in all: exactly the whole records remain`, () => {
    let cuts = 0;
    for (const { bytes, ends, firstLsn } of logsInPieces(0)) {
      for (let cut = 0; cut < 64; cut += 1) expect(walk(bytes.subarray(0, cut)).verdict).toBe("no-header");
      for (let cut = 64; cut < bytes.length; cut += 1) {
        const { texts, verdict } = walk(bytes.subarray(0, cut));
        const whole = ends.findLastIndex((end) => end <= cut);
        expectPrefix(texts, `cut at ${cut}`, firstLsn);
        if (texts.length !== whole) throw new Error(`cut at ${cut}: ${texts.length} records instead of ${whole}`);
        const expected = ends.includes(cut) ? "end" : "torn";
        // The beginning of a frame may be zeros only, which nobody can tell from a log that ends there.
        if (verdict !== expected && !bytes.subarray(ends[whole], cut).every((byte) => byte === 0)) {
          throw new Error(`cut at ${cut}: ${verdict}`);
        }
      }
      cuts += bytes.length;
    }
    expect(cuts).toBeGreaterThanOrEqual(cutsMin);
  }, 120_000);

  it(`[WAL-4] [WAL-12] R2: every bit flipped, over ${flipsMin}: no altered record, none that was confirmed is lost`, () => {
    let flips = 0;
    for (const { bytes, ends, firstLsn } of logsInPieces(32)) {
      const lastEnd = ends.at(-1) ?? 0;
      for (let bit = 0; bit < bytes.length * 8; bit += 1) {
        const at = bit >> 3;
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        const { texts, verdict } = walk(bytes);
        bytes[at] = (bytes[at] ?? 0) ^ (1 << (bit & 7));
        const whole = ends.findLastIndex((end) => end <= at);
        expectPrefix(texts, `bit ${bit}`, firstLsn);
        const expected = at < 64 ? "no-header" : at < lastEnd ? "corrupt" : "torn";
        if (verdict !== expected || texts.length !== Math.max(whole, 0)) {
          throw new Error(`bit ${bit}: ${verdict} after ${texts.length} records, expected ${expected} after ${whole}`);
        }
      }
      flips += bytes.length * 8;
    }
    expect(flips).toBeGreaterThanOrEqual(flipsMin);
  }, 300_000);

  it("[WAL-10] without a mark, the last group may be torn and nothing before it", () => {
    const { bytes, ends } = build(9, { isMarked: false });
    for (const [index, end] of ends.slice(0, -1).entries()) {
      const damaged = bytes.slice();
      damaged[end + 9] = 0xff;
      expect(walk(damaged)).toEqual({
        texts: Array.from({ length: index }, (_, count) => textOf(count + 1)),
        verdict: index < 6 ? "corrupt" : "torn",
      });
    }
  });

  it("[WAL-4] a frame inside a payload is no proof: frames are seeded with the log's id", () => {
    const foreign = new FrameEncoder(logSeed(new Uint8Array(16)), { lsn: 50, crc: 0 }, 64);
    foreign.addMark();
    const { bytes } = build(1, { isMarked: false, zeros: 256 });
    bytes.set(foreign.encoded, bytes.length - 64);
    expect(walk(bytes).verdict).toBe("torn");
  });
});
