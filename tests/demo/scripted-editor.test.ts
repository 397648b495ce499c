/** The scripted editor's socket: finding the hub, not trusting a squatter, coming back. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { startDemoPair } from "#electron/demo/pair.ts";
import { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { proofOf, proofText } from "#electron/transport/pairing.ts";
import type { Hello } from "#shared/protocol/handshake.ts";
import { isKind, projectId, startTestWire, type TestWire, welcome } from "#tests/transport/wire-harness.ts";

const times = { backOffMs: 20, backOffMaxMs: 60 };
const identity = { role: "blender", name: "Blender", version: "3.4.1" } as const;

let test: TestWire;
let editor: ScriptedEditor;
beforeEach(async () => {
  test = await startTestWire();
  editor = new ScriptedEditor({ home: test.home, identity, times });
});
afterEach(async () => {
  await editor.stop();
  await test.end();
});

const linked = (one: ScriptedEditor) => expect.poll(() => one.state, { timeout: 5_000 }).toBe("linked");
const said = (wire: TestWire) => wire.events.flatMap((event) => (event.kind === "message" ? [event.message.kind] : []));

/** A listener that is not the hub, at the place the discovery file names. */
async function squatter(answer: (hello: Hello, send: (message: object) => void) => void) {
  const heard: string[] = [];
  const server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  await new Promise((resolve) => server.once("listening", resolve));
  server.on("connection", (socket) => {
    socket.on("message", (data) => {
      heard.push(String(data));
      answer(JSON.parse(String(data)) as Hello, (message) => socket.send(JSON.stringify(message)));
    });
  });
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-squat-"));
  const { port } = server.address() as { port: number };
  const discovery = JSON.parse(fs.readFileSync(path.join(test.home, "hub.json"), "utf8"));
  fs.writeFileSync(path.join(home, "hub.json"), JSON.stringify({ ...discovery, port }));
  return {
    home,
    heard,
    async end() {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
      fs.rmSync(home, { recursive: true });
    },
  };
}

describe("a scripted editor", () => {
  it("[WIRE-13] links and lists its scene: state, then the pages", async () => {
    editor.user.createObject({ name: "Box" });
    editor.start();
    await linked(editor);
    await expect.poll(() => said(test)).toEqual(["state", "index"]);
  });

  it("sends what the user does while linked, text and binary", async () => {
    editor.start();
    await linked(editor);
    const box = editor.user.createObject({ name: "Box" });
    await expect.poll(() => said(test)).toContain("change");
    editor.user.move(box, [1, 2, 3]);
    expect((await test.until(isKind("frame"))).frame.rows).toEqual([
      { uuid: box, mask: 1, flags: 0, values: [1, 2, 3, 0, 0, 0, 0, 0, 0, 0] },
    ]);
  });

  it.each([
    ["a proof of another token", (hello: Hello) => proofOf("f".repeat(64), proofText("hub", hello, hello.nonce))],
    ["a proof made up", () => "0".repeat(64)],
  ])("[WIRE-2] a squatter on the port with %s gets neither a proof nor a scene", async (_, proof) => {
    const fake = await squatter((hello, send) => send({ kind: "challenge", nonce: hello.nonce, proof: proof(hello) }));
    const victim = new ScriptedEditor({ home: fake.home, identity, times });
    victim.user.createObject({ name: "Secret design" });
    victim.start();
    await expect.poll(() => victim.problem).toMatch(/could not prove that it is the hub/);
    await victim.stop();
    expect(fake.heard.join()).not.toContain("auth");
    expect(fake.heard.join()).not.toContain("Secret design");
    expect(fake.heard.join()).not.toContain(test.token);
    await fake.end();
  });

  it("[WIRE-2] a squatter that welcomes without a challenge is not believed", async () => {
    const fake = await squatter((_, send) => send(welcome));
    const victim = new ScriptedEditor({ home: fake.home, identity, times });
    victim.start();
    await expect.poll(() => victim.problem).toMatch(/could not prove that it is the hub/);
    expect(victim.model.isLinked).toBe(false);
    await victim.stop();
    await fake.end();
  });

  it("[WIRE-1] waits for a hub that is not there yet, and reads the file anew each time", async () => {
    const home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-late-"));
    const early = new ScriptedEditor({ home, identity, times });
    early.start();
    await expect.poll(() => early.problem).toBe("No hub has been found.");
    fs.writeFileSync(path.join(home, "hub.json"), "{half a file");
    const late = await startTestWire({ home });
    await linked(early);
    await early.stop();
    await late.end();
    fs.rmSync(home, { recursive: true });
  });

  it("[WIRE-16] comes back by itself after a cut and asks to resume from where it was", async () => {
    editor.start();
    await linked(editor);
    test.wire.send(1, { kind: "apply", epoch: 1, lsn: 42, reason: "edit", ops: [] });
    await expect.poll(() => editor.model.appliedLsn).toBe(42);
    editor.cut();
    await expect.poll(() => test.events.filter(isKind("greeted")).length, { timeout: 5_000 }).toBe(2);
    expect(test.events.filter(isKind("greeted"))[1]?.hello).toMatchObject({
      instance: editor.model.identity.instance,
      project: projectId,
      resume: { log: welcome.log, lsn: 42 },
    });
  });

  it("says that it reloads, and is the same editor afterwards", async () => {
    editor.start();
    await linked(editor);
    await editor.reload(50);
    await linked(editor);
    expect(said(test)).toContain("bye");
    const [first, second] = test.events.filter(isKind("greeted"));
    expect(second?.hello.instance).toBe(first?.hello.instance);
    expect(second?.hello.resume).not.toBeNull();
  });

  it("[WIRE-12] sends a change again that the hub was too busy for", async () => {
    editor.start();
    await linked(editor);
    editor.user.createObject({ name: "Box" });
    await expect.poll(() => said(test)).toContain("change");
    test.wire.send(1, { kind: "rejected", epoch: 1, seq: 1, code: "E_BUSY", message: "", retry: true });
    await expect.poll(() => said(test).filter((kind) => kind === "change").length).toBe(2);
    const changes = test.events.flatMap((event) =>
      event.kind === "message" && event.message.kind === "change" ? [event.message] : [],
    );
    expect(changes[1]).toEqual(changes[0]);
  });

  it("stop says goodbye and leaves no socket behind", async () => {
    editor.start();
    await linked(editor);
    await editor.stop();
    expect(editor.state).toBe("stopped");
    await test.until(isKind("closed"));
    expect(said(test).at(-1)).toBe("bye");
  });
});

describe("the demo pair", () => {
  it("links both editors, begins to build, and stops cleanly", async () => {
    const pair = await startDemoPair({ home: test.home, stepMs: 20 });
    for (const one of pair.editors) await linked(one);
    await expect
      .poll(() => said(test).filter((kind) => kind === "change").length, { timeout: 8_000 })
      .toBeGreaterThan(5);
    await test.until(isKind("frame"));
    await pair.stop();
    expect(pair.editors.map(({ state }) => state)).toEqual(["stopped", "stopped"]);
    const count = test.events.length;
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(test.events.slice(count).filter(({ kind }) => kind !== "closed")).toEqual([]);
  });

  it("touches nothing while the hub is paused", async () => {
    const paused = await startTestWire({
      isSilent: true,
    });
    const pair = await startDemoPair({ home: paused.home, stepMs: 20 });
    const wire = paused.wire;
    for (const connection of [1, 2]) {
      await paused.until((event): event is never => event.kind === "greeted" && event.connection === connection);
      wire.send(connection, { ...welcome, mode: "paused" });
    }
    for (const one of pair.editors) await linked(one);
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    expect(said(paused)).not.toContain("change");
    await pair.stop();
    await paused.end();
  });
});
