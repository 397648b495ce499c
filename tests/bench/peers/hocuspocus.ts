/**
 * Hocuspocus with SQLite, driven as its users drive it: transforms of 10,000 objects in one Y.Map, from one client to
 * another, and what is in the database when the server is killed right after the last acknowledgement.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { placeAt, type Sender, sendFrames, uuidOfObject } from "../load.ts";
import type { Peers } from "./packages.ts";

type SharedMap = { get(key: string): unknown; set(key: string, value: unknown): void };
type Document = { getMap(name: string): SharedMap; transact(work: () => void): void };
type Provider = {
  readonly isSynced: boolean;
  readonly unsyncedChanges: number;
  on(event: "unsyncedChanges", listener: () => void): void;
  off(event: "unsyncedChanges", listener: () => void): void;
  destroy(): void;
};
type Client = { readonly document: Document; readonly provider: Provider; readonly socket: { destroy(): void } };
type Yjs = {
  readonly Doc: new () => Document;
  readonly Map: new () => SharedMap;
  applyUpdate(document: Document, update: Uint8Array): void;
};
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

/** `seldom`: 2 s after the last change, as it comes. `each`: after every change, still not before its answer. */
export type Storing = "seldom" | "each";

/**
 * `fields`: an object is a map of translation, rotation and scale; who turns it and who moves it both have their way,
 * as with the hub. `whole`: an object is one value, and of two people the later one takes all of it.
 */
export type Merging = "fields" | "whole";
export type Manner = { readonly storing?: Storing; readonly merging?: Merging };

const documentName = "scene";
/** Where each field is in a place. */
const parts = [
  ["translation", 0, 3],
  ["rotation", 3, 7],
  ["scale", 7, 10],
] as const;
const waitMsMax = 60_000;
/** Longer than it waits before it stores. */
const restMs = 2_200;

type Started = {
  readonly file: string;
  readonly child: ChildProcess;
  readonly port: number;
} & Required<Manner>;

export class HocuspocusPair {
  readonly #peers: Peers;
  readonly #file: string;
  readonly child: ChildProcess;
  readonly #storing: Storing;
  readonly #merging: Merging;
  readonly #from: Client;
  readonly #to: Client;
  /** Written into every value, so that an old one is told from the last. */
  #frame = 0;

  private constructor(peers: Peers, { file, child, port, storing, merging }: Started) {
    this.#peers = peers;
    this.#file = file;
    this.child = child;
    this.#storing = storing;
    this.#merging = merging;
    this.#from = this.#client(port);
    this.#to = this.#client(port);
  }

  static async start(peers: Peers, file: string, manner: Manner = {}): Promise<HocuspocusPair> {
    const { storing = "seldom", merging = "fields" } = manner;
    const script = path.join(import.meta.dirname, "hocuspocus-server.cjs");
    const args = [script, peers.folder, file, storing];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    const [port] = (await once(child, "message")) as [number];
    const pair = new HocuspocusPair(peers, { file, child, port, storing, merging });
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
    const sender: Sender = {
      get inFlight() {
        return provider.unsyncedChanges;
      },
      answered: () => new Promise<void>((resolve) => this.#onNextAnswer(resolve)),
      send: (frame) => {
        this.#frame += 1;
        const place = placeAt(this.#frame);
        document.transact(() => {
          for (let row = 0; row < rows; row += 1) this.#move(map, uuidOfObject((frame * rows + row) % objects), place);
        });
      },
    };
    const last = (frames * rows - 1) % objects;
    const startMs = performance.now();
    await sendFrames(sender, frames, inFlightMax);
    await until(() => isSamePlace(this.#from.document, this.#to.document, last));
    if (this.#storing === "each") await this.#stored();
    return (frames * rows * 1_000) / (performance.now() - startMs);
  }

  #move(map: SharedMap, uuid: string, place: readonly number[]): void {
    if (this.#merging === "whole") {
      map.set(uuid, place);
      return;
    }
    let object = map.get(uuid) as SharedMap | undefined;
    if (!object) {
      object = new (this.#peers.load("yjs") as Yjs).Map();
      map.set(uuid, object);
    }
    for (const [name, from, to] of parts) object.set(name, place.slice(from, to));
  }

  #onNextAnswer(resolve: () => void): void {
    const { provider } = this.#from;
    const listener = () => {
      provider.off("unsyncedChanges", listener);
      resolve();
    };
    provider.on("unsyncedChanges", listener);
  }

  /** What it has to store is stored: also between two measurements, so that no other pays for it. */
  async rest(): Promise<void> {
    await sleep(restMs);
    await this.#stored();
  }

  async #stored(): Promise<void> {
    this.child.send("stored?");
    await once(this.child, "message");
  }

  /** Kills the server, and counts the objects that its database holds as they were acknowledged. */
  async killAndCount(objects: number): Promise<number> {
    const gone = once(this.child, "exit");
    this.child.kill("SIGKILL");
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
    const indexes = Array.from({ length: objects }, (_, index) => index);
    return indexes.filter((index) => isSamePlace(document, this.#from.document, index)).length;
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

function isSamePlace(one: Document, other: Document, index: number): boolean {
  const [place, otherPlace] = [one, other].map((document) => placeIn(document, uuidOfObject(index)));
  return place === otherPlace;
}

function placeIn(document: Document, uuid: string): string | null {
  const object = document.getMap("objects").get(uuid) as SharedMap | readonly number[] | undefined;
  if (object === undefined) return null;
  return JSON.stringify("get" in object ? parts.flatMap(([name]) => object.get(name)) : object);
}

async function until(isTrue: () => boolean): Promise<void> {
  for (const deadlineMs = performance.now() + waitMsMax; !isTrue(); await sleep(1)) {
    if (performance.now() > deadlineMs) throw new Error("Hocuspocus did not get there.");
  }
}
