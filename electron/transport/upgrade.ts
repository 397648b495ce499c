/**
 * Who may knock: the checks on an HTTP request before it becomes a WebSocket [WIRE-3].
 *
 * Owns: the refusal of web pages (they always send `Origin`; editors never do), of rebound host names, and of
 * everything that is not exactly the one request an editor makes.
 * Must never: trust a header that came twice, or read a body.
 */
import type { IncomingMessage } from "node:http";
import { socketPath } from "#shared/protocol/discovery.ts";
import type { ErrorCode } from "#shared/protocol/error-code.ts";
import { websocketSubprotocol } from "#shared/protocol/version.ts";

export type UpgradeProblem = { readonly status: string; readonly code: ErrorCode; readonly message: string };

const websocketVersion = "13";

/** Null when the request may be upgraded. */
export function upgradeProblem(request: IncomingMessage, port: number): UpgradeProblem | null {
  const { method, url } = request;
  const headers = valuesOf(request);
  if (headers("origin").length > 0 || headers("sec-websocket-origin").length > 0) {
    return problem("403 Forbidden", "E_FOREIGN_ORIGIN", `A web page (${shown(headers("origin"))}) tried to connect.`);
  }
  if (!isExactly(headers("host"), `127.0.0.1:${port}`)) {
    return problem("403 Forbidden", "E_HOST", `A connection named the host ${shown(headers("host"))}.`);
  }
  if (method !== "GET") return problem("405 Method Not Allowed", "E_MALFORMED", `A connection used ${method}.`);
  if (url !== socketPath) return problem("404 Not Found", "E_MALFORMED", "A connection asked for another path.");
  if (headers("upgrade").join().toLowerCase() !== "websocket") {
    return problem("426 Upgrade Required", "E_MALFORMED", "A connection was not a WebSocket.");
  }
  if (!isExactly(headers("sec-websocket-version"), websocketVersion)) {
    return problem("426 Upgrade Required", "E_MALFORMED", "A connection used another WebSocket version.");
  }
  if (!isExactly(headers("sec-websocket-protocol"), websocketSubprotocol)) {
    return problem("400 Bad Request", "E_PROTOCOL_VERSION", `A connection did not ask for ${websocketSubprotocol}.`);
  }
  if (headers("content-length").length > 0 || headers("transfer-encoding").length > 0) {
    return problem("400 Bad Request", "E_MALFORMED", "A connection brought a body.");
  }
  return null;
}

function problem(status: string, code: ErrorCode, message: string): UpgradeProblem {
  return { status, code, message };
}

/** Every value of a header as it came: Node's own table drops or joins repeated ones. */
function valuesOf({ rawHeaders }: IncomingMessage): (name: string) => readonly string[] {
  return (name) => rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

function isExactly(values: readonly string[], expected: string): boolean {
  return values.length === 1 && values[0] === expected;
}

const shownLengthMax = 100;

function shown(values: readonly string[]): string {
  return values.length === 0 ? "(none)" : values.join(", ").slice(0, shownLengthMax);
}
