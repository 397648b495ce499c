/** Records and states as bytes: what was written comes back, and nothing else is believed. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { type Record, recordTypes } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord, recordSchema } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";

const one = uuidOf(1);
const row = { uuid: one, mask: 7, flags: 0, values: [1, 2.5, -3, 0, 0, 0, 1, 1, 1, 1] };
const samples: readonly Record[] = [
  {
    type: "edit",
    timeMs: 1.5,
    batch: 1,
    reason: "edit",
    role: "blender",
    ops: [{ op: "create", uuid: one, kind: "object", fields: objectFields({ name: "Tür 🚪" }), stamp: 17 }],
  },
  { type: "transforms", timeMs: 2.25, batch: 2, role: "unity", stamp: 34, rows: [row] },
  { type: "final", timeMs: 3, batch: 2, finalLsn: 2 },
  { type: "fault", timeMs: 4, operation: "verify", code: "E_APPLY", message: "no", uuid: one, role: null },
  { type: "session", timeMs: 5, role: "unity", event: "away", detail: "" },
  { type: "mode", timeMs: 6, mode: "safe", reason: "because" },
  { type: "quarantine", timeMs: 7, uuid: one, code: "E_LOOP", message: "held" },
  { type: "release", timeMs: 8, uuid: one },
  { type: "snapshot", timeMs: 9, oid: "0".repeat(40), reason: "manual", label: "here", stateLsn: 3 },
  { type: "boot", timeMs: 10, pid: 7, version: "0.1.0", recovered: "" },
  { type: "close", timeMs: 11 },
  {
    type: "hold",
    timeMs: 12,
    batch: 3,
    code: "E_CONFLICT",
    closure: one,
    members: [
      {
        operation: { op: "set", uuid: one, fields: { parent: null }, stamp: 63 },
        sides: {
          blender: { kind: "alive", stamp: 33, fields: { parent: uuidOf(2) } },
          unity: { kind: "gone", stamp: 34 },
        },
        message: "Choose.",
      },
    ],
  },
  {
    type: "claim",
    timeMs: 13,
    uuid: one,
    role: "unity",
    side: { kind: "alive", stamp: 66, fields: { name: "Fenster" } },
  },
  { type: "memory", timeMs: 14, what: { event: "clean", uuid: one } },
];

const code = (stored: Parameters<typeof decodeRecord>[0]) => {
  const decoded = decodeRecord(stored);
  return decoded.ok ? "" : decoded.failure.code;
};

describe("records", () => {
  it("[ENG-3] there is a sample of every kind here", () => {
    expect(samples.map(({ type }) => type)).toEqual(Object.keys(recordTypes));
  });

  it.each(samples.map((record) => [record.type, record] as const))("[ENG-3] %s comes back as it was", (_, record) => {
    expect(decodeRecord(encodeRecord(record))).toEqual({ ok: true, value: record });
  });

  it("[ENG-3] a kind or layout that is not known is a newer version's, never skipped", () => {
    const { payload } = encodeRecord({ type: "close", timeMs: 1 });
    expect(code({ type: 200, schema: recordSchema, payload })).toBe("E_WAL_VERSION");
    expect(code({ type: recordTypes.close, schema: recordSchema + 1, payload })).toBe("E_WAL_VERSION");
  });

  it.each(samples.map((record) => [record.type, record] as const))(
    "[ENG-3] %s, cut anywhere, is refused",
    (_, record) => {
      const stored = encodeRecord(record);
      for (let length = 0; length < stored.payload.length; length += 1) {
        expect(code({ ...stored, payload: stored.payload.subarray(0, length) })).toBe("E_WAL_CORRUPT");
      }
    },
  );

  it.each([
    ['{"timeMs":1,"extra":true}', "a member nobody knows"],
    ['{"timeMs":"now"}', "a member of another type"],
    ["null", "nothing"],
    ["[1]", "a list"],
    ['{"timeMs":1}}', "a brace too many"],
    ['{"type":"boot","timeMs":1}', "another type inside"],
  ])("[ENG-3] %s is refused: %s", (text) => {
    expect(code({ type: recordTypes.close, schema: recordSchema, payload: Buffer.from(text) })).toBe("E_WAL_CORRUPT");
  });

  it.each([
    `{"event":"clean","uuid":"${one}"}`,
    `{"event":"forgotten","operation":"apply","code":"E_APPLY","uuid":"${one}","role":null}`,
    '{"event":"forgotten","operation":"crash","code":"E_CRASHED","uuid":null,"role":"unity"}',
  ])("[ENG-44] [WAL-18] what the memory wrote is read for ever: %s", (what) => {
    const payload = Buffer.from(`{"timeMs":12,"what":${what}}`);
    const decoded = decodeRecord({ type: 14, schema: 1, payload });
    expect(decoded).toEqual({ ok: true, value: { type: "memory", timeMs: 12, what: JSON.parse(what) } });
  });

  it("[ENG-3] a transform that is not finite is refused", () => {
    const stored = encodeRecord({ type: "transforms", timeMs: 1, batch: 1, role: "unity", stamp: 2, rows: [row] });
    const bytes = Buffer.from(stored.payload);
    bytes.writeFloatLE(Number.NaN, bytes.length - 40);
    expect(code({ ...stored, payload: bytes })).toBe("E_WAL_CORRUPT");
  });
});

describe("a state", () => {
  const whole = new State();
  for (const [index, record] of samples.entries()) evolve(whole, index + 1, record);
  whole.commit();

  it("[ENG-2] [ENG-3] comes back as it was, and goes on alike", () => {
    const decoded = decodeState(encodeState(whole));
    expect(decoded.ok).toBe(true);
    if (!decoded.ok) return;
    const plain = (state: State): unknown => JSON.parse(Buffer.from(encodeState(state)).toString("utf8"));
    expect(plain(decoded.value)).toEqual(plain(whole));
    const next: Record = { type: "mode", timeMs: 12, mode: "paused", reason: "" };
    for (const state of [whole, decoded.value]) evolve(state, samples.length + 1, next);
    expect(plain(decoded.value)).toEqual(plain(whole));
    for (const state of [whole, decoded.value]) state.drop();
  });

  it("[ENG-3] is one JSON text of many lines, and one line of the first versions says the same", () => {
    const text = Buffer.from(encodeState(whole)).toString("utf8");
    expect(text.split("\n").length).toBeGreaterThan(10);
    const oneLine = decodeState(Buffer.from(JSON.stringify(JSON.parse(text))));
    const again = oneLine.ok ? Buffer.from(encodeState(oneLine.value)).toString("utf8") : "";
    expect(JSON.parse(again)).toEqual(JSON.parse(text));
  });

  it("[ENG-44] [WAL-18] saved before there was a memory opens: nothing is held against anything", () => {
    const text = Buffer.from(encodeState(whole)).toString("utf8");
    const older = text
      .replaceAll(/,"role":[^,]*(?=,"count")/g, "")
      .replaceAll(/,"strikes":\d+,"clean":\d+/g, "")
      .replace(/,"present":\[[^\]]*\]/, "");
    expect(older.length).toBeLessThan(text.length - 40);
    const decoded = decodeState(Buffer.from(older));
    if (!decoded.ok) throw new Error(decoded.failure.message);
    expect(decoded.value.counters.size).toBe(whole.counters.size);
    expect([...decoded.value.counters.values()]).toMatchObject(
      [0, 1].map(() => ({ role: null, strikes: 0, clean: 0 })),
    );
    expect([decoded.value.marked.size, decoded.value.present.size]).toEqual([0, 0]);
  });

  it.each([
    ["cut", (text: string) => text.slice(0, -1)],
    ["without a line", (text: string) => text.replace(/\n[^\n]*"head"[^\n]*/, "")],
    ["with a list that does not end", (text: string) => text.replace(/\n\]\n\}$/, "\n}")],
    ["of another format", (text: string) => text.replace('"format":1', '"format":2')],
    ["with a member too many", (text: string) => text.replace('"format":1', '"format":1,"x":1')],
    ["with an unknown mode", (text: string) => text.replace('"mode":"safe"', '"mode":"brisk"')],
    ["with a broken uuid", (text: string) => text.replaceAll(one, "one")],
  ])("[ENG-3] %s is refused with E_CHECKPOINT", (_, change) => {
    const text = Buffer.from(encodeState(whole)).toString("utf8");
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(decodeState(Buffer.from(changed))).toMatchObject({ ok: false, failure: { code: "E_CHECKPOINT" } });
  });
});
