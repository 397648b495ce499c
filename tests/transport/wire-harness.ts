/** A real wire on a free port with its events recorded, and clients that can say anything to it. */
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { type ClientOptions, WebSocket } from "ws";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { Wire, WireEvent } from "#electron/ports/wire.ts";
import { newSecret, proofOf, proofText } from "#electron/transport/pairing.ts";
import { startWire, type WireOptions } from "#electron/transport/server.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { Hello, Welcome } from "#shared/protocol/handshake.ts";
import { websocketSubprotocol } from "#shared/protocol/version.ts";

export const projectId = "66666666-6666-4666-8666-666666666666";
const logId = "99999999-9999-4999-8999-999999999999";

export const welcome: Welcome = {
  kind: "welcome",
  protocol: 1,
  session: projectId,
  project: projectId,
  projectName: "Test",
  log: logId,
  lsn: 0,
  stamp: 0,
  mode: "live",
  resumed: false,
};

export const hello: Hello = {
  kind: "hello",
  protocol: { min: 1, max: 1 },
  role: "blender",
  editor: { name: "Blender", version: "3.4.1" },
  plugin: "0.1.0",
  instance: "55555555-5555-4555-8555-555555555555",
  project: null,
  document: { uuid: null, name: "untitled", saved: false },
  epoch: 1,
  nonce: "0123456789abcdef".repeat(4),
  resume: null,
};

export type TestWire = {
  readonly wire: Wire;
  readonly token: string;
  readonly home: string;
  readonly events: WireEvent[];
  /** Resolves with the first event, old or new, that the test accepts. */
  until<Event extends WireEvent>(accepts: (event: WireEvent) => event is Event): Promise<Event>;
  codes(): string[];
  end(): Promise<void>;
};

/** Greeted editors are welcomed at once unless `isSilent`. */
export async function startTestWire(options: Partial<WireOptions> & { isSilent?: boolean } = {}): Promise<TestWire> {
  const { isSilent = false, ...rest } = options;
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-wire-"));
  const events: WireEvent[] = [];
  const watchers = new Set<(event: WireEvent) => void>();
  const token = newSecret();
  const started = await startWire({
    token,
    hubVersion: "0.1.0",
    project: { id: projectId, name: "Test" },
    home,
    disk: realDisk,
    clock: realClock,
    ports: [0],
    ...rest,
    onEvent(event) {
      events.push(event);
      if (event.kind === "greeted" && !isSilent) wire.send(event.connection, welcome);
      for (const watcher of watchers) watcher(event);
    },
  });
  if (!started.ok) throw new Error(started.failure.message);
  const wire = started.value;
  return {
    wire,
    token,
    home,
    events,
    until: (accepts) =>
      new Promise((resolve) => {
        const seen = events.find(accepts);
        if (seen) {
          resolve(seen);
          return;
        }
        const watcher = (event: WireEvent) => {
          if (!accepts(event)) return;
          watchers.delete(watcher);
          resolve(event);
        };
        watchers.add(watcher);
      }),
    codes: () => events.flatMap((event) => (event.kind === "refusal" ? [event.code] : [])),
    async end() {
      await wire.stop();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

export function isKind<Kind extends WireEvent["kind"]>(kind: Kind) {
  return (event: WireEvent): event is Extract<WireEvent, { kind: Kind }> => event.kind === kind;
}

export type Closing = { readonly code: number; readonly reason: string };

/** A WebSocket client that remembers everything. */
export class Client {
  readonly socket: WebSocket;
  readonly received: (DownMessage | Buffer)[] = [];
  readonly closed: Promise<Closing>;
  #wake: () => void = () => undefined;

  constructor(port: number, options: ClientOptions = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/vibesync`, websocketSubprotocol, options);
    this.socket.on("message", (data, isBinary) => {
      this.received.push(isBinary ? (data as Buffer) : (JSON.parse(String(data)) as DownMessage));
      this.#wake();
    });
    this.socket.on("error", () => undefined);
    this.closed = new Promise((resolve) => {
      this.socket.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
    });
  }

  async opened(): Promise<this> {
    await new Promise((resolve, reject) => {
      this.socket.once("open", resolve);
      this.socket.once("error", reject);
    });
    return this;
  }

  send(message: unknown): void {
    this.socket.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The next message of a kind, old ones included; rejects when the socket closes first. */
  async message<Kind extends DownMessage["kind"]>(kind: Kind): Promise<Extract<DownMessage, { kind: Kind }>> {
    for (;;) {
      const found = this.received.find((one) => !Buffer.isBuffer(one) && one.kind === kind);
      if (found) return found as Extract<DownMessage, { kind: Kind }>;
      await this.#change();
    }
  }

  async count(count: number): Promise<void> {
    while (this.received.length < count) await this.#change();
  }

  #change(): Promise<void> {
    const woken = new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    const lost = this.closed.then(({ code, reason }) => {
      throw new Error(`closed with ${code} ${reason}`);
    });
    return Promise.race([woken, lost]);
  }
}

/** Where to knock, and with what: a test's wire, or a whole hub's. */
export type Door = { readonly wire: Pick<Wire, "port">; readonly token: string };

/** The bytes under a client's socket, to write what is no frame, or to read nothing any more. */
export function streamOf({ socket }: Client): net.Socket {
  return (socket as unknown as { _socket: net.Socket })._socket;
}

/** Connects and proves itself; with a wire that welcomes, it is ready to be used. */
export async function greetedClient({ wire, token }: Door, said: Hello = hello): Promise<Client> {
  const client = await new Client(wire.port).opened();
  client.send(said);
  const { nonce } = await client.message("challenge");
  client.send({ kind: "auth", proof: proofOf(token, proofText("editor", said, nonce)) });
  await client.message("welcome");
  return client;
}

/** The headers of a right upgrade, in the order in which they are written. */
export function upgradeHeaders(port: number): [string, string][] {
  return [
    ["Host", `127.0.0.1:${port}`],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Version", "13"],
    ["Sec-WebSocket-Protocol", websocketSubprotocol],
  ];
}

export function requestText(line: string, headers: readonly (readonly [string, string])[]): string {
  return `${line}\r\n${headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

/** Writes bytes to the port and returns everything that came back until the other end closed, or until `waitMs`. */
export function rawExchange(port: number, bytes: string | Buffer, waitMs = 2_000): Promise<string> {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => socket.write(bytes));
    let answer = "";
    const deadline = setTimeout(() => socket.destroy(), waitMs);
    socket.on("data", (data) => {
      answer += data.toString("latin1");
      if (answer.startsWith("HTTP/1.1 101")) socket.destroy();
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(deadline);
      resolve(answer);
    });
  });
}
