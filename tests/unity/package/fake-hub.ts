/**
 * A hub for tests of the Unity package alone: real discovery file, real socket, real handshake, every message checked
 * by the contract's own schemas. It keeps what it was told (the highest stamp wins) and lets a test say anything back.
 *
 * It decides nothing: conflicts, verification and the log are the real hub's (tests/editors).
 */
import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { type WebSocket, WebSocketServer } from "ws";
import { decodeTransforms, encodeTransforms, laneReadBack, laneTransforms, maskBit } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type UpMessage, type UpMessageOf, upMessageSchema } from "#shared/protocol/up.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { stampOf } from "#shared/scene/stamp.ts";

export type Known = { kind: string; fields: Record<string, FieldValue>; stamps: Record<string, number> };
export type Row = { uuid: string; mask: number; flags: number; values: readonly number[] };

const transformSlices = { translation: [0, 3], rotation: [3, 7], scale: [7, 10] } as const;

export class FakeHub {
  readonly entities = new Map<string, Known>();
  readonly tombstones = new Map<string, number>();
  readonly messages: UpMessage[] = [];
  readonly problems: string[] = [];
  readonly readBacks: Row[] = [];
  readonly answered = new Map<number, string>();
  readonly log = crypto.randomUUID();
  readonly project = crypto.randomUUID();
  /** Changes are kept without an answer while this is false. */
  accepts = true;
  /** Whether a resume that is asked for is granted. */
  resumes = true;
  /** What happens in the editor while the greeting is answered. */
  beforeWelcome: () => Promise<unknown> = async () => undefined;
  hellos = 0;
  transformRows = 0;
  lsn = 0;
  #lamport = 10;
  #server: WebSocketServer | undefined;
  #socket: WebSocket | undefined;
  #token = "";
  #greeted: { nonce: string; proof: (side: string) => string } | undefined;
  readonly #home: string;

  constructor(home: string) {
    this.#home = home;
  }

  async start(): Promise<void> {
    this.#token = crypto.randomBytes(32).toString("hex");
    this.#server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "vibesync.v1" });
    await new Promise((resolve) => this.#server?.once("listening", resolve));
    this.#server.on("connection", (socket) => this.#serve(socket));
    const address = this.#server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const project = { id: this.project, name: "Test" };
    const found = { protocol: { min: 1, max: 1 }, hub: "0", host: "127.0.0.1", port, token: this.#token, pid: 1 };
    fs.mkdirSync(this.#home, { recursive: true });
    fs.writeFileSync(path.join(this.#home, "hub.json"), JSON.stringify({ ...found, startedMs: Date.now(), project }));
  }

  async stop(): Promise<void> {
    fs.rmSync(path.join(this.#home, "hub.json"), { force: true });
    this.drop();
    const server = this.#server;
    if (server !== undefined) await new Promise((resolve) => server.close(resolve));
  }

  /** The wire breaks, without a goodbye. */
  drop(): void {
    this.#socket?.terminate();
    this.#socket = undefined;
  }

  get isLinked(): boolean {
    return this.#socket !== undefined && this.#greeted !== undefined;
  }

  /** The newest that the editor named. */
  get epoch(): number {
    const named = this.messages.findLast((message) => "epoch" in message);
    return named !== undefined && "epoch" in named ? named.epoch : 1;
  }

  send(message: DownMessage): void {
    this.#socket?.send(JSON.stringify(message));
  }

  /** A stamp above everything seen, by the other editor. */
  stamp(): number {
    this.#lamport += 1;
    return stampOf(this.#lamport, "blender");
  }

  /** Sends operations as the other editor's edit; their stamp is new. */
  apply(ops: readonly Record<string, unknown>[], reason: "edit" | "resync" | "revoke" = "edit"): number {
    const stamp = this.stamp();
    this.lsn += 1;
    const stamped = ops.map((op) => ({ ...op, stamp }) as StampedOperation);
    for (const op of stamped) this.#take(op.uuid, op, stamp);
    this.send({ kind: "apply", epoch: this.epoch, lsn: this.lsn, reason, ops: stamped });
    return stamp;
  }

  /** Moves an entity over the binary lane. */
  move(uuid: string, translation: readonly [number, number, number]): void {
    const stamp = this.stamp();
    this.lsn += 1;
    this.#take(uuid, { op: "set", fields: { translation } }, stamp);
    const values = [...translation, 0, 0, 0, 0, 0, 0, 0];
    const rows = [{ uuid, mask: maskBit.translation, flags: 0, values }];
    const { epoch, lsn } = this;
    this.#socket?.send(encodeTransforms({ lane: laneTransforms, seq: 0, epoch, lsn, stamp, rows }));
  }

  of(kind: "change"): UpMessageOf<"change">[];
  of(kind: "index"): UpMessageOf<"index">[];
  of(kind: "state"): UpMessageOf<"state">[];
  of(kind: "held"): UpMessageOf<"held">[];
  of(kind: "hello"): UpMessageOf<"hello">[];
  of(kind: "verified"): UpMessageOf<"verified">[];
  of(kind: "fault"): UpMessageOf<"fault">[];
  of(kind: "bye"): UpMessageOf<"bye">[];
  of(kind: "request"): UpMessageOf<"request">[];
  of(kind: UpMessage["kind"]): UpMessage[] {
    return this.messages.filter((message) => message.kind === kind);
  }

  named(name: string): string {
    for (const [uuid, known] of this.entities)
      if (known.fields["name"] === name && known.kind === "object") return uuid;
    throw new Error(`The hub knows no object ${name}.`);
  }

  field(uuid: string, field: FieldName): FieldValue | undefined {
    return this.entities.get(uuid)?.fields[field];
  }

  #serve(socket: WebSocket): void {
    this.#socket = socket;
    this.#greeted = undefined;
    socket.on("message", (data: Buffer, isBinary) => {
      if (isBinary) this.#receiveFrame(data);
      else this.#receive(data.toString("utf8"));
    });
    socket.on("close", () => {
      if (this.#socket === socket) this.#socket = undefined;
    });
  }

  #receive(text: string): void {
    const parsed = upMessageSchema.safeParse(JSON.parse(text));
    if (!parsed.success) {
      this.problems.push(`${text.slice(0, 300)}: ${parsed.error.message}`);
      return;
    }
    const message = parsed.data;
    this.messages.push(message);
    if (message.kind === "hello") this.#challenge(message);
    else if (message.kind === "auth") void this.beforeWelcome().then(() => this.#welcome(message));
    else if (message.kind === "index") this.#takePage(message);
    else if (message.kind === "change") this.#takeChange(message);
  }

  #challenge(hello: UpMessageOf<"hello">): void {
    this.hellos += 1;
    const nonce = crypto.randomBytes(32).toString("hex");
    const proof = (side: string): string => {
      const text = ["vibesync", side, hello.nonce, nonce, "unity", hello.instance, hello.project ?? "-", 1].join("|");
      return crypto.createHmac("sha256", this.#token).update(text).digest("hex");
    };
    this.#greeted = { nonce, proof };
    this.send({ kind: "challenge", nonce, proof: proof("hub") });
  }

  #welcome(auth: UpMessageOf<"auth">): void {
    if (auth.proof !== this.#greeted?.proof("editor")) this.problems.push("[WIRE-2] the editor's proof is wrong");
    const hello = this.of("hello").at(-1);
    const resumed = this.resumes && hello?.resume?.log === this.log;
    if (!resumed) this.answered.clear();
    const place = { session: crypto.randomUUID(), project: this.project, projectName: "Test", log: this.log };
    const stamp = stampOf(this.#lamport, "hub");
    this.send({ kind: "welcome", protocol: 1, ...place, lsn: this.lsn, stamp, mode: "live", resumed });
    this.send({ kind: "status", mode: "live", verdict: "live", peer: true, waiting: 0, conflicts: [] });
  }

  #takePage(page: UpMessageOf<"index">): void {
    if (page.page === 0) this.answered.clear();
    for (const { uuid, kind, fields, stamp, stamps } of page.entities) {
      for (const [name, value] of Object.entries(fields)) {
        this.#takeField(uuid, { kind, name, value: value as FieldValue }, stamps?.[name as FieldName] ?? stamp);
      }
    }
    for (const { uuid, stamp } of page.deleted) this.#bury(uuid, stamp);
  }

  #takeChange(change: UpMessageOf<"change">): void {
    this.#observe(change.stamp);
    if (!this.accepts) return;
    for (const op of change.ops) this.#take(op.uuid, op, change.stamp);
    this.#answer(change, JSON.stringify(change));
  }

  #receiveFrame(data: Buffer): void {
    const decoded = decodeTransforms(data);
    if (!decoded.ok) {
      this.problems.push(decoded.failure.message);
      return;
    }
    const frame = decoded.value;
    if (frame.lane === laneReadBack) {
      this.readBacks.push(...frame.rows);
      return;
    }
    this.#observe(frame.stamp);
    if (!this.accepts) return;
    this.transformRows += frame.rows.length;
    for (const row of frame.rows) {
      for (const [name, [from, to]] of Object.entries(transformSlices)) {
        const isNamed = (row.mask & maskBit[name as keyof typeof maskBit]) !== 0;
        const value = row.values.slice(from, to);
        if (isNamed) this.#takeField(row.uuid, { kind: "object", name, value }, frame.stamp);
      }
    }
    this.#answer(frame, data.toString("base64"));
  }

  #answer({ epoch, seq }: { epoch: number; seq: number }, content: string): void {
    const before = this.answered.get(seq);
    if (before !== undefined && before !== content) this.problems.push(`[WIRE-10] seq ${seq} was used for two changes`);
    if (seq > 1 && !this.answered.has(seq - 1)) this.problems.push(`[WIRE-10] seq ${seq} came before ${seq - 1}`);
    this.answered.set(seq, content);
    this.lsn += 1;
    this.send({ kind: "accepted", epoch, seq, lsn: this.lsn, refused: [] });
  }

  #take(uuid: string, op: Record<string, unknown>, stamp: number): void {
    if (op["op"] === "delete") {
      this.#bury(uuid, stamp);
      return;
    }
    const kind = (op["kind"] as string | undefined) ?? this.entities.get(uuid)?.kind ?? "object";
    if (op["op"] === "create") this.tombstones.delete(uuid);
    const fields = op["fields"] as Record<string, FieldValue>;
    for (const [name, value] of Object.entries(fields)) this.#takeField(uuid, { kind, name, value }, stamp);
  }

  #takeField(
    uuid: string,
    { kind, name, value }: { kind: string; name: string; value: FieldValue },
    stamp: number,
  ): void {
    this.#observe(stamp);
    const known = this.entities.get(uuid) ?? { kind, fields: {}, stamps: {} };
    this.entities.set(uuid, known);
    if (stamp <= (known.stamps[name] ?? -1)) return;
    known.fields[name] = value;
    known.stamps[name] = stamp;
  }

  #bury(uuid: string, stamp: number): void {
    this.#observe(stamp);
    this.entities.delete(uuid);
    this.tombstones.set(uuid, stamp);
  }

  #observe(stamp: number): void {
    this.#lamport = Math.max(this.#lamport, Math.floor(stamp / 16));
  }
}
