/**
 * `VolatileFiles` as a file system of this machine: the kernel's FUSE protocol, spoken to `/dev/fuse` directly.
 *
 * Owns: the mount, and one answer for each request. Nothing is cached that the kernel writes: each write, name and sync
 * of a program arrives here before its call returns.
 * Must never: be used by the process that serves it with a call that waits, such as `fs.readFileSync`: that waits for
 * itself.
 *
 * Protocol: include/uapi/linux/fuse.h of Linux, version 7.31. Mounting needs root, and no library.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { constants, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { errnoOf } from "#electron/ports/disk.ts";
import { type Node, VolatileFiles } from "./volatile-files.ts";

const device = "/dev/fuse";
const protocol = { major: 7, minor: 31 } as const;
const writeBytesMax = 1_048_576;
const requestBytesMax = writeBytesMax + 4_096;
const mountPollMs = 1;
const headerBytes = 40;
const answerHeaderBytes = 16;
/** Big writes, and as many pages a request as `writeBytesMax` has. */
const initFlags = (1 << 5) | (1 << 22);
const setsSize = 1 << 3;
/** The kernel makes every change itself, so what it knows stays true. */
const validS = 3_600n;
const nothing = Buffer.alloc(0);

type Request = { readonly id: number; readonly body: Buffer };
type Answer = (files: VolatileFiles, request: Request) => Buffer;

/** By opcode. What is missing is answered with ENOSYS, and the kernel does without. */
const answers: ReadonlyMap<number, Answer> = new Map<number, Answer>([
  [1, (files, { id, body }) => entryOf(files.child(files.folder(id), nameAt(body, 0)))],
  [3, (files, { id }) => attributesAnswer(files.node(id))],
  [4, setAttributes],
  [9, (files, { id, body }) => entryOf(files.make(files.folder(id), nameAt(body, 8), "folder"))],
  [10, remove],
  [11, remove],
  [12, (files, request) => rename(files, request, 8)],
  [14, () => opened()],
  [15, read],
  [16, write],
  [17, statistics],
  [18, () => nothing],
  [20, sync],
  [25, () => nothing],
  [26, init],
  [27, () => opened()],
  [28, readFolder],
  [29, () => nothing],
  [30, sync],
  [35, create],
  [38, () => nothing],
  [45, (files, request) => rename(files, request, 16)],
]);
/** Forgetting one or many nodes, and interrupting: nobody waits for an answer. */
const unanswered: ReadonlySet<number> = new Set([2, 36, 42]);

const readDevice = promisify(fs.read) as (fd: number, into: Buffer, options: object) => Promise<{ bytesRead: number }>;

export class FuseMount {
  readonly #folder: string;
  readonly #served: Promise<void>;

  private constructor(folder: string, served: Promise<void>) {
    this.#folder = folder;
    this.#served = served;
  }

  /** Shows `files` in `folder`. Throws the reason where that cannot be done. */
  static async open(folder: string, files: VolatileFiles): Promise<FuseMount> {
    const fd = fs.openSync(device, "r+");
    const mounting = { isOver: false };
    const served = serve(fd, files, mounting).finally(() => fs.closeSync(fd));
    const options = "fd=3,rootmode=40000,user_id=0,group_id=0,default_permissions";
    const mount = spawn("mount", ["-i", "-t", "fuse", "-o", options, "vibesync-power", folder], {
      stdio: ["ignore", "ignore", "pipe", fd],
    });
    let told = "";
    mount.stderr?.on("data", (part: Buffer) => {
      told += part.toString();
    });
    const [code] = (await once(mount, "close")) as [number | null];
    mounting.isOver = true;
    if (code !== 0) throw new Error(told.trim() || `mount ended with ${code}`);
    return new FuseMount(folder, served);
  }

  /** Nobody may use it any more. */
  async close(): Promise<void> {
    spawnSync("umount", ["-l", this.#folder]);
    await this.#served;
  }
}

/** Why no such file system can be had here, or null. */
export async function fuseProblem(): Promise<string | null> {
  if (process.platform !== "linux") return "FUSE is spoken to Linux only";
  if (process.getuid?.() !== 0) return "mounting needs root";
  const folder = fs.mkdtempSync(path.join(tmpdir(), "vibesync-fuse-"));
  try {
    const mount = await FuseMount.open(folder, new VolatileFiles());
    await mount.close();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    fs.rmdirSync(folder);
  }
}

/** Answers one request after the other until the mount is gone, or did not come about. */
async function serve(fd: number, files: VolatileFiles, mounting: { readonly isOver: boolean }): Promise<void> {
  const buffer = Buffer.alloc(requestBytesMax);
  for (;;) {
    try {
      const { bytesRead } = await readDevice(fd, buffer, { position: null });
      const answer = answerTo(files, buffer.subarray(0, bytesRead));
      if (answer !== null) fs.writeSync(fd, answer);
    } catch (error) {
      const code = errnoOf(error);
      if (code === "ENODEV" || (code === "EPERM" && mounting.isOver)) return;
      // ENOENT: whoever asked was killed meanwhile. EPERM: it is not mounted yet.
      if (!["ENOENT", "EINTR", "EAGAIN", "EPERM"].includes(code)) throw error;
      if (code === "EPERM") await delay(mountPollMs);
    }
  }
}

function answerTo(files: VolatileFiles, request: Buffer): Buffer | null {
  const opcode = request.readUInt32LE(4);
  if (unanswered.has(opcode)) return null;
  const id = Number(request.readBigUInt64LE(16));
  let body: Buffer = nothing;
  let errorNumber = 0;
  try {
    const answer = answers.get(opcode);
    if (answer === undefined) errorNumber = constants.errno.ENOSYS;
    else body = answer(files, { id, body: request.subarray(headerBytes) });
    if (files.isOff) errorNumber = constants.errno.EIO;
  } catch (error) {
    const known = constants.errno[errnoOf(error) as keyof typeof constants.errno];
    if (known === undefined) throw error;
    errorNumber = known;
  }
  if (errorNumber !== 0) body = nothing;
  const header = Buffer.alloc(answerHeaderBytes);
  header.writeUInt32LE(answerHeaderBytes + body.length, 0);
  header.writeInt32LE(-errorNumber, 4);
  request.copy(header, 8, 8, 16);
  return Buffer.concat([header, body]);
}

function init(): Buffer {
  const answer = Buffer.alloc(64);
  answer.writeUInt32LE(protocol.major, 0);
  answer.writeUInt32LE(protocol.minor, 4);
  answer.writeUInt32LE(writeBytesMax, 8);
  answer.writeUInt32LE(initFlags, 12);
  answer.writeUInt32LE(writeBytesMax, 20);
  answer.writeUInt32LE(1, 24);
  answer.writeUInt16LE(writeBytesMax / 4_096, 28);
  return answer;
}

function create(files: VolatileFiles, { id, body }: Request): Buffer {
  return Buffer.concat([entryOf(files.make(files.folder(id), nameAt(body, 16), "file")), opened()]);
}

function setAttributes(files: VolatileFiles, { id, body }: Request): Buffer {
  if ((body.readUInt32LE(0) & setsSize) !== 0) files.write(files.file(id), Number(body.readBigUInt64LE(16)), null);
  return attributesAnswer(files.node(id));
}

function remove(files: VolatileFiles, { id, body }: Request): Buffer {
  files.remove(files.folder(id), nameAt(body, 0));
  return nothing;
}

/** The old name begins at `namesAt`, the new one behind it. */
function rename(files: VolatileFiles, { id, body }: Request, namesAt: number): Buffer {
  const [name, newName] = [nameAt(body, namesAt), nameAt(body, body.indexOf(0, namesAt) + 1)];
  files.rename([files.folder(id), name], [files.folder(Number(body.readBigUInt64LE(0))), newName]);
  return nothing;
}

function read(files: VolatileFiles, { id, body }: Request): Buffer {
  const from = Number(body.readBigUInt64LE(8));
  const { bytes } = files.file(id).live;
  return Buffer.from(bytes.subarray(from, from + body.readUInt32LE(16)));
}

function write(files: VolatileFiles, { id, body }: Request): Buffer {
  const bytes = body.subarray(headerBytes, headerBytes + body.readUInt32LE(16));
  files.write(files.file(id), Number(body.readBigUInt64LE(8)), bytes);
  const answer = Buffer.alloc(8);
  answer.writeUInt32LE(bytes.length, 0);
  return answer;
}

function sync(files: VolatileFiles, { id }: Request): Buffer {
  files.sync(files.node(id));
  return nothing;
}

function readFolder(files: VolatileFiles, { id, body }: Request): Buffer {
  const entries: Buffer[] = [];
  let size = 0;
  const all = [...files.folder(id).live];
  for (let place = Number(body.readBigUInt64LE(8)); place < all.length; place += 1) {
    const entry = folderEntry(all[place] as [string, Node], place + 1);
    size += entry.length;
    if (size > body.readUInt32LE(16)) break;
    entries.push(entry);
  }
  return Buffer.concat(entries);
}

function folderEntry([name, node]: readonly [string, Node], next: number): Buffer {
  const bytes = Buffer.from(name, "utf8");
  const entry = Buffer.alloc(24 + Math.ceil(bytes.length / 8) * 8);
  entry.writeBigUInt64LE(BigInt(node.id), 0);
  entry.writeBigUInt64LE(BigInt(next), 8);
  entry.writeUInt32LE(bytes.length, 16);
  entry.writeUInt32LE(modeOf(node) >> 12, 20);
  bytes.copy(entry, 24);
  return entry;
}

function statistics(): Buffer {
  const answer = Buffer.alloc(80);
  for (const at of [0, 8, 16, 24, 32]) answer.writeBigUInt64LE(1n << 24n, at);
  answer.writeUInt32LE(4_096, 40);
  answer.writeUInt32LE(255, 44);
  answer.writeUInt32LE(4_096, 48);
  return answer;
}

function opened(): Buffer {
  return Buffer.alloc(16);
}

function entryOf(node: Node): Buffer {
  const head = Buffer.alloc(40);
  head.writeBigUInt64LE(BigInt(node.id), 0);
  head.writeBigUInt64LE(validS, 16);
  head.writeBigUInt64LE(validS, 24);
  return Buffer.concat([head, attributesOf(node)]);
}

function attributesAnswer(node: Node): Buffer {
  const head = Buffer.alloc(16);
  head.writeBigUInt64LE(validS, 0);
  return Buffer.concat([head, attributesOf(node)]);
}

function attributesOf(node: Node): Buffer {
  const size = node.kind === "file" ? node.live.size : 0;
  const attributes = Buffer.alloc(88);
  attributes.writeBigUInt64LE(BigInt(node.id), 0);
  attributes.writeBigUInt64LE(BigInt(size), 8);
  attributes.writeBigUInt64LE(BigInt(Math.ceil(size / 512)), 16);
  attributes.writeUInt32LE(modeOf(node), 60);
  attributes.writeUInt32LE(1, 64);
  attributes.writeUInt32LE(4_096, 80);
  return attributes;
}

function modeOf({ kind }: Node): number {
  return kind === "folder" ? 0o040700 : 0o100600;
}

function nameAt(body: Buffer, at: number): string {
  return body.toString("utf8", at, body.indexOf(0, at));
}
