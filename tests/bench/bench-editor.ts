/**
 * An editor made for speed: proves itself, lists its objects, keeps the rows it was sent, answers every verify
 * honestly.
 *
 * The scripted editor of the demo does more and costs more; here the load must not be what is measured. Objects are
 * numbered: a uuid ends in its number, a row of the binary lane is kept as it came.
 * Must never: answer a verify with anything but what it holds.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import path from "node:path";
import { WebSocket } from "ws";
import { newSecret, proofOf, proofText } from "#electron/transport/pairing.ts";
import { type Uuid, uuidToBytes } from "#shared/ids.ts";
import { headerBytes, laneReadBack, laneTransforms, layoutVersion, rowBytes } from "#shared/protocol/binary.ts";
import { discoverySchema, socketPath } from "#shared/protocol/discovery.ts";
import type { DownMessage, DownMessageOf } from "#shared/protocol/down.ts";
import type { Hello, Role } from "#shared/protocol/handshake.ts";
import type { IndexedEntity, UpMessage } from "#shared/protocol/up.ts";
import { websocketSubprotocol } from "#shared/protocol/version.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import { placeAt, uuidOfObject } from "./load.ts";

type Json = { [name: string]: FieldValue };

const entitiesPerPage = 500;
const rowValuesAt = 24;
const maskAll = 7;
const flagMissing = 1;
const placeOf: { readonly [name: string]: readonly [from: number, count: number] } = {
  translation: [0, 3],
  rotation: [3, 4],
  scale: [7, 3],
};

function indexOf(uuid: Uuid): number {
  return Number.parseInt(uuid.slice(-8), 16);
}

export class BenchEditor {
  readonly role: Role;
  readonly socket: WebSocket;
  /** Row `index` of the store is the object's row as it goes over the wire. */
  readonly rows: Buffer;
  readonly #fields: (Json | undefined)[] = [];
  #seq = 0;
  #lamport = 0;
  #status: DownMessageOf<"status"> | null = null;
  acceptedSeq = 0;
  finalLsn = 0;
  rejections = 0;
  known = 0;
  /** Called with every message of the text lane. */
  onMessage: (message: DownMessage) => void = () => {};
  #onNext: () => void = () => {};
  /** Called with every frame of the binary lane. */
  onFrame: () => void = () => {};

  private constructor(role: Role, socket: WebSocket, objectsMax: number) {
    this.role = role;
    this.socket = socket;
    this.rows = Buffer.alloc(objectsMax * rowBytes);
    for (let index = 0; index < objectsMax; index += 1) {
      const at = index * rowBytes;
      uuidToBytes(uuidOfObject(index), this.rows, at);
      this.rows.writeUInt32LE(maskAll, at + 16);
      for (const one of [6, 7, 8, 9]) this.rows.writeFloatLE(1, at + rowValuesAt + one * 4);
    }
  }

  /** Links to the hub that announces itself in `home`, with `objects` of its own. */
  static async connect(home: string, { role, objects }: { role: Role; objects: number }): Promise<BenchEditor> {
    const { port, token } = discoverySchema.parse(JSON.parse(readFileSync(path.join(home, "hub.json"), "utf8")));
    const options = { perMessageDeflate: false };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${socketPath}`, websocketSubprotocol, options);
    await once(socket, "open");
    const editor = new BenchEditor(role, socket, 20_000);
    await editor.#greet(token);
    editor.#list(objects);
    return editor;
  }

  /** Live, with the other editor there and nothing waiting to be confirmed. */
  get isLive(): boolean {
    return this.#status?.mode === "live" && this.#status.peer && this.#status.verdict === "live";
  }

  get seq(): number {
    return this.#seq;
  }

  setField(index: number, name: FieldName, value: FieldValue): void {
    this.#fields[index] = { ...this.#fields[index], [name]: value };
    const ops = [{ op: "set" as const, uuid: uuidOfObject(index), fields: { [name]: value } as Fields }];
    this.#say({ kind: "change", epoch: 1, seq: this.#nextSeq(), stamp: this.#nextStamp(), base: 0, ops });
  }

  /** Moves `count` objects from number `first` on, in one frame. */
  move(first: number, count: number): void {
    const frame = this.#header(laneTransforms, this.#nextSeq(), count);
    const stamp = this.#nextStamp();
    frame.writeBigUInt64LE(BigInt(stamp), 24);
    const from = first * rowBytes;
    const place = Buffer.from(Float32Array.from(placeAt(lamportOf(stamp))).buffer);
    for (let row = 0; row < count; row += 1) place.copy(this.rows, from + row * rowBytes + rowValuesAt);
    this.rows.copy(frame, headerBytes, from, from + count * rowBytes);
    this.socket.send(frame);
  }

  leave(): void {
    this.socket.terminate();
  }

  /** Resolves with the next message of the hub, after it was taken in. */
  answered(): Promise<void> {
    return new Promise((resolve) => {
      this.#onNext = resolve;
    });
  }

  /** How many of the first `count` objects stand where they stand in the other editor. */
  sameRows(other: BenchEditor, count: number): number {
    let same = 0;
    for (let index = 0; index < count; index += 1) if (this.showsSame(other, index)) same += 1;
    return same;
  }

  /** Whether an object stands where it stands in the other editor. */
  showsSame(other: BenchEditor, index: number): boolean {
    const [from, to] = [index * rowBytes, (index + 1) * rowBytes];
    return this.rows.compare(other.rows, from, to, from, to) === 0;
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #nextStamp(): number {
    this.#lamport += 1;
    return stampOf(this.#lamport, this.role);
  }

  #say(message: UpMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  async #greet(token: string): Promise<void> {
    const hello: Hello = {
      kind: "hello",
      protocol: { min: 1, max: 1 },
      role: this.role,
      editor: { name: "Bench", version: "1" },
      plugin: "bench",
      instance: this.role === "blender" ? uuidOfObject(900_001) : uuidOfObject(900_002),
      project: null,
      document: { uuid: null, name: "bench", saved: false },
      epoch: 1,
      nonce: newSecret(),
      resume: null,
    };
    this.#say(hello);
    const challenge = (await this.#next()) as DownMessageOf<"challenge">;
    this.#say({ kind: "auth", proof: proofOf(token, proofText("editor", hello, challenge.nonce)) });
    const welcome = (await this.#next()) as DownMessageOf<"welcome">;
    this.#lamport = lamportOf(welcome.stamp) + 1;
    this.socket.on("message", (data, isBinary) => this.#read(data as Buffer, isBinary));
  }

  async #next(): Promise<DownMessage> {
    const [data] = (await once(this.socket, "message")) as [Buffer];
    return JSON.parse(data.toString()) as DownMessage;
  }

  #list(objects: number): void {
    const document = { uuid: null, name: "bench", saved: false };
    this.#say({ kind: "state", epoch: 1, activity: "idle", document, unsaved: false, undoSteps: 0 });
    for (let index = 0; index < objects; index += 1) this.#fields[index] = firstFields(index);
    this.known = objects;
    for (let page = 0, from = 0; ; page += 1, from += entitiesPerPage) {
      const last = from + entitiesPerPage >= objects;
      const count = Math.max(0, Math.min(entitiesPerPage, objects - from));
      const entities = Array.from({ length: count }, (_, at) => this.#listed(from + at));
      this.#say({ kind: "index", epoch: 1, page, last, entities, deleted: [] });
      if (last) return;
    }
  }

  #listed(index: number): IndexedEntity {
    const names = [...Object.keys(this.#fields[index] ?? {}), ...Object.keys(placeOf)];
    return { uuid: uuidOfObject(index), kind: "object", fields: this.#fieldsOf(index, names), stamp: 0 };
  }

  #read(data: Buffer, isBinary: boolean): void {
    this.#take(data, isBinary);
    this.#onNext();
  }

  #take(data: Buffer, isBinary: boolean): void {
    if (isBinary) {
      this.#takeRows(data);
      this.onFrame();
      return;
    }
    const message = JSON.parse(data.toString()) as DownMessage;
    if (message.kind === "accepted") this.acceptedSeq = message.seq;
    else if (message.kind === "rejected") this.rejections += 1;
    else if (message.kind === "apply") this.#apply(message);
    else if (message.kind === "verify") this.#answer(message);
    else if (message.kind === "final") this.finalLsn = message.lsn;
    else if (message.kind === "status") this.#status = message;
    this.onMessage(message);
  }

  /** Every frame here names whole transforms, so that a row is taken over as it is. */
  #takeRows(frame: Buffer): void {
    for (let at = headerBytes; at < frame.length; at += rowBytes) {
      frame.copy(this.rows, frame.readUInt32BE(at + 12) * rowBytes, at, at + rowBytes);
    }
    this.#observe(Number(frame.readBigUInt64LE(24)));
  }

  #observe(stamp: number): void {
    this.#lamport = Math.max(this.#lamport, lamportOf(stamp));
  }

  #apply({ ops }: DownMessageOf<"apply">): void {
    for (const op of ops) {
      this.#observe(op.stamp);
      if (op.op === "delete") continue;
      const index = indexOf(op.uuid);
      if (this.#fields[index] === undefined) this.known += 1;
      const fields = { ...this.#fields[index] };
      for (const [name, value] of Object.entries(op.fields) as [string, FieldValue][]) {
        const place = placeOf[name];
        if (place) this.#write(index, place[0], value as readonly number[]);
        else fields[name] = value;
      }
      this.#fields[index] = fields;
    }
  }

  #write(index: number, from: number, values: readonly number[]): void {
    const at = index * rowBytes + rowValuesAt + from * 4;
    for (const [offset, value] of values.entries()) this.rows.writeFloatLE(value, at + offset * 4);
  }

  #answer({ epoch, batch, transforms, items }: DownMessageOf<"verify">): void {
    if (transforms.length > 0) this.socket.send(this.#readBack(batch, transforms));
    const answers = items.map(({ uuid, fields: names }) => {
      const index = indexOf(uuid);
      if (this.#fields[index] === undefined) return { uuid, fields: {}, missing: true };
      return { uuid, fields: this.#fieldsOf(index, names) };
    });
    this.#say({ kind: "verified", epoch, batch, items: answers });
  }

  #readBack(batch: number, uuids: readonly Uuid[]): Buffer {
    const frame = this.#header(laneReadBack, batch, uuids.length);
    for (const [row, uuid] of uuids.entries()) {
      const [index, at] = [indexOf(uuid), headerBytes + row * rowBytes];
      this.rows.copy(frame, at, index * rowBytes, (index + 1) * rowBytes);
      if (this.#fields[index] === undefined) frame.writeUInt32LE(flagMissing, at + 20);
    }
    return frame;
  }

  #header(lane: number, number: number, count: number): Buffer {
    const frame = Buffer.alloc(headerBytes + count * rowBytes);
    frame.writeUInt8(lane, 0);
    frame.writeUInt8(layoutVersion, 1);
    frame.writeUInt16LE(count, 2);
    frame.writeUInt32LE(number, 4);
    frame.writeUInt32LE(1, 8);
    return frame;
  }

  #fieldsOf(index: number, names: readonly string[]): Fields {
    const fields: Json = {};
    for (const name of names) {
      const place = placeOf[name];
      const value = place ? this.#values(index, place) : this.#fields[index]?.[name];
      if (value !== undefined) fields[name] = value;
    }
    return fields as Fields;
  }

  #values(index: number, [from, count]: readonly [number, number]): number[] {
    const at = index * rowBytes + rowValuesAt + from * 4;
    return Array.from({ length: count }, (_, offset) => this.rows.readFloatLE(at + offset * 4));
  }
}

function firstFields(index: number): Json {
  return { name: `Object.${index}`, type: "empty", parent: null, collections: [], visible: true };
}
