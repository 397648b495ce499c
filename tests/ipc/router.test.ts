/** The border between page and main process, with forged senders; the real one is crossed in tests/e2e. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import {
  answerRequest,
  type Handlers,
  type RequestEvent,
  type RouterOptions,
  startRouter,
} from "#electron/ipc/router.ts";
import { BugError } from "#shared/assert.ts";
import { requestChannels, requestTransport } from "#shared/ipc/channels.ts";
import { failure, success } from "#shared/result.ts";

const registered = vi.hoisted(() => new Map<string, (...given: unknown[]) => unknown>());
vi.mock("electron", () => ({
  ipcMain: {
    handle: (channel: string, handler: (...given: unknown[]) => unknown) => registered.set(channel, handler),
    removeHandler: (channel: string) => registered.delete(channel),
  },
}));

const ours = { id: 1 };
const uuid = "0d5f7a52-30a5-4c6d-8f43-6f1d2f0b9a11";
const choice = { uuids: [uuid], keep: "unity" };
const trusted: RequestEvent = { sender: ours, senderFrame: { parent: null, url: "app://bundle/index.html" } };
const refused: (readonly [string, string])[] = [];
const bugs: unknown[] = [];
const calls: (readonly [string, unknown])[] = [];

function answering(answers: { readonly [channel: string]: () => unknown }): Handlers {
  const handlers = requestChannels.map((channel) => [
    channel,
    async (argument: unknown) => {
      calls.push([channel, argument]);
      return answers[channel]?.() ?? success(null);
    },
  ]);
  return Object.fromEntries(handlers) as Handlers;
}

function options(answers: { readonly [channel: string]: () => unknown } = {}): RouterOptions {
  return {
    handlers: answering(answers),
    expectedSender: () => ours,
    devOrigin: null,
    onRefused: (reason, channel) => refused.push([reason, channel]),
    onBug: (error) => bugs.push(error),
  };
}

beforeEach(() => {
  refused.length = 0;
  bugs.length = 0;
  calls.length = 0;
});

describe("who may ask", () => {
  const forged: readonly (readonly [string, RequestEvent])[] = [
    ["a frame that is gone", { sender: ours, senderFrame: null }],
    ["a frame inside the page", { sender: ours, senderFrame: { parent: {}, url: "app://bundle/index.html" } }],
    ["other web contents", { ...trusted, sender: { id: 1 } }],
    ["a page from the web", { sender: ours, senderFrame: { parent: null, url: "https://example.org/app:" } }],
    ["a local file", { sender: ours, senderFrame: { parent: null, url: "file:///tmp/index.html" } }],
  ];
  it.each(forged)("%s is refused, counted and without effect", async (_name, event) => {
    const answer = await answerRequest(options(), event, { channel: "set-paused", argument: { paused: true } });
    expect(answer).toMatchObject({ ok: false, failure: { code: "E_IPC" } });
    expect(refused).toEqual([["foreign-sender", "set-paused"]]);
    expect(calls).toEqual([]);
  });

  it("nobody may ask while there is no window", async () => {
    const none = { ...options(), expectedSender: () => null };
    const answer = await answerRequest(none, { ...trusted, sender: null }, { channel: "status", argument: null });
    expect(answer.ok).toBe(false);
  });

  it("the development server's page may ask only where it is named", async () => {
    const event = { sender: ours, senderFrame: { parent: null, url: "http://127.0.0.1:5173/index.html" } };
    const request = { channel: "set-paused", argument: { paused: true } };
    expect((await answerRequest(options(), event, request)).ok).toBe(false);
    const dev = { ...options(), devOrigin: "http://127.0.0.1:5173" };
    expect((await answerRequest(dev, event, request)).ok).toBe(true);
    const lookalike = { sender: ours, senderFrame: { parent: null, url: "http://127.0.0.1:5173.example.org/" } };
    expect((await answerRequest(dev, lookalike, request)).ok).toBe(false);
  });
});

describe("what may be asked", () => {
  it.each(["no-such-channel", "constructor", "__proto__", 7, null, { toString: "status" }])(
    "the unknown channel %s is refused and counted",
    async (channel) => {
      const answer = await answerRequest(options(), trusted, { channel, argument: null });
      expect(answer).toMatchObject({ ok: false, failure: { code: "E_IPC" } });
      expect(refused).toHaveLength(1);
      expect(refused[0]?.[0]).toBe("unknown-channel");
    },
  );

  it("a long channel name is cut before it is counted", async () => {
    await answerRequest(options(), trusted, { channel: "x".repeat(10_000), argument: null });
    expect(refused[0]?.[1]).toHaveLength(60);
  });

  const bad: readonly (readonly [string, string, unknown])[] = [
    ["set-paused", "a missing member", {}],
    ["set-paused", "a wrong type", { paused: "yes" }],
    ["set-paused", "an extra member", { paused: true, also: 1 }],
    ["status", "an argument where none is", { paused: true }],
    ["object-detail", "something that is no uuid", { uuid: "../../etc/passwd" }],
    ["snapshot-rollback", "something that is no oid", { oid: "HEAD~1" }],
    [
      "timeline",
      "too many rows",
      { before: null, limit: 501, filter: { uuid: null, kinds: [], writer: null, search: "" } },
    ],
    ["show-folder", "another folder", { which: "/" }],
  ];
  it.each(bad)("%s with %s is refused, counted and without effect", async (channel, _name, argument) => {
    const answer = await answerRequest(options(), trusted, { channel, argument });
    expect(answer).toMatchObject({ ok: false, failure: { code: "E_IPC" } });
    expect(refused).toEqual([["bad-argument", channel]]);
    expect(calls).toEqual([]);
  });
});

describe("what is answered", () => {
  it("the handler gets the argument and its value comes back in an envelope", async () => {
    const answers = { release: () => success({ decided: 1 }) };
    const answer = await answerRequest(options(answers), trusted, { channel: "release", argument: choice });
    expect(answer).toEqual({ ok: true, value: { decided: 1 } });
    expect(calls).toEqual([["release", choice]]);
    expect(refused).toEqual([]);
  });

  it("an expected failure travels as a value", async () => {
    const answers = { release: () => failure("E_UNKNOWN_ENTITY", "Tower.001 is gone.", { uuid }) };
    const answer = await answerRequest(options(answers), trusted, { channel: "release", argument: choice });
    expect(answer).toEqual({ ok: false, failure: { code: "E_UNKNOWN_ENTITY", message: "Tower.001 is gone.", uuid } });
  });

  it("an answer that breaks the contract is a bug and does not reach the window", async () => {
    const answers = { objects: () => success({ objects: [{ uuid: "?" }] }) };
    const answer = await answerRequest(options(answers), trusted, { channel: "objects", argument: null });
    expect(answer).toMatchObject({ ok: false, failure: { code: "E_BUG" } });
    expect(bugs).toHaveLength(1);
  });

  it("a handler that throws is a bug, reported as it was thrown", async () => {
    const bug = new BugError("[I-1] broken");
    const answers = {
      status: () => {
        throw bug;
      },
    };
    const answer = await answerRequest(options(answers), trusted, { channel: "status", argument: null });
    expect(answer).toMatchObject({ ok: false, failure: { code: "E_BUG" } });
    expect(bugs).toEqual([bug]);
  });

  it("the router listens on one transport channel and stops when it is told", async () => {
    const stop = startRouter(options());
    expect([...registered.keys()]).toEqual([requestTransport]);
    const answer = await registered.get(requestTransport)?.(trusted, "set-safe-mode", { on: true });
    expect(answer).toEqual({ ok: true, value: null });
    stop();
    expect(registered.size).toBe(0);
  });
});
