/** Records and states as bytes: what was written comes back, and nothing else is believed. */
import { describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { type Record, recordTypes } from "#electron/core/record.ts";
import { fieldOf, State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord, recordSchema } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import { objectFields, uuidOf } from "#tests/core/desk.ts";
import { stateText } from "#tests/core/state-text.ts";

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
  const bytes = encodeState(whole);

  it("[ENG-2] [ENG-3] comes back as it was, and goes on alike", () => {
    const decoded = decodeState(bytes);
    if (!decoded.ok) throw new Error(decoded.failure.message);
    expect(stateText(decoded.value)).toBe(stateText(whole));
    expect(Buffer.from(encodeState(decoded.value)).equals(bytes)).toBe(true);
    const next: Record = { type: "mode", timeMs: 12, mode: "paused", reason: "" };
    for (const state of [whole, decoded.value]) evolve(state, samples.length + 1, next);
    expect(stateText(decoded.value)).toBe(stateText(whole));
    for (const state of [whole, decoded.value]) state.drop();
  });

  it("[ENG-2] read back, nothing of it is taken away by a turn that the log did not take", () => {
    const decoded = decodeState(bytes);
    if (!decoded.ok) throw new Error(decoded.failure.message);
    decoded.value.drop();
    expect(stateText(decoded.value)).toBe(stateText(whole));
  });

  it("[ENG-3] cut anywhere, or with something behind it, is refused with E_CHECKPOINT", () => {
    const refused = { ok: false, failure: { code: "E_CHECKPOINT" } };
    for (let length = 0; length < bytes.length; length += 1) {
      expect(decodeState(bytes.subarray(0, length)), `${length} bytes`).toMatchObject(refused);
    }
    expect(decodeState(Buffer.concat([bytes, bytes]))).toMatchObject(refused);
  });

  it("[ENG-3] with any byte changed is refused, or at least readable: it never throws", () => {
    for (let at = 0; at < bytes.length; at += 1) {
      const changed = Uint8Array.from(bytes);
      changed[at] = (changed[at] as number) ^ 0x55;
      const decoded = decodeState(changed);
      if (decoded.ok) expect(decodeState(encodeState(decoded.value)).ok, `byte ${at}`).toBe(true);
      else expect(decoded.failure.code).toBe("E_CHECKPOINT");
    }
  });

  it.each([
    ["of another format", "\x02", "\x03"],
    ["with a section that nobody knows", "\xaaquarantine", "\xaaquarantint"],
    ["without a section", "\xa7present\xa2[]", ""],
    ["with an unknown mode", '"mode":"safe"', '"mode":"brsk"'],
    ["with a field that nobody knows", "\xa7visible", "\xa7vizible"],
  ])("[ENG-3] %s is refused with E_CHECKPOINT", (_, from, to) => {
    const text = Buffer.from(bytes).toString("latin1");
    expect(text).toContain(from);
    const changed = Buffer.from(text.replace(from, to), "latin1");
    expect(decodeState(changed)).toMatchObject({ ok: false, failure: { code: "E_CHECKPOINT" } });
  });
});

describe("a state of format 1", () => {
  const register = (value: unknown) => ({ value, stamp: 17, lsn: 1 });
  const sections = [
    '"format":1',
    '"head":{"lsn":9,"finalLsn":0,"lamport":9,"mode":"safe","modeReason":"","batch":2,"closed":false}',
    `"entities":[\n${JSON.stringify({
      uuid: one,
      kind: "object",
      registers: { name: register("Tür"), parent: register(null), translation: register([1, 2, 3]) },
      createdStamp: 17,
      createdLsn: 1,
      lsn: 1,
      timeMs: 1.5,
    })}\n]`,
    '"tombstones":[\n]',
    `"provisional":[\n["${one}",{"name":{"batch":1},"translation":{"batch":1}}]\n]`,
    '"quarantine":[\n]',
    `"counters":[\n["verify",${JSON.stringify({
      ...{ operation: "verify", code: "E_APPLY", uuid: one, message: "no" },
      ...{ count: 1, firstMs: 1, lastMs: 1, windowCount: 1, windowMs: 1 },
    })}]\n]`,
  ];
  const text = `{${sections.join("\n,")}\n}`;

  it("[ENG-44] [WAL-18] saved before there was a memory opens: nothing is held against anything", () => {
    const oneLine = JSON.stringify(JSON.parse(text));
    const texts = [text, oneLine].map((each) => {
      const decoded = decodeState(Buffer.from(each));
      if (!decoded.ok) throw new Error(decoded.failure.message);
      const { entities, counters, marked, present, undecided } = decoded.value;
      expect(fieldOf(entities.get(one), "translation")).toEqual([1, 2, 3]);
      expect([...counters.values()]).toMatchObject([{ role: null, strikes: 0, clean: 0 }]);
      expect([marked.size, present.size, undecided.get(1)]).toEqual([0, 0, [one]]);
      return stateText(decoded.value);
    });
    expect(texts[1]).toBe(texts[0]);
  });

  it.each([
    ["cut", (whole: string) => whole.slice(0, -1)],
    ["without a line", (whole: string) => whole.replace(/\n[^\n]*"head"[^\n]*/, "")],
    ["with a list that does not end", (whole: string) => whole.replace(/\n\]\n\}$/, "\n}")],
    ["of another format", (whole: string) => whole.replace('"format":1', '"format":3')],
    ["with a member too many", (whole: string) => whole.replace('"format":1', '"format":1,"x":1')],
    ["with an unknown mode", (whole: string) => whole.replace('"mode":"safe"', '"mode":"brisk"')],
    ["with a broken uuid", (whole: string) => whole.replaceAll(one, "one")],
  ])("[ENG-3] %s is refused with E_CHECKPOINT", (_, change) => {
    const changed = change(text);
    expect(changed).not.toBe(text);
    expect(decodeState(Buffer.from(changed))).toMatchObject({ ok: false, failure: { code: "E_CHECKPOINT" } });
  });
});
