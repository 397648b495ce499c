/**
 * R17 and R18: bytes that are no frames, frames that are no messages, and bombs. Each ends the socket it came by, holds
 * next to no memory until then, and is nothing to the editor that is linked.
 */
import net from "node:net";
import type { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import * as ws from "ws";
import { transportLimits } from "#electron/transport/limits.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { type Random, randomFrom } from "#tests/hub/live-hub.ts";
import {
  type Client,
  greetedClient,
  hello,
  isKind,
  requestText,
  startTestWire,
  streamOf,
  type TestWire,
  upgradeHeaders,
} from "#tests/transport/wire-harness.ts";
import { heldBytes } from "./memory.ts";
import { seed } from "./scale.ts";

const receiverStreams = 300_000;
const socketStreams = 4_000;
const inParallel = 6;
const megabyte = 1_048_576;
const testMs = 300_000;

let test: TestWire;
beforeEach(async () => {
  test = await startTestWire();
});
afterEach(() => test.end());

/** ws's own reader of frames, which it exports and its published types do not. */
type ReceiverClass = new (options: object) => Writable;
const { Receiver } = ws as unknown as { readonly Receiver: ReceiverClass };

function randomBytes(random: Random, lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(lengthMax) }, () => random.below(256)));
}

/** The client's end of a masked frame: what is random below is what it promises and what it brings. */
function almostFrame(random: Random): Buffer {
  const head = Buffer.from([random.pick([0x01, 0x02, 0x81, 0x82, 0x89, 0x88, 0xc1]), 0x80 | random.below(128)]);
  return Buffer.concat([head, randomBytes(random, 200)]);
}

const stillWell = async (editor: Client) => {
  const before = test.events.filter(isKind("message")).length;
  editor.send({ kind: "held", epoch: 1, uuids: [] });
  await expect.poll(() => test.events.filter(isKind("message")).length).toBe(before + 1);
};

describe("R17: streams of bytes", () => {
  it(
    `[WIRE-30] ${receiverStreams} into the reader of frames, seed ${seed}: no message comes out, and nothing throws`,
    async () => {
      const random = randomFrom(seed);
      const before = await heldBytes();
      let ended = 0;
      for (let round = 0; round < receiverStreams; round += 1) {
        const receiver = new Receiver({
          isServer: true,
          maxPayload: wireLimits.textFrameBytesMax,
          maxFragments: transportLimits.fragmentsMax,
          maxBufferedChunks: transportLimits.bufferedChunksMax,
        });
        const endings = (): void => {
          ended += 1;
        };
        receiver.on("error", endings);
        receiver.on("conclude", endings);
        for (let chunks = random.below(4); chunks >= 0; chunks -= 1) {
          if (!receiver.destroyed) receiver.write(random.below(2) ? almostFrame(random) : randomBytes(random, 60));
        }
        if (round % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await new Promise((resolve) => setImmediate(resolve));
      expect(ended).toBeGreaterThan(receiverStreams / 2);
      expect(await heldBytes()).toBeLessThan(before + 10 * megabyte);
    },
    testMs,
  );

  it(
    `[WIRE-3] [WIRE-4] ${socketStreams} over real sockets, before and after the upgrade: all end, nobody is greeted`,
    async () => {
      const editor = await greetedClient(test);
      const random = randomFrom(seed + 1);
      const before = await heldBytes();
      for (let round = 0; round < socketStreams; round += inParallel) {
        await Promise.all(Array.from({ length: inParallel }, () => garbage(test.wire.port, random)));
      }
      expect(test.events.filter(isKind("greeted"))).toHaveLength(1);
      expect(test.events.filter(isKind("message"))).toHaveLength(0);
      await stillWell(editor);
      test.events.length = 0;
      expect(await heldBytes()).toBeLessThan(before + 10 * megabyte);
    },
    testMs,
  );
});

/** Connects, says something that is no request or no frame, and waits for the other end to close. */
function garbage(port: number, random: Random): Promise<void> {
  const upgrade = Buffer.from(requestText("GET /vibesync HTTP/1.1", upgradeHeaders(port)));
  const isUpgraded = random.below(2) === 1;
  const bytes = isUpgraded ? Buffer.concat([upgrade, almostFrame(random)]) : randomBytes(random, 400);
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.on("close", () => resolve());
    socket.on("data", () => undefined);
    socket.end(bytes);
  });
}

describe("R18: bombs", () => {
  const bombs: readonly [string, number, (client: Client) => void][] = [
    ["131,000 pieces of one byte", 1008, (client) => streamOf(client).write(pieces(131_000))],
    ["a frame that promises 1 GiB", 1009, (client) => streamOf(client).write(promise(2 ** 30))],
    ["a frame that promises 2^63 bytes", 1009, (client) => streamOf(client).write(promise(2 ** 63))],
    ["pieces that are too much together", 1009, (client) => client.socket.send(Buffer.alloc(600_000), { fin: false })],
  ];

  it.each(bombs)("[WIRE-30] %s: closed with %i, and the other editor is well", async (_, code, drop) => {
    const editor = await greetedClient(test, { ...hello, role: "unity" });
    const client = await greetedClient(test);
    drop(client);
    client.socket.send(Buffer.alloc(600_000), { fin: false });
    expect((await client.closed).code).toBe(code);
    expect(test.codes()).toEqual(["E_OVERSIZED"]);
    await stillWell(editor);
  });

  it("[WIRE-30] what a connection may begin and not end is less than 1 MiB each", async () => {
    const clients: Client[] = [];
    for (let count = 0; count < 20; count += 1) clients.push(await greetedClient(test));
    const before = await heldBytes();
    for (const client of clients) {
      streamOf(client).write(pieces(250));
      streamOf(client).write(Buffer.concat([promise(700_000, 0x00), Buffer.alloc(650_000)]));
    }
    const sent = () => clients.every((client) => streamOf(client).writableLength === 0);
    await expect.poll(sent).toBe(true);
    expect(await heldBytes()).toBeLessThan(before + clients.length * megabyte);
    expect(test.codes()).toEqual([]);
    for (const client of clients) client.socket.terminate();
    await Promise.all(clients.map(({ closed }) => closed));
    await expect.poll(heldBytes).toBeLessThan(before + megabyte);
  });

  it("[WIRE-30] headers without an end are cut off at 8 KiB", async () => {
    const editor = await greetedClient(test);
    for (let round = 0; round < 20; round += 1) {
      const answer = await endlessHeaders(test.wire.port);
      expect(answer.code).toMatch(/^HTTP\/1\.1 431 /);
      expect(answer.sentBytes).toBeLessThan(4 * megabyte);
    }
    expect(new Set(test.codes())).toEqual(new Set(["E_OVERSIZED"]));
    await stillWell(editor);
  });
});

/** Text frames of one byte each that never say that they were the last. */
function pieces(count: number): Buffer {
  const piece = [0x80 | 1, 0, 0, 0, 0, 0x20];
  return Buffer.concat([
    Buffer.from([0x01, ...piece]),
    ...Array.from({ length: count - 1 }, () => Buffer.from([0x00, ...piece])),
  ]);
}

/** The head of a masked frame of a length that need not be true. */
function promise(length: number, firstByte = 0x82): Buffer {
  const head = Buffer.alloc(14);
  head[0] = firstByte;
  head[1] = 0xff;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}

function endlessHeaders(port: number): Promise<{ code: string; sentBytes: number }> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    let answer = "";
    let sentBytes = 0;
    const more = (): void => {
      sentBytes += 1_024;
      if (socket.writable) socket.write(`X-${sentBytes}: ${"x".repeat(1_000)}\r\n`, () => setImmediate(more));
    };
    socket.write("GET /vibesync HTTP/1.1\r\n");
    more();
    socket.on("data", (data) => {
      answer += data.toString("latin1");
    });
    socket.on("error", () => undefined);
    socket.on("close", () => resolve({ code: answer, sentBytes }));
  });
}
