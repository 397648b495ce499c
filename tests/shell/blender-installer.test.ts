/** Installing the add-on, into the real Blender of this machine in a home folder of its own. */
import fs from "node:fs";
import os from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { zipBytes } from "#build/zip.mjs";
import {
  blenderCandidates,
  describeBlender,
  type FoundEditor,
  installBlenderAddon,
} from "#electron/shell/blender-installer.ts";
import { pluginState } from "#electron/shell/found-version.ts";

let folder = "";
const before = { ...process.env };
beforeEach(() => {
  folder = fs.mkdtempSync(join(os.tmpdir(), "vibesync-blender-"));
  // Blender must find a home without anything of this user, and leave nothing in the real one.
  delete process.env.XDG_CONFIG_HOME;
  process.env.HOME = folder;
});
afterEach(() => {
  process.env = { ...before };
  fs.rmSync(folder, { recursive: true, force: true });
});

function addon(version: string, register = "pass"): string {
  const [major, minor, patch] = version.split(".");
  const source = `bl_info = {"name": "VibeSync", "blender": (3, 3, 0), "version": (${major}, ${minor}, ${patch})}
def register():
    ${register}
def unregister():
    pass
`;
  const file = join(folder, `addon-${version}.zip`);
  fs.writeFileSync(file, zipBytes(new Map([["vibesync/__init__.py", Buffer.from(source)]])));
  return file;
}

const blender = blenderCandidates([], before)[0];
const mustHaveEditors = process.env.VIBESYNC_REQUIRE_EDITORS === "1";

describe.skipIf(!blender && !mustHaveEditors)("the add-on in a real Blender", () => {
  const described = async () => await describeBlender(blender ?? "blender", "0.2.0");
  const found = async (): Promise<FoundEditor> => {
    const editor = await described();
    if (!editor) throw new Error("No Blender answered.");
    return editor;
  };

  it("is installed, enabled and saved, and brought up to date", { timeout: 120_000 }, async () => {
    const empty = await found();
    expect([empty.plugin, empty.version]).toEqual(["none", expect.stringMatching(/^\d+\.\d+/)]);
    expect(await installBlenderAddon(empty, addon("0.1.0"))).toMatchObject({ ok: true });
    expect((await found()).plugin).toBe("older");
    expect(await installBlenderAddon(empty, addon("0.2.0"))).toMatchObject({ ok: true });
    expect((await found()).plugin).toBe("current");
    const written = fs.readdirSync(folder).filter((name) => !name.startsWith("addon-"));
    expect(written.every((name) => name.startsWith("."))).toBe(true);
  });

  it("that cannot start is a failure with the reason, not a silent success", { timeout: 60_000 }, async () => {
    const installed = await installBlenderAddon(await found(), addon("0.2.0", 'raise RuntimeError("no luck")'));
    expect(installed).toMatchObject({
      ok: false,
      failure: { code: "E_PLUGIN_INSTALL", cause: expect.stringContaining("no luck") },
    });
    expect((await found()).plugin).toBe("none");
  });
});

describe("installing into Blender 4.2 and newer", () => {
  it("goes through Blender's own extension command", async () => {
    const program = join(folder, "blender");
    const said = join(folder, "said");
    fs.writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' "$@" > ${said}\n`, { mode: 0o755 });
    const zip = addon("0.2.0");
    const editor: FoundEditor = { role: "blender", path: program, name: "Blender", version: "4.5.1", plugin: "none" };
    expect(await installBlenderAddon(editor, zip)).toMatchObject({ ok: true });
    const args = fs.readFileSync(said, "utf8").trim().split("\n");
    expect(args).toEqual(["--command", "extension", "install-file", "-r", "user_default", "-e", zip]);
  });

  it("says so when the package is missing or the program is no Blender", async () => {
    const program = join(folder, "blender");
    fs.writeFileSync(program, "#!/bin/sh\necho not at all\n", { mode: 0o755 });
    expect(await describeBlender(program, "0.2.0")).toBeNull();
    expect(await describeBlender(join(folder, "nothing"), "0.2.0")).toBeNull();
    const editor: FoundEditor = { role: "blender", path: program, name: "Blender", version: "4.5.1", plugin: "none" };
    expect(await installBlenderAddon(editor, join(folder, "missing.zip"))).toMatchObject({ ok: false });
  });
});

describe("looking for Blender", () => {
  it("takes what the person chose and what is on the PATH, each program once", () => {
    const [first, second] = ["a", "b"].map((name) => {
      fs.mkdirSync(join(folder, name));
      fs.writeFileSync(join(folder, name, "blender"), "", { mode: 0o755 });
      return join(folder, name);
    });
    fs.symlinkSync(join(folder, "a", "blender"), join(folder, "link"));
    const PATH = [first, second, join(folder, "missing")].join(delimiter);
    const found = blenderCandidates([join(folder, "link")], { PATH, HOME: folder });
    expect(found.slice(0, 2)).toEqual([join(folder, "link"), join(folder, "b", "blender")]);
    expect(found).not.toContain(join(folder, "a", "blender"));
  });
});

describe("a plugin's version", () => {
  it("is none, older, current, or unknown when it is newer or no number", () => {
    const states = [null, "0.1.9", "0.2", "0.2.0", "0.3.0", "?"].map((version) => pluginState(version, "0.2.0"));
    expect(states).toEqual(["none", "older", "current", "current", "unknown", "unknown"]);
  });
});
