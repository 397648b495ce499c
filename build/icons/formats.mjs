/**
 * PNG, ICO and ICNS, written by hand: pixels in, bytes out. The two containers hold ordinary PNG pictures.
 */
import zlib from "node:zlib";

const pngSignature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const bytesPerPixel = 4;
const icoSizes = [16, 32, 48, 64, 128, 256];
/** Apple's four letters for each size of a PNG member. */
const icnsTypes = new Map([
  [16, "icp4"],
  [32, "icp5"],
  [64, "icp6"],
  [128, "ic07"],
  [256, "ic08"],
  [512, "ic09"],
  [1024, "ic10"],
]);

/**
 * @param {number} size
 * @param {Buffer} rgba
 */
export function pngBytes(size, rgba) {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  // 8 bits a channel, colour with alpha
  header.set([8, 6, 0, 0, 0], 8);
  const stride = size * bytesPerPixel;
  const rows = Buffer.alloc(size * (stride + 1));
  for (let row = 0; row < size; row += 1) rgba.copy(rows, row * (stride + 1) + 1, row * stride, (row + 1) * stride);
  const data = zlib.deflateSync(rows, { level: 9 });
  return Buffer.concat([pngSignature, chunk("IHDR", header), chunk("IDAT", data), chunk("IEND", Buffer.alloc(0))]);
}

/**
 * @param {string} type
 * @param {Buffer} data
 */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(data.length, 0);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), body.length + 4);
  return bytes;
}

/** @param {Buffer} bytes */
function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** @param {ReadonlyMap<number, Buffer>} pngs by size */
export function icoBytes(pngs) {
  const members = icoSizes.flatMap((size) =>
    pngs.has(size) ? [{ size, png: pngs.get(size) ?? Buffer.alloc(0) }] : [],
  );
  const header = Buffer.alloc(6 + members.length * 16);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(members.length, 4);
  let offset = header.length;
  for (const [index, { size, png }] of members.entries()) {
    const at = 6 + index * 16;
    // 0 stands for 256
    header.set([size % 256, size % 256, 0, 0, 1, 0, 32, 0], at);
    header.writeUInt32LE(png.length, at + 8);
    header.writeUInt32LE(offset, at + 12);
    offset += png.length;
  }
  return Buffer.concat([header, ...members.map((member) => member.png)]);
}

/** @param {ReadonlyMap<number, Buffer>} pngs by size */
export function icnsBytes(pngs) {
  const members = [...pngs].flatMap(([size, png]) => {
    const type = icnsTypes.get(size);
    if (!type) return [];
    const head = Buffer.alloc(8);
    head.write(type, 0, "latin1");
    head.writeUInt32BE(png.length + 8, 4);
    return [head, png];
  });
  const body = Buffer.concat(members);
  const head = Buffer.alloc(8);
  head.write("icns", 0, "latin1");
  head.writeUInt32BE(body.length + 8, 4);
  return Buffer.concat([head, body]);
}
