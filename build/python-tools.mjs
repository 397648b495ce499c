/**
 * Python packages in cached virtual environments of their own, outside the repository, each made once.
 *
 * Where Python or PyPI is missing, the answer is a reason, not an error: who wanted it is then skipped loudly.
 */
import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const installMsMax = 480_000;

/**
 * @typedef {object} PythonTool
 * @property {string} package its name on PyPI
 * @property {string} version pinned
 * @property {string} python the command that makes the environment
 * @property {string} module what must be importable afterwards
 */

/** Checks the types of the add-on's part without bpy. */
export const mypy = { package: "mypy", version: "1.18.2", python: "python3", module: "mypy" };

/**
 * @param {PythonTool} tool
 * @returns {Promise<{ python: string } | { problem: string }>}
 */
export async function ensurePythonTool({ package: name, version, python: base, module }) {
  const cache = process.env.XDG_CACHE_HOME || path.join(os.homedir(), ".cache");
  const folder = path.join(cache, "vibesync", `${name}-${version}`);
  const python = path.join(folder, "bin", "python");
  if (fs.existsSync(path.join(folder, ".ready"))) return { python };
  // A half-made environment is made again; pip keeps what it has already downloaded.
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(path.dirname(folder), { recursive: true });
  const steps = [
    [base, "-m", "venv", folder],
    [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", `${name}==${version}`],
    [python, "-c", `import ${module}`],
  ];
  for (const step of steps) {
    const problem = await run(step);
    if (problem !== undefined) return { problem: `${name} ${version} from PyPI: ${problem}` };
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
