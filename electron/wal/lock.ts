/**
 * One hub per project folder.
 *
 * Owns: the lock itself, which the operating system takes back the moment its holder dies, however it dies; and the
 * file `lock`, which only says to a person who the holder is.
 * Must never: decide by the file's content (it is stale after a kill), or remove a lock that is held.
 *
 * The lock is a name in the kernel, made from the folder's number on its device, not from its path: however the path is
 * spelt or mounted, and wherever the folder is moved meanwhile, it is the same folder. An abstract socket on Linux, a
 * named pipe on Windows. macOS has neither; there it is an exclusive lock on the file `lock.held` (open(2) O_EXLOCK).
 */
import fs from "node:fs";
import net from "node:net";
import { hostname } from "node:os";
import { join } from "node:path";
import { type Disk, errnoOf, readFile } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import { durableReplace } from "#electron/ports/durable-replace.ts";
import { failure, type Result, success } from "#shared/result.ts";

export interface ProjectLock {
  /** Idempotent. */
  release(): Promise<void>;
}

/** What the file `lock` says, one line each. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  readonly startedAt: string;
}

export interface LockRequest {
  /** The project's `.vibesync` folder; it exists. */
  readonly folder: string;
  readonly nowMs: number;
}

const lockFileName = "lock";
const exclusiveFileName = "lock.held";
const lockFileBytesMax = 1_024;
/** macOS: take the lock with the open, and do not wait for it (fcntl.h). Node does not name the first one. */
const exclusiveOpenFlag = 0x0020;

/** Fails with E_PROJECT_LOCKED naming the holder, or with E_READ_ONLY, E_DISK_FULL or E_DISK. */
export async function lockProject(disk: Disk, { folder, nowMs }: LockRequest): Promise<Result<ProjectLock>> {
  try {
    const release = process.platform === "darwin" ? lockFile(folder) : await lockNumber(folder);
    if (release === undefined) return failure("E_PROJECT_LOCKED", lockedMessage(readHolder(disk, folder)));
    const written = writeHolder(disk, folder, nowMs);
    if (!written.ok) {
      await release();
      return written;
    }
    let released: Promise<void> | undefined;
    return success({
      release() {
        released ??= release();
        return released;
      },
    });
  } catch (error) {
    return diskFailure(error, "E_DISK", `Could not lock the project folder ${folder}`);
  }
}

/** Undefined when somebody else has it. */
async function lockNumber(folder: string): Promise<(() => Promise<void>) | undefined> {
  // Held open: file systems that number things as they meet them keep the number of what is in use.
  const pin = process.platform === "win32" ? undefined : fs.openSync(folder, "r");
  const unpin = (): void => {
    if (pin !== undefined) fs.closeSync(pin);
  };
  try {
    const { dev, ino } = fs.statSync(folder, { bigint: true });
    const release = await lockName(`${dev}-${ino}`);
    if (release === undefined) unpin();
    return release && (() => release().then(unpin));
  } catch (error) {
    unpin();
    throw error;
  }
}

async function lockName(number: string): Promise<(() => Promise<void>) | undefined> {
  const name = process.platform === "win32" ? `\\\\.\\pipe\\vibesync-${number}` : `\0vibesync-${number}`;
  // Nobody has anything to say here: the name being taken is the whole message.
  const server = net.createServer((socket) => socket.destroy());
  const isOurs = await new Promise<boolean>((resolve, reject) => {
    server.once("error", (error) => (errnoOf(error) === "EADDRINUSE" ? resolve(false) : reject(error)));
    server.listen(name, () => resolve(true));
  });
  if (!isOurs) return undefined;
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

function lockFile(folder: string): (() => Promise<void>) | undefined {
  const { O_RDWR, O_CREAT, O_NONBLOCK } = fs.constants;
  try {
    const fd = fs.openSync(join(folder, exclusiveFileName), O_RDWR | O_CREAT | O_NONBLOCK | exclusiveOpenFlag, 0o600);
    return async () => fs.closeSync(fd);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN" || errnoOf(error) === "EWOULDBLOCK") return undefined;
    throw error;
  }
}

function writeHolder(disk: Disk, folder: string, nowMs: number): Result<void> {
  const lines = [String(process.pid), hostname(), new Date(nowMs).toISOString(), ""];
  const bytes = Buffer.from(lines.join("\n"), "utf8");
  return durableReplace(disk, { path: join(folder, lockFileName), bytes, code: "E_DISK" });
}

/** The holder's own words; undefined when they cannot be read, which changes nothing about the lock. */
export function readHolder(disk: Disk, folder: string): LockHolder | undefined {
  try {
    const text = Buffer.from(readFile(disk, join(folder, lockFileName)).subarray(0, lockFileBytesMax)).toString("utf8");
    const [pid, host, startedAt] = text.split("\n");
    if (!/^\d{1,10}$/.test(pid ?? "") || !host || !startedAt) return undefined;
    return { pid: Number(pid), host, startedAt };
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return undefined;
  }
}

function lockedMessage(holder: LockHolder | undefined): string {
  if (holder === undefined) return "Another VibeSync has this project open. Switch to its window.";
  const { pid, host, startedAt } = holder;
  return `VibeSync process ${pid} on ${host} has had this project open since ${startedAt}. Switch to its window.`;
}
