/** Settings on the real disk: defaults, damage, a disk that refuses. */
import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { realDisk } from "#electron/ports/disk.ts";
import { openSettings, remember } from "#electron/shell/settings.ts";

let folder = "";
beforeEach(() => {
  folder = fs.mkdtempSync(join(os.tmpdir(), "vibesync-settings-"));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const fileIn = () => join(folder, "userData", "settings.json");

describe("settings", () => {
  it("start with the defaults, and outlive a restart once changed", () => {
    const first = openSettings(realDisk, fileIn());
    expect(first.visible()).toEqual({
      closeAction: "ask",
      startHidden: false,
      density: "comfortable",
      calm: false,
      firstRunDone: false,
    });
    expect(first.change({ closeAction: "tray", projectFolder: "/scenes/castle" }).ok).toBe(true);
    const second = openSettings(realDisk, fileIn());
    expect(second.visible().closeAction).toBe("tray");
    expect(second.read().projectFolder).toBe("/scenes/castle");
  });

  it("lose one bad value alone, and keep the others", () => {
    fs.mkdirSync(join(folder, "userData"));
    fs.writeFileSync(fileIn(), JSON.stringify({ closeAction: "explode", density: "compact", fromTheFuture: 1 }));
    const { closeAction, density } = openSettings(realDisk, fileIn()).visible();
    expect([closeAction, density]).toEqual(["ask", "compact"]);
  });

  it("set an unreadable file aside instead of overwriting it", () => {
    fs.mkdirSync(join(folder, "userData"));
    fs.writeFileSync(fileIn(), '{"closeAction": "tr');
    expect(openSettings(realDisk, fileIn()).visible().closeAction).toBe("ask");
    expect(fs.readFileSync(`${fileIn()}.unreadable`, "utf8")).toBe('{"closeAction": "tr');
  });

  it("say that they cannot be saved, and go on in memory", () => {
    const readOnly = {
      ...realDisk,
      open: () => {
        throw Object.assign(new Error("EROFS: read-only file system"), { code: "EROFS" });
      },
    };
    const settings = openSettings(readOnly, fileIn());
    const saved = settings.change({ calm: true });
    expect(saved.ok ? "saved" : saved.failure.code).toBe("E_READ_ONLY");
    expect(settings.visible().calm).toBe(true);
  });

  it("remember folders newest first, without doubles", () => {
    expect(remember(["a", "b"], "b")).toEqual(["b", "a"]);
    expect(remember(Array.from({ length: 30 }, String), "x")).toHaveLength(20);
  });
});
