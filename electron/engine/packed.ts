/**
 * Values as bytes and back: the part of MessagePack that a saved state needs, so that any reader of it shows one.
 *
 * Owns: nil, booleans, numbers, texts, lists, and identities as 16 bytes. A number takes the fewest bytes that give it
 * back exactly. Must never: hand out something that is not what was asked for; the reader throws then, and at the end
 * of the bytes.
 */
import { viewOf } from "#electron/core/wal-frame.ts";
import { isUuid, type Uuid, uuidFromBytes, uuidToBytes } from "#shared/ids.ts";

export type Packed = null | boolean | number | string | readonly Packed[];

/** First bytes, as MessagePack numbers them. */
const tag = {
  nil: 0xc0,
  false: 0xc2,
  true: 0xc3,
  bytes: 0xc4,
  float32: 0xca,
  float64: 0xcb,
  whole8: 0xcc,
  whole16: 0xcd,
  whole32: 0xce,
  whole64: 0xcf,
  text8: 0xd9,
  text16: 0xda,
  text32: 0xdb,
  list16: 0xdc,
  list32: 0xdd,
} as const;
/** Small ones carry their number or length in the first byte. */
const smallList = 0x90;
const smallText = 0xa0;
const smallWholes = 0x80;
const smallLists = 16;
const smallTexts = 32;

/** For a number, or a length, of one, two and four bytes; no list has the first. */
type Tags = readonly [number, number, number];
const wholeTags: Tags = [tag.whole8, tag.whole16, tag.whole32];
const textTags: Tags = [tag.text8, tag.text16, tag.text32];
const listTags: Tags = [tag.list16, tag.list16, tag.list32];

const twoTo32 = 2 ** 32;
const uuidBytes = 16;
const bytesInitial = 65_536;

export class PackedWriter {
  #bytes = Buffer.alloc(bytesInitial);
  #view = viewOf(this.#bytes);
  #at = 0;

  /** What was written since the last call; the caller's own. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#bytes, 0, this.#at);
    this.#at = 0;
    return taken;
  }

  value(value: Packed): void {
    if (value === null) this.nothing();
    else if (typeof value === "number") this.number(value);
    else if (typeof value === "boolean") this.#byte(value ? tag.true : tag.false);
    else if (typeof value !== "string") this.#values(value);
    else if (isUuid(value)) this.uuid(value);
    else this.text(value);
  }

  nothing(): void {
    this.#byte(tag.nil);
  }

  number(value: number): void {
    if (value >= 0 && Number.isSafeInteger(value) && !Object.is(value, -0)) return this.#whole(value);
    if (Math.fround(value) === value) {
      this.#byte(tag.float32);
      const at = this.#room(4);
      this.#view.setFloat32(at, value);
    } else {
      this.#byte(tag.float64);
      const at = this.#room(8);
      this.#view.setFloat64(at, value);
    }
  }

  text(text: string): void {
    const length = Buffer.byteLength(text);
    if (length < smallTexts) this.#byte(smallText + length);
    else this.#sized(length, textTags);
    const at = this.#room(length);
    this.#bytes.write(text, at);
  }

  uuid(uuid: Uuid): void {
    this.#byte(tag.bytes);
    this.#byte(uuidBytes);
    const at = this.#room(uuidBytes);
    uuidToBytes(uuid, this.#bytes, at);
  }

  /** The values follow. */
  list(length: number): void {
    if (length < smallLists) this.#byte(smallList + length);
    else this.#sized(length, listTags);
  }

  #values(values: readonly Packed[]): void {
    this.list(values.length);
    for (const value of values) this.value(value);
  }

  #whole(value: number): void {
    if (value < smallWholes) return this.#byte(value);
    if (value < twoTo32) return this.#sized(value, wholeTags);
    this.#byte(tag.whole64);
    const at = this.#room(8);
    this.#view.setUint32(at, Math.floor(value / twoTo32));
    this.#view.setUint32(at + 4, value % twoTo32);
  }

  /** The first byte for a number of one, two or four bytes, then the number. */
  #sized(size: number, [one, two, four]: Tags): void {
    const first = size < 256 ? one : size < 65_536 ? two : four;
    this.#byte(first);
    if (first === four) {
      const at = this.#room(4);
      this.#view.setUint32(at, size);
    } else if (first === two) {
      const at = this.#room(2);
      this.#view.setUint16(at, size);
    } else this.#byte(size);
  }

  #byte(byte: number): void {
    const at = this.#room(1);
    this.#bytes[at] = byte;
  }

  /** Where so many bytes may be put. The view is another one afterwards when there was no room. */
  #room(count: number): number {
    const from = this.#at;
    this.#at += count;
    if (this.#at > this.#bytes.length) {
      const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#at));
      this.#bytes.copy(grown, 0, 0, from);
      this.#bytes = grown;
      this.#view = viewOf(grown);
    }
    return from;
  }
}

export class PackedReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = viewOf(bytes);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Takes a nil where one comes next. */
  isNothing(): boolean {
    return this.#takes(tag.nil);
  }

  /** Takes a false where one comes next. */
  isFalse(): boolean {
    return this.#takes(tag.false);
  }

  number(): number {
    const first = this.#byte();
    if (first < smallWholes) return first;
    if (first === tag.float32) return this.#view.getFloat32(this.#pass(4));
    if (first === tag.float64) return this.#view.getFloat64(this.#pass(8));
    if (first !== tag.whole64) return this.#sized(first, wholeTags);
    const high = this.#view.getUint32(this.#pass(4));
    return high * twoTo32 + this.#view.getUint32(this.#pass(4));
  }

  /** A number from zero on that has no fraction. */
  whole(): number {
    const value = this.number();
    if (!Number.isSafeInteger(value) || value < 0) throw new SyntaxError(`${value} stands where a position belongs.`);
    return value;
  }

  text(): string {
    const first = this.#byte();
    const isSmall = first >= smallText && first < smallText + smallTexts;
    const length = isSmall ? first - smallText : this.#sized(first, textTags);
    const from = this.#pass(length);
    return this.#bytes.toString("utf8", from, this.#at);
  }

  uuid(): Uuid {
    if (this.#byte() !== tag.bytes || this.#byte() !== uuidBytes) throw new SyntaxError("An identity is missing.");
    return uuidFromBytes(this.#bytes, this.#pass(uuidBytes));
  }

  /** How many values follow. */
  list(): number {
    const first = this.#byte();
    if (first >= smallList && first < smallList + smallLists) return first - smallList;
    return this.#sized(first, listTags);
  }

  value(): Packed {
    const first = this.#bytes[this.#at] as number;
    if (this.#takes(tag.nil)) return null;
    if (this.#takes(tag.true)) return true;
    if (this.#takes(tag.false)) return false;
    if (first === tag.bytes) return this.uuid();
    if (isText(first)) return this.text();
    return isList(first) ? this.#values() : this.number();
  }

  #values(): Packed[] {
    const values: Packed[] = [];
    for (let left = this.list(); left > 0; left -= 1) values.push(this.value());
    return values;
  }

  #sized(first: number, [one, two, four]: Tags): number {
    if (first === four) return this.#view.getUint32(this.#pass(4));
    if (first === two) return this.#view.getUint16(this.#pass(2));
    if (first === one) return this.#byte();
    throw new SyntaxError(`A value cannot begin with ${first} here.`);
  }

  #takes(byte: number): boolean {
    if (this.#bytes[this.#at] !== byte) return false;
    this.#at += 1;
    return true;
  }

  #byte(): number {
    return this.#bytes[this.#pass(1)] as number;
  }

  /** Goes on behind so many bytes; tells where they begin. */
  #pass(count: number): number {
    const from = this.#at;
    if (from + count > this.#bytes.length) throw new SyntaxError("The bytes end in the middle of a value.");
    this.#at = from + count;
    return from;
  }
}

function isText(first: number): boolean {
  return (first >= smallText && first < smallText + smallTexts) || (first >= tag.text8 && first <= tag.text32);
}

function isList(first: number): boolean {
  return (first >= smallList && first < smallList + smallLists) || first === tag.list16 || first === tag.list32;
}
