/** An editor that proved itself: what it may say, how it is counted, how it is written to, how it ends. */
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { encodeTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import { Client, greetedClient, hello, isKind, startTestWire, type TestWire, welcome } from "./wire-harness.ts";

const cube = "11111111-1111-4111-8111-111111111111";
const row = { uuid: cube, mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0] };
const frame: TransformFrame = { lane: 1, seq: 1, epoch: 1, lsn: 0, stamp: 17, rows: [row] };
const change = { kind: "change", epoch: 1, seq: 7, stamp: 17, base: 0, ops: [{ op: "delete", uuid: cube }] };

let test: TestWire;
beforeEach(async () => {
  test = await startTestWire();
});
afterEach(() => test.end());

const messages = (wire: TestWire) =>
  wire.events.flatMap((event) => (event.kind === "message" ? [event.message.kind] : []));

describe("what an editor says", () => {
  it("[WIRE-23] arrives checked and in order, text and binary together", async () => {
    const client = await greetedClient(test);
    client.send(change);
    client.send(Buffer.from(encodeTransforms(frame)));
    client.send({ kind: "held", epoch: 1, uuids: [cube] });
    await test.until((event): event is never => event.kind === "message" && event.message.kind === "held");
    expect(test.events.slice(1)).toEqual([
      { kind: "message", connection: 1, message: change },
      { kind: "frame", connection: 1, frame },
      { kind: "message", connection: 1, message: { kind: "held", epoch: 1, uuids: [cube] } },
    ]);
  });

  it("[WIRE-29] what cannot be read has a code, an answer that names the change, and no effect", async () => {
    const client = await greetedClient(test);
    client.send({ ...change, ops: [] });
    expect(await client.message("rejected")).toMatchObject({ epoch: 1, seq: 7, code: "E_MALFORMED", retry: false });
    client.received.length = 0;
    client.send(
      Buffer.from(
        encodeTransforms({ ...frame, seq: 9, rows: [{ ...row, values: [Number.NaN, ...row.values.slice(1)] }] }),
      ),
    );
    expect(await client.message("rejected")).toMatchObject({ epoch: 1, seq: 9, code: "E_NOT_FINITE", retry: false });
    client.received.length = 0;
    client.send({ kind: "nonsense" });
    expect(await client.message("rejected")).toMatchObject({ epoch: null, seq: null, code: "E_MALFORMED" });
    expect(messages(test)).toEqual([]);
    expect(test.events.some(isKind("frame"))).toBe(false);
    client.send(change);
    await test.until(isKind("message"));
  });

  it("[WIRE-29] five unreadable frames within a minute close the socket", async () => {
    const client = await greetedClient(test);
    for (let count = 0; count < 8; count += 1) client.send("{");
    expect((await client.closed).code).toBe(1008);
    await test.until(isKind("closed"));
    expect(test.codes()).toEqual(new Array(5).fill("E_MALFORMED"));
    expect(client.received.filter((one) => !Buffer.isBuffer(one) && one.kind === "rejected")).toHaveLength(5);
    expect(test.events.at(-1)).toEqual({ kind: "closed", connection: 1 });
  });

  it("[WIRE-29] four of them, and another four more than a minute later, do not", async () => {
    let nowMs = 0;
    const timed = await startTestWire({ clock: { nowMs: () => nowMs, monotonicMs: () => nowMs } });
    const client = await greetedClient(timed);
    for (let count = 0; count < 4; count += 1) client.send("{");
    await client.count(6);
    nowMs += 60_001;
    for (let count = 0; count < 4; count += 1) client.send("{");
    await client.count(10);
    client.send(change);
    await timed.until(isKind("message"));
    await timed.end();
  });

  it("[WIRE-4] a second greeting is unexpected, and changes nothing", async () => {
    const client = await greetedClient(test);
    client.send(hello);
    client.send(change);
    await test.until(isKind("message"));
    expect(test.codes()).toEqual(["E_UNEXPECTED"]);
    expect(test.events.filter(isKind("greeted"))).toHaveLength(1);
  });
});

describe("[WIRE-30] sizes", () => {
  it("a text frame over 1 MiB closes the socket with 1009", async () => {
    const client = await greetedClient(test);
    client.send(" ".repeat(1_048_577));
    expect((await client.closed).code).toBe(1009);
    expect(test.codes()).toEqual(["E_OVERSIZED"]);
  });

  it("a binary frame over 512 KiB is refused", async () => {
    const client = await greetedClient(test);
    client.send(Buffer.alloc(524_289, 1));
    expect(await client.message("rejected")).toMatchObject({ code: "E_OVERSIZED" });
  });

  it("one message in more than 256 pieces closes the socket; in 200 it is read", async () => {
    const client = await greetedClient(test);
    const text = JSON.stringify(change).padEnd(200);
    for (const [index, letter] of [...text].entries()) client.socket.send(letter, { fin: index === text.length - 1 });
    await test.until(isKind("message"));
    for (let piece = 0; piece < 300; piece += 1) client.socket.send(" ", { fin: false });
    expect((await client.closed).code).toBe(1008);
    expect(test.codes()).toEqual(["E_OVERSIZED"]);
  });

  it("a frame that promises 1 GiB is refused by its header", async () => {
    const client = await greetedClient(test);
    const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0]);
    (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(header);
    expect((await client.closed).code).toBe(1009);
    expect(test.codes()).toEqual(["E_OVERSIZED"]);
  });

  it("text that is not UTF-8 closes the socket with 1007", async () => {
    const client = await greetedClient(test);
    client.socket.send(Buffer.from([0x22, 0xc3, 0x28, 0x22]), { binary: false });
    expect((await client.closed).code).toBe(1007);
    expect(test.codes()).toEqual(["E_MALFORMED"]);
  });
});

describe("rates", () => {
  it("an editor that sends too fast is slowed down and loses nothing", async () => {
    const slow = await startTestWire({ limits: { framesPerSecond: 200, framesBurst: 50 } });
    const client = await greetedClient(slow);
    const started = performance.now();
    for (let count = 0; count < 150; count += 1) client.send({ kind: "held", epoch: 1, uuids: [] });
    await expect.poll(() => messages(slow).length, { timeout: 5_000 }).toBe(150);
    client.send(change);
    await expect.poll(() => messages(slow).at(-1), { timeout: 5_000 }).toBe("change");
    expect(performance.now() - started).toBeGreaterThan(400);
    expect(new Set(slow.codes())).toEqual(new Set(["E_RATE"]));
    await slow.end();
  });
});

describe("floods", () => {
  it("of pings slow down their sender, not the other editor", async () => {
    const calm = await startTestWire({ limits: { framesPerSecond: 1_000, framesBurst: 1_000 } });
    const noisy = await greetedClient(calm);
    const other = await greetedClient(calm, { ...hello, role: "unity" });
    for (let count = 0; count < 10_000; count += 1) noisy.socket.ping("x".repeat(100));
    await calm.until(isKind("refusal"));
    const started = performance.now();
    other.send(change);
    await calm.until(isKind("message"));
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(calm.codes()).toContain("E_RATE");
    expect(calm.codes().length).toBeLessThan(20);
    await calm.end();
  });

  it("of bytes that are no frames end the sockets they came by, and nothing else", async () => {
    const linked = await greetedClient(test, { ...hello, role: "unity" });
    for (let round = 0; round < 100; round += 1) {
      const client = await new Client(test.wire.port).opened();
      const bytes = Buffer.from(
        Array.from({ length: 400 }, (_, index) => (round * 7_919 + index * index * 104_729) >>> 3),
      );
      (client.socket as unknown as { _socket: { write(bytes: Buffer): void } })._socket.write(bytes);
      client.socket.terminate();
      await client.closed;
    }
    linked.send(change);
    await test.until(isKind("message"));
    expect(test.events.filter(isKind("greeted"))).toHaveLength(1);
    expect(test.wire.bufferedBytes(1)).toBe(0);
  });
});

describe("being alive", () => {
  it("answers every ping with a round trip, and both ends stay linked", async () => {
    const brisk = await startTestWire({ limits: { pingIntervalMs: 30 } });
    const client = await greetedClient(brisk);
    await expect.poll(() => brisk.events.filter(isKind("round-trip")).length).toBeGreaterThan(3);
    const [first] = brisk.events.filter(isKind("round-trip"));
    expect(first?.ms).toBeGreaterThanOrEqual(0);
    expect(first?.ms).toBeLessThan(1_000);
    expect(client.socket.readyState).toBe(client.socket.OPEN);
    await brisk.end();
  });

  it("ends a connection that is silent for too long", async () => {
    const brisk = await startTestWire({ limits: { pingIntervalMs: 30, silenceMaxMs: 120 } });
    const client = await greetedClient(brisk);
    const { _socket: stream } = client.socket as unknown as { _socket: { pause(): void } };
    stream.pause();
    await brisk.until(isKind("closed"));
    expect(brisk.codes()).toEqual(["E_TIMEOUT"]);
    client.socket.terminate();
    await brisk.end();
  });
});

describe("writing to an editor", () => {
  const final = (lsn: number) => ({ kind: "final", lsn }) as const;

  it("[WIRE-23] keeps the order of messages and frames, and sends what one tick wrote in one packet", async () => {
    const client = await greetedClient(test);
    const { _socket: stream } = client.socket as unknown as { _socket: NodeJS.EventEmitter };
    let packets = 0;
    stream.on("data", () => {
      packets += 1;
    });
    for (let lsn = 1; lsn <= 50; lsn += 1) {
      test.wire.send(1, final(lsn));
      test.wire.sendFrame(1, { ...frame, seq: 0, lsn });
    }
    await client.count(102);
    expect(
      client.received.slice(2).map((one) => (Buffer.isBuffer(one) ? Number(one.readBigUInt64LE(16)) : one)),
    ).toEqual(Array.from({ length: 50 }, (_, index) => [final(index + 1), index + 1]).flat());
    expect(packets).toBeLessThan(5);
  });

  it("says how much is waiting for a slow editor, and when it is gone", async () => {
    const narrow = await startTestWire({ limits: { bufferedBytesMax: 100_000 } });
    const client = await greetedClient(narrow);
    const { _socket: stream } = client.socket as unknown as { _socket: { pause(): void; resume(): void } };
    stream.pause();
    const rows = Array.from({ length: 4_000 }, () => row);
    for (let lsn = 1; lsn <= 60; lsn += 1) narrow.wire.sendFrame(1, { ...frame, lsn, rows });
    await delay(100);
    expect(narrow.wire.bufferedBytes(1)).toBeGreaterThan(100_000);
    expect(narrow.events.some(isKind("drained"))).toBe(false);
    stream.resume();
    await narrow.until(isKind("drained"));
    expect(narrow.wire.bufferedBytes(1)).toBe(0);
    expect(narrow.events.filter(isKind("drained"))).toHaveLength(1);
    await client.count(62);
    await narrow.end();
  });

  it("ends the connection of an editor that never reads, before memory does", async () => {
    const narrow = await startTestWire({ limits: { bufferedBytesMax: 100_000, bufferedBytesCeiling: 5_000_000 } });
    const client = await greetedClient(narrow);
    const { _socket: stream } = client.socket as unknown as { _socket: { pause(): void } };
    stream.pause();
    const rows = Array.from({ length: 4_000 }, () => row);
    for (let lsn = 1; lsn <= 200; lsn += 1) {
      narrow.wire.sendFrame(1, { ...frame, lsn, rows });
      expect(narrow.wire.bufferedBytes(1)).toBeLessThan(5_300_000);
    }
    await narrow.until(isKind("closed"));
    expect(narrow.codes()).toEqual(["E_BUSY"]);
    client.socket.terminate();
    await narrow.end();
  });

  it("to a connection that is gone is no error, and has no effect", async () => {
    const client = await greetedClient(test);
    client.socket.terminate();
    await test.until(isKind("closed"));
    test.wire.send(1, welcome);
    test.wire.sendFrame(1, frame);
    test.wire.close(1);
    test.wire.send(99, welcome);
    expect(test.wire.bufferedBytes(1)).toBe(0);
  });
});

describe("the end", () => {
  it("close sends what is queued first", async () => {
    const client = await greetedClient(test);
    for (let lsn = 1; lsn <= 100; lsn += 1) test.wire.send(1, { kind: "final", lsn });
    test.wire.close(1);
    expect((await client.closed).code).toBe(1000);
    await test.until(isKind("closed"));
    expect(client.received).toHaveLength(102);
    expect(test.events.at(-1)).toEqual({ kind: "closed", connection: 1 });
  });

  it("close does not wait for an editor that never answers", async () => {
    const hasty = await startTestWire({ limits: { closeTimeoutMs: 100 } });
    const client = await greetedClient(hasty);
    const { _socket: stream } = client.socket as unknown as { _socket: { pause(): void } };
    stream.pause();
    hasty.wire.close(1);
    await hasty.until(isKind("closed"));
    client.socket.terminate();
    await hasty.end();
  });

  it("two editors are two connections, and one's end is not the other's", async () => {
    const blender = await greetedClient(test);
    const unity = await greetedClient(test, { ...hello, role: "unity" });
    blender.socket.terminate();
    expect(await test.until(isKind("closed"))).toEqual({ kind: "closed", connection: 1 });
    unity.send({ kind: "held", epoch: 1, uuids: [] });
    await test.until(isKind("message"));
    expect(test.events.filter(isKind("greeted")).map(({ connection, hello: { role } }) => [connection, role])).toEqual([
      [1, "blender"],
      [2, "unity"],
    ]);
  });

  it("stop tells every editor, refuses new ones, and may be called twice", async () => {
    const client = await greetedClient(test);
    const waiting = await new Client(test.wire.port).opened();
    await Promise.all([test.wire.stop(), test.wire.stop()]);
    expect((await client.closed).code).toBe(1001);
    expect((await waiting.closed).code).toBe(1001);
    await expect(new Client(test.wire.port).opened()).rejects.toThrow("ECONNREFUSED");
  });
});
