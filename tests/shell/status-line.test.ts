/** The terminal's status line, and what About says of the runtime. */
import { describe, expect, it } from "vitest";
import { runtimeOf } from "#electron/shell/about.ts";
import { createStatusLine } from "#electron/shell/status-line.ts";
import { statusWith, withLinks } from "./fixtures.ts";

function output(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 60, write: (text: string) => written.push(text) };
}

describe("the status line", () => {
  it("prints a line only when something happened, where it goes to a log", () => {
    const log = output(false);
    const line = createStatusLine(log);
    const status = statusWith({ port: 47_810, sentence: "Everything is in step." });
    line.show(status);
    line.show({ ...status, editsPerSecond: 40 });
    line.show(withLinks(status, "linked"));
    expect(log.written).toEqual([
      "Live · port 47810 · Blender absent · Unity absent · Everything is in step.\n",
      "Live · port 47810 · Blender linked · Unity linked · Everything is in step.\n",
    ]);
  });

  it("stays on one line of a terminal, however long it is", () => {
    const terminal = output(true);
    const line = createStatusLine(terminal);
    line.show(statusWith({ sentence: "x".repeat(200) }));
    line.show(statusWith({ sentence: "x".repeat(200), editsPerSecond: 3 }));
    for (const text of terminal.written) {
      expect(text.startsWith("\r\u001b[K")).toBe(true);
      expect(text.slice(4).length).toBeLessThan(60);
      expect(text).not.toContain("\n");
    }
  });
});

describe("the runtime", () => {
  const facts = { isPackaged: false, executable: "/c/electron", overrideFolder: undefined, exists: () => false };

  it("is told apart, so that a stand-in is never taken for the real one", () => {
    const npm = "/app/node_modules/electron/dist/electron";
    expect(runtimeOf({ ...facts, isPackaged: true })).toBe("packaged");
    expect(runtimeOf({ ...facts, overrideFolder: "/c" })).toBe("override");
    expect(runtimeOf({ ...facts, exists: (path) => path === "/c/.ready" })).toBe("fallback");
    expect(runtimeOf({ ...facts, executable: npm })).toBe("npm");
    expect(runtimeOf(facts)).toBe("unknown");
  });
});
