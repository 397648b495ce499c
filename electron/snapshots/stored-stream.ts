/**
 * Zlib streams of stored blocks: valid for every reader of Git's formats, made and read without a compressor.
 *
 * Why: ending a thread while it makes one of Node's compressors ends the whole process ("close before init", Node 20),
 * and the snapshot worker may be ended at any time [SNAP-11]. It is also faster, at up to twice the space.
 *
 * Formats: RFC 1950 (zlib) and RFC 1951, section 3.2.4 (stored blocks).
 */

const header = [0x78, 0x01] as const;
const blockBytesMax = 0xffff;
const blockHeaderBytes = 5;
const checksumBytes = 4;
const adlerModulus = 65_521;
/** Sums of so many bytes stay below 2^31. */
const adlerRun = 3_800;

export function store(body: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(body.length / blockBytesMax));
  const bytes = Buffer.alloc(header.length + blocks * blockHeaderBytes + body.length + checksumBytes);
  bytes.set(header);
  let at = header.length;
  for (let block = 0; block < blocks; block += 1) {
    const part = body.subarray(block * blockBytesMax, (block + 1) * blockBytesMax);
    bytes[at] = block === blocks - 1 ? 1 : 0;
    bytes.writeUInt16LE(part.length, at + 1);
    bytes.writeUInt16LE(part.length ^ 0xffff, at + 3);
    bytes.set(part, at + blockHeaderBytes);
    at += blockHeaderBytes + part.length;
  }
  bytes.writeUInt32BE(adler32(body), at);
  return bytes;
}

/** The content of a stream that `store` made, or null: another kind of stream, or a damaged one. */
export function unstoreOrNull(stream: Uint8Array): Buffer | null {
  if (stream[0] !== header[0] || stream[1] !== header[1]) return null;
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.length);
  const parts: Buffer[] = [];
  let at = header.length;
  for (let isLast = false; !isLast; ) {
    if (at + blockHeaderBytes > bytes.length || (bytes[at] ?? 0) > 1) return null;
    isLast = bytes[at] === 1;
    const length = bytes.readUInt16LE(at + 1);
    if (bytes.readUInt16LE(at + 3) !== (length ^ 0xffff)) return null;
    at += blockHeaderBytes;
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  if (at + checksumBytes !== bytes.length) return null;
  const body = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  return bytes.readUInt32BE(at) === adler32(body) ? body : null;
}

/** The length of a stream that begins `bytes`; null when `store` did not make it. */
export function storedLengthOrNull(bytes: Uint8Array): number | null {
  if (bytes[0] !== header[0] || bytes[1] !== header[1]) return null;
  let at = header.length;
  for (let isLast = false; !isLast; ) {
    const [flag = 2, low = 0, high = 0] = bytes.subarray(at, at + blockHeaderBytes);
    if (flag > 1) return null;
    isLast = flag === 1;
    at += blockHeaderBytes + low + high * 256;
  }
  return at + checksumBytes;
}

function adler32(bytes: Uint8Array): number {
  let low = 1;
  let high = 0;
  for (let at = 0; at < bytes.length; at += adlerRun) {
    const end = Math.min(bytes.length, at + adlerRun);
    for (let each = at; each < end; each += 1) {
      low += bytes[each] as number;
      high += low;
    }
    low %= adlerModulus;
    high %= adlerModulus;
  }
  return high * 65_536 + low;
}
