/** The project folder at start and its change; the demo switch. */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { createDemo } from "#electron/shell/demo.ts";
import type { HubSession } from "#electron/shell/hub-session.ts";
import { placesOf } from "#electron/shell/places.ts";
import { createProject } from "#electron/shell/project.ts";
import { openSettings } from "#electron/shell/settings.ts";
import { failure, success } from "#shared/result.ts";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(join(os.tmpdir(), "vibesync-project-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

function setUp(environment: Record<string, string> = {}, broken = "") {
  const userData = join(folder, "userData");
  const places = placesOf({
    appFolder: "/app",
    resourcesFolder: null,
    userData,
    userHome: folder,
    documents: join(folder, "Documents"),
    environment,
  });
  const opened: string[] = [];
  const session = {
    open: async (target: string) => {
      opened.push(target);
      return target === broken ? failure("E_PROJECT_LOCKED", "locked") : success(undefined);
    },
    fail: async () => undefined,
  } as unknown as HubSession;
  const settings = openSettings(realDisk, places.settingsFile);
  return { project: createProject(session, settings, places), settings, opened };
}

describe("the project folder", () => {
  it("is made in Documents the first time", async () => {
    const { project, opened } = setUp();
    await project.openOwn();
    expect(opened).toEqual([join(folder, "Documents", "VibeSync")]);
    expect(fs.existsSync(opened[0] ?? "")).toBe(true);
  });

  it("is the environment's before anything else", async () => {
    const wanted = join(folder, "wanted");
    const { project, opened } = setUp({ VIBESYNC_PROJECT: wanted });
    await project.openOwn();
    expect(opened).toEqual([wanted]);
  });

  it("is the last one the next time, and is not made anew when its drive is gone", async () => {
    const castle = join(folder, "castle");
    fs.mkdirSync(castle);
    expect(await setUp().project.change(castle)).toEqual(success(undefined));
    const second = setUp();
    await second.project.openOwn();
    expect(second.opened).toEqual([castle]);
    fs.rmdirSync(castle);
    const third = setUp();
    expect(await third.project.openOwn()).toMatchObject({ failure: { code: "E_PROJECT_FILE" } });
    expect([third.opened, fs.existsSync(castle)]).toEqual([[], false]);
  });

  it("stays the one of before when another cannot be opened", async () => {
    const [good, bad] = [join(folder, "good"), join(folder, "bad")];
    fs.mkdirSync(bad);
    const { project, settings, opened } = setUp({ VIBESYNC_PROJECT: good }, bad);
    await project.openOwn();
    expect(await project.change(bad)).toMatchObject({ failure: { code: "E_PROJECT_LOCKED" } });
    expect(opened).toEqual([good, bad, good]);
    expect([project.folder(), settings.read().projectFolder]).toEqual([good, null]);
  });
});

describe("the demo", () => {
  it("starts and stops one pair, however often it is asked", async () => {
    const trace: string[] = [];
    const start = async () => {
      trace.push("start");
      return { stop: async () => void trace.push("stop") };
    };
    const onChange = (isOn: boolean) => void trace.push(String(isOn));
    const project = tracedProject(trace);
    const demo = createDemo({ home: folder, start, project, hasEditors: () => false, onChange });
    await Promise.all([demo.set(true), demo.set(true), demo.set(false), demo.set(false)]);
    expect(trace).toEqual(["demo's project", "start", "true", "false", "stop", "own project"]);
    trace.length = 0;
    await demo.set(true);
    await Promise.all([demo.stop(), demo.stop()]);
    expect(trace).toEqual(["demo's project", "start", "true", "false", "stop"]);
  });

  it("does not take the seat of a real editor, and says why it cannot start", async () => {
    const start = () => Promise.reject(new Error("no hub"));
    const onChange = () => undefined;
    const trace: string[] = [];
    const project = tracedProject(trace);
    const taken = createDemo({ home: folder, start, project, hasEditors: () => true, onChange });
    expect(await taken.set(true)).toMatchObject({ failure: { code: "E_SESSION_TAKEN" } });
    expect(trace).toEqual([]);
    const broken = createDemo({ home: folder, start, project, hasEditors: () => false, onChange });
    expect(await broken.set(true)).toMatchObject({ failure: { message: expect.stringContaining("no hub") } });
    expect([broken.isOn(), trace]).toEqual([false, ["demo's project", "own project"]]);
  });

  it("has a project of its own, empty each time, that is never remembered", async () => {
    const own = join(folder, "own");
    const demo = join(folder, "userData", "Castle demo");
    const { project, settings, opened } = setUp({ VIBESYNC_PROJECT: own });
    await project.openOwn();
    await project.openDemo();
    fs.writeFileSync(join(demo, "left over"), "");
    await project.openOwn();
    await project.openDemo();
    expect(opened).toEqual([own, demo, own, demo]);
    expect([fs.readdirSync(demo), project.folder(), settings.read().projectFolder]).toEqual([[], own, null]);
  });
});

function tracedProject(trace: string[]) {
  const tell = (what: string) => async () => {
    trace.push(what);
    return success(undefined);
  };
  return { openDemo: tell("demo's project"), openOwn: tell("own project") };
}
