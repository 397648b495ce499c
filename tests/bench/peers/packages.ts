/**
 * The other programs that the bench compares with, from npm, pinned, in a cached folder outside of the repository: the
 * product does not depend on them. Where they cannot be had, the answer is a reason.
 */
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const packages = [
  "better-sqlite3@12.11.1",
  "yjs@13.6.33",
  "@hocuspocus/server@3.4.4",
  "@hocuspocus/provider@3.4.4",
  "@hocuspocus/extension-database@3.4.4",
] as const;
/** Compiling SQLite takes minutes where there is no ready-made binary. */
const installMsMax = 900_000;

export type Peers = { readonly folder: string; load(name: string): unknown };

export async function ensurePeers(): Promise<Peers> {
  const cache = process.env.XDG_CACHE_HOME || path.join(homedir(), ".cache");
  const folder = path.join(cache, "vibesync", "bench-peers-1");
  if (!existsSync(path.join(folder, ".ready"))) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, "package.json"), '{"private":true}');
    const flags = ["install", "--no-audit", "--no-fund", "--save-exact"];
    await promisify(execFile)("npm", [...flags, ...packages], { cwd: folder, timeout: installMsMax });
    writeFileSync(path.join(folder, ".ready"), "");
  }
  return { folder, load: createRequire(path.join(folder, "package.json")) };
}
