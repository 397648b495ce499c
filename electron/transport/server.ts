/**
 * The listener: WebSockets on 127.0.0.1, and the port `Wire` that the engine sees.
 *
 * Owns: the HTTP server and its limits, the refusal of everything that is not an editor's request before it is upgraded
 * [WIRE-3], the number of sockets that have not proved themselves, the back-off after wrong proofs, the discovery file.
 * Must never: listen on any other address, keep a handle after `stop`, or know what a message means.
 */
import { createServer, type IncomingMessage, type Server, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { Clock } from "#electron/ports/clock.ts";
import { type Disk, errnoOf } from "#electron/ports/disk.ts";
import type { ConnectionId, Wire, WireEvent } from "#electron/ports/wire.ts";
import { portFirst, portLast, socketPath } from "#shared/protocol/discovery.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import { protocolVersion, protocolVersionMin, websocketSubprotocol } from "#shared/protocol/version.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { RecentEvents } from "./allowance.ts";
import { Connection } from "./connection.ts";
import { type Publication, publishDiscovery } from "./discovery-file.ts";
import { type TransportLimits, transportLimits } from "./limits.ts";
import { type UpgradeProblem, upgradeProblem } from "./upgrade.ts";

export type WireOptions = {
  /** 64 hex digits, new at every start (pairing.ts, newSecret). */
  readonly token: string;
  readonly hubVersion: string;
  readonly project: { readonly id: string; readonly name: string };
  /** The folder of the discovery file; null writes none. */
  readonly home: string | null;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly onEvent: (event: WireEvent) => void;
  /** Tried in order; 0 is any free one. */
  readonly ports?: readonly number[];
  readonly limits?: Partial<TransportLimits>;
};

const host = "127.0.0.1";
const defaultPorts = Array.from({ length: portLast - portFirst + 1 }, (_, index) => portFirst + index);

export async function startWire(options: WireOptions): Promise<Result<Wire>> {
  const limits = { ...transportLimits, ...options.limits };
  const server = httpServer(limits);
  const port = await listen(server, options.ports ?? defaultPorts);
  if (port === null) return failure("E_PORT", "No free port was found for the editors. Close another VibeSync.");
  const wire = new SocketWire(options, { limits, server, port });
  const published = wire.publish();
  if (published.ok) return success(wire);
  await wire.stop();
  return published;
}

function httpServer(limits: TransportLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headersBytesMax,
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.headersTimeoutMs,
    connectionsCheckingInterval: limits.headersCheckMs,
    noDelay: true,
  });
  server.maxConnections = limits.connectionsMax;
  return server;
}

/** The port, or null when every one is taken. Other troubles with a port are treated as taken, too. */
async function listen(server: Server, ports: readonly number[]): Promise<number | null> {
  for (const port of ports) {
    const isListening = await new Promise<boolean>((resolve) => {
      const settle = (isListening: boolean) => {
        server.off("error", fail).off("listening", succeed);
        resolve(isListening);
      };
      const fail = () => settle(false);
      const succeed = () => settle(true);
      server.once("error", fail).once("listening", succeed);
      server.listen({ host, port, exclusive: true });
    });
    const address = server.address();
    if (isListening && typeof address === "object" && address !== null) return address.port;
  }
  return null;
}

class SocketWire implements Wire {
  readonly port: number;
  readonly #options: WireOptions;
  readonly #limits: TransportLimits;
  readonly #server: Server;
  readonly #upgrader: WebSocketServer;
  readonly #connections = new Map<ConnectionId, Connection>();
  readonly #wrongProofs: RecentEvents;
  readonly #pings: NodeJS.Timeout;
  #connectionCount = 0;
  #publication: Publication | null = null;
  #stopped: Promise<void> | null = null;

  constructor(options: WireOptions, made: { limits: TransportLimits; server: Server; port: number }) {
    this.#options = options;
    this.#limits = made.limits;
    this.#server = made.server;
    this.port = made.port;
    this.#wrongProofs = new RecentEvents(this.#limits.wrongProofsMax, this.#limits.wrongProofWindowMs);
    this.#upgrader = upgraderOf(this.#limits);
    this.#upgrader.on("wsClientError", (error, socket) => {
      this.#turnAway(socket, { status: "400 Bad Request", code: "E_MALFORMED", message: error.message });
    });
    this.#server.on("upgrade", (request, stream, head) => this.#upgrade(request, stream, head));
    this.#server.on("request", (request, response) => {
      const problem = upgradeProblem(request, this.port) ?? notAnUpgrade;
      this.#refuse(problem.code, problem.message);
      response.writeHead(Number.parseInt(problem.status, 10), { connection: "close" }).end();
    });
    this.#server.on("clientError", (error, socket) => this.#turnAway(socket, clientProblem(error)));
    this.#pings = setInterval(() => {
      for (const connection of this.#connections.values()) connection.checkAlive();
    }, this.#limits.pingIntervalMs);
  }

  publish(): Result<void> {
    const { home, disk, hubVersion, token, project, clock } = this.#options;
    if (home === null) return success(undefined);
    const published = publishDiscovery(disk, home, {
      protocol: { min: protocolVersionMin, max: protocolVersion },
      hub: hubVersion,
      host,
      port: this.port,
      token,
      pid: process.pid,
      startedMs: clock.nowMs(),
      project,
    });
    if (!published.ok) return published;
    this.#publication = published.value;
    return success(undefined);
  }

  send: Wire["send"] = (connection, message) => this.#connections.get(connection)?.send(message);
  sendFrame: Wire["sendFrame"] = (connection, frame) => this.#connections.get(connection)?.sendFrame(frame);
  bufferedBytes: Wire["bufferedBytes"] = (connection) => this.#connections.get(connection)?.bufferedBytes ?? 0;
  close: Wire["close"] = (connection) => this.#connections.get(connection)?.close();

  stop(): Promise<void> {
    this.#stopped ??= this.#stopOnce();
    return this.#stopped;
  }

  async #stopOnce(): Promise<void> {
    this.#publication?.remove();
    clearInterval(this.#pings);
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const connection of this.#connections.values()) connection.leave();
    // The listener's promise ends when its last socket has: what is not upgraded has no reason to stay.
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const problem = upgradeProblem(request, this.port) ?? this.#crowd();
    if (problem !== null) {
      this.#turnAway(stream, problem);
      return;
    }
    this.#upgrader.handleUpgrade(request, stream, head, (webSocket) => this.#admit(webSocket, stream));
  }

  /** Why even a right request must wait: too many at the door, or too many wrong proofs just now. */
  #crowd(): UpgradeProblem | null {
    if (this.#stopped !== null) {
      return { status: "503 Service Unavailable", code: "E_UNEXPECTED", message: "The hub is closing." };
    }
    const nowMs = this.#options.clock.monotonicMs();
    const isBackingOff = nowMs - this.#wrongProofs.lastMs < this.#limits.backOffMs && this.#wrongProofs.isFull(nowMs);
    if (isBackingOff) {
      const message = "Too many editors could not prove themselves; the next must wait.";
      return { status: "429 Too Many Requests", code: "E_UNAUTHENTICATED", message };
    }
    const pending = [...this.#connections.values()].filter(({ phase }) => phase === "greeting").length;
    if (pending < this.#limits.pendingMax) return null;
    return { status: "503 Service Unavailable", code: "E_BUSY", message: "Too many editors are connecting at once." };
  }

  #admit(webSocket: WebSocket, stream: Duplex): void {
    this.#connectionCount += 1;
    const { token, clock, onEvent } = this.#options;
    const connection = new Connection({
      id: this.#connectionCount,
      webSocket,
      stream,
      token,
      clock,
      limits: this.#limits,
      onEvent,
      onWrongProof: () => this.#wrongProofs.add(clock.monotonicMs()),
      onClosed: ({ id }) => this.#connections.delete(id),
    });
    this.#connections.set(connection.id, connection);
  }

  #turnAway(stream: Duplex, { status, code, message }: UpgradeProblem): void {
    this.#refuse(code, message);
    stream.on("error", () => stream.destroy());
    if (!stream.writable) {
      stream.destroy();
      return;
    }
    stream.once("finish", () => stream.destroy());
    stream.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  #refuse(code: ErrorCode, message: string): void {
    this.#options.onEvent({ kind: "refusal", connection: null, code, message });
  }
}

const notAnUpgrade: UpgradeProblem = {
  status: `426 ${STATUS_CODES[426]}`,
  code: "E_MALFORMED",
  message: "A connection was not a WebSocket.",
};

function clientProblem(error: Error): UpgradeProblem {
  const errno = errnoOf(error);
  if (errno === "ERR_HTTP_REQUEST_TIMEOUT") {
    return { status: "408 Request Timeout", code: "E_TIMEOUT", message: "A connection did not finish its request." };
  }
  if (errno === "HPE_HEADER_OVERFLOW") {
    const message = "A connection sent too many headers.";
    return { status: "431 Request Header Fields Too Large", code: "E_OVERSIZED", message };
  }
  return { status: "400 Bad Request", code: "E_MALFORMED", message: `A connection was not HTTP (${errno}).` };
}

/** `maxFragments` and `maxBufferedChunks` are newer than ws's published types. */
function upgraderOf(limits: TransportLimits): WebSocketServer {
  const pieces = { maxFragments: limits.fragmentsMax, maxBufferedChunks: limits.bufferedChunksMax };
  return new WebSocketServer({
    ...pieces,
    noServer: true,
    path: socketPath,
    clientTracking: false,
    autoPong: false,
    perMessageDeflate: false,
    skipUTF8Validation: false,
    maxPayload: wireLimits.textFrameBytesMax,
    handleProtocols: () => websocketSubprotocol,
  });
}
