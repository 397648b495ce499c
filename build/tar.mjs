/**
 * A gzipped tar (ustar) whose bytes depend on its files alone: sorted names, fixed owner, mode and date.
 *
 * Enough for an npm-style package: regular files, names up to 255 bytes. It refuses what it cannot write exactly.
 */
import zlib from "node:zlib";

const blockBytes = 512;
/** 1985-10-26, the date npm gives to every file; date 0 makes some tools complain. */
const fixedDateS = 499_162_500;
const gzipOsByte = 9;
const unknownOs = 255;

/**
 * @param {ReadonlyMap<string, Buffer>} files name in the archive, with slashes → content
 * @returns {Buffer}
 */
export function tgzBytes(files) {
  /** @type {Buffer[]} */
  const blocks = [];
  for (const name of [...files.keys()].sort()) {
    const data = /** @type {Buffer} */ (files.get(name));
    const padding = (blockBytes - (data.length % blockBytes)) % blockBytes;
    blocks.push(header(name, data.length), data, Buffer.alloc(padding));
  }
  blocks.push(Buffer.alloc(2 * blockBytes));
  const packed = zlib.gzipSync(Buffer.concat(blocks), { level: 9 });
  // The header names the operating system; it must not make two machines disagree.
  packed[gzipOsByte] = unknownOs;
  return packed;
}

/**
 * @param {string} name
 * @param {number} bytes
 */
function header(name, bytes) {
  const block = Buffer.alloc(blockBytes);
  const [prefix, short] = splitName(name);
  block.write(short, 0, 100);
  block.write(octal(0o644, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(bytes, 12), 124);
  block.write(octal(fixedDateS, 12), 136);
  block.write("        ", 148);
  block.write("0", 156);
  block.write("ustar\x0000", 257);
  block.write(prefix, 345, 155);
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/**
 * Long names are cut at a slash into a prefix of up to 155 bytes and a rest of up to 100.
 * @param {string} name
 * @returns {[string, string]}
 */
function splitName(name) {
  if (Buffer.byteLength(name) <= 100) return ["", name];
  for (let at = name.indexOf("/"); at >= 0; at = name.indexOf("/", at + 1)) {
    const [prefix, rest] = [name.slice(0, at), name.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(rest) <= 100) return [prefix, rest];
  }
  throw new Error(`name too long for the package: ${name}`);
}

/**
 * @param {number} value
 * @param {number} bytes
 */
function octal(value, bytes) {
  return `${value.toString(8).padStart(bytes - 1, "0")}\0`;
}
