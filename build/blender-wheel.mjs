/**
 * A newer Blender than the distribution's: Blender as a Python module from PyPI, in a cached virtual environment.
 *
 * The wheel fits one Python version exactly. Where that Python or PyPI is missing, the answer is a reason, not an
 * error: the lane that wanted it is then skipped loudly. The environment lives outside the repository and is made once.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const wheelVersion = "5.0.1";
const pythonName = "python3.11";
const installMsMax = 480_000;

/** @returns {Promise<{ python: string } | { problem: string }>} */
export async function ensureBlenderWheel() {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  const folder = path.join(cache, "vibesync", `bpy-${wheelVersion}`);
  const python = path.join(folder, "bin", "python");
  if (fs.existsSync(path.join(folder, ".ready"))) return { python };
  if (process.platform !== "linux" || process.arch !== "x64")
    return { problem: "the Blender wheel is fetched on linux-x64 only" };
  // A half-made environment is made again; pip keeps what it has already downloaded.
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const steps = [
    [pythonName, "-m", "venv", folder],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", `bpy==${wheelVersion}`],
    [python, "-c", "import bpy"],
  ];
  for (const step of steps) {
    const problem = await run(step);
    if (problem !== undefined) return { problem: `Blender ${wheelVersion} from PyPI: ${problem}` };
  }
  fs.writeFileSync(path.join(folder, ".ready"), "");
  return { python };
}

/**
 * @param {string[]} command
 * @returns {Promise<string | undefined>} what went wrong
 */
function run(command) {
  const [program = "", ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "pipe"], timeout: installMsMax });
    let errors = "";
    child.stderr.on("data", (chunk) => {
      errors += chunk;
    });
    child.on("error", (error) => resolve(error.message));
    child.on("exit", (code) => {
      const lastLine = errors.trim().split("\n").at(-1) ?? "";
      resolve(code === 0 ? undefined : `${path.basename(program)} failed: ${lastLine}`);
    });
  });
}
