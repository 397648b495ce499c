/** What the window is told while a hub opens, fails to open, is exchanged, or is gone. */
import { describe, expect, it } from "vitest";
import { realClock } from "#electron/ports/clock.ts";
import {
  type Hub,
  type HubOptions,
  hubChannels,
  type OpenHub,
  type PushListener,
  type RestoreSnapshot,
} from "#electron/ports/hub.ts";
import { createHubSession } from "#electron/shell/hub-session.ts";
import type { PushChannel } from "#shared/ipc/contract.ts";
import { failure, success } from "#shared/result.ts";
import { statusWith } from "./fixtures.ts";

/** A hub without insides: what the session does around it is what is tested. */
function fakeHub({ projectFolder }: HubOptions, trace: string[]): Hub & { tell: PushListener } {
  const listeners = new Set<PushListener>();
  const refuse = () => failure("E_UNEXPECTED", "not here");
  const answers = Object.fromEntries(hubChannels.map((channel) => [channel, refuse]));
  const status = () => statusWith({ sentence: projectFolder });
  return {
    handlers: { ...answers, status: () => success(status()), objects: () => success({ objects: [] }) } as never,
    status,
    facts: () => ({ status: status(), failures: [], findings: [], names: new Set() }),
    onPush(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (channel, value) => {
      for (const listener of listeners) listener(channel, value);
    },
    async close() {
      await new Promise((resolve) => setTimeout(resolve, 5));
      trace.push(`closed ${projectFolder}`);
    },
  };
}

function setUp(opening: (options: HubOptions) => ReturnType<OpenHub> | undefined = () => undefined) {
  const trace: string[] = [];
  const hubs: ReturnType<typeof fakeHub>[] = [];
  const openHub: OpenHub = async (options) => {
    trace.push(`opening ${options.projectFolder}`);
    const special = opening(options);
    if (special) return await special;
    const hub = fakeHub(options, trace);
    hubs.push(hub);
    return success(hub);
  };
  const restoreSnapshot: RestoreSnapshot = async ({ projectFolder }) => {
    trace.push(`restored ${projectFolder}`);
    return success({ objects: 3, takenMs: 1 });
  };
  const options = { home: "/h", hubVersion: "0.1.0", clock: realClock, restoreSnapshot };
  const session = createHubSession(openHub, options);
  const pushed: [PushChannel, unknown][] = [];
  session.onPush((channel, value) => void pushed.push([channel, value]));
  return { session, trace, hubs, pushed };
}

const locked = failure("E_PROJECT_LOCKED", "Another VibeSync has this project open.");

describe("the session around a hub", () => {
  it("says booting until the hub is there, and makes the window start afresh then", async () => {
    const { session, pushed } = setUp();
    expect(session.status()).toMatchObject({ mode: "booting", verdict: "waiting" });
    expect(await session.open("/a")).toEqual(success(undefined));
    expect(session.status()).toMatchObject({ mode: "live", sentence: "/a" });
    expect(pushed.find(([channel]) => channel === "objects-changed")?.[1]).toMatchObject({ reset: true });
  });

  it("lets questions wait for the opening", async () => {
    const { session } = setUp();
    const opened = session.open("/a");
    const objects = session.handlers.objects(null);
    await opened;
    expect(await objects).toEqual(success({ objects: [] }));
  });

  it("[ENG-47] offers the way on that fits the reason, goes it when asked, and never for a project that is open", async () => {
    let isDamaged = true;
    const damaged = failure("E_CHECKPOINT", "No saved state can be read.");
    const { session, trace } = setUp(() => (isDamaged ? Promise.resolve(damaged) : undefined));
    expect(await session.handlers["restore-snapshot"](null)).toMatchObject({ ok: false });
    await session.open("/a");
    expect(session.status().offers).toEqual(["restore-snapshot", "export-scene"]);
    isDamaged = false;
    expect(await session.handlers["restore-snapshot"](null)).toEqual(success({ objects: 3, takenMs: 1 }));
    expect(trace).toEqual(["opening /a", "restored /a", "opening /a"]);
    expect(session.status()).toMatchObject({ mode: "live", offers: [] });
    expect(await session.handlers["restore-snapshot"](null)).toMatchObject({ ok: false });
    expect(trace.length).toBe(3);
  });

  it("[ENG-47] offers nothing but another try where that is all that helps", async () => {
    for (const code of ["E_PROJECT_LOCKED", "E_DISK_FULL", "E_READ_ONLY", "E_PORT"] as const) {
      const { session } = setUp(() => Promise.resolve(failure(code, "no")));
      await session.open("/a");
      expect(session.status().offers).toEqual([]);
    }
  });

  it("shows Stopped and the reason when the hub cannot open, and tries again when asked", async () => {
    let isLocked = true;
    const { session } = setUp(() => (isLocked ? Promise.resolve(locked) : undefined));
    expect(await session.open("/a")).toEqual(locked);
    expect(session.status()).toMatchObject({ verdict: "stopped", sentence: locked.failure.message });
    expect(await session.handlers.objects(null)).toEqual(locked);
    isLocked = false;
    expect(await session.handlers["restart-engine"](null)).toEqual(success(null));
    expect(session.status().mode).toBe("live");
  });

  it("lists the reason as the one failure that is known, counts it, and forgets it with the next try", async () => {
    let isFull = true;
    const full = failure("E_DISK_FULL", "The disk is full.");
    const { session, pushed } = setUp(() => (isFull ? Promise.resolve(full) : undefined));
    await session.open("/a");
    const row = {
      operation: "open",
      code: "E_DISK_FULL",
      message: "The disk is full.",
      count: 1,
      consequence: "stopped",
    };
    expect(await session.handlers.failures(null)).toMatchObject({ ok: true, value: { rows: [row] } });
    expect(pushed.at(-1)).toMatchObject(["failures-changed", { rows: [row] }]);
    expect(session.status().failures).toEqual({ timeouts: 0, refused: 0, mismatches: 0, disk: 1 });
    isFull = false;
    await session.handlers["restart-engine"](null);
    expect(pushed.filter(([channel]) => channel === "failures-changed").at(-1)).toEqual([
      "failures-changed",
      { rows: [] },
    ]);
    expect(session.status().failures.disk).toBe(0);
  });

  it("turns a throw of the opening into a reason, never into an end", async () => {
    const { session } = setUp(() => Promise.reject(new Error("boom")));
    expect(await session.open("/a")).toMatchObject({ ok: false, failure: { code: "E_BUG" } });
    expect(session.status().sentence).toContain("boom");
  });

  it("closes one hub before it opens the next, and no longer hears the first", async () => {
    const { session, trace, hubs, pushed } = setUp();
    await Promise.all([session.open("/a"), session.open("/b")]);
    expect(trace).toEqual(["opening /a", "closed /a", "opening /b"]);
    pushed.length = 0;
    hubs[0]?.tell("status-changed", statusWith({ sentence: "late" }));
    expect(pushed).toEqual([]);
    hubs[1]?.tell("status-changed", statusWith({}));
    expect(pushed).toMatchObject([["status-changed", { sentence: "/b" }]]);
  });

  it("says in every status whether the demo runs", async () => {
    const { session, hubs, pushed } = setUp();
    await session.open("/a");
    session.setDemo(true);
    hubs[0]?.tell("status-changed", statusWith({}));
    expect(pushed.at(-1)?.[1]).toMatchObject({ demo: true });
    expect(await session.handlers.status(null)).toMatchObject({ value: { demo: true } });
  });

  it("closes the hub and shows the reason after a bug elsewhere", async () => {
    const { session, trace } = setUp();
    await session.open("/a");
    await session.fail({ code: "E_BUG", message: "a bug" });
    expect(trace.at(-1)).toBe("closed /a");
    expect(session.status()).toMatchObject({ mode: "halted", verdict: "stopped", sentence: "a bug" });
  });
});
