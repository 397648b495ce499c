/**
 * A proxy on a real port between editors and the hub, that does to their bytes what networks and dying machines do.
 *
 * Owns: the faults of a connection, chosen when it is made. Must never: outlive `end`, or change a byte: TCP does not;
 * but for the port in the request's `Host`, which must be the hub's own [WIRE-3].
 */
import net from "node:net";
import type { Random } from "#tests/hub/live-hub.ts";

/** What happens to the bytes of one connection, in both directions. */
export type Fault =
  | { readonly kind: "none" }
  /** Every chunk arrives this much later, in order. */
  | { readonly kind: "delay"; readonly ms: number }
  /** One byte a write. */
  | { readonly kind: "crumbs" }
  /** At most so many bytes every ten milliseconds. */
  | { readonly kind: "throttle"; readonly bytes: number }
  /** After so many bytes the socket is reset, mostly within a frame. */
  | { readonly kind: "reset"; readonly afterBytes: number }
  /** After so many bytes nothing arrives any more in one direction, and nobody is told. */
  | { readonly kind: "half-open"; readonly afterBytes: number; readonly from: "editor" | "hub" };

const turnMs = 10;
const crumbsPerTurn = 512;

export class FaultProxy {
  readonly port: number;
  readonly #server: net.Server;
  readonly #pairs = new Set<readonly [net.Socket, net.Socket]>();
  /** The fault of the next connections. */
  fault: () => Fault = () => ({ kind: "none" });

  private constructor(server: net.Server, hubPort: () => number) {
    this.#server = server;
    this.port = (server.address() as net.AddressInfo).port;
    server.on("connection", (editor) => this.#join(editor, hubPort()));
  }

  static async start(hubPort: () => number): Promise<FaultProxy> {
    const server = net.createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new FaultProxy(server, hubPort);
  }

  /** Every connection is reset at once. */
  cut(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.resetAndDestroy();
  }

  async end(): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    this.cut();
    await closed;
  }

  #join(editor: net.Socket, hubPort: number): void {
    const hub = net.connect({ port: hubPort, host: "127.0.0.1", noDelay: true });
    const pair = [editor, hub] as const;
    this.#pairs.add(pair);
    const fault = this.fault();
    editor.once("data", (request: Buffer) => {
      const text = request.toString("latin1").replace(`127.0.0.1:${this.port}`, `127.0.0.1:${hubPort}`);
      pass(editor, hub, effective(fault, "editor"));
      editor.emit("data", Buffer.from(text, "latin1"));
    });
    pass(hub, editor, effective(fault, "hub"));
    for (const socket of pair) {
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#pairs.delete(pair);
        for (const other of pair) other.destroy();
      });
    }
  }
}

function effective(fault: Fault, from: "editor" | "hub"): Fault {
  return fault.kind === "half-open" && fault.from !== from ? { kind: "none" } : fault;
}

function pass(from: net.Socket, to: net.Socket, fault: Fault): void {
  let passed = 0;
  const queue = new Trickle(to, fault);
  from.on("data", (data) => {
    passed += data.length;
    if (fault.kind === "none") to.write(data);
    else if (fault.kind === "delay") setTimeout(() => to.write(data), fault.ms);
    else if (fault.kind === "crumbs" || fault.kind === "throttle") queue.add(data);
    else passUpTo(to, data, { left: fault.afterBytes - (passed - data.length), isReset: fault.kind === "reset" });
  });
}

function passUpTo(to: net.Socket, data: Buffer, { left, isReset }: { left: number; isReset: boolean }): void {
  if (left > 0) to.write(data.subarray(0, left));
  if (left <= data.length && isReset) to.resetAndDestroy();
}

/** Bytes that wait to be passed on a few at a time. */
class Trickle {
  readonly #to: net.Socket;
  readonly #fault: Fault;
  #waiting = Buffer.alloc(0);
  #timer: NodeJS.Timeout | null = null;

  constructor(to: net.Socket, fault: Fault) {
    this.#to = to;
    this.#fault = fault;
  }

  add(data: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, data]);
    this.#timer ??= setTimeout(() => this.#turn(), turnMs);
  }

  #turn(): void {
    this.#timer = null;
    if (this.#to.destroyed) return;
    const count = this.#fault.kind === "throttle" ? this.#fault.bytes : crumbsPerTurn;
    const now = this.#waiting.subarray(0, count);
    this.#waiting = this.#waiting.subarray(count);
    if (this.#fault.kind === "throttle") this.#to.write(now);
    else for (const byte of now) this.#to.write(Buffer.of(byte));
    if (this.#waiting.length > 0) this.add(Buffer.alloc(0));
  }
}

export function faultAtRandom(random: Random): Fault {
  const afterBytes = 300 + random.below(6_000);
  return random.pick<Fault>([
    { kind: "none" },
    { kind: "delay", ms: 1 + random.below(60) },
    { kind: "crumbs" },
    { kind: "throttle", bytes: 200 + random.below(2_000) },
    { kind: "reset", afterBytes },
    { kind: "reset", afterBytes },
    { kind: "half-open", afterBytes, from: "editor" },
    { kind: "half-open", afterBytes, from: "hub" },
  ]);
}
