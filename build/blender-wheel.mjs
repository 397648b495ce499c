/**
 * A newer Blender than the distribution's: Blender as a Python module from PyPI, in a cached virtual environment.
 *
 * The wheel fits one Python version exactly. Where that Python or PyPI is missing, the answer is a reason, and the lane
 * that wanted it is skipped loudly.
 */
import { ensurePythonTool } from "./python-tools.mjs";

const wheel = { package: "bpy", version: "5.0.1", python: "python3.11", module: "bpy" };

/** @returns {Promise<{ python: string } | { problem: string }>} */
export async function ensureBlenderWheel() {
  if (process.platform === "linux" && process.arch === "x64") return await ensurePythonTool(wheel);
  return { problem: "the Blender wheel is fetched on linux-x64 only" };
}
