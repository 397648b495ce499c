/** The discovery file on a real disk, and the ports. */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { discoveryHome, publishDiscovery } from "#electron/transport/discovery-file.ts";
import { type Discovery, discoverySchema } from "#shared/protocol/discovery.ts";
import { projectId, startTestWire } from "./wire-harness.ts";

let home: string;
beforeEach(() => {
  home = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-home-"));
});
afterEach(() => fs.rmSync(home, { recursive: true, force: true }));

const discovery: Discovery = {
  protocol: { min: 1, max: 1 },
  hub: "0.1.0",
  host: "127.0.0.1",
  port: 47_810,
  token: "a".repeat(64),
  pid: 1,
  startedMs: 0,
  project: { id: projectId, name: "Test" },
};
const fileIn = (folder: string) => path.join(folder, "hub.json");
const modeOf = (file: string) => fs.statSync(file).mode & 0o777;

describe("[WIRE-1] the discovery file", () => {
  it("says where the hub is, for this user's eyes only, and goes with it", async () => {
    const test = await startTestWire();
    const said = discoverySchema.parse(JSON.parse(fs.readFileSync(fileIn(test.home), "utf8")));
    expect(said).toMatchObject({ port: test.wire.port, token: test.token, pid: process.pid });
    expect([modeOf(test.home), modeOf(fileIn(test.home))]).toEqual([0o700, 0o600]);
    await test.wire.stop();
    expect(fs.readdirSync(test.home)).toEqual([]);
    await test.end();
  });

  it("makes missing folders, and closes one that others could read", () => {
    const deep = path.join(home, "a", "b");
    expect(publishDiscovery(realDisk, deep, discovery).ok).toBe(true);
    expect(modeOf(deep)).toBe(0o700);
    fs.chmodSync(deep, 0o755);
    expect(publishDiscovery(realDisk, deep, discovery).ok).toBe(true);
    expect(modeOf(deep)).toBe(0o700);
  });

  it("replaces what another hub left, and leaves alone what another hub wrote since", () => {
    fs.writeFileSync(fileIn(home), "left by a hub that was killed", { mode: 0o644 });
    const first = publishDiscovery(realDisk, home, discovery);
    expect(modeOf(fileIn(home))).toBe(0o600);
    const second = publishDiscovery(realDisk, home, { ...discovery, token: "b".repeat(64) });
    if (first.ok) first.value.remove();
    expect(fs.readFileSync(fileIn(home), "utf8")).toContain("b".repeat(64));
    if (second.ok) second.value.remove();
    expect(fs.existsSync(fileIn(home))).toBe(false);
    if (second.ok) second.value.remove();
  });

  it("is looked for in $VIBESYNC_HOME, else in the user's own folder", () => {
    expect(discoveryHome({ VIBESYNC_HOME: home })).toBe(home);
    expect(discoveryHome({})).toBe(path.join(os.homedir(), ".vibesync"));
    expect(discoveryHome({ VIBESYNC_HOME: "" })).toBe(path.join(os.homedir(), ".vibesync"));
  });

  it("that cannot be written stops the start, with nothing left listening", async () => {
    fs.writeFileSync(path.join(home, "in-the-way"), "");
    const ports = [await freePort()];
    await expect(startTestWire({ home: path.join(home, "in-the-way"), ports })).rejects.toThrow("Could not prepare");
    await expect(connect(ports[0] ?? 0)).rejects.toThrow("ECONNREFUSED");
  });
});

describe("ports", () => {
  it("the first free one is taken", async () => {
    const first = await startTestWire();
    const free = await freePort();
    const second = await startTestWire({ ports: [first.wire.port, free] });
    expect(second.wire.port).toBe(free);
    await Promise.all([first.end(), second.end()]);
  });

  it("however many were taken before it, nothing is left behind of the attempts", async () => {
    const first = await startTestWire();
    const warnings: Error[] = [];
    const note = (warning: Error) => void warnings.push(warning);
    process.on("warning", note);
    const taken = new Array<number>(12).fill(first.wire.port);
    const second = await startTestWire({ ports: [...taken, await freePort()] });
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warnings).toEqual([]);
    await Promise.all([first.end(), second.end()]);
  });

  it("without a free one nothing is started", async () => {
    const first = await startTestWire();
    await expect(startTestWire({ ports: [first.wire.port] })).rejects.toThrow("No free port");
    await first.end();
  });
});

it.each([
  ["with bufferutil", {}],
  ["without it", { WS_NO_BUFFER_UTIL: "1" }],
])("after stop the process has nothing left to wait for, %s", (_, environment) => {
  const script = `
    const { startTestWire, greetedClient } = await import("#tests/transport/wire-harness.ts");
    const test = await startTestWire();
    const client = await greetedClient(test);
    await test.end();
    await client.closed;
    console.log("stopped");`;
  const root = path.resolve(import.meta.dirname, "../..");
  const run = spawnSync(process.execPath, ["--import", "tsx", "--input-type=module", "--eval", script], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, ...environment },
    timeout: 15_000,
  });
  expect(run.stderr).toBe("");
  expect(run.stdout).toBe("stopped\n");
  expect([run.status, run.signal]).toEqual([0, null]);
});

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

function connect(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
