/**
 * The `app:` origin: the window's own files, and nothing else, with the headers that keep it to itself.
 *
 * Owns: the scheme, the content security policy, and the list of files that may be served. The list is made once, of
 * real paths inside out/renderer: what is not on it does not exist, so no path tricks have to be thought of. Must
 * never: serve a file from anywhere else, or send a page without its policy.
 */
import fs from "node:fs";
import { extname, join, relative, sep } from "node:path";
import { protocol, type Session } from "electron";

export const appScheme = "app";
export const appOrigin = `${appScheme}://vibesync`;

/** Scripts, styles, fonts and pictures of our own; no network, no frames, no forms, no eval. */
export const contentSecurityPolicy = [
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

const mediaTypes: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".json": "application/json; charset=utf-8",
};

/** Before `ready`: a standard origin of its own, so that IndexedDB and 'self' work. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: appScheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function serveApp(session: Session, folder: string): void {
  const files = servedFiles(folder);
  session.protocol.handle(appScheme, async (request) => {
    const url = new URL(request.url);
    // Node's URL knows no origin of a scheme that is not the web's.
    const isOurs = request.method === "GET" && `${url.protocol}//${url.host}` === appOrigin;
    const file = isOurs ? files.get(url.pathname === "/" ? "/index.html" : url.pathname) : undefined;
    if (file === undefined) return new Response("Not found.", { status: 404, headers: headersFor(".txt") });
    return new Response(await fs.promises.readFile(file), { headers: headersFor(extname(file)) });
  });
}

/** URL path → file, for every regular file whose real path lies inside `folder`. */
export function servedFiles(folder: string): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  if (!fs.existsSync(folder)) return files;
  const root = fs.realpathSync(folder);
  for (const entry of fs.readdirSync(root, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath ?? entry.path, entry.name);
    const isServed = entry.isFile() && extname(file) in mediaTypes && fs.realpathSync(file).startsWith(root + sep);
    if (isServed) files.set(`/${relative(root, file).split(sep).join("/")}`, file);
  }
  return files;
}

function headersFor(extension: string): Record<string, string> {
  return {
    "content-type": mediaTypes[extension] ?? "text/plain; charset=utf-8",
    "content-security-policy": contentSecurityPolicy,
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  };
}
