/**
 * One shard of a snapshot: entities whose UUIDs begin alike, each with the name of its blob.
 *
 * Owns: the bytes of the Git tree that a shard is. They are what is kept in memory, because all entries have one size:
 * a commit copies a shard and writes 20 bytes an entity, and 100,000 entities take 7 MB.
 *
 *   0 "100644 "   a plain file
 *   7 uuid        36 characters; entries stand in their order
 *  43 ".json\0"
 *  49 blob        20 bytes
 *
 * Stage before: snapshot-tree.ts says what changes. Stage after: electron/snapshots writes the bytes as they are.
 * Must never: change after it was made; snapshots share shards.
 *
 * Format: git-scm.com/book, "Git Internals - Git Objects".
 */
import { assert } from "#shared/assert.ts";
import { isUuid, type Uuid } from "#shared/ids.ts";

/** 40 hex digits. */
export type BlobName = string;

const codesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const head = codesOf("100644 ");
const tail = codesOf(".json\0");
const uuidChars = 36;
const tailAt = head.length + uuidChars;
const blobAt = tailAt + tail.length;
const blobBytes = 20;
const entryBytes = blobAt + blobBytes;
const blobPattern = /^[0-9a-f]{40}$/;

export class Shard implements Iterable<readonly [Uuid, BlobName]> {
  static readonly empty = new Shard(new Uint8Array(0));
  /** The body of the Git tree. */
  readonly bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The shard in the body of a tree, of UUIDs that begin with `name`; null when the tree is none. */
  static ofTreeOrNull(name: string, body: Uint8Array): Shard | null {
    if (body.length % entryBytes !== 0) return null;
    let before = "";
    for (let at = 0; at < body.length; at += entryBytes) {
      const uuid = uuidAt(body, at);
      const isFramed = holds(body, at, head) && holds(body, at + tailAt, tail);
      if (!isFramed || !isUuid(uuid) || !uuid.startsWith(name) || uuid <= before) return null;
      before = uuid;
    }
    return new Shard(body);
  }

  get size(): number {
    return this.bytes.length / entryBytes;
  }

  *[Symbol.iterator](): Generator<readonly [Uuid, BlobName]> {
    for (let at = 0; at < this.bytes.length; at += entryBytes) {
      yield [uuidAt(this.bytes, at), hexOf(this.bytes.subarray(at + blobAt, at + entryBytes))];
    }
  }

  /** With these entities' blobs, and without those whose blob is null; this very shard when nothing differs. */
  planted(blobs: ReadonlyMap<Uuid, BlobName | null>): Shard {
    const next = new Uint8Array(this.bytes.length + blobs.size * entryBytes);
    let [from, used, isSame] = [0, 0, true];
    for (const uuid of [...blobs.keys()].sort()) {
      assert(isUuid(uuid), "[SNAP-2] an object in a snapshot is named by its UUID");
      const blob = blobs.get(uuid) ?? null;
      const place = this.#placeOf(uuid, from);
      const isHere = place < this.bytes.length && compare(this.bytes, place, uuid) === 0;
      next.set(this.bytes.subarray(from, place), used);
      used += place - from;
      from = isHere ? place + entryBytes : place;
      if (blob !== null) {
        putEntry(next, used, { uuid, blob });
        isSame &&= isHere && holds(this.bytes, place, next.subarray(used, used + entryBytes));
        used += entryBytes;
      } else isSame &&= !isHere;
    }
    if (isSame) return this;
    next.set(this.bytes.subarray(from), used);
    return new Shard(next.slice(0, used + this.bytes.length - from));
  }

  /** Where the entity's entry is or would be, at `from` or behind it. */
  #placeOf(uuid: Uuid, from: number): number {
    let low = from / entryBytes;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(this.bytes, middle * entryBytes, uuid) < 0) low = middle + 1;
      else high = middle;
    }
    return low * entryBytes;
  }
}

function putEntry(into: Uint8Array, at: number, { uuid, blob }: { uuid: Uuid; blob: BlobName }): void {
  assert(blobPattern.test(blob), "[SNAP-2] a tree names objects by 40 hex digits");
  into.set(head, at);
  for (let index = 0; index < uuidChars; index += 1) into[at + head.length + index] = uuid.charCodeAt(index);
  into.set(tail, at + tailAt);
  for (let index = 0; index < blobBytes; index += 1) {
    into[at + blobAt + index] = Number.parseInt(blob.slice(2 * index, 2 * index + 2), 16);
  }
}

/** Less than 0 when the entry at `at` stands before `uuid`, more when it stands behind. */
function compare(bytes: Uint8Array, at: number, uuid: Uuid): number {
  for (let index = 0; index < uuidChars; index += 1) {
    const difference = (bytes[at + head.length + index] as number) - uuid.charCodeAt(index);
    if (difference !== 0) return difference;
  }
  return 0;
}

function holds(bytes: Uint8Array, at: number, wanted: Uint8Array): boolean {
  return wanted.every((byte, index) => bytes[at + index] === byte);
}

function uuidAt(bytes: Uint8Array, at: number): Uuid {
  return String.fromCharCode(...bytes.subarray(at + head.length, at + tailAt));
}

function hexOf(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += (byte < 16 ? "0" : "") + byte.toString(16);
  return text;
}
