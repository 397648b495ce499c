/**
 * Zip archives on node:zlib: a reader for one big archive and a writer whose output depends on its input alone.
 *
 * The reader walks the central directory and inflates only what it is asked for, so that 70 files can be had out of an
 * archive of 25,000. The writer sorts its entries and stamps them all with one fixed date, so that packing the same
 * plugin twice gives the same bytes.
 *
 * It must never write outside its target folder, and it knows no zip64, encryption or multi-disk archives: it refuses
 * them.
 */
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";

const endSignature = 0x06054b50;
const centralSignature = 0x02014b50;
const localSignature = 0x04034b50;
const endBytesMin = 22;
const commentBytesMax = 0xffff;
const storedMethod = 0;
const deflatedMethod = 8;
/** 1980-01-01 00:00, the earliest date that the format knows. */
const fixedDosDate = 0x0021;
const unixHost = 3;

/**
 * @typedef {{ name: string, method: number, packedBytes: number, mode: number, headerAt: number }} Entry
 */

/**
 * Extracts the entries for which `target` gives a path relative to `folder`; null leaves an entry out.
 * @param {string} file
 * @param {string} folder
 * @param {(name: string) => string | null} target
 * @returns {number} how many files were written
 */
export function extractZip(file, folder, target) {
  const handle = fs.openSync(file, "r");
  let written = 0;
  try {
    for (const entry of centralDirectory(handle)) {
      const relative = entry.name.endsWith("/") ? null : target(entry.name);
      if (relative === null) continue;
      const to = path.resolve(folder, relative);
      if (!to.startsWith(path.resolve(folder) + path.sep)) throw new Error(`unsafe path in archive: ${entry.name}`);
      writeEntry(handle, entry, to);
      written += 1;
    }
  } finally {
    fs.closeSync(handle);
  }
  return written;
}

/**
 * The names in an archive, in the order of its directory.
 * @param {string} file
 */
export function zipNames(file) {
  const handle = fs.openSync(file, "r");
  try {
    return centralDirectory(handle).map((entry) => entry.name);
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * @param {number} handle
 * @param {Entry} entry
 * @param {string} to
 */
function writeEntry(handle, entry, to) {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const local = readAt(handle, entry.headerAt, 30);
  const dataAt = entry.headerAt + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  const packed = readAt(handle, dataAt, entry.packedBytes);
  const data = entry.method === deflatedMethod ? zlib.inflateRawSync(packed) : packed;
  const isLink = (entry.mode & 0o170000) === 0o120000;
  if (isLink) throw new Error(`links are not extracted: ${entry.name}`);
  fs.writeFileSync(to, data, { mode: entry.mode & 0o777 || 0o644 });
}

/**
 * @param {number} handle
 * @returns {Entry[]}
 */
function centralDirectory(handle) {
  const sizeBytes = fs.fstatSync(handle).size;
  const tailBytes = Math.min(sizeBytes, endBytesMin + commentBytesMax);
  const tail = readAt(handle, sizeBytes - tailBytes, tailBytes);
  let end = tail.length - endBytesMin;
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end -= 1;
  if (end < 0) throw new Error("not a zip archive");
  const directory = readAt(handle, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  /** @type {Entry[]} */
  const entries = [];
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === centralSignature) {
    const nameBytes = directory.readUInt16LE(at + 28);
    entries.push(centralEntry(directory, at, nameBytes));
    at += 46 + nameBytes + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/**
 * @param {Buffer} directory
 * @param {number} at
 * @param {number} nameBytes
 * @returns {Entry}
 */
function centralEntry(directory, at, nameBytes) {
  const method = directory.readUInt16LE(at + 10);
  const name = directory.toString("utf8", at + 46, at + 46 + nameBytes);
  if (method !== storedMethod && method !== deflatedMethod) throw new Error(`unknown compression of ${name}`);
  return {
    name,
    method,
    packedBytes: directory.readUInt32LE(at + 20),
    mode: directory.readUInt32LE(at + 38) >>> 16,
    headerAt: directory.readUInt32LE(at + 42),
  };
}

/**
 * @param {number} handle
 * @param {number} at
 * @param {number} bytes
 */
function readAt(handle, at, bytes) {
  const buffer = Buffer.alloc(bytes);
  let done = 0;
  while (done < bytes) {
    const got = fs.readSync(handle, buffer, done, bytes - done, at + done);
    if (got === 0) throw new Error("archive ends too early");
    done += got;
  }
  return buffer;
}

/**
 * The bytes of an archive holding `files`, the same for the same input whatever the order, date or machine.
 * @param {ReadonlyMap<string, Buffer>} files name in the archive, with slashes → content
 */
export function zipBytes(files) {
  /** @type {Buffer[]} */
  const bodies = [];
  /** @type {Buffer[]} */
  const directory = [];
  let at = 0;
  for (const name of [...files.keys()].sort()) {
    const data = /** @type {Buffer} */ (files.get(name));
    const packed = zlib.deflateRawSync(data, { level: 9 });
    const header = entryHeader(name, data, packed);
    const local = Buffer.concat([u32(localSignature), header, u16(0), Buffer.from(name)]);
    const central = [u32(centralSignature), u16((unixHost << 8) | 20), header, u16(0), u16(0), u16(0), u16(0)];
    directory.push(...central, u32(((0o100644 << 16) >>> 0) + 0), u32(at), Buffer.from(name));
    bodies.push(local, packed);
    at += local.length + packed.length;
  }
  const index = Buffer.concat(directory);
  const counts = [u16(0), u16(0), u16(files.size), u16(files.size)];
  return Buffer.concat([...bodies, index, u32(endSignature), ...counts, u32(index.length), u32(at), u16(0)]);
}

/**
 * The 24 bytes that local and central headers share, up to and with the length of the name.
 * @param {string} name
 * @param {Buffer} data
 * @param {Buffer} packed
 */
function entryHeader(name, data, packed) {
  const utf8Flag = 0x0800;
  const nameBytes = Buffer.byteLength(name);
  const fields = [u16(20), u16(utf8Flag), u16(deflatedMethod), u16(0), u16(fixedDosDate), u32(crc32(data))];
  return Buffer.concat([...fields, u32(packed.length), u32(data.length), u16(nameBytes)]);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value >>> 0;
});

/**
 * CRC-32 (IEEE); zlib.crc32 exists only since Node 20.15 and 22.2, and in no type definitions for 20.
 * @param {Buffer} data
 */
function crc32(data) {
  let crc = 0xffffffff;
  for (const byte of data) crc = (crc >>> 8) ^ /** @type {number} */ (crcTable[(crc ^ byte) & 0xff]);
  return (crc ^ 0xffffffff) >>> 0;
}

/** @param {number} value */
function u16(value) {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

/** @param {number} value */
function u32(value) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
