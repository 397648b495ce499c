/**
 * Identities. Every thing that two processes talk about is named by a UUID, never by a name, a path or a handle.
 *
 * Text form is the lower-case hyphenated RFC 4122 form, 36 characters; on the binary lane it is the same 16 bytes.
 */
import { z } from "zod";

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

export const uuidSchema = z.string().length(36).regex(uuidPattern).meta({ id: "Uuid" });
export type Uuid = z.infer<typeof uuidSchema>;

export function isUuid(text: unknown): text is Uuid {
  return typeof text === "string" && uuidPattern.test(text);
}

/** Where each of the 16 bytes stands in the text. */
const pairAt = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** Character code → value of that hex digit; upper case is not a uuid here. */
const digitValue = new Uint8Array(128);
for (const [value, digit] of [..."0123456789abcdef"].entries()) digitValue[digit.charCodeAt(0)] = value;

const hexDigits = Uint8Array.from("0123456789abcdef", (digit) => digit.charCodeAt(0));
const hyphen = 45;
/** The text being made; everything but its hyphens is written anew each time. */
const codes: number[] = new Array(36).fill(hyphen);

/**
 * Texts made lately, each in the one slot that its bytes lead to: a moving object names itself many times a second, and
 * one text for all of them is a map's quickest key. There are more slots the more things there are.
 */
const slotBitsMax = 19;
let slotBits = 12;
let slotTexts: (Uuid | undefined)[] = new Array(2 ** slotBits).fill(undefined);
let slotWords = new Uint32Array(4 * 2 ** slotBits);
/** How many texts had to give way since there are so many slots. */
let displaced = 0;

/** Reads 16 bytes at `offset` as UUID text. The caller has checked that they are there. */
export function uuidFromBytes(bytes: Uint8Array, offset: number): Uuid {
  const a = wordAt(bytes, offset);
  const b = wordAt(bytes, offset + 4);
  const c = wordAt(bytes, offset + 8);
  const d = wordAt(bytes, offset + 12);
  const slot = slotOf(a ^ b ^ c ^ d);
  const at = slot * 4;
  const known = slotTexts[slot];
  const isSame = slotWords[at] === a && slotWords[at + 1] === b && slotWords[at + 2] === c && slotWords[at + 3] === d;
  if (known !== undefined && isSame) return known;
  const text = textFromBytes(bytes, offset);
  slotTexts[slot] = text;
  slotWords[at] = a;
  slotWords[at + 1] = b;
  slotWords[at + 2] = c;
  slotWords[at + 3] = d;
  if (known !== undefined) makeRoom();
  return text;
}

function slotOf(word: number): number {
  return Math.imul(word, 0x9e3779b1) >>> (32 - slotBits);
}

/** Twice the slots, once as many texts had to give way as a quarter of them hold. */
function makeRoom(): void {
  displaced += 1;
  if (displaced * 4 < slotTexts.length || slotBits === slotBitsMax) return;
  const [texts, words] = [slotTexts, slotWords];
  slotBits += 1;
  displaced = 0;
  slotTexts = new Array(2 ** slotBits).fill(undefined);
  slotWords = new Uint32Array(4 * 2 ** slotBits);
  for (let index = 0; index < texts.length; index += 1) {
    if (texts[index] === undefined) continue;
    let mixed = 0;
    for (let word = 0; word < 4; word += 1) mixed ^= words[index * 4 + word] as number;
    const slot = slotOf(mixed);
    slotTexts[slot] = texts[index];
    for (let word = 0; word < 4; word += 1) slotWords[slot * 4 + word] = words[index * 4 + word] as number;
  }
}

const scratch = new Uint8Array(16);

/** The same uuid as the text that the binary lane gives it: a map then need not compare characters. */
export function sharedText(uuid: Uuid): Uuid {
  uuidToBytes(uuid, scratch, 0);
  return uuidFromBytes(scratch, 0);
}

function wordAt(bytes: Uint8Array, offset: number): number {
  const low = (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
  const high = (bytes[offset + 2] as number) | ((bytes[offset + 3] as number) << 8);
  return (low | (high << 16)) >>> 0;
}

function textFromBytes(bytes: Uint8Array, offset: number): Uuid {
  for (let index = 0; index < 16; index += 1) {
    const at = pairAt[index] as number;
    const byte = bytes[offset + index] as number;
    codes[at] = hexDigits[byte >> 4] as number;
    codes[at + 1] = hexDigits[byte & 15] as number;
  }
  return String.fromCharCode.apply(null, codes);
}

/** Writes the 16 bytes of `uuid` at `offset`. */
export function uuidToBytes(uuid: Uuid, bytes: Uint8Array, offset: number): void {
  for (let index = 0; index < 16; index += 1) {
    const at = pairAt[index] as number;
    const high = digitValue[uuid.charCodeAt(at)] as number;
    bytes[offset + index] = high * 16 + (digitValue[uuid.charCodeAt(at + 1)] as number);
  }
}
