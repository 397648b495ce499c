/** Frames to messages without a socket: the cases that the vectors cannot hold, and what a reason may say. */
import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { decodeFrame, decodeText, nameOfUnreadable } from "#electron/transport/codec.ts";
import { encodeTransforms, joinRows, type TransformFrame } from "#shared/protocol/binary.ts";
import { errorCodes } from "#shared/protocol/error-code.ts";

const cube = "11111111-1111-4111-8111-111111111111";
const text = (value: string) => decodeText(Buffer.from(value, "utf8"));
const named = (name: string) =>
  `{"kind":"change","epoch":1,"seq":3,"stamp":17,"base":0,"ops":[{"op":"set","uuid":"${cube}","fields":{"name":${name}}}]}`;
const frame: TransformFrame = {
  lane: 1,
  seq: 5,
  epoch: 1,
  lsn: 0,
  stamp: 17,
  rows: [{ uuid: cube, mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0] }],
};
const bytesOf = (change: Partial<TransformFrame>) => Buffer.from(encodeTransforms({ ...frame, ...change }));

type Case = { name: string; valid: boolean; message?: unknown; text?: string; code?: string };
const cases = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, "../../shared/protocol/vectors/messages-up.json"), "utf8"),
) as Case[];

describe("[WIRE-31] text frames", () => {
  it.each(cases.map((one) => [one.name, one] as const))("%s", (_, one) => {
    const decoded = text(one.text ?? JSON.stringify(one.message));
    expect(decoded.ok ? undefined : decoded.failure.code).toBe(one.valid ? undefined : one.code);
    if (decoded.ok) expect(decoded.value).toEqual(one.message);
  });

  it.each([
    ["half a character, escaped", named('"\\ud800"')],
    ["the other half", named('"x\\udc00y"')],
    ["halves the wrong way round", named('"\\udc00\\ud800"')],
    ["half a character in a member's name", '{"\\ud800":1}'],
  ])("refuses %s: it could not be written as UTF-8 again", (_, value) => {
    expect(text(value)).toMatchObject({ ok: false, failure: { code: "E_MALFORMED" } });
  });

  it.each([
    ["a whole character in two escapes", named('"\\ud83c\\udff0"')],
    ["a name that only looks like a trap", named('"__proto__"')],
    ["a backslash and a u", named('"C:\\\\ud800"')],
  ])("takes %s", (_, value) => {
    expect(text(value).ok).toBe(true);
  });

  it("of a member said twice, the last counts; nothing else is looked at", () => {
    expect(text('{"kind":"bye","reason":"crash","reason":"quit"}')).toMatchObject({ value: { reason: "quit" } });
    expect(text('{"kind":"bye","reason":"quit","reason":"crash"}').ok).toBe(false);
  });

  it("no message changes any object's prototype", () => {
    for (const one of cases) text(one.text ?? JSON.stringify(one.message));
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("a reason is short, and names the member, whatever was sent", () => {
    const decoded = text(`{"kind":"bye","reason":"${"x".repeat(100_000)}"}`);
    expect(decoded).toMatchObject({ ok: false, failure: { message: expect.stringMatching(/^reason: /) } });
    expect(!decoded.ok && decoded.failure.message.length).toBeLessThanOrEqual(300);
  });

  it("refuses text over 1 MiB unread", () => {
    expect(text(" ".repeat(1_048_577))).toMatchObject({ ok: false, failure: { code: "E_OVERSIZED" } });
  });
});

describe("[WIRE-31] binary frames going up", () => {
  it.each([
    ["no number", { seq: 0 }],
    ["no epoch", { epoch: 0 }],
    ["a flag that only a read-back has", { rows: [{ ...frame.rows[0], flags: 1 }] }],
    ["a row that changes nothing", { rows: [{ ...frame.rows[0], mask: 0, flags: 4 }] }],
  ])("refuses a change with %s", (_, change) => {
    expect(decodeFrame(bytesOf(change as Partial<TransformFrame>))).toMatchObject({ failure: { code: "E_MALFORMED" } });
  });

  it("reads a frame at any offset of a buffer, as sockets deliver it", () => {
    for (let offset = 0; offset < 9; offset += 1) {
      const within = Buffer.concat([Buffer.alloc(offset), bytesOf({})]).subarray(offset);
      expect(decodeFrame(within)).toEqual({ ok: true, value: frame });
    }
  });
});

describe("[WIRE-29] [WIRE-11] the name of a change that could not be read", () => {
  const nameless = { epoch: null, seq: null };

  it.each([
    ["a change with bad operations", '{"kind":"change","epoch":3,"seq":12,"ops":[]}', { epoch: 3, seq: 12 }],
    ["a change whose number is no number", '{"kind":"change","epoch":3,"seq":"12"}', nameless],
    ["a number out of range", '{"kind":"change","epoch":3,"seq":4294967296}', nameless],
    ["a change without an epoch", '{"kind":"change","seq":12}', nameless],
    ["another kind", '{"kind":"held","epoch":3,"seq":12}', nameless],
    ["not JSON", "{", nameless],
    ["null", "null", nameless],
  ])("%s", (_, value, name) => {
    expect(nameOfUnreadable(Buffer.from(value), false)).toEqual(name);
  });

  it("is read from the header of a frame, of the lane of changes only", () => {
    expect(nameOfUnreadable(bytesOf({}), true)).toEqual({ epoch: frame.epoch, seq: 5 });
    expect(nameOfUnreadable(bytesOf({ lane: 2 }), true)).toEqual(nameless);
    expect(nameOfUnreadable(bytesOf({ epoch: 0 }), true)).toEqual(nameless);
    expect(nameOfUnreadable(Buffer.from([1, 1]), true)).toEqual(nameless);
  });
});

it("every code that the vectors name exists", () => {
  for (const { code } of cases) if (code !== undefined) expect(errorCodes).toContain(code);
});

describe("rows that are passed on", () => {
  const other = "22222222-2222-4222-8222-222222222222";
  const moved = (uuid: string, values: readonly number[]) => bytesOf({ rows: [{ uuid, mask: 7, flags: 0, values }] });
  const first = moved(cube, [0.1, -0, 1e-40, 0, 0, 0, 1, 1, -1, 3e38]);
  const second = moved(other, [1, 2, 3, 0, 0, 0, 1, 1, 1, 1]);
  const rowsOf = (bytes: Buffer) => {
    const decoded = decodeFrame(bytes);
    return decoded.ok ? decoded.value.rows : [];
  };

  it("are the bytes that came, alone and laid together", () => {
    const rows = rowsOf(first);
    expect(Buffer.from(encodeTransforms({ ...frame, rows }))).toEqual(first);
    const both = joinRows([rows, rowsOf(second)]);
    expect(both.map(({ uuid }) => uuid)).toEqual([cube, other]);
    expect(Buffer.from(encodeTransforms({ ...frame, rows: both })).subarray(32)).toEqual(
      Buffer.concat([first.subarray(32), second.subarray(32)]),
    );
  });

  it("are made anew where one of them was changed", () => {
    const rows = rowsOf(first).map((row) => ({ ...row, mask: 1 }));
    const again = rowsOf(Buffer.from(encodeTransforms({ ...frame, rows })));
    expect(again).toEqual(rows);
  });
});
