/**
 * What a socket costs: one frame of 3 rows (224 bytes) from one editor to the other through a relay in another
 * process, and how many rows a second go through in frames of 1, 100 and 1,000.
 *
 * Bare ws first, then the product's transport (decode, check, encode; no engine, no log), in turns on the same machine:
 * the ratio is what counts, and the bare hop is the unit of the hub's own bench. Stands alone:
 * `node --import tsx tests/bench/relay.bench.ts`; the bench's main calls `measure`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { WebSocket } from "ws";
import { newSecret, proofOf, proofText } from "#electron/transport/pairing.ts";
import { encodeTransforms, type TransformRow } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { Hello, Role } from "#shared/protocol/handshake.ts";
import { websocketSubprotocol } from "#shared/protocol/version.ts";
import type { Measurement } from "./wal.bench.ts";

type RelayKind = "bare" | "wire";
export type Relay = {
  readonly kind: RelayKind;
  readonly from: WebSocket;
  readonly to: WebSocket;
  stop(): Promise<void>;
};

const someUuid = "11111111-1111-4111-8111-111111111111";
const rounds = 3;
const hopsPerRound = 1_000;
const rowsPerBatch = [1, 100, 1_000] as const;
const rowsPerRun = 200_000;
const framesPerRunMax = 20_000;
/** Frames sent before the event loop may breathe: as an editor's ticks would. */
const framesPerTick = 50;

export function frameOf(rows: number): Buffer {
  const row: TransformRow = { uuid: someUuid, mask: 7, flags: 0, values: [1, 2, 3, 0, 0, 0, 1, 1, 1, 1] };
  const frame = { lane: 1, seq: 1, epoch: 1, lsn: 0, stamp: 17, rows: new Array<TransformRow>(rows).fill(row) };
  return Buffer.from(encodeTransforms(frame));
}

export async function startRelay(kind: RelayKind): Promise<Relay> {
  const token = newSecret();
  const script = path.join(import.meta.dirname, "relay-server.ts");
  const child = spawn(process.execPath, ["--import", "tsx", script, kind, token], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const port = Number(line.toString());
  const from = await connect(kind, port, { token, role: "blender" });
  const to = await connect(kind, port, { token, role: "unity" });
  return { kind, from, to, stop: () => end(child, [from, to]) };
}

async function end(child: ChildProcess, sockets: readonly WebSocket[]): Promise<void> {
  for (const socket of sockets) socket.terminate();
  child.stdin?.end();
  await once(child, "exit");
}

async function connect(kind: RelayKind, port: number, who: { token: string; role: Role }): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/vibesync`, websocketSubprotocol, { perMessageDeflate: false });
  await once(socket, "open");
  if (kind === "wire") await greet(socket, who);
  return socket;
}

async function greet(socket: WebSocket, { token, role }: { token: string; role: Role }): Promise<void> {
  const hello: Hello = {
    kind: "hello",
    protocol: { min: 1, max: 1 },
    role,
    editor: { name: "Bench", version: "1" },
    plugin: "bench",
    instance: someUuid,
    project: null,
    document: { uuid: null, name: "bench", saved: false },
    epoch: 1,
    nonce: newSecret(),
    resume: null,
  };
  socket.send(JSON.stringify(hello));
  const [data] = (await once(socket, "message")) as [Buffer];
  const challenge = JSON.parse(data.toString()) as Extract<DownMessage, { kind: "challenge" }>;
  socket.send(JSON.stringify({ kind: "auth", proof: proofOf(token, proofText("editor", hello, challenge.nonce)) }));
  await once(socket, "message");
}

/** Milliseconds from one socket to the other, one frame at a time. */
async function hops({ from, to }: Relay): Promise<number[]> {
  const frame = frameOf(3);
  const times: number[] = [];
  for (let count = 0; count < hopsPerRound; count += 1) {
    const arrived = once(to, "message");
    const startMs = performance.now();
    from.send(frame);
    await arrived;
    times.push(performance.now() - startMs);
  }
  return times;
}

/** Rows a second when frames follow each other as fast as they go. */
async function throughput({ from, to }: Relay, rows: number): Promise<number> {
  const frame = frameOf(rows);
  const frames = Math.min(framesPerRunMax, Math.ceil(rowsPerRun / rows));
  let received = 0;
  const done = new Promise<void>((resolve) => {
    const count = (): void => {
      received += 1;
      if (received < frames) return;
      to.off("message", count);
      resolve();
    };
    to.on("message", count);
  });
  const startMs = performance.now();
  for (let sent = 0; sent < frames; sent += framesPerTick) {
    for (let one = 0; one < Math.min(framesPerTick, frames - sent); one += 1) from.send(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  return (frames * rows * 1_000) / (performance.now() - startMs);
}

function quantile(values: readonly number[], part: number): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) * part)] ?? Number.NaN;
}

export async function measure(): Promise<readonly Measurement[]> {
  const relays = [await startRelay("bare"), await startRelay("wire")];
  try {
    const times = new Map<RelayKind, number[]>();
    const rates = new Map<string, number[]>();
    for (let round = 0; round < rounds; round += 1) {
      for (const relay of relays) {
        times.set(relay.kind, [...(times.get(relay.kind) ?? []), ...(await hops(relay))]);
        for (const rows of rowsPerBatch) {
          const name = `${nameOf(relay.kind)}, ${rows} rows a frame`;
          rates.set(name, [...(rates.get(name) ?? []), await throughput(relay, rows)]);
        }
      }
    }
    return [...hopLines(times), ...[...rates].map(([name, all]) => rateLine(name, all))];
  } finally {
    for (const relay of relays) await relay.stop();
  }
}

function nameOf(kind: RelayKind): string {
  return kind === "bare" ? "bare ws relay" : "transport relay";
}

function hopLines(times: ReadonlyMap<RelayKind, readonly number[]>): Measurement[] {
  const lines = [...times].flatMap(([kind, all]): Measurement[] => [
    { name: `${nameOf(kind)}, hop of 224 bytes, p50`, value: quantile(all, 0.5), unit: "ms" },
    { name: `${nameOf(kind)}, hop of 224 bytes, p99`, value: quantile(all, 0.99), unit: "ms" },
  ]);
  const ratio = quantile(times.get("wire") ?? [], 0.5) / quantile(times.get("bare") ?? [], 0.5);
  return [...lines, { name: "transport relay / bare ws relay, hop p50", value: ratio, unit: "×" }];
}

function rateLine(name: string, rates: readonly number[]): Measurement {
  return { name, value: quantile(rates, 0.5), unit: "rows/s" };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  for (const { name, value, unit } of await measure()) {
    const digits = unit === "rows/s" ? 0 : 3;
    console.log(`${name.padEnd(56)} ${value.toFixed(digits).padStart(10)} ${unit}`);
  }
}
