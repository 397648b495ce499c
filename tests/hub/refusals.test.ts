/** Bad input at the real hub: a coded refusal, counted, shown, and no effect on the scene (acceptance 7). */
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Outgoing } from "#electron/demo/outgoing.ts";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { proofOf, proofText } from "#electron/transport/pairing.ts";
import type { Uuid } from "#shared/ids.ts";
import { encodeTransforms, laneTransforms, type TransformRow } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import type { Hello } from "#shared/protocol/handshake.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { stampOf, type Writer } from "#shared/scene/stamp.ts";
import { Client, hello } from "#tests/transport/wire-harness.ts";
import { ask, countOf, failuresOf, must, settleMs, stateText, timelineOf } from "./hub-questions.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

const lamport = 1_000_000;
const unknown = "0badc0de-0000-4000-8000-000000000000";

let live: LiveHub;
let blender: ScriptedEditor;
let unity: ScriptedEditor;
let heard: DownMessage[];
let scene: { house: Uuid; room: Uuid; group: Uuid; ruin: Uuid };

beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  blender = live.start("blender");
  unity = live.start("unity");
  heard = [];
  const receive = unity.model.receive.bind(unity.model);
  unity.model.receive = (message) => {
    heard.push(message);
    return receive(message);
  };
  await linked(blender, unity);
  const house = blender.user.createObject({ name: "House" });
  const room = blender.user.createObject({ name: "Room", parent: house });
  const group = blender.user.createCollection("Group");
  const ruin = blender.user.createObject({ name: "Ruin" });
  await agree(blender, unity);
  blender.user.delete(ruin);
  await agree(blender, unity);
  scene = { house, room, group, ruin };
});
afterEach(() => live.end());

/** What a broken plugin would say over Unity's honest socket. Unity itself says nothing else: numbers start at 1. */
function forge(message: object): void {
  unity.say([{ kind: "message", message } as unknown as Outgoing]);
}

type Forged = { readonly seq?: number; readonly epoch?: number; readonly writer?: Writer };

/** Nothing is unseen: what is refused here is refused for itself, and no conflict. */
const all = Number.MAX_SAFE_INTEGER;

function change(ops: readonly Operation[], { seq = 1, epoch = 1, writer = "unity" }: Forged = {}): object {
  return { kind: "change", epoch, seq, stamp: stampOf(lamport + seq, writer), base: all, ops };
}

function frame(row: Partial<TransformRow> & { readonly uuid: Uuid }, seq = 1): Outgoing {
  const whole = { mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0], ...row };
  const place = { lane: laneTransforms, seq, epoch: 1, lsn: all, stamp: stampOf(lamport, "unity") };
  return { kind: "frame", frame: { ...place, rows: [whole] } };
}

/** Sends, then expects the code to be counted, logged and in the status, and the scene to be what it was. */
async function expectRefused(code: ErrorCode, send: () => unknown): Promise<void> {
  const before = { text: await stateText(live.hub), count: await countOf(live.hub, code) };
  const { failures } = live.hub.status();
  await send();
  await expect.poll(() => countOf(live.hub, code), { timeout: settleMs }).toBeGreaterThan(before.count);
  const rows = await failuresOf(live.hub);
  expect(rows.find((row) => row.code === code)?.message).not.toBe("");
  expect((await timelineOf(live.hub, ["fault"])).map((row) => row.code)).toContain(code);
  expect(live.hub.status().failures).not.toEqual(failures);
  await delay(50);
  expect(await stateText(live.hub)).toBe(before.text);
}

const answers = () =>
  heard.flatMap((message) => {
    if (message.kind === "rejected") return [message.code];
    return message.kind === "accepted" ? message.refused.map(({ code }) => code) : [];
  });

const set = (uuid: Uuid, fields: object): Operation => ({ op: "set", uuid, fields });

const changes: readonly (readonly [string, ErrorCode, () => object])[] = [
  ["a member nobody knows", "E_MALFORMED", () => ({ ...change([set(scene.house, { name: "X" })]), extra: 1 })],
  ["a kind nobody knows", "E_MALFORMED", () => ({ kind: "shell", command: "rm" })],
  ["a value of the wrong type", "E_MALFORMED", () => change([set(scene.house, { translation: ["a", 0, 0] })])],
  ["a prototype as a key", "E_MALFORMED", () => JSON.parse('{"kind":"change","__proto__":{"seq":1}}') as object],
  ["another editor's signature", "E_MALFORMED", () => change([set(scene.house, { name: "X" })], { writer: "blender" })],
  ["an unknown uuid", "E_UNKNOWN_ENTITY", () => change([set(unknown, { name: "X" })])],
  ["a deleted uuid", "E_TOMBSTONED", () => change([set(scene.ruin, { name: "X" })])],
  ["a field its kind does not have", "E_FIELD", () => change([set(scene.group, { visible: false })])],
  ["another type for an object", "E_FIELD", () => change([set(scene.house, { type: "camera" })])],
  ["a cycle in the hierarchy", "E_CYCLE", () => change([set(scene.house, { parent: scene.room })])],
  [
    "itself as its parent",
    "E_CYCLE",
    () => change([{ op: "create", uuid: unknown, kind: "object", fields: { parent: unknown } }]),
  ],
  [
    "a taken uuid for another kind of thing",
    "E_KIND",
    () => change([{ op: "create", uuid: scene.house, kind: "mesh", fields: {} }]),
  ],
  ["a number that is left out", "E_UNEXPECTED", () => change([set(scene.house, { name: "X" })], { seq: 7 })],
];

describe("a change with", () => {
  it.each(changes)("[ENG-22] %s is refused with %s: counted, shown, without effect", async (_, code, make) => {
    if (code === "E_UNEXPECTED") {
      forge(change([set(scene.house, { visible: true })]));
      await expect.poll(() => heard.some(({ kind }) => kind === "accepted")).toBe(true);
    }
    await expectRefused(code, () => forge(make()));
    if (code !== "E_UNEXPECTED") expect(answers()).toContain(code);
    else expect(heard.map(({ kind }) => kind)).toContain("reindex");
    await agree(blender, unity);
  });

  it("[ENG-22] one bad operation among good ones is refused alone", async () => {
    forge(change([set(scene.house, { name: "Home" }), set(unknown, { name: "X" })]));
    await expect.poll(() => blender.model.scene.read(scene.house)?.name, { timeout: settleMs }).toBe("Home");
    expect(await countOf(live.hub, "E_UNKNOWN_ENTITY")).toBe(1);
  });

  it("[ENG-22] [WIRE-11] an older epoch is refused with E_STALE_EPOCH", async () => {
    unity.say(unity.model.open({ uuid: null, name: "Other.unity", saved: true }, () => undefined));
    await agree(blender, unity);
    await expectRefused("E_STALE_EPOCH", () => forge(change([set(scene.house, { name: "X" })], { epoch: 1 })));
    expect(answers()).toContain("E_STALE_EPOCH");
  });

  it("[ENG-22] [WIRE-10] a number that was answered already is answered again, without a second effect", async () => {
    forge(change([set(scene.house, { name: "Once" })]));
    await expect.poll(() => blender.model.scene.read(scene.house)?.name, { timeout: settleMs }).toBe("Once");
    const before = { text: await stateText(live.hub), lsn: await live.lastWriteLsn() };
    forge(change([set(scene.house, { name: "Twice" })]));
    const accepted = () => heard.filter(({ kind }) => kind === "accepted").length;
    await expect.poll(accepted).toBe(2);
    expect(await stateText(live.hub)).toBe(before.text);
    expect(await live.lastWriteLsn()).toBe(before.lsn);
  });
});

describe("a transform with", () => {
  const bad: readonly (readonly [string, ErrorCode, (uuid: Uuid) => Partial<TransformRow>])[] = [
    ["NaN", "E_NOT_FINITE", () => ({ values: [Number.NaN, 0, 0, 0, 0, 0, 0, 0, 0, 0] })],
    ["infinity", "E_NOT_FINITE", () => ({ values: [0, Number.POSITIVE_INFINITY, 0, 0, 0, 0, 0, 0, 0, 0] })],
    ["no field at all", "E_MALFORMED", () => ({ mask: 0 })],
    ["a rotation of no length", "E_MALFORMED", () => ({ mask: 2, values: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0] })],
    ["an unknown uuid", "E_UNKNOWN_ENTITY", () => ({ uuid: unknown })],
    ["a deleted uuid", "E_TOMBSTONED", () => ({ uuid: scene.ruin })],
    ["a thing that has no place", "E_FIELD", () => ({ uuid: scene.group })],
  ];

  it.each(bad)("[ENG-22] %s is refused with %s: counted, shown, without effect", async (_, code, row) => {
    await expectRefused(code, () => unity.say([frame({ uuid: scene.house, ...row(scene.house) })]));
    expect(answers()).toContain(code);
  });

  it("[ENG-22] infinity in JSON is refused with E_NOT_FINITE", async () => {
    const client = await enter();
    const text = JSON.stringify(change([set(scene.house, { translation: [0, 0, 0] })])).replace(
      "[0,0,0]",
      "[1e999,0,0]",
    );
    await expectRefused("E_NOT_FINITE", () => client.send(text));
    client.socket.terminate();
  });
});

function door(): { port: number; token: string } {
  return JSON.parse(fs.readFileSync(path.join(live.home, "hub.json"), "utf8")) as { port: number; token: string };
}

/** Unity leaves its place to a client that can say anything, greeted like an editor. */
async function enter(said: Partial<Hello> = {}): Promise<Client> {
  await unity.stop();
  const { port, token } = door();
  const greeting: Hello = { ...hello, role: "unity", ...said };
  const client = await new Client(port).opened();
  client.send(greeting);
  const { nonce } = await client.message("challenge");
  client.send({ kind: "auth", proof: proofOf(token, proofText("editor", greeting, nonce)) });
  await client.message("welcome");
  return client;
}

describe("at the door", () => {
  it("[ENG-22] text that is no JSON is refused with E_MALFORMED, and five times close the socket", async () => {
    const client = await enter();
    await expectRefused("E_MALFORMED", async () => {
      for (let count = 0; count < 6; count += 1) client.send("{not json");
      expect((await client.closed).code).toBe(1008);
    });
  });

  it("[ENG-22] a message over the limit is refused with E_OVERSIZED", async () => {
    const client = await enter();
    const text = JSON.stringify({ kind: "fault", code: "E_APPLY", message: "x".repeat(wireLimits.textFrameBytesMax) });
    await expectRefused("E_OVERSIZED", async () => {
      client.send(text);
      expect((await client.closed).code).toBe(1009);
    });
  });

  it("[ENG-22] a frame with more rows than its bytes is refused with E_MALFORMED", async () => {
    const client = await enter();
    const bytes = Buffer.from(
      encodeTransforms((frame({ uuid: scene.house }) as Extract<Outgoing, { kind: "frame" }>).frame),
    );
    bytes.writeUInt16LE(9, 2);
    await expectRefused("E_MALFORMED", () => client.send(bytes));
    client.socket.terminate();
  });

  const strangers: readonly (readonly [string, ErrorCode, () => Promise<unknown>])[] = [
    ["a wrong proof", "E_UNAUTHENTICATED", () => greetWith(hello, { kind: "auth", proof: "0".repeat(64) })],
    ["no proof", "E_UNAUTHENTICATED", () => greetWith(hello, change([set(scene.house, { name: "X" })]))],
    ["no greeting", "E_UNAUTHENTICATED", () => greetWith(change([set(scene.house, { name: "X" })]))],
    ["a newer protocol", "E_PROTOCOL_VERSION", () => greetWith({ ...hello, protocol: { min: 9_000, max: 9_001 } })],
    ["a foreign Origin", "E_FOREIGN_ORIGIN", () => new Client(door().port, { origin: "https://example.org" }).closed],
    ["another Host", "E_HOST", () => new Client(door().port, { headers: { host: "evil.example" } }).closed],
  ];

  it.each(strangers)("[ENG-22] %s is turned away with %s", async (_, code, knock) => {
    await expectRefused(code, knock);
    expect([blender.state, unity.state]).toEqual(["linked", "linked"]);
  });

  async function greetWith(...said: readonly object[]): Promise<void> {
    const client = await new Client(door().port).opened();
    for (const message of said) client.send(message);
    await client.closed;
  }

  it("[ENG-22] [WIRE-7] a scene of another project is turned away with E_PROJECT_MISMATCH", async () => {
    await expectRefused("E_PROJECT_MISMATCH", () => expect(enter({ project: unknown })).rejects.toThrow());
  });

  it("[ENG-22] [WIRE-6] a second editor of a role is turned away with E_SESSION_TAKEN", async () => {
    await expectRefused("E_SESSION_TAKEN", async () => {
      const second = live.start("blender");
      await expect.poll(() => second.model.refusal?.code).toBe("E_SESSION_TAKEN");
      await second.stop();
    });
    expect(blender.state).toBe("linked");
  });
});

describe("an object that is held back", () => {
  it("[ENG-19] [ENG-37] a value that bounces between the editors is; what is done to it then goes no further", async () => {
    const { house } = scene;
    for (let seq = 1; seq <= 40 && (await countOf(live.hub, "E_LOOP")) === 0; seq += 1) {
      blender.user.move(house, [seq, 0, 0]);
      await expect.poll(() => blender.model.unanswered + blender.model.dirty.size, { interval: 2 }).toBe(0);
      unity.user.move(house, [0, seq, 0]);
      await expect.poll(() => unity.model.unanswered + unity.model.dirty.size, { interval: 2 }).toBe(0);
    }
    expect(await countOf(live.hub, "E_LOOP")).toBe(1);
    expect(live.hub.status().verdict).toBe("needs-you");
    await expect.poll(() => live.hub.status().counts.conflict).toBe(1);
    const before = await stateText(live.hub);
    unity.user.rename(house, "X");
    await expect.poll(() => unity.model.unanswered + unity.model.dirty.size).toBe(0);
    expect(await stateText(live.hub)).toBe(before);
    expect(unity.model.scene.read(house)?.name).toBe("X");
    must(await ask(live.hub, "release", { uuids: [house], keep: "agreed" }));
    await agree(blender, unity);
    expect(live.hub.status().verdict).toBe("live");
  });
});

describe("a flood of strangers", () => {
  it("[ENG-22] is counted, but cannot fill the log", async () => {
    const before = (await timelineOf(live.hub, ["fault"])).length;
    const { port } = door();
    const knock = () => new Client(port, { origin: "https://example.org" }).closed;
    for (let round = 0; round < 10; round += 1) await Promise.all(Array.from({ length: 20 }, knock));
    const logged = (await timelineOf(live.hub, ["fault"])).length - before;
    expect(logged).toBeGreaterThanOrEqual(20);
    expect(logged).toBeLessThan(150);
    expect([blender.state, unity.state]).toEqual(["linked", "linked"]);
  });
});
