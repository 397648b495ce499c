/**
 * Seeded mutations of valid messages and frames: the codec never throws, and what it lets through is what the schema
 * names.
 *
 * `SEED=` repeats a run; the seed is part of every failure's text.
 */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrame, decodeText } from "#electron/transport/codec.ts";
import { Greeting } from "#electron/transport/greeting.ts";
import { encodeTransforms } from "#shared/protocol/binary.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";

const seed = Number(process.env["SEED"] ?? 20_261_122);
const textRounds = 30_000;
const frameRounds = 30_000;
const greetingRounds = 5_000;

const vectors = (name: string): { valid: boolean; message?: unknown; hex?: string }[] =>
  JSON.parse(readFileSync(path.resolve(import.meta.dirname, `../../shared/protocol/vectors/${name}.json`), "utf8"));
const validTexts = vectors("messages-up").flatMap(({ valid, message }) => (valid ? [JSON.stringify(message)] : []));
const validFrames = vectors("transforms").flatMap(({ valid, hex }) => (valid && hex ? [hex] : []));

function randomFrom(start: number) {
  let state = start >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
  const below = (count: number) => Math.floor(next() * count);
  return { below, pick: <Item>(list: readonly Item[]) => list[below(list.length)] as Item };
}
type Random = ReturnType<typeof randomFrom>;

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

const textMutations: readonly ((text: string, random: Random) => string)[] = [
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
  (text, random) => text.replace(random.pick(['"kind"', '"op"', '"uuid"', '"fields"']), '"kind"'),
];

/** What must be true of anything that passed: it says exactly what was sent, and the schema takes it again. */
function expectHonest(text: string, value: unknown, what: string): void {
  expect(upMessageSchema.safeParse(value).success, what).toBe(true);
  expect(value, what).toEqual(JSON.parse(text));
  expect(numbersOf(value).every(Number.isFinite), what).toBe(true);
}

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

describe("[WIRE-31] the codec under fire", () => {
  it(`${textRounds} mutated messages: none throws, none is accepted that is not valid`, () => {
    const random = randomFrom(seed);
    let refused = 0;
    for (let round = 0; round < textRounds; round += 1) {
      let text = random.pick(validTexts);
      for (let times = 0; times <= random.below(3); times += 1) text = random.pick(textMutations)(text, random);
      const bytes = Buffer.from(text, "utf8");
      const decoded = decodeText(bytes);
      if (decoded.ok) expectHonest(bytes.toString("utf8"), decoded.value, `seed ${seed} round ${round}: ${text}`);
      else refused += 1;
    }
    expect(refused).toBeGreaterThan(textRounds / 2);
    expect(refused).toBeLessThan(textRounds);
  });

  it(`${frameRounds} mutated frames: the same`, () => {
    const random = randomFrom(seed + 1);
    let accepted = 0;
    for (let round = 0; round < frameRounds; round += 1) {
      let bytes = Buffer.from(random.pick(validFrames), "hex");
      for (let times = 0; times <= random.below(3); times += 1) {
        const at = random.below(bytes.length || 1);
        const kind = random.below(4);
        if (kind === 0) bytes[at] = random.below(256);
        else if (kind === 1) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
        else if (kind === 2) bytes = bytes.subarray(0, at);
        else bytes = Buffer.concat([bytes, Buffer.alloc(1 + random.below(80), random.below(256))]);
      }
      const decoded = decodeFrame(bytes);
      if (!decoded.ok) continue;
      accepted += 1;
      const what = `seed ${seed} round ${round}: ${bytes.toString("hex")}`;
      expect(numbersOf(decoded.value).every(Number.isFinite), what).toBe(true);
      const again = Buffer.from(encodeTransforms(decoded.value));
      again.set(bytes.subarray(12, 16), 12);
      expect(again.toString("hex"), what).toBe(bytes.toString("hex"));
    }
    expect(accepted).toBeGreaterThan(100);
    expect(accepted).toBeLessThan(frameRounds / 2);
  });

  it(`[WIRE-4] ${greetingRounds} mutated greetings: nobody is ever greeted without a proof`, () => {
    const random = randomFrom(seed + 2);
    const greetings = validTexts.filter((text) => text.includes('"hello"') || text.includes('"auth"'));
    for (let round = 0; round < greetingRounds; round += 1) {
      const greeting = new Greeting("a".repeat(64));
      for (let frame = 0; frame < 3; frame += 1) {
        const text = random.below(2)
          ? random.pick(textMutations)(random.pick(greetings), random)
          : random.pick(greetings);
        expect(greeting.read(Buffer.from(text), random.below(20) === 0).kind, `seed ${seed} round ${round}`).not.toBe(
          "greeted",
        );
      }
    }
  });

  it("random bytes are refused, as text and as frames", () => {
    const random = randomFrom(seed + 3);
    for (let round = 0; round < 5_000; round += 1) {
      const bytes = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
      expect(decodeText(bytes).ok).toBe(false);
      expect(decodeFrame(bytes).ok).toBe(false);
    }
  });
});
