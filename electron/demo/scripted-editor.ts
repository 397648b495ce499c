/**
 * A scripted editor with a real socket: finds the hub, proves itself, stays linked.
 *
 * Owns: the discovery file's reading, the handshake (the hub proves itself first, or this end leaves [WIRE-2]), the
 * tick in which the user's edits are captured, reconnecting with back-off. What is said is the model's business.
 * Must never: keep a timer or a socket after `stop`.
 */
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import { WebSocket } from "ws";
import { isSameProof, newSecret, proofOf, proofText } from "#electron/transport/pairing.ts";
import type { Uuid } from "#shared/ids.ts";
import { decodeTransforms, encodeTransforms } from "#shared/protocol/binary.ts";
import { type Discovery, discoverySchema, socketPath } from "#shared/protocol/discovery.ts";
import { type DownMessage, downMessageSchema } from "#shared/protocol/down.ts";
import { type Hello, helloSchema } from "#shared/protocol/handshake.ts";
import { silenceMaxMs, wireLimits } from "#shared/protocol/limits.ts";
import { websocketSubprotocol } from "#shared/protocol/version.ts";
import { type EditorIdentity, EditorModel } from "./editor-model.ts";
import { EditorUser } from "./editor-user.ts";
import { type Outgoing, saying } from "./outgoing.ts";

export type ScriptedEditorOptions = {
  /** The folder of the discovery file. */
  readonly home: string;
  readonly identity: Omit<EditorIdentity, "instance"> & { readonly instance?: Uuid };
  readonly newUuid?: () => Uuid;
  readonly times?: Partial<EditorTimes>;
};

export type EditorTimes = {
  /** How often the user's edits are looked for. */
  readonly tickMs: number;
  /** Before a change that the hub asked for again is sent again. */
  readonly retryMs: number;
  /** Before the first new attempt to connect; doubled up to the maximum, with up to half of it in jitter. */
  readonly backOffMs: number;
  readonly backOffMaxMs: number;
  readonly connectTimeoutMs: number;
};

/** `away`: no hub is there, or it did not let us in (`problem` says why); another attempt follows. */
export type LinkState = "away" | "connecting" | "linked" | "stopped";

const defaultTimes: EditorTimes = {
  tickMs: 16,
  retryMs: 250,
  backOffMs: 250,
  backOffMaxMs: 10_000,
  connectTimeoutMs: 5_000,
};
const closeTimeoutMs = 1_000;

type Attempt = { readonly socket: WebSocket; readonly token: string; readonly hello: Hello; isTrusted: boolean };

export class ScriptedEditor {
  readonly model: EditorModel;
  readonly user: EditorUser;
  readonly #home: string;
  readonly #times: EditorTimes;
  #attempt: Attempt | null = null;
  #tick: NodeJS.Timeout | null = null;
  #reconnect: NodeJS.Timeout | null = null;
  #retry: NodeJS.Timeout | null = null;
  #failures = 0;
  #heardMs = 0;
  #isStopped = true;
  #problem = "";

  constructor({ home, identity, newUuid = randomUUID, times }: ScriptedEditorOptions) {
    this.model = new EditorModel({ ...identity, instance: identity.instance ?? newUuid() });
    this.user = new EditorUser(this.model, newUuid);
    this.#home = home;
    this.#times = { ...defaultTimes, ...times };
  }

  get state(): LinkState {
    if (this.#isStopped) return "stopped";
    if (this.#attempt === null) return "away";
    return this.model.isLinked ? "linked" : "connecting";
  }

  /** Why the last attempt failed; "" when it did not. */
  get problem(): string {
    return this.#problem;
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#tick = setInterval(() => this.#beat(), this.#times.tickMs);
    this.#connect();
  }

  /** Sends what the model wants said: the answers of `grab`, `release`, `open`, `setActivity` … */
  say(outgoing: readonly Outgoing[]): void {
    const socket = this.#attempt?.socket;
    if (socket?.readyState !== WebSocket.OPEN) return;
    for (const one of outgoing)
      socket.send(one.kind === "frame" ? encodeTransforms(one.frame) : JSON.stringify(one.message));
  }

  /** The socket breaks without a word, as when a cable is pulled; the editor comes back by itself. */
  cut(): void {
    this.#attempt?.socket.terminate();
  }

  /** The editor's main thread hangs: what the hub sends stays unread until `thaw`. */
  freeze(): void {
    this.#attempt?.socket.pause();
  }

  thaw(): void {
    this.#attempt?.socket.resume();
  }

  /** A Unity domain reload: says so, is gone for a while, resumes. */
  async reload(durationMs: number): Promise<void> {
    await this.#leave("reload");
    await new Promise((resolve) => setTimeout(resolve, durationMs));
    this.start();
  }

  async stop(): Promise<void> {
    await this.#leave("quit");
  }

  async #leave(reason: "quit" | "reload"): Promise<void> {
    this.#isStopped = true;
    for (const timer of [this.#tick, this.#reconnect, this.#retry]) if (timer !== null) clearTimeout(timer);
    this.#tick = this.#reconnect = this.#retry = null;
    const socket = this.#attempt?.socket;
    if (!socket || socket.readyState === WebSocket.CLOSED) return;
    if (this.model.isLinked) this.say(this.model.bye(reason));
    const closed = new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
    });
    socket.close();
    const deadline = setTimeout(() => socket.terminate(), closeTimeoutMs);
    await closed;
    clearTimeout(deadline);
  }

  #beat(): void {
    this.say(this.model.capture());
    const isSilent = this.#attempt !== null && performance.now() - this.#heardMs > silenceMaxMs;
    if (isSilent) this.#attempt?.socket.terminate();
  }

  #connect(): void {
    const discovery = readDiscovery(this.#home);
    if (discovery === null) {
      this.#fail("No hub has been found.");
      return;
    }
    const socket = new WebSocket(`ws://${discovery.host}:${discovery.port}${socketPath}`, websocketSubprotocol, {
      perMessageDeflate: false,
      maxPayload: wireLimits.textFrameBytesMax,
      handshakeTimeout: this.#times.connectTimeoutMs,
    });
    const hello = helloSchema.parse(this.model.hello(newSecret()));
    const attempt: Attempt = { socket, token: discovery.token, hello, isTrusted: false };
    this.#attempt = attempt;
    this.#heardMs = performance.now();
    socket.on("open", () => this.say([saying(hello)]));
    socket.on("ping", () => this.#hear());
    socket.on("message", (data, isBinary) => this.#read(attempt, data as Buffer, isBinary));
    socket.on("error", (error) => {
      this.#problem = error.message;
    });
    socket.on("close", () => this.#closed(attempt));
  }

  #hear(): void {
    this.#heardMs = performance.now();
  }

  #read(attempt: Attempt, bytes: Buffer, isBinary: boolean): void {
    this.#hear();
    if (attempt !== this.#attempt) return;
    if (isBinary) {
      const decoded = decodeTransforms(bytes);
      if (decoded.ok && attempt.isTrusted) this.say(this.model.receiveFrame(decoded.value));
      else this.#distrust("The hub sent a frame that could not be read.");
      return;
    }
    const message = parseDown(bytes);
    if (message === null) this.#distrust("The hub sent a message that could not be read.");
    else if (attempt.isTrusted || message.kind === "refused") this.#receive(message);
    else this.#checkHub(attempt, message);
  }

  /** A process that squats the hub's port does not know the token: it gets no proof and no scene. */
  #checkHub(attempt: Attempt, message: DownMessage): void {
    const { token, hello } = attempt;
    const isHub =
      message.kind === "challenge" &&
      isSameProof(proofOf(token, proofText("hub", hello, message.nonce)), message.proof);
    if (!isHub) {
      this.#distrust("What listens on the hub's port could not prove that it is the hub.");
      return;
    }
    attempt.isTrusted = true;
    this.say([saying({ kind: "auth", proof: proofOf(token, proofText("editor", hello, message.nonce)) })]);
  }

  #receive(message: DownMessage): void {
    if (message.kind === "welcome") {
      this.#failures = 0;
      this.#problem = "";
    }
    if (message.kind === "refused") this.#problem = message.message;
    this.say(this.model.receive(message));
    if (message.kind === "rejected" && message.retry && !this.model.isForAnotherDocument(message)) this.#retryLater();
  }

  #retryLater(): void {
    this.#retry ??= setTimeout(() => {
      this.#retry = null;
      this.say(this.model.resend());
    }, this.#times.retryMs);
  }

  #distrust(problem: string): void {
    this.#problem = problem;
    this.#attempt?.socket.terminate();
  }

  #closed(attempt: Attempt): void {
    if (attempt !== this.#attempt) return;
    this.#attempt = null;
    this.model.disconnected();
    this.#fail(this.#problem);
  }

  #fail(problem: string): void {
    this.#problem = problem;
    if (this.#isStopped) return;
    const { backOffMs, backOffMaxMs } = this.#times;
    const waitMs = Math.min(backOffMs * 2 ** this.#failures, backOffMaxMs);
    this.#failures = Math.min(this.#failures + 1, 16);
    this.#reconnect = setTimeout(() => this.#connect(), waitMs * (1 + Math.random() / 2));
  }
}

/** Read anew before every attempt [WIRE-1]; null when there is none, or none that can be trusted to be one. */
function readDiscovery(home: string): Discovery | null {
  try {
    const parsed = discoverySchema.safeParse(JSON.parse(readFileSync(path.join(home, "hub.json"), "utf8")));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

function parseDown(bytes: Buffer): DownMessage | null {
  try {
    const checked = downMessageSchema.safeParse(JSON.parse(bytes.toString("utf8")));
    return checked.success ? checked.data : null;
  } catch {
    return null;
  }
}
