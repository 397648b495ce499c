/**
 * R16: malformed messages by the hundred thousand. The codec never throws, lets nothing pass but what the schema names,
 * and is quick to refuse; behind a real socket a linked hub's state does not move.
 */
import { describe, expect, it } from "vitest";
import { decodeFrame, decodeText } from "#electron/transport/codec.ts";
import { Greeting } from "#electron/transport/greeting.ts";
import { encodeTransforms } from "#shared/protocol/binary.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";
import { randomFrom } from "#tests/hub/live-hub.ts";
import { mutatedFrame, mutatedText, validTexts } from "./mutations.ts";
import { seed } from "./scale.ts";

/** A million together. */
const textRounds = 600_000;
const frameRounds = 400_000;
const greetingRounds = 50_000;
const refusalMsMax = 1;
/** A whole frame of 768 KiB takes as long as it takes to read it. */
const ordinaryBytes = 16_384;
const testMs = 600_000;

/** What must be true of anything that passed: it says exactly what was sent, and the schema takes it again. */
function dishonesty(text: string, value: unknown): string {
  if (!upMessageSchema.safeParse(value).success) return "the schema refuses it";
  if (JSON.stringify(sorted(value)) !== JSON.stringify(sorted(JSON.parse(text)))) return "it is not what was sent";
  return numbersOf(value).every(Number.isFinite) ? "" : "a number is not finite";
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sorted(member)]),
  );
}

function numbersOf(value: unknown): number[] {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

/** How many messages were refused, and how long that took for those of an ordinary size, in milliseconds. */
class Refusals {
  count = 0;
  readonly #ms: number[] = [];

  add(startMs: number, bytes: number): void {
    const tookMs = performance.now() - startMs;
    this.count += 1;
    if (bytes <= ordinaryBytes) this.#ms.push(tookMs);
  }

  p99Ms(): number {
    return this.#ms.sort((a, b) => a - b)[Math.floor(this.#ms.length * 0.99)] ?? 0;
  }
}

describe("[WIRE-31] R16: the codec under fire", () => {
  it(
    `${textRounds} mutated messages: none throws, none is accepted that is not valid`,
    () => {
      const random = randomFrom(seed);
      const refusals = new Refusals();
      for (let round = 0; round < textRounds; round += 1) {
        const bytes = Buffer.from(mutatedText(random), "utf8");
        const startMs = performance.now();
        const decoded = decodeText(bytes);
        const problem = decoded.ok ? dishonesty(bytes.toString("utf8"), decoded.value) : "";
        if (!decoded.ok) refusals.add(startMs, bytes.length);
        if (problem !== "") expect.fail(`seed ${seed} round ${round}: ${problem}: ${bytes.toString("utf8")}`);
      }
      expect(refusals.count).toBeGreaterThan(textRounds / 2);
      expect(refusals.count).toBeLessThan(textRounds);
      expect(refusals.p99Ms()).toBeLessThan(refusalMsMax);
    },
    testMs,
  );

  it(
    `${frameRounds} mutated frames: the same`,
    () => {
      const random = randomFrom(seed + 1);
      const refusals = new Refusals();
      for (let round = 0; round < frameRounds; round += 1) {
        const bytes = mutatedFrame(random);
        const startMs = performance.now();
        const decoded = decodeFrame(bytes);
        if (!decoded.ok) {
          refusals.add(startMs, bytes.length);
          continue;
        }
        const again = Buffer.from(encodeTransforms(decoded.value));
        again.set(bytes.subarray(12, 16), 12);
        const isHonest = numbersOf(decoded.value).every(Number.isFinite) && again.equals(bytes);
        if (!isHonest) expect.fail(`seed ${seed} round ${round}: ${bytes.toString("hex")}`);
      }
      expect(refusals.count).toBeGreaterThan(frameRounds / 2);
      expect(refusals.count).toBeLessThan(frameRounds - 100);
      expect(refusals.p99Ms()).toBeLessThan(refusalMsMax);
    },
    testMs,
  );

  it(
    `[WIRE-4] ${greetingRounds} mutated greetings: nobody is ever greeted without a proof`,
    () => {
      const random = randomFrom(seed + 2);
      const greetings = validTexts.filter((text) => text.includes('"hello"') || text.includes('"auth"'));
      for (let round = 0; round < greetingRounds; round += 1) {
        const greeting = new Greeting("a".repeat(64));
        for (let frame = 0; frame < 3; frame += 1) {
          const text = random.below(2) ? mutatedText(random, greetings) : random.pick(greetings);
          const { kind } = greeting.read(Buffer.from(text), random.below(20) === 0);
          if (kind === "greeted") expect.fail(`seed ${seed} round ${round}: ${text}`);
        }
      }
    },
    testMs,
  );

  it("random bytes are refused, as text and as frames", () => {
    const random = randomFrom(seed + 3);
    for (let round = 0; round < 5_000; round += 1) {
      const bytes = Buffer.from(Array.from({ length: random.below(300) }, () => random.below(256)));
      expect(decodeText(bytes).ok).toBe(false);
      expect(decodeFrame(bytes).ok).toBe(false);
    }
  });
});
