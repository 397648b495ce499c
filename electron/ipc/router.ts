/**
 * Answers the window's requests.
 *
 * Owns: the border between the page and the main process. It is the only importer of `ipcMain`; it checks who asks (the
 * top frame of the one window, on our own `app:` origin), what is asked (the contract's argument schema) and what is
 * answered (the contract's answer schema). Before it: electron/preload.ts. After it: the handlers of hub and shell.
 * Must never: know what a channel means, let a refused request have an effect, or let an exception reach Electron,
 * which would lose its class on the way; failures travel as values.
 */
import { ipcMain } from "electron";
import type { HandlersOf } from "#electron/ports/hub.ts";
import { requestTransport } from "#shared/ipc/channels.ts";
import { type Envelope, type RequestChannel, requests } from "#shared/ipc/contract.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import type { Result } from "#shared/result.ts";

export type Handlers = HandlersOf<RequestChannel>;

/** What the router looks at of Electron's event, so that a test can forge every kind of sender. */
export type RequestEvent = {
  readonly sender: unknown;
  readonly senderFrame: { readonly parent: unknown; readonly url: string } | null;
};

export type RefusalReason = "foreign-sender" | "unknown-channel" | "bad-argument";

export type RouterOptions = {
  readonly handlers: Handlers;
  /** The web contents that may ask; null while there is no window. */
  readonly expectedSender: () => unknown;
  /** Origin of the development server, where the window is served from it; null otherwise. */
  readonly devOrigin: string | null;
  /** Counts a refusal. `channel` is what the sender wrote, cut to 60 characters. */
  readonly onRefused: (reason: RefusalReason, channel: string) => void;
  /** A handler threw, or its answer broke the contract. */
  readonly onBug: (error: unknown, channel: RequestChannel) => void;
};

const channelTextMax = 60;

/** Starts answering; returns the function that stops it. */
export function startRouter(options: RouterOptions): () => void {
  ipcMain.handle(requestTransport, (event, channel: unknown, argument: unknown) =>
    answerRequest(options, event, { channel, argument }),
  );
  return () => ipcMain.removeHandler(requestTransport);
}

export async function answerRequest(
  options: RouterOptions,
  event: RequestEvent,
  request: { readonly channel: unknown; readonly argument: unknown },
): Promise<Envelope<unknown>> {
  const { channel } = request;
  const refused = (reason: RefusalReason): Envelope<never> => {
    options.onRefused(reason, channelText(channel));
    return refusal("E_IPC");
  };
  if (!isExpectedSender(options, event)) return refused("foreign-sender");
  if (!isRequestChannel(channel)) return refused("unknown-channel");
  const argument = requests[channel][0].safeParse(request.argument);
  if (!argument.success) return refused("bad-argument");
  try {
    return checkedAnswer(channel, await handle(options.handlers, channel, argument.data));
  } catch (error) {
    options.onBug(error, channel);
    return refusal("E_BUG");
  }
}

function isExpectedSender(options: RouterOptions, event: RequestEvent): boolean {
  const expected = options.expectedSender();
  const frame = event.senderFrame;
  if (expected === null || expected === undefined || event.sender !== expected) return false;
  if (frame === null || frame.parent !== null) return false;
  return frame.url.startsWith("app:") || (options.devOrigin !== null && isFrom(frame.url, options.devOrigin));
}

/** A channel that is no text may be an object whose own conversion to text throws. */
function channelText(channel: unknown): string {
  return typeof channel === "string" ? channel.slice(0, channelTextMax) : `(${typeof channel})`;
}

function isFrom(url: string, origin: string): boolean {
  return URL.canParse(url) && new URL(url).origin === origin;
}

function isRequestChannel(channel: unknown): channel is RequestChannel {
  return typeof channel === "string" && Object.hasOwn(requests, channel);
}

type AnyHandler = (argument: unknown) => Promise<Result<unknown>> | Result<unknown>;

/** The channel's own schema has checked `argument`, which the type system cannot follow through the lookup. */
function handle(handlers: Handlers, channel: RequestChannel, argument: unknown): ReturnType<AnyHandler> {
  return (handlers[channel] as AnyHandler)(argument);
}

function checkedAnswer(channel: RequestChannel, result: Result<unknown>): Envelope<unknown> {
  if (!result.ok) return result;
  return { ok: true, value: requests[channel][1].parse(result.value) };
}

function refusal(code: ErrorCode): Envelope<never> {
  return { ok: false, failure: { code, message: errorSentence[code] } };
}
