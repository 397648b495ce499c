/** Git's loose objects, as older versions of VibeSync and git itself write them. */
import { deflateSync } from "node:zlib";
import { oidOf } from "#electron/snapshots/git-object.ts";

export function looseBlob(text: string): { readonly oid: string; readonly deflated: Uint8Array } {
  const body = Buffer.from(text, "utf8");
  const wrapped = Buffer.concat([Buffer.from(`blob ${body.length}\0`, "latin1"), body]);
  return { oid: oidOf("blob", body), deflated: deflateSync(wrapped) };
}
