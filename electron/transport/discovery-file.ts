/**
 * `hub.json`: where editors find the hub and its token [WIRE-1].
 *
 * Owns: a folder and a file that nobody but the user can read, replaced durably at start and removed at exit when it
 * is still this hub's (another one may have started meanwhile).
 * Must never: leave a token readable by others, not even for a moment.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Disk, readFile } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import type { Discovery } from "#shared/protocol/discovery.ts";
import { type Result, success } from "#shared/result.ts";

export const discoveryFileName = "hub.json";

const privateFolderMode = 0o700;
const othersMask = 0o077;

/** `$VIBESYNC_HOME`, or `.vibesync` in the user's home folder. */
export function discoveryHome(environment: NodeJS.ProcessEnv = process.env): string {
  const chosen = environment["VIBESYNC_HOME"];
  return chosen === undefined || chosen === "" ? path.join(os.homedir(), ".vibesync") : chosen;
}

export type Publication = {
  /** Removes the file unless another hub has replaced it. Never fails: a file left behind names a dead port. */
  remove(): void;
};

export function publishDiscovery(disk: Disk, home: string, discovery: Discovery): Result<Publication> {
  const file = path.join(home, discoveryFileName);
  const text = `${JSON.stringify(discovery, null, 1)}\n`;
  try {
    makePrivateFolder(home);
  } catch (error) {
    return diskFailure(error, "E_DISK", `Could not prepare ${home}`);
  }
  const written = durableReplace(disk, { path: file, bytes: Buffer.from(text, "utf8"), code: "E_DISK" });
  if (!written.ok) return written;
  return success({ remove: () => removeOwn(disk, file, text) });
}

function makePrivateFolder(home: string): void {
  fs.mkdirSync(home, { recursive: true, mode: privateFolderMode });
  const isOpenToOthers = process.platform !== "win32" && (fs.statSync(home).mode & othersMask) !== 0;
  if (isOpenToOthers) fs.chmodSync(home, privateFolderMode);
}

function removeOwn(disk: Disk, file: string, text: string): void {
  try {
    if (Buffer.from(readFile(disk, file)).toString("utf8") === text) disk.unlink(file);
  } catch {
    // Gone already, or unreadable: the next start replaces it.
  }
}
