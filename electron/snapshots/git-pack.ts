/**
 * Git's pack files and their indexes as bytes: many objects in one file, and where each of them begins.
 *
 * Owns: writing packs without deltas and without compression (stored-stream.ts), and finding and unwrapping entries in
 * any pack. Whether a body is the object of its name is checked by whoever reads it (packs.ts).
 * Must never: trust what it reads. A length, an offset or a stream that makes no sense is null.
 *
 * Formats: git-scm.com/docs/gitformat-pack, pack version 2 and index version 2. All numbers are big-endian.
 */
import { createHash } from "node:crypto";
import { crc32, inflateSync } from "node:zlib";
import { assert } from "#shared/assert.ts";
import { type GitObjectKind, oidOf } from "./git-object.ts";
import { store, storedLengthOrNull, unstoreOrNull } from "./stored-stream.ts";

/** An entry as it stands in a pack: header and compressed body. */
export interface PackEntry {
  readonly oid: string;
  readonly bytes: Uint8Array;
}

export interface PackFiles {
  /** Without the suffix. */
  readonly name: string;
  readonly pack: Uint8Array;
  readonly index: Uint8Array;
}

export interface PackIndex {
  readonly count: number;
  oidAt(place: number): string;
  offsetAt(place: number): number;
  /** The place of an object in the index, or -1. */
  placeOf(oid: string): number;
}

/** A pack's own digest, and the index's, at the end of each file. */
export const digestBytes = 20;
const packHeaderBytes = 12;
const packVersion = 2;
const indexMagic = 0xff744f63;
const indexHeaderBytes = 8;
const fanoutEntries = 256;
/** Offsets above have another form in an index; our packs stay far below. */
const packBytesMax = 2 ** 31 - 1;
const bodyBytesMax = 256 * 1024 * 1024;

const kindNumbers: Readonly<Record<GitObjectKind, number>> = { commit: 1, tree: 2, blob: 3 };
const kindNames: ReadonlyMap<number, GitObjectKind> = new Map([
  [1, "commit"],
  [2, "tree"],
  [3, "blob"],
]);

export function encodeEntry(oid: string, kind: GitObjectKind, body: Uint8Array): PackEntry {
  return { oid, bytes: Buffer.concat([entryHeader(kindNumbers[kind], body.length), store(body)]) };
}

/** Three bits of kind and four of the size in the first byte, seven of the size in each that follows. */
function entryHeader(kind: number, size: number): Uint8Array {
  const bytes: number[] = [];
  let head = (kind << 4) | (size & 0x0f);
  let rest = Math.floor(size / 16);
  while (rest > 0) {
    bytes.push(head | 0x80);
    head = rest & 0x7f;
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, head]);
}

/** What an entry's first bytes say; `at` is where its stream begins. */
function entryHeadOf(bytes: Uint8Array): { number: number; size: number; at: number } {
  const first = bytes[0] ?? 0;
  let size = first & 0x0f;
  let scale = 16;
  let at = 1;
  for (let byte = first; (byte & 0x80) !== 0; at += 1) {
    byte = bytes[at] ?? 0;
    size += (byte & 0x7f) * scale;
    scale *= 128;
  }
  return { number: (first >> 4) & 7, size, at };
}

/** The kind and body of an entry, "delta" for one that leans on another object, null when it makes no sense. */
export function decodeEntryOrNull(bytes: Uint8Array): { kind: GitObjectKind; body: Buffer } | "delta" | null {
  const { number, size, at } = entryHeadOf(bytes);
  if (number === 6 || number === 7) return "delta";
  const kind = kindNames.get(number);
  if (kind === undefined || size > bodyBytesMax) return null;
  try {
    const stream = bytes.subarray(at);
    const body = unstoreOrNull(stream) ?? inflateSync(stream, { maxOutputLength: Math.max(1, size) });
    return body.length === size ? { kind, body } : null;
  } catch {
    // Not a deflate stream, or a longer one: the entry is damaged, which is one of the answers.
    return null;
  }
}

/** The entries of a whole pack of our making, found without its index; null when it is damaged or somebody else's. */
export function scanOrNull(pack: Uint8Array): readonly PackEntry[] | null {
  const end = pack.length - digestBytes;
  if (end < packHeaderBytes || !sha1(pack.subarray(0, end)).equals(pack.subarray(end))) return null;
  const entries: PackEntry[] = [];
  for (let from = packHeaderBytes; from < end; ) {
    const rest = pack.subarray(from, end);
    const { at } = entryHeadOf(rest);
    const length = storedLengthOrNull(rest.subarray(at));
    const bytes = length === null ? null : rest.subarray(0, at + length);
    const object = bytes === null ? null : decodeEntryOrNull(bytes);
    if (bytes === null || object === null || object === "delta") return null;
    entries.push({ oid: oidOf(object.kind, object.body), bytes });
    from += bytes.length;
  }
  return entries;
}

/** A pack and its index, of entries with different names. */
export function packOf(entries: readonly PackEntry[]): PackFiles {
  const header = Buffer.alloc(packHeaderBytes);
  header.write("PACK", "latin1");
  header.writeUInt32BE(packVersion, 4);
  header.writeUInt32BE(entries.length, 8);
  const content = Buffer.concat([header, ...entries.map(({ bytes }) => bytes)]);
  assert(content.length < packBytesMax, "[SNAP-2] a pack of ours is below 2 GiB");
  const digest = sha1(content);
  const index = indexOf(entries, digest);
  return { name: `pack-${digest.toString("hex")}`, pack: Buffer.concat([content, digest]), index };
}

function indexOf(entries: readonly PackEntry[], packDigest: Uint8Array): Uint8Array {
  let offset = packHeaderBytes;
  const placed = entries.map(({ oid, bytes }) => {
    const entry = { oid, crc: crc32(bytes), offset };
    offset += bytes.length;
    return entry;
  });
  placed.sort((a, b) => (a.oid < b.oid ? -1 : 1));
  const { length } = placed;
  const bytes = Buffer.alloc(indexHeaderBytes + fanoutEntries * 4 + length * 28);
  bytes.writeUInt32BE(indexMagic, 0);
  bytes.writeUInt32BE(2, 4);
  const counts = new Uint32Array(fanoutEntries);
  const oidsAt = indexHeaderBytes + fanoutEntries * 4;
  for (const [place, { oid, crc, offset: at }] of placed.entries()) {
    bytes.write(oid, oidsAt + place * 20, "hex");
    bytes.writeUInt32BE(crc, oidsAt + length * 20 + place * 4);
    bytes.writeUInt32BE(at, oidsAt + length * 24 + place * 4);
    const first = Number.parseInt(oid.slice(0, 2), 16);
    counts[first] = (counts[first] ?? 0) + 1;
  }
  let below = 0;
  for (const [first, count] of counts.entries()) {
    below += count;
    bytes.writeUInt32BE(below, indexHeaderBytes + first * 4);
  }
  const content = Buffer.concat([bytes, packDigest]);
  return Buffer.concat([content, sha1(content)]);
}

/** An index that is whole, or null: torn, of another version, or with offsets that only huge packs have. */
export function decodeIndexOrNull(bytes: Uint8Array): PackIndex | null {
  const index = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const oidsAt = indexHeaderBytes + fanoutEntries * 4;
  if (index.length < oidsAt + 2 * digestBytes) return null;
  if (index.readUInt32BE(0) !== indexMagic || index.readUInt32BE(4) !== 2) return null;
  if (!sha1(index.subarray(0, -digestBytes)).equals(index.subarray(-digestBytes))) return null;
  const count = index.readUInt32BE(oidsAt - 4);
  if (index.length !== oidsAt + count * 28 + 2 * digestBytes) return null;
  const oidAt = (place: number): string => index.toString("hex", oidsAt + place * 20, oidsAt + place * 20 + 20);
  const offsetAt = (place: number): number => index.readUInt32BE(oidsAt + count * 24 + place * 4);
  const fanout = (first: number): number => (first < 0 ? 0 : index.readUInt32BE(indexHeaderBytes + first * 4));
  const placeOf = (oid: string): number => {
    const first = Number.parseInt(oid.slice(0, 2), 16);
    let low = fanout(first - 1);
    let high = fanout(first);
    while (low < high) {
      const middle = (low + high) >> 1;
      const found = oidAt(middle);
      if (found === oid) return middle;
      if (found < oid) low = middle + 1;
      else high = middle;
    }
    return -1;
  };
  return { count, oidAt, offsetAt, placeOf };
}

function sha1(bytes: Uint8Array): Buffer {
  return createHash("sha1").update(bytes).digest();
}
