/** Everybody who is not an editor stays outside: each request here is right but for one thing. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { rawExchange, requestText, startTestWire, type TestWire, upgradeHeaders } from "./wire-harness.ts";

let test: TestWire;
beforeAll(async () => {
  test = await startTestWire();
});
afterAll(() => test.end());

type Headers = [string, string][];
type Hostile = {
  readonly name: string;
  readonly line?: string;
  readonly change?: (headers: Headers, port: number) => Headers;
  readonly code: string;
};

const set = (name: string, value: (port: number) => string) => (headers: Headers, port: number) =>
  headers.map(([key, old]): [string, string] => [key, key === name ? value(port) : old]);
const drop = (name: string) => (headers: Headers) => headers.filter(([key]) => key !== name);
const add =
  (name: string, value: (port: number) => string) =>
  (headers: Headers, port: number): Headers => [...headers, [name, value(port)]];

const origins = ["https://evil.example", "null", "file://", "http://127.0.0.1", "vscode-webview://x", ""];
const hosts: ((port: number) => string)[] = [
  (port) => `localhost:${port}`,
  (port) => `evil.example:${port}`,
  (port) => `[::1]:${port}`,
  () => "127.0.0.1",
  (port) => `127.0.0.1:${port + 1}`,
  (port) => `127.0.0.1:${port}.evil.example`,
  (port) => `127.0.0.2:${port}`,
  (port) => `127.0.0.1:0${port}`,
];

const hostile: readonly Hostile[] = [
  ...origins.map((origin) => ({
    name: `Origin "${origin}"`,
    change: add("Origin", () => origin),
    code: "E_FOREIGN_ORIGIN",
  })),
  {
    name: "Origin in lower case",
    change: add("origin", (port) => `http://127.0.0.1:${port}`),
    code: "E_FOREIGN_ORIGIN",
  },
  { name: "Sec-WebSocket-Origin", change: add("Sec-WebSocket-Origin", () => "x"), code: "E_FOREIGN_ORIGIN" },
  ...hosts.map((host) => ({ name: `Host ${host(1)}`, change: set("Host", host), code: "E_HOST" })),
  { name: "two Hosts, the second wrong", change: add("Host", () => "evil.example"), code: "E_HOST" },
  { name: "path /", line: "GET / HTTP/1.1", code: "E_MALFORMED" },
  { name: "path with a query", line: "GET /vibesync?token=1 HTTP/1.1", code: "E_MALFORMED" },
  { name: "path with a slash more", line: "GET /vibesync/ HTTP/1.1", code: "E_MALFORMED" },
  { name: "path with dots", line: "GET /x/../vibesync HTTP/1.1", code: "E_MALFORMED" },
  { name: "a whole URL as path", line: "GET http://127.0.0.1/vibesync HTTP/1.1", code: "E_MALFORMED" },
  { name: "method POST", line: "POST /vibesync HTTP/1.1", code: "E_MALFORMED" },
  { name: "method OPTIONS", line: "OPTIONS /vibesync HTTP/1.1", code: "E_MALFORMED" },
  { name: "no subprotocol", change: drop("Sec-WebSocket-Protocol"), code: "E_PROTOCOL_VERSION" },
  {
    name: "subprotocol of another version",
    change: set("Sec-WebSocket-Protocol", () => "vibesync.v2"),
    code: "E_PROTOCOL_VERSION",
  },
  {
    name: "subprotocol among others",
    change: set("Sec-WebSocket-Protocol", () => "chat, vibesync.v1"),
    code: "E_PROTOCOL_VERSION",
  },
  { name: "no key", change: drop("Sec-WebSocket-Key"), code: "E_MALFORMED" },
  { name: "a key that is no key", change: set("Sec-WebSocket-Key", () => "abc"), code: "E_MALFORMED" },
  { name: "WebSocket version 8", change: set("Sec-WebSocket-Version", () => "8"), code: "E_MALFORMED" },
  { name: "no WebSocket version", change: drop("Sec-WebSocket-Version"), code: "E_MALFORMED" },
  { name: "upgrade to something else", change: set("Upgrade", () => "h2c"), code: "E_MALFORMED" },
  { name: "no upgrade", change: drop("Upgrade"), code: "E_MALFORMED" },
  { name: "a body", change: add("Content-Length", () => "5"), code: "E_MALFORMED" },
];

describe("[WIRE-3] a request is refused before the upgrade", () => {
  it("for at least thirty different reasons", () => expect(hostile.length).toBeGreaterThanOrEqual(30));

  it("but not the right one", async () => {
    const answer = await rawExchange(
      test.wire.port,
      requestText("GET /vibesync HTTP/1.1", upgradeHeaders(test.wire.port)),
    );
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.toLowerCase()).toContain("sec-websocket-protocol: vibesync.v1");
    expect(answer.toLowerCase()).not.toContain("permessage-deflate");
  });

  for (const { name, line = "GET /vibesync HTTP/1.1", change, code } of hostile) {
    it(`${name}: ${code}`, async () => {
      const { port } = test.wire;
      const before = test.codes().length;
      const headers = upgradeHeaders(port);
      const answer = await rawExchange(port, requestText(line, change?.(headers, port) ?? headers));
      expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
      expect(test.codes().slice(before)).toEqual([code]);
    });
  }
});

describe("bytes that are no request", () => {
  it.each([
    ["a TLS greeting", Buffer.from("16030100050100000100", "hex"), "E_MALFORMED"],
    ["a line without an end", "GET /vibesync HTTP/9.9\r\n\r\n", "E_MALFORMED"],
    ["16 KiB of headers", requestText("GET /vibesync HTTP/1.1", [["X-Filler", "x".repeat(16_384)]]), "E_OVERSIZED"],
  ])("%s is answered with an error and closed", async (_, bytes, code) => {
    const before = test.codes().length;
    const answer = await rawExchange(test.wire.port, bytes);
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(test.codes().slice(before)).toEqual([code]);
  });

  it("[WIRE-3] listens on 127.0.0.1 and on no other address of this machine", async () => {
    const { networkInterfaces } = await import("node:os");
    const { connect } = await import("node:net");
    const others = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const reached = await Promise.all(
      ["::1", ...others.map(({ address }) => address)]
        .filter((address) => address !== "127.0.0.1")
        .map((host) => {
          const socket = connect({ host, port: test.wire.port });
          return new Promise<boolean>((resolve) => {
            socket.setTimeout(1_000, () => resolve(false));
            socket.on("connect", () => resolve(true));
            socket.on("error", () => resolve(false));
          }).finally(() => socket.destroy());
        }),
    );
    expect(reached).not.toContain(true);
  });
});

describe("a request that takes its time", () => {
  it("is cut off after the headers' time", async () => {
    const slow = await startTestWire({ limits: { headersTimeoutMs: 200, headersCheckMs: 50 } });
    const started = performance.now();
    const answer = await rawExchange(slow.wire.port, "GET /vibesync HTTP/1.1\r\nHost: ", 3_000);
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(performance.now() - started).toBeLessThan(2_000);
    expect(slow.codes()).toEqual(["E_TIMEOUT"]);
    await slow.end();
  });
});
