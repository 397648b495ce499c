/** Python tools from PyPI: a machine that cannot have one gets the reason, and the next attempt begins afresh. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { ensurePythonTool, mypy } from "#build/python-tools.mjs";

let cache = "";
beforeEach(() => {
  cache = fs.mkdtempSync(path.join(os.tmpdir(), "vibesync-python-"));
  vi.stubEnv("XDG_CACHE_HOME", cache);
});
afterEach(() => {
  vi.unstubAllEnvs();
  fs.rmSync(cache, { recursive: true, force: true });
});

it("says which tool and why when there is no Python", async () => {
  const answer = await ensurePythonTool({ ...mypy, python: "no-such-python" });
  expect(answer).toEqual({ problem: expect.stringMatching(/^mypy 1\.\S+ from PyPI: .*no-such-python/) });
});

it("takes an environment that is ready, and makes one anew that is half made", async () => {
  const folder = path.join(cache, "vibesync", `mypy-${mypy.version}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(path.join(folder, ".ready"), "");
  const python = path.join(folder, "bin", "python");
  expect(await ensurePythonTool({ ...mypy, python: "no-such-python" })).toEqual({ python });
  fs.rmSync(path.join(folder, ".ready"));
  expect(await ensurePythonTool({ ...mypy, python: "no-such-python" })).toHaveProperty("problem");
  expect(fs.existsSync(folder)).toBe(false);
});
