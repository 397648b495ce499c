/** Packed values: every one comes back as it was, and nothing else is believed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Packed, PackedReader, PackedWriter } from "#electron/engine/packed.ts";
import { uuidOf } from "#tests/core/desk.ts";

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.maxSafeInteger(),
  fc.float({ noNaN: true }),
  fc.constantFrom(...[0, -0, 1, 127, 128, 255, 256, 65_535, 65_536, 2 ** 32 - 1, 2 ** 32, -1, 0.1, Math.fround(0.1)]),
  fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MAX_VALUE, Number.MIN_VALUE),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom(...[31, 32, 255, 256, 65_535, 65_536].map((length) => "x".repeat(length))),
  fc.constantFrom(uuidOf(1), uuidOf(1).toUpperCase(), "Tür 🚪"),
);
const { value } = fc.letrec<{ value: Packed; list: readonly Packed[] }>((tie) => ({
  value: fc.oneof({ depthSize: "small" }, fc.constantFrom(null, true, false), number, text, tie("list")),
  list: fc.array(tie("value"), { maxLength: 20 }),
}));

function packed(values: readonly Packed[]): Uint8Array {
  const writer = new PackedWriter();
  for (const each of values) writer.value(each);
  return writer.take();
}

describe("packed values", () => {
  it("come back as they were, one behind the other", () => {
    const property = fc.property(fc.array(value, { maxLength: 10 }), (values) => {
      const reader = new PackedReader(packed(values));
      for (const each of values) expect(reader.value()).toStrictEqual(each);
      expect(reader.isAtEnd).toBe(true);
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("take a list of any length, and more than the writer began with", () => {
    for (const length of [0, 15, 16, 65_535, 65_536]) {
      const list = Array.from({ length }, (_, index) => index);
      expect(new PackedReader(packed([list])).value()).toEqual(list);
    }
  });

  it("take no more bytes than MessagePack needs", () => {
    const sizes = [null, 5, 200, 70_000, 2 ** 40, 0.5, 0.1, "abc", uuidOf(1), [1, 2]] as const;
    expect(sizes.map((each) => packed([each]).length)).toEqual([1, 1, 2, 5, 9, 5, 9, 4, 18, 3]);
  });

  it("cut anywhere are refused", () => {
    const bytes = packed([[null, 300, 2 ** 40, 0.5, 0.1, "a text", "x".repeat(300), uuidOf(1), [1, [2]]]]);
    for (let length = 0; length < bytes.length; length += 1) {
      expect(() => new PackedReader(bytes.subarray(0, length)).value(), `${length} bytes`).toThrow();
    }
  });

  it.each([
    ["a position that is negative", [-1], (reader: PackedReader) => reader.whole()],
    ["a position that has a fraction", [0.5], (reader: PackedReader) => reader.whole()],
    ["a text for a number", ["x"], (reader: PackedReader) => reader.number()],
    ["a number for a text", [5], (reader: PackedReader) => reader.text()],
    ["a text for an identity", ["x"], (reader: PackedReader) => reader.uuid()],
    ["nothing for a list", [null], (reader: PackedReader) => reader.list()],
  ] as const)("%s is refused", (_, values, read) => {
    expect(() => read(new PackedReader(packed(values)))).toThrow(SyntaxError);
  });
});
