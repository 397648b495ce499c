/**
 * How the snapshot store says no.
 *
 * Owns: the translation of what the disk and isomorphic-git throw into failures with a code, and the sentences for
 * snapshots that are unknown, damaged or refused.
 * Must never: turn a bug into a failure. A broken rule goes on as it is and ends the worker.
 */
import { errnoOf } from "#electron/ports/disk.ts";
import { diskFailure } from "#electron/ports/disk-failure.ts";
import type { SnapshotRequest } from "#electron/ports/snapshots.ts";
import { assert, BugError } from "#shared/assert.ts";
import { failure, type Result } from "#shared/result.ts";

export const attachmentsMax = 8;

const attachmentNamePattern = /^[a-z0-9][a-z0-9-]{0,63}$/;
const stateHashPattern = /^[0-9A-Za-z:+/=_-]{1,128}$/;
const errnoPattern = /^E[A-Z0-9]+$/;

type Refusal = Extract<Result<never>, { ok: false }>;

/** What is wrong with a request that a person or an editor had a part in; the rest of it is ours, and asserted. */
export function refusalOf({ stateHash, attachments = [], lsn }: SnapshotRequest): Refusal | null {
  assert(Number.isSafeInteger(lsn) && lsn >= 0, "[SNAP-7] a snapshot names a place in the log");
  assert(stateHashPattern.test(stateHash), "[SNAP-7] a snapshot names the digest of its state");
  const names = new Set(attachments.map(({ path }) => path));
  if (names.size !== attachments.length || names.size > attachmentsMax) {
    return failure("E_SNAPSHOT", `A snapshot holds at most ${attachmentsMax} editor states, each under its own name.`);
  }
  const bad = attachments.find(({ path }) => !attachmentNamePattern.test(path));
  return bad === undefined ? null : failure("E_SNAPSHOT", `"${bad.path}" cannot name an editor's state.`);
}

/** Disk errors and isomorphic-git's become failures; bugs go on. */
export async function guarded<T>(action: string, work: () => Promise<Result<T>>): Promise<Result<T>> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof BugError || !(error instanceof Error)) throw error;
    if (errnoPattern.test(errnoOf(error))) return diskFailure(error, "E_SNAPSHOT", action);
    return failure("E_SNAPSHOT", `${action}. The log keeps everything until one succeeds.`, { cause: error });
  }
}

export function unknownSnapshot(oid: string): Refusal {
  return failure("E_SNAPSHOT_UNKNOWN", `There is no snapshot ${oid.slice(0, 12)}. Choose another one.`);
}

export function damagedSnapshot(oid: string, part: string): Refusal {
  return failure("E_SNAPSHOT", `Snapshot ${oid.slice(0, 12)} is damaged: ${part} cannot be read. Choose another one.`);
}
