/**
 * Git's objects as bytes: their names, loose ones and their check, the bodies of trees and commits.
 *
 * Must never: return a body whose SHA-1 is not the name it was asked for. What comes back from disk is untrusted.
 *
 * Format: git-scm.com/book, "Git Internals - Git Objects"; a tree entry is `<mode> <name>\0<20 bytes>`.
 */
import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { assert } from "#shared/assert.ts";

export type GitObjectKind = "blob" | "tree" | "commit";

export interface GitObject {
  readonly kind: string;
  readonly body: Buffer;
}

export interface TreeEntry {
  readonly name: string;
  readonly oid: string;
  readonly isTree: boolean;
}

const oidPattern = /^[0-9a-f]{40}$/;
const oidBytes = 20;
const fileMode = "100644";
const treeMode = "40000";
const inflatedBytesMax = 256 * 1024 * 1024;

export function isOid(text: unknown): text is string {
  return typeof text === "string" && oidPattern.test(text);
}

/** The name of an object: SHA-1 of its kind, length and body. */
export function oidOf(kind: string, body: Uint8Array): string {
  return createHash("sha1").update(`${kind} ${body.length}\0`, "latin1").update(body).digest("hex");
}

/** The object, or null when the bytes are torn, damaged or another object's. */
export function decodeLooseOrNull(oid: string, deflated: Uint8Array): GitObject | null {
  const wrapped = inflateOrNull(deflated);
  if (wrapped === null || createHash("sha1").update(wrapped).digest("hex") !== oid) return null;
  const bodyAt = wrapped.indexOf(0) + 1;
  const kindEnd = wrapped.indexOf(0x20);
  return { kind: wrapped.toString("latin1", 0, kindEnd), body: wrapped.subarray(bodyAt) };
}

function inflateOrNull(deflated: Uint8Array): Buffer | null {
  try {
    return inflateSync(deflated, { maxOutputLength: inflatedBytesMax });
  } catch {
    // Not a deflate stream: the file is torn, which is one of the two answers of the caller.
    return null;
  }
}

/**
 * The body of a tree. Names here are ASCII and no file shares a name with a folder, so code-unit order is Git's order.
 */
export function encodeTree(entries: readonly TreeEntry[]): Buffer {
  const sorted = [...entries].sort((a, b) => (sortName(a) < sortName(b) ? -1 : 1));
  const sizes = sorted.map(({ name, isTree }) => (isTree ? treeMode : fileMode).length + name.length + 2 + oidBytes);
  const body = Buffer.alloc(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const { name, oid, isTree } of sorted) {
    assert(isOid(oid), "[SNAP-2] a tree names objects by 40 hex digits");
    at += body.write(`${isTree ? treeMode : fileMode} ${name}\0`, at, "latin1");
    at += body.write(oid, at, "hex");
  }
  return body;
}

/** Git sorts a folder as if its name ended in a slash. */
function sortName(entry: TreeEntry): string {
  return entry.isTree ? `${entry.name}/` : entry.name;
}

/** The entries of a tree's body, or null when it is not one. */
export function decodeTreeOrNull(body: Buffer): readonly TreeEntry[] | null {
  const entries: TreeEntry[] = [];
  let at = 0;
  while (at < body.length) {
    const modeEnd = body.indexOf(0x20, at);
    const nameEnd = body.indexOf(0, at);
    const next = nameEnd + 1 + oidBytes;
    if (modeEnd < at || nameEnd < modeEnd || next > body.length) return null;
    entries.push({
      name: body.toString("utf8", modeEnd + 1, nameEnd),
      oid: body.toString("hex", nameEnd + 1, next),
      isTree: body.toString("latin1", at, modeEnd) === treeMode,
    });
    at = next;
  }
  return entries;
}

/** What a commit's body says of its tree, its first parent and in words; null when it is not one. */
export function decodeCommitOrNull(body: Buffer): { tree: string; parent: string | null; message: string } | null {
  const text = body.toString("utf8");
  const headEnd = text.indexOf("\n\n");
  const lines = text.slice(0, Math.max(0, headEnd)).split("\n");
  const headerOrNull = (name: string): string | null => {
    const line = lines.find((each) => each.startsWith(`${name} `));
    return line === undefined ? null : line.slice(name.length + 1);
  };
  const tree = headerOrNull("tree");
  const parent = headerOrNull("parent");
  if (!isOid(tree) || !(parent === null || isOid(parent))) return null;
  return { tree, parent, message: text.slice(headEnd + 2) };
}
