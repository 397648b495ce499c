/**
 * One editor's socket, from the upgrade to its end.
 *
 * Before: server.ts has checked the request. Behind: the engine, which gets `greeted`, then only checked messages, in
 * the order in which they came [WIRE-23].
 * Owns: the greeting's deadline, decoding, the count of unreadable frames, the rate, pings and silence, sending (the
 * sends of one tick leave in one write) and the send buffer.
 * Must never: decide anything about the scene, keep a message, or write after it was closed.
 */
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Clock } from "#electron/ports/clock.ts";
import type { ConnectionId, WireEvent } from "#electron/ports/wire.ts";
import { assert } from "#shared/assert.ts";
import { encodeTransforms, type TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Failure } from "#shared/result.ts";
import { Bucket, RecentEvents } from "./allowance.ts";
import { type ChangeName, decodeFrame, decodeText, nameOfUnreadable } from "./codec.ts";
import { Greeting } from "./greeting.ts";
import type { TransportLimits } from "./limits.ts";

/** `greeted`: proved itself, waits for the engine's welcome. `closing`: nothing is read any more. */
export type ConnectionPhase = "greeting" | "greeted" | "open" | "closing";

export type ConnectionOptions = {
  readonly id: ConnectionId;
  readonly webSocket: WebSocket;
  /** The TCP stream under it, for corking and for its drain. */
  readonly stream: Duplex;
  readonly token: string;
  readonly clock: Clock;
  readonly limits: TransportLimits;
  readonly onEvent: (event: WireEvent) => void;
  readonly onWrongProof: () => void;
  readonly onClosed: (connection: Connection) => void;
};

const closeCode = { normal: 1000, goingAway: 1001, policy: 1008 } as const;

export class Connection {
  readonly id: ConnectionId;
  readonly #options: ConnectionOptions;
  readonly #greeting: Greeting;
  readonly #unreadable: RecentEvents;
  readonly #frames: Bucket;
  readonly #bytes: Bucket;
  #phase: ConnectionPhase = "greeting";
  #isAnnounced = false;
  #isCorked = false;
  #isOverBuffered = false;
  #heardMs: number;
  #pingedMs: number | null = null;
  #deadline: NodeJS.Timeout | null;
  #pause: NodeJS.Timeout | null = null;

  constructor(options: ConnectionOptions) {
    const { id, webSocket, stream, token, clock, limits } = options;
    this.id = id;
    this.#options = options;
    this.#greeting = new Greeting(token);
    this.#unreadable = new RecentEvents(limits.unreadableMax, limits.unreadableWindowMs);
    this.#heardMs = clock.monotonicMs();
    this.#frames = new Bucket(limits.framesPerSecond, limits.framesBurst, this.#heardMs);
    this.#bytes = new Bucket(limits.bytesPerSecond, limits.bytesBurst, this.#heardMs);
    this.#deadline = setTimeout(
      () => this.#refuse("E_TIMEOUT", "The greeting took too long."),
      limits.greetingTimeoutMs,
    );
    webSocket.on("message", (data, isBinary) => this.#read(data as Buffer, isBinary));
    webSocket.on("ping", (data) => this.#readPing(data));
    webSocket.on("pong", (data) => this.#readPong(data));
    webSocket.on("error", (error) => this.#readError(error));
    webSocket.on("close", () => this.#end());
    stream.on("drain", () => this.#readDrain());
  }

  get phase(): ConnectionPhase {
    return this.#phase;
  }

  /** Bytes handed over and not yet taken by the kernel. */
  get bufferedBytes(): number {
    return this.#options.webSocket.bufferedAmount;
  }

  send(message: DownMessage): void {
    if (this.#phase === "closing") return;
    if (message.kind === "welcome") this.#phase = "open";
    const text = Buffer.from(JSON.stringify(message), "utf8");
    assert(text.length <= wireLimits.textFrameBytesMax, "[WIRE-30] a message to an editor fits in one text frame");
    this.#write(text, false);
  }

  sendFrame(frame: TransformFrame): void {
    if (this.#phase === "closing") return;
    const bytes = encodeTransforms(frame);
    assert(bytes.length <= wireLimits.binaryFrameBytesMax, "[WIRE-30] a frame to an editor is within its limit");
    this.#write(bytes, true);
  }

  /** Called every `pingIntervalMs`. */
  checkAlive(): void {
    if (this.#phase === "closing") return;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#heardMs > this.#options.limits.silenceMaxMs) {
      this.#tell("E_TIMEOUT", errorSentence.E_TIMEOUT);
      this.terminate();
      return;
    }
    this.#pingedMs = nowMs;
    this.#options.webSocket.ping();
  }

  /** Sends what is queued, then closes; after `closeTimeoutMs` without an answer the socket is torn down. */
  close(code: number = closeCode.normal, reason = ""): void {
    if (this.#phase === "closing") return;
    this.#phase = "closing";
    this.#clearTimers();
    this.#options.webSocket.resume();
    this.#options.webSocket.close(code, reason);
    this.#deadline = setTimeout(() => this.terminate(), this.#options.limits.closeTimeoutMs);
  }

  leave(): void {
    this.close(closeCode.goingAway, "the hub is closing");
  }

  terminate(): void {
    this.#phase = "closing";
    this.#clearTimers();
    this.#options.webSocket.terminate();
  }

  #hear(): void {
    this.#heardMs = this.#options.clock.monotonicMs();
  }

  #read(bytes: Buffer, isBinary: boolean): void {
    this.#hear();
    if (this.#phase === "closing") return;
    if (this.#phase === "greeting") this.#greet(bytes, isBinary);
    else if (this.#phase === "greeted") this.#refuse("E_UNEXPECTED", "The editor spoke before it was welcomed.");
    else this.#readTrusted(bytes, isBinary);
  }

  #greet(bytes: Buffer, isBinary: boolean): void {
    const step = this.#greeting.read(bytes, isBinary);
    if (step.kind === "challenge") {
      this.#write(Buffer.from(JSON.stringify(step.message), "utf8"), false);
    } else if (step.kind === "greeted") {
      this.#clearTimers();
      this.#phase = "greeted";
      this.#isAnnounced = true;
      this.#options.onEvent({ kind: "greeted", connection: this.id, hello: step.hello, protocol: step.protocol });
    } else {
      if (step.code === "E_UNAUTHENTICATED") this.#options.onWrongProof();
      this.#refuse(step.code, step.message);
    }
  }

  #readTrusted(bytes: Buffer, isBinary: boolean): void {
    this.#keepPace(1, bytes.length);
    if (isBinary) {
      const decoded = decodeFrame(bytes);
      if (decoded.ok) this.#options.onEvent({ kind: "frame", connection: this.id, frame: decoded.value });
      else this.#readUnreadable(decoded.failure, nameOfUnreadable(bytes, true));
      return;
    }
    const decoded = decodeText(bytes);
    if (!decoded.ok) {
      this.#readUnreadable(decoded.failure, nameOfUnreadable(bytes, false));
      return;
    }
    const message = decoded.value;
    if (message.kind === "hello" || message.kind === "auth") this.#tell("E_UNEXPECTED", "The editor greeted twice.");
    else this.#options.onEvent({ kind: "message", connection: this.id, message });
  }

  #readUnreadable({ code, message }: Failure, name: ChangeName): void {
    const nowMs = this.#options.clock.monotonicMs();
    this.#unreadable.add(nowMs);
    this.#tell(code, message);
    this.send({ kind: "rejected", ...name, code, message, retry: false });
    if (this.#unreadable.isFull(nowMs)) this.close(closeCode.policy, "too many unreadable frames");
  }

  /** Stops reading until the rates are kept again: TCP slows the editor down and no change is lost. */
  #keepPace(frames: number, bytes: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    const waitMs = Math.max(this.#frames.take(frames, nowMs), this.#bytes.take(bytes, nowMs));
    if (this.#pause !== null) return;
    const { webSocket } = this.#options;
    if (waitMs === 0) {
      if (webSocket.isPaused) webSocket.resume();
      return;
    }
    if (!webSocket.isPaused) this.#tell("E_RATE", errorSentence.E_RATE);
    webSocket.pause();
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#keepPace(0, 0);
    }, waitMs);
  }

  /** Answered here, not by ws, which tears a socket down without a word when pings come in floods. */
  #readPing(data: Buffer): void {
    if (this.#phase === "closing") return;
    this.#hear();
    this.#keepPace(1, data.length);
    this.#cork();
    this.#options.webSocket.pong(data);
    this.#checkCeiling();
  }

  #readPong(data: Buffer): void {
    if (this.#phase === "closing") return;
    this.#hear();
    this.#keepPace(1, data.length);
    if (this.#pingedMs === null || this.#phase !== "open") return;
    this.#options.onEvent({ kind: "round-trip", connection: this.id, ms: this.#heardMs - this.#pingedMs });
    this.#pingedMs = null;
  }

  /** ws closes the socket itself after these; here they are only told. */
  #readError(error: Error): void {
    const reason = "code" in error && typeof error.code === "string" ? error.code : "";
    if (!reason.startsWith("WS_ERR_")) return;
    const isTooLarge = /^WS_ERR_(TOO_MANY|UNSUPPORTED_(MESSAGE|DATA_PAYLOAD)_LENGTH)/.test(reason);
    this.#tell(isTooLarge ? "E_OVERSIZED" : "E_MALFORMED", error.message);
  }

  #readDrain(): void {
    if (!this.#isOverBuffered || this.bufferedBytes > 0) return;
    this.#isOverBuffered = false;
    if (this.#phase !== "closing") this.#options.onEvent({ kind: "drained", connection: this.id });
  }

  #write(bytes: Uint8Array, binary: boolean): void {
    this.#cork();
    this.#options.webSocket.send(bytes, { binary });
    if (this.bufferedBytes > this.#options.limits.bufferedBytesMax) this.#isOverBuffered = true;
    this.#checkCeiling();
  }

  #checkCeiling(): void {
    if (this.bufferedBytes <= this.#options.limits.bufferedBytesCeiling) return;
    this.#tell("E_BUSY", "The editor reads too slowly; it is brought up to date when it connects again.");
    this.terminate();
  }

  /** Everything sent in one tick leaves in one system call. */
  #cork(): void {
    if (this.#isCorked) return;
    this.#isCorked = true;
    const { stream } = this.#options;
    stream.cork();
    process.nextTick(() => {
      this.#isCorked = false;
      stream.uncork();
    });
  }

  #refuse(code: ErrorCode, message: string): void {
    this.#tell(code, message);
    this.send({ kind: "refused", code, message });
    this.close(closeCode.policy, code);
  }

  #tell(code: ErrorCode, message: string): void {
    this.#options.onEvent({ kind: "refusal", connection: this.id, code, message });
  }

  #clearTimers(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#deadline = null;
    this.#pause = null;
  }

  #end(): void {
    this.#phase = "closing";
    this.#clearTimers();
    this.#options.onClosed(this);
    if (this.#isAnnounced) this.#options.onEvent({ kind: "closed", connection: this.id });
  }
}
