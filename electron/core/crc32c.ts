/**
 * CRC-32C (Castagnoli), eight bytes a step.
 *
 * Owns: the checksum of every WAL header and frame. Found by it: torn, swapped and rotten bytes. Not found by it: a
 * forger; content addresses and tokens use SHA-256.
 * Algorithm: "slicing by 8", Kounavis and Berry, 2005. Reflected polynomial 0x82f63b78; the check value of the ASCII
 * digits 1 to 9 is 0xe3069283.
 */

const polynomial = 0x82f63b78;
const slices = 8;

/** `slices` tables of 256 entries, one behind the other. */
const table = new Uint32Array(slices * 256);
for (let byte = 0; byte < 256; byte += 1) {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = (remainder & 1) === 1 ? (remainder >>> 1) ^ polynomial : remainder >>> 1;
  }
  table[byte] = remainder >>> 0;
}
for (let index = 256; index < table.length; index += 1) {
  const shorter = entry(index - 256);
  table[index] = (shorter >>> 8) ^ entry(shorter & 255);
}

function entry(index: number): number {
  return table[index] as number;
}

/** The checksum of the bytes [from, to) of `view`, continuing from `seed`, the checksum of what came before them. */
export function crc32c(view: DataView, [from, to]: readonly [number, number], seed = 0): number {
  let crc = ~seed;
  let at = from;
  for (; at + slices <= to; at += slices) {
    const low = view.getUint32(at, true) ^ crc;
    const high = view.getUint32(at + 4, true);
    crc =
      entry(1792 + (low & 255)) ^
      entry(1536 + ((low >>> 8) & 255)) ^
      entry(1280 + ((low >>> 16) & 255)) ^
      entry(1024 + (low >>> 24)) ^
      entry(768 + (high & 255)) ^
      entry(512 + ((high >>> 8) & 255)) ^
      entry(256 + ((high >>> 16) & 255)) ^
      entry(high >>> 24);
  }
  for (; at < to; at += 1) crc = (crc >>> 8) ^ entry((crc ^ view.getUint8(at)) & 255);
  return ~crc >>> 0;
}
