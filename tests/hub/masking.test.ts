/** What a diagnostics bundle may say, value by value. */
import { describe, expect, it } from "vitest";
import { Mask } from "#electron/hub/masking.ts";

const folders = { home: "/people/anna", project: "/people/anna/Films/Secret", app: "/opt/VibeSync" };
const mask = (hidesNames: boolean) => new Mask({ hidesNames, names: ["Chair", "Chair leg", "anna", "e"], folders });
const uuid = "9f0c1a52-1a3c-4e63-9b2a-0d4f5a1b2c3d";

describe("paths", () => {
  it.each([
    ["open '/media/My Film/shot 1.blend' failed", "open 'path-1' failed"],
    ["at f (file:///opt/VibeSync/out/main.cjs:1:2)", "at f (<app>/out/main.cjs:1:2)"],
    ["/media/anna/My Film/a.blend is read-only", "path-1 is read-only"],
    ["C:\\Users\\anna\\x.blend, then", "path-1 then"],
    ["\\\\studio\\share\\x", "path-1"],
    ["/people/anna/Films/Secret/.vibesync/wal/00000001.wal is full", "<project>/.vibesync/wal/00000001.wal is full"],
    ["/people/anna/Desktop/x", "path-1"],
    ["at /opt/VibeSync/out/main/main.cjs:10", "at <app>/out/main/main.cjs:10"],
    ["24/11/2026 and/or 1/2, 0.5 ms/s", "24/11/2026 and/or 1/2, 0.5 ms/s"],
  ])("[ENG-40] %s, with names or without", (text, shown) => {
    expect(mask(false).text(text)).toBe(shown);
    expect(new Mask({ hidesNames: true, names: [], folders }).text(text)).toBe(shown);
  });

  it("[ENG-40] inside the project are relative, and hidden with the names", () => {
    const text = "/people/anna/Films/Secret/shot.blend";
    expect([mask(false).text(text), mask(true).text(text)]).toEqual(["<project>/shot.blend", "path-1"]);
  });
});

describe("names", () => {
  it("[ENG-40] in a sentence go as a whole, the longest first, and not inside a word", () => {
    expect(mask(true).text("Chair leg and Chair, Chairs, anna: held")).toBe("name-1 and name-2, Chairs, name-3: held");
    expect(mask(false).text("Chair leg")).toBe("Chair leg");
  });

  it("[ENG-40] are the same pseudonym wherever they stand, and ids stay", () => {
    const masked = mask(true);
    const record = { lsn: 3, type: "edit", role: "blender", ops: [{ op: "create", uuid, fields: { name: "Chair" } }] };
    expect(masked.json(record)).toEqual({
      ...record,
      ops: [{ op: "create", uuid, fields: { name: "name-1" } }],
    });
    expect(masked.json({ label: "Chair" })).toEqual({ label: "name-1" });
  });

  it("[ENG-40] cannot hide in a field that nobody listed, or in a word's place", () => {
    const value = { brandNew: "Chair", type: "Chair of Anna", list: ["Chair"], version: "4.2.1 LTS", reason: "edit" };
    expect(mask(true).json(value)).toEqual({
      brandNew: "name-1",
      type: "name-2",
      list: ["name-1"],
      version: "4.2.1 LTS",
      reason: "edit",
    });
  });

  it("[ENG-40] leave a coded sentence for the code's own", () => {
    const fault = { code: "E_APPLY", message: "Blender could not apply a change to Ghost." };
    expect(mask(true).json(fault)).toMatchObject({
      code: "E_APPLY",
      message: expect.stringMatching(/^An editor could/),
    });
    expect(mask(false).json(fault)).toEqual(fault);
    expect(mask(true).json({ code: null, message: "Ghost is here." })).toEqual({ code: null, message: "name-1" });
  });
});
