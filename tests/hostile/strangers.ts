/**
 * Sockets that send one byte of a request a second: `strangers.ts <port> <count>`. Prints `open` when all have been
 * begun and `closed` when the other end has had enough of every one of them.
 */
import net from "node:net";

const [port = "0", count = "0"] = process.argv.slice(2);
const request = "GET /vibesync HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Patience: ".padEnd(600, "x");
const byteMs = 1_000;

function slowRequest(): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), "127.0.0.1");
    let at = 0;
    const next = (): void => {
      socket.write(request[at] ?? "x");
      at += 1;
    };
    next();
    const timer = setInterval(next, byteMs);
    socket.on("data", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearInterval(timer);
      resolve();
    });
  });
}

const all = Array.from({ length: Number(count) }, slowRequest);
process.stdout.write("open\n");
await Promise.all(all);
process.stdout.write("closed\n");
