/**
 * The built window in a real browser engine, with a fake hub: opened, photographed, examined.
 *
 * Owns: a loopback server that sends out/renderer with the same security policy as the app's own protocol, and an
 * Electron that shows it. Used by tests/e2e/window-states.test.ts and by shoot.ts.
 */
import fs from "node:fs";
import http from "node:http";
import os from "node:os";
import path from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { resolveElectron } from "#build/electron-runtime.mjs";
import { installFakeHub } from "./fake-hub.ts";
import type { Scene } from "./scenes.ts";

export const securityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const root = path.resolve(import.meta.dirname, "../../..");
const built = path.join(root, "out/renderer");
const types: { readonly [extension: string]: string } = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".css": "text/css",
  ".woff2": "font/woff2",
};

/** A step that takes longer than this will never happen. */
const stepMsMax = 10_000;

export type BenchWindow = {
  /** Loads the window anew with this scene and without any memory. Returns its page. */
  open(scene: Scene): Promise<Page>;
  /** What the page complained about since `open` or the last time: console errors and policy violations. */
  complaints(): Promise<readonly string[]>;
  close(): Promise<void>;
};

/** `environment` names the screen to open it on. */
export async function openBenchWindow(environment: Record<string, string> = {}): Promise<BenchWindow> {
  const userData = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-bench-window-"));
  const app = await launch(userData, environment);
  const page = await app.firstWindow();
  page.setDefaultTimeout(stepMsMax);
  let server: Server | null = null;
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(String(error)));
  return {
    async open(scene) {
      server?.stop();
      // A port of its own is an origin of its own: nothing is remembered from the scene before.
      server = await serve(scene);
      errors.length = 0;
      await page.goto(`http://127.0.0.1:${server.port}/index.html`);
      await page.locator("main [data-verdict], main h2").first().waitFor();
      return page;
    },
    complaints: async () => [...errors.splice(0), ...(await page.evaluate(() => window.violations.splice(0)))],
    async close() {
      await app.close();
      server?.stop();
      fs.rmSync(userData, { recursive: true, force: true });
    },
  };
}

async function launch(userData: string, environment: Record<string, string>): Promise<ElectronApplication> {
  const { executable } = await resolveElectron({ log: () => undefined });
  const isRoot = process.getuid?.() === 0;
  return _electron.launch({
    executablePath: executable,
    env: { ...inherited(), ...environment },
    args: [
      ...(isRoot ? ["--no-sandbox"] : []),
      "--disable-gpu",
      "--force-device-scale-factor=1",
      `--user-data-dir=${userData}`,
      path.join(import.meta.dirname, "bare-window"),
    ],
  });
}

function inherited(): Record<string, string> {
  const entries = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}

type Server = { readonly port: number; stop(): void };

async function serve(scene: Scene): Promise<Server> {
  // Some TypeScript runners wrap functions in `__name`, which the page does not have.
  const bench = `const __name = (it) => it; (${installFakeHub.toString()})(${JSON.stringify(scene)});`;
  const server = http.createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const type = types[path.extname(name)] ?? "application/octet-stream";
    const body = name === "/bench.js" ? bench : bodyOf(name);
    if (body === null) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { "Content-Type": type, "Content-Security-Policy": securityPolicy }).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    port: address.port,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The fake hub is a script of its own before the window's, since the policy forbids one in the page. */
function bodyOf(name: string): string | Buffer | null {
  const file = path.join(built, name);
  if (!file.startsWith(built) || !fs.existsSync(file)) return null;
  const body = fs.readFileSync(file);
  if (name !== "/index.html") return body;
  return body.toString().replace("<head>", '<head><script src="/bench.js"></script>');
}
