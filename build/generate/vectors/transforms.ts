/** Binary frames byte by byte: built here with a writer of its own, not with the encoder that they test. */
import { ids } from "./case.ts";

type Row = { uuid: string; mask: number; flags: number; values: readonly number[] };
type Header = {
  lane: number;
  version: number;
  count: number;
  seq: number;
  epoch: number;
  zero: number;
  lsn: bigint;
  stamp: bigint;
};
type Frame = Partial<Header> & { rows: readonly Row[]; tail?: readonly number[]; cut?: number };

const none = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const whole: Row = { uuid: ids.cube, mask: 7, flags: 0, values: [1.5, -2, 3.25, 0, 0.6, 0, 0.8, 1, 2, -1] };
const moved: Row = { uuid: ids.lamp, mask: 1, flags: 0, values: [100_000.125, 0, -0.001, 0, 0, 0, 0, 0, 0, 0] };
const turned: Row = { uuid: ids.lamp, mask: 2, flags: 0, values: [0, 0, 0, 0.5, -0.5, 0.5, 0.5, 0, 0, 0] };
const rotation = (values: readonly number[]): Row => ({ ...turned, values: [0, 0, 0, ...values, 0, 0, 0] });

function hex(frame: Frame): string {
  const { rows, tail = [], cut } = frame;
  const bytes = Buffer.alloc(32 + rows.length * 64);
  bytes.writeUInt8(frame.lane ?? 1, 0);
  bytes.writeUInt8(frame.version ?? 1, 1);
  bytes.writeUInt16LE(frame.count ?? rows.length, 2);
  bytes.writeUInt32LE(frame.seq ?? 1, 4);
  bytes.writeUInt32LE(frame.epoch ?? 1, 8);
  bytes.writeUInt32LE(frame.zero ?? 0, 12);
  bytes.writeBigUInt64LE(frame.lsn ?? 0n, 16);
  bytes.writeBigUInt64LE(frame.stamp ?? 17n, 24);
  rows.forEach((row, index) => {
    const at = 32 + index * 64;
    bytes.write(row.uuid.replaceAll("-", ""), at, "hex");
    bytes.writeUInt32LE(row.mask, at + 16);
    bytes.writeUInt32LE(row.flags, at + 20);
    row.values.forEach((value, place) => bytes.writeFloatLE(value, at + 24 + place * 4));
  });
  return Buffer.concat([bytes, Buffer.from(tail)])
    .subarray(0, cut)
    .toString("hex");
}

function right(name: string, frame: Frame) {
  const { lane = 1, seq = 1, epoch = 1, lsn = 0n, stamp = 17n } = frame;
  const rows = frame.rows.map((row) => ({ ...row, values: row.values.map(Math.fround) }));
  return {
    name,
    valid: true,
    hex: hex(frame),
    frame: { lane, seq, epoch, lsn: Number(lsn), stamp: Number(stamp), rows },
  };
}

function wrong(name: string, frame: Frame, code = "E_MALFORMED") {
  return { name, valid: false, hex: hex(frame), code };
}

export const transforms = [
  right("a change of one whole transform", { rows: [whole] }),
  right("a translation alone", { seq: 4_294_967_295, epoch: 4_294_967_295, rows: [moved] }),
  right("three rows, an apply at a high position", {
    seq: 0,
    epoch: 3,
    lsn: 9_007_199_254_740_991n,
    stamp: 9_007_199_254_740_991n,
    rows: [whole, moved, turned],
  }),
  right("a position of 33 bits", { seq: 0, lsn: 4_294_967_296n, stamp: 4_294_967_297n, rows: [moved] }),
  right("a read-back with every flag", {
    lane: 2,
    seq: 9,
    stamp: 0n,
    rows: [
      { uuid: ids.cube, mask: 0, flags: 1, values: none },
      { ...whole, flags: 2 },
      { ...moved, flags: 4 },
      { ...turned, flags: 8 },
      { ...whole, flags: 6 },
    ],
  }),
  right("a rotation a little off unit length", { rows: [rotation([0, 0, 0.0002, 1.0004])] }),
  right("the smallest and the largest values", {
    rows: [{ ...moved, values: [1.401298464324817e-45, -3.4028234663852886e38, 0, 0, 0, 0, 0, 0, 0, 0] }],
  }),
  wrong("nothing", { rows: [], cut: 0 }),
  wrong("half a header", { rows: [whole], cut: 16 }),
  wrong("a header without rows", { rows: [] }),
  wrong("half a row", { rows: [whole], cut: 64 }),
  wrong("one byte too few", { rows: [whole], cut: 95 }),
  wrong("one byte too many", { rows: [whole], tail: [0] }),
  wrong("more rows said than there are", { rows: [whole], count: 2 }),
  wrong("fewer rows said than there are", { rows: [whole, moved], count: 1 }),
  wrong("lane 0", { lane: 0, rows: [whole] }),
  wrong("lane 3", { lane: 3, rows: [whole] }),
  wrong("lane 255", { lane: 255, rows: [whole] }),
  wrong("layout version 0", { version: 0, rows: [whole] }, "E_PROTOCOL_VERSION"),
  wrong("layout version 2", { version: 2, rows: [whole] }, "E_PROTOCOL_VERSION"),
  wrong("rows beyond the limit", { count: 4_097, rows: [whole] }, "E_OVERSIZED"),
  wrong("position beyond 2^53", { lsn: 9_007_199_254_740_992n, rows: [whole] }),
  wrong("stamp beyond 2^53", { stamp: 18_446_744_073_709_551_615n, rows: [whole] }),
  wrong("a mask of no field and no flag", { rows: [{ ...moved, mask: 0 }] }),
  wrong("an unknown mask bit", { rows: [{ ...moved, mask: 9 }] }),
  wrong("an unknown flag", { lane: 2, rows: [{ ...moved, flags: 16 }] }),
  wrong("NaN", { rows: [{ ...moved, values: [Number.NaN, ...none.slice(1)] }] }, "E_NOT_FINITE"),
  wrong("infinite", { rows: [{ ...moved, values: [0, Number.POSITIVE_INFINITY, ...none.slice(2)] }] }, "E_NOT_FINITE"),
  wrong("negative infinite, in a value the mask leaves out", {
    rows: [{ ...moved, values: [...none.slice(1), Number.NEGATIVE_INFINITY] }],
  }, "E_NOT_FINITE"),
  wrong("a rotation of length 0", { rows: [rotation([0, 0, 0, 0])] }),
  wrong("a rotation of length 2", { rows: [rotation([0, 0, 0, 2])] }),
  wrong("a bad row after a good one", { rows: [whole, rotation([1, 1, 0, 0])] }),
];
