/**
 * The other process of relay.bench.ts: passes every binary frame of one socket on to the other.
 *
 * `bare`: nothing but ws. `wire`: the product's transport, which decodes, checks and encodes each frame, without an
 * engine behind it. Says its port on the first line of its output; ends when its input ends.
 */
import { WebSocket, WebSocketServer } from "ws";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { Wire } from "#electron/ports/wire.ts";
import { startWire } from "#electron/transport/server.ts";

const [kind = "bare", token = ""] = process.argv.slice(2);
const id = "66666666-6666-4666-8666-666666666666";
/** The bench is faster than any editor may be. */
const noRates = { framesPerSecond: 1e9, framesBurst: 1e9, bytesPerSecond: 1e12, bytesBurst: 1e12 };

async function startBare(): Promise<number> {
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0, perMessageDeflate: false });
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      for (const other of server.clients) if (other !== socket && other.readyState === WebSocket.OPEN) other.send(data);
    });
  });
  await new Promise((resolve) => server.once("listening", resolve));
  return (server.address() as { port: number }).port;
}

async function startProduct(): Promise<number> {
  const started = await startWire({
    token,
    hubVersion: "bench",
    project: { id, name: "Bench" },
    home: null,
    disk: realDisk,
    clock: realClock,
    ports: [0],
    limits: noRates,
    onEvent(event) {
      if (event.kind === "greeted") welcome(wire, event.connection);
      else if (event.kind === "frame") wire.sendFrame(event.connection === 1 ? 2 : 1, event.frame);
    },
  });
  if (!started.ok) throw new Error(started.failure.message);
  const wire = started.value;
  return wire.port;
}

function welcome(wire: Wire, connection: number): void {
  const place = { session: id, project: id, projectName: "Bench", log: id, lsn: 0, stamp: 0 };
  wire.send(connection, { kind: "welcome", protocol: 1, mode: "live", resumed: false, ...place });
}

console.log(kind === "bare" ? await startBare() : await startProduct());
process.stdin.on("end", () => process.exit(0)).resume();
