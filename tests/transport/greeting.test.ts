/** hello → challenge → auth over real sockets: who gets in, and what the others learn. */
import { createHmac } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { proofOf, proofText } from "#electron/transport/pairing.ts";
import { Client, greetedClient, hello, isKind, startTestWire, type TestWire, welcome } from "./wire-harness.ts";

let test: TestWire;
beforeEach(async () => {
  test = await startTestWire({ limits: { greetingTimeoutMs: 400 } });
});
afterEach(() => test.end());

/** Written from the protocol page alone, not with the transport's own functions. */
function independentProof(token: string, text: string): string {
  return createHmac("sha256", Buffer.from(token, "utf8")).update(Buffer.from(text, "utf8")).digest("hex");
}

async function refusedAfter(first: unknown): Promise<{ client: Client; code: string }> {
  const client = await new Client(test.wire.port).opened();
  client.send(first);
  const { code } = await client.message("refused");
  return { client, code };
}

describe("a greeting", () => {
  it("[WIRE-2] goes through when both sides know the token, the hub proving itself first", async () => {
    const client = await new Client(test.wire.port).opened();
    client.send(hello);
    const { nonce, proof } = await client.message("challenge");
    const signed = `${hello.nonce}|${nonce}|blender|${hello.instance}|-|1`;
    expect(proof).toBe(independentProof(test.token, `vibesync|hub|${signed}`));
    client.send({ kind: "auth", proof: independentProof(test.token, `vibesync|editor|${signed}`) });
    const greeted = await test.until(isKind("greeted"));
    expect(greeted).toEqual({ kind: "greeted", connection: 1, hello, protocol: 1 });
    expect(await client.message("welcome")).toEqual(welcome);
  });

  it("[WIRE-2] the token crosses the wire in neither direction", async () => {
    const client = await greetedClient(test);
    expect(JSON.stringify(client.received)).not.toContain(test.token);
  });

  it("[WIRE-2] a wrong token is refused with one sentence that tells nothing", async () => {
    const client = await new Client(test.wire.port).opened();
    client.send(hello);
    const { nonce } = await client.message("challenge");
    client.send({ kind: "auth", proof: proofOf("f".repeat(64), proofText("editor", hello, nonce)) });
    expect(await client.message("refused")).toMatchObject({ code: "E_UNAUTHENTICATED" });
    expect(await client.closed).toEqual({ code: 1008, reason: "E_UNAUTHENTICATED" });
    expect(test.events.some(isKind("greeted"))).toBe(false);
  });

  it("[WIRE-2] the hub's own proof sent back, and a proof of another greeting, are worth nothing", async () => {
    const first = await new Client(test.wire.port).opened();
    first.send(hello);
    const { nonce, proof } = await first.message("challenge");
    const other = await new Client(test.wire.port).opened();
    other.send(hello);
    await other.message("challenge");
    other.send({ kind: "auth", proof: proofOf(test.token, proofText("editor", hello, nonce)) });
    first.send({ kind: "auth", proof });
    expect(await first.message("refused")).toMatchObject({ code: "E_UNAUTHENTICATED" });
    expect(await other.message("refused")).toMatchObject({ code: "E_UNAUTHENTICATED" });
  });

  it.each([
    ["a plugin of the future", { min: 2, max: 3 }, /VibeSync is older/],
    ["a plugin of the past", { min: 0, max: 0 }, /plugin is older/],
  ])("[WIRE-5] %s is told which side is older", async (_, protocol, sentence) => {
    const { client, code } = await refusedAfter({ ...hello, protocol, newMember: "of another version" });
    expect(code).toBe("E_PROTOCOL_VERSION");
    expect((await client.message("refused")).message).toMatch(sentence);
  });

  it("[WIRE-5] a plugin that also speaks later versions gets the highest common one", async () => {
    await greetedClient(test, { ...hello, protocol: { min: 1, max: 9 } });
    expect(await test.until(isKind("greeted"))).toMatchObject({ protocol: 1 });
  });

  it.each([
    ["not JSON", "{", "E_MALFORMED"],
    [
      "a change first",
      { kind: "change", epoch: 1, seq: 1, stamp: 17, base: 0, ops: [{ op: "delete", uuid: hello.instance }] },
      "E_UNAUTHENTICATED",
    ],
    ["auth first", { kind: "auth", proof: "0".repeat(64) }, "E_UNAUTHENTICATED"],
    ["a hello with an unknown member", { ...hello, debug: true }, "E_MALFORMED"],
    ["a hello of 5 KiB", { ...hello, plugin: "x".repeat(5_000) }, "E_OVERSIZED"],
    ["a binary frame", Buffer.alloc(96, 1), "E_UNEXPECTED"],
  ])("[WIRE-4] %s is refused and the socket closed", async (_, first, code) => {
    const refused = await refusedAfter(first);
    expect(refused.code).toBe(code);
    expect((await refused.client.closed).code).toBe(1008);
    expect(test.events.some(isKind("greeted"))).toBe(false);
  });

  it("[WIRE-4] who does not finish in time is closed", async () => {
    const silent = await new Client(test.wire.port).opened();
    const halfway = await new Client(test.wire.port).opened();
    halfway.send(hello);
    await Promise.all([silent.closed, halfway.closed]);
    expect(test.codes()).toEqual(["E_TIMEOUT", "E_TIMEOUT"]);
  });

  it("[WIRE-4] before the welcome an editor may not speak of its scene", async () => {
    const quiet = await startTestWire({ isSilent: true });
    const client = await new Client(quiet.wire.port).opened();
    client.send(hello);
    const { nonce } = await client.message("challenge");
    client.send({ kind: "auth", proof: proofOf(quiet.token, proofText("editor", hello, nonce)) });
    client.send({ kind: "held", epoch: 1, uuids: [] });
    expect(await client.message("refused")).toMatchObject({ code: "E_UNEXPECTED" });
    expect(quiet.events.map(({ kind }) => kind)).not.toContain("message");
    await quiet.end();
  });
});

describe("many at the door", () => {
  it("no more than eight may wait to prove themselves", async () => {
    const waiting = await Promise.all(Array.from({ length: 8 }, () => new Client(test.wire.port).opened()));
    await expect(new Client(test.wire.port).opened()).rejects.toThrow("503");
    expect(test.codes()).toEqual(["E_BUSY"]);
    waiting[0]?.socket.terminate();
    await waiting[0]?.closed;
    await expect
      .poll(() =>
        new Client(test.wire.port).opened().then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
  });

  it("after five wrong proofs the next must wait, and a right one gets in afterwards", async () => {
    const cautious = await startTestWire({ limits: { backOffMs: 300 } });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const client = await new Client(cautious.wire.port).opened();
      client.send(hello);
      await client.message("challenge");
      client.send({ kind: "auth", proof: "0".repeat(64) });
      await client.closed;
    }
    await expect(new Client(cautious.wire.port).opened()).rejects.toThrow("429");
    await new Promise((resolve) => setTimeout(resolve, 320));
    await greetedClient(cautious);
    await cautious.end();
  });

  it("no more than 32 sockets of any kind", async () => {
    const { connect } = await import("node:net");
    const sockets = Array.from({ length: 40 }, () => connect(test.wire.port, "127.0.0.1"));
    const dropped = await Promise.all(
      sockets.map(
        (socket) =>
          new Promise<boolean>((resolve) => {
            socket.on("error", () => resolve(true));
            socket.on("close", () => resolve(true));
            setTimeout(() => resolve(false), 300);
          }),
      ),
    );
    for (const socket of sockets) socket.destroy();
    expect(dropped.filter((isDropped) => isDropped)).toHaveLength(8);
  });
});
