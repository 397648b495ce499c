/**
 * Valid messages and frames of the vectors made wrong in every way that a damaged or hostile editor could: cut,
 * flipped, nested, repeated, with numbers that are none and names that are paths.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Random } from "#tests/hub/live-hub.ts";

type Vector = { readonly valid: boolean; readonly message?: unknown; readonly hex?: string };

const vectors = (name: string): Vector[] =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../shared/protocol/vectors/${name}.json`), "utf8"));

export const validTexts = vectors("messages-up").flatMap(({ valid, message }) =>
  valid ? [JSON.stringify(message)] : [],
);
export const validFrames = vectors("transforms").flatMap(({ valid, hex }) => (valid && hex ? [hex] : []));

const poison = [
  "null",
  "true",
  "[]",
  "{}",
  "-1",
  "1e999",
  "-1e999",
  "9007199254740993",
  "0.1",
  '""',
  '"\\ud800"',
  "NaN",
  "[[[[[[[[[[]]]]]]]]]]",
  '{"__proto__":{"x":1}}',
  '{"constructor":{"prototype":{"x":1}}}',
  '"../../etc/passwd"',
  '"\\u0000"',
  "1e30",
  "1.0000001e30",
  "4294967296",
  '"CON"',
  '"C:\\\\Windows\\\\x"',
];
const pieces = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "\\",
  "\\u0000",
  "e9",
  "-",
  "/*",
  "\u0000",
  "\ufeff",
  '"__proto__":{},',
];

/** One thing made wrong, or at least different. */
export const textMutations: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, random.below(text.length)),
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + random.pick(pieces) + text.slice(at);
  },
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + text.slice(at + 1 + random.below(4));
  },
  (text, random) => {
    const at = random.below(text.length);
    return text.slice(0, at) + String.fromCharCode(32 + random.below(95)) + text.slice(at + 1);
  },
  /** One value becomes another: `"name":` keeps its place, what follows is replaced. */
  (text, random) => {
    const members = [...text.matchAll(/:("[^"]*"|-?[\d.]+|true|false|null)/g)];
    const member = members[random.below(members.length)];
    if (!member) return text;
    return `${text.slice(0, member.index + 1)}${random.pick(poison)}${text.slice(member.index + member[0].length)}`;
  },
  (text, random) =>
    text.replace(/}$/, `,"${random.pick(["x", "__proto__", "kind", "toString", "epoch"])}":${random.pick(poison)}}`),
  (text, random) => text + random.pick(pieces),
  /** A value that nests without an end in sight. */
  (text, random) => {
    const depth = random.pick([9, 20, 200, 10_000]);
    const nest = random.below(2)
      ? "[".repeat(depth) + "]".repeat(depth)
      : `${'{"x":'.repeat(depth)}1${"}".repeat(depth)}`;
    return text.replace(/:("[^"]*"|-?[\d.]+|true|false|null)/, `:${nest}`);
  },
  /** A list longer than any may be. */
  (text, random) =>
    text.replace(
      /\[(\{[^{}]*\}|"[^"]*")\]/,
      (_, item) => `[${`${item},`.repeat(random.pick([3, 9, 30, 2_100]))}${item}]`,
    ),
  (text, random) => text.replace(random.pick(['"kind"', '"op"', '"uuid"', '"fields"']), '"kind"'),
];

/** A valid message with one to three things changed. */
export function mutatedText(random: Random, from = validTexts): string {
  let text = random.pick(from);
  for (let times = 0; times <= random.below(3); times += 1) text = random.pick(textMutations)(text, random);
  return text;
}

/** A valid frame with bytes changed, bits flipped, cut or lengthened. */
export function mutatedFrame(random: Random): Buffer {
  let bytes = Buffer.from(random.pick(validFrames), "hex");
  for (let times = 0; times <= random.below(3); times += 1) {
    const at = random.below(bytes.length || 1);
    const kind = random.below(4);
    if (kind === 0) bytes[at] = random.below(256);
    else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    else if (kind === 2) bytes = bytes.subarray(0, at);
    else bytes = Buffer.concat([bytes, Buffer.alloc(1 + random.below(80), random.below(256))]);
  }
  return bytes;
}
