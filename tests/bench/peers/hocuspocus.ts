/**
 * Hocuspocus with SQLite, driven as its users drive it: transforms of 10,000 objects in one Y.Map, from one client to
 * another, and what is in the database when the server is killed right after the last acknowledgement.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import type { Peers } from "./packages.ts";

type SharedMap = { get(key: string): unknown; set(key: string, value: unknown): void };
type Document = { getMap(name: string): SharedMap; transact(work: () => void): void };
type Provider = { readonly isSynced: boolean; readonly unsyncedChanges: number; destroy(): void };
type Client = { readonly document: Document; readonly provider: Provider; readonly socket: { destroy(): void } };
type Yjs = { readonly Doc: new () => Document; applyUpdate(document: Document, update: Uint8Array): void };
type Sqlite = new (
  file: string,
  options: object,
) => {
  prepare(sql: string): { get(...parameters: unknown[]): { data: Uint8Array } | undefined };
};

export type Load = {
  readonly frames: number;
  readonly rows: number;
  readonly objects: number;
  readonly inFlightMax: number;
};

const documentName = "scene";
const waitMsMax = 60_000;

export class HocuspocusPair {
  readonly #peers: Peers;
  readonly #file: string;
  readonly #child: ChildProcess;
  readonly #from: Client;
  readonly #to: Client;
  /** Written into every value, so that an old one is told from the last. */
  #frame = 0;

  private constructor(peers: Peers, { file, child, port }: { file: string; child: ChildProcess; port: number }) {
    this.#peers = peers;
    this.#file = file;
    this.#child = child;
    this.#from = this.#client(port);
    this.#to = this.#client(port);
  }

  static async start(peers: Peers, file: string): Promise<HocuspocusPair> {
    const script = path.join(import.meta.dirname, "hocuspocus-server.cjs");
    const args = [script, peers.folder, file];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const pair = new HocuspocusPair(peers, { file, child, port: Number(line.toString()) });
    await until(() => pair.#from.provider.isSynced && pair.#to.provider.isSynced);
    return pair;
  }

  /**
   * Updates a second until the server has acknowledged the last of them and the other client shows it, with at most
   * `inFlightMax` frames unacknowledged.
   */
  async updatesPerSecond({ frames, rows, objects, inFlightMax }: Load): Promise<number> {
    const { document, provider } = this.#from;
    const map = document.getMap("objects");
    const startMs = performance.now();
    for (let frame = 0; frame < frames; frame += 1) {
      while (provider.unsyncedChanges >= inFlightMax) await new Promise((resolve) => setImmediate(resolve));
      this.#frame += 1;
      const value = [this.#frame, 0, 0, 0, 0, 0, 1, 1, 1, 1];
      const numbers = Array.from({ length: rows }, (_, row) => String((frame * rows + row) % objects));
      document.transact(() => {
        for (const number of numbers) map.set(number, value);
      });
      if (frame % 10 === 9) await new Promise((resolve) => setImmediate(resolve));
    }
    const last = String((frames * rows - 1) % objects);
    const shown = () => frameOf(this.#to.document, last) === this.#frame;
    await until(() => provider.unsyncedChanges === 0 && shown());
    return (frames * rows * 1_000) / (performance.now() - startMs);
  }

  /** Kills the server, and counts the objects that its database holds as they were acknowledged. */
  async killAndCount(objects: number): Promise<number> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGKILL");
    // Before they notice: a client that saw its connection close tries to reach the server for ever, destroyed or not.
    for (const { provider, socket } of [this.#from, this.#to]) {
      provider.destroy();
      socket.destroy();
    }
    await gone;
    const { Doc, applyUpdate } = this.#peers.load("yjs") as Yjs;
    const Database = this.#peers.load("better-sqlite3") as Sqlite;
    const row = new Database(this.#file, {}).prepare("SELECT data FROM documents WHERE name = ?").get(documentName);
    const document = new Doc();
    if (row) applyUpdate(document, row.data);
    const numbers = Array.from({ length: objects }, (_, number) => String(number));
    return numbers.filter((number) => frameOf(document, number) === frameOf(this.#from.document, number)).length;
  }

  #client(port: number): Client {
    const { Doc } = this.#peers.load("yjs") as Yjs;
    const { HocuspocusProvider, HocuspocusProviderWebsocket } = this.#peers.load("@hocuspocus/provider") as {
      HocuspocusProvider: new (options: object) => Provider & { attach?(): void };
      HocuspocusProviderWebsocket: new (options: object) => Client["socket"];
    };
    const document = new Doc();
    const url = `ws://127.0.0.1:${port}`;
    const socket = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket });
    const provider = new HocuspocusProvider({ websocketProvider: socket, name: documentName, document });
    provider.attach?.();
    return { document, provider, socket };
  }
}

function frameOf(document: Document, number: string): number | undefined {
  return (document.getMap("objects").get(number) as readonly number[] | undefined)?.[0];
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const deadlineMs = performance.now() + waitMsMax; !isTrue(); await sleep(1)) {
    if (performance.now() > deadlineMs) throw new Error("Hocuspocus did not get there.");
  }
}
