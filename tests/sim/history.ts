/**
 * The snapshot history in memory, as `.git_safety` would have it: it outlives the hub. Every snapshot is looked at as
 * it is taken: its tree is what its hash says, and what the log makes at the record it names (I6).
 */
import { createHash } from "node:crypto";
import type { Record } from "#electron/core/record.ts";
import { snapshotText } from "#electron/hub/snapshot-feed.ts";
import type { SnapshotInfo, SnapshotRequest, Snapshots } from "#electron/ports/snapshots.ts";
import type { Uuid } from "#shared/ids.ts";
import { failure, type Result, success } from "#shared/result.ts";
import { foldOf, throughCodec } from "./fold.ts";
import type { Dice } from "./random.ts";

/** A commit on a busy disk. */
const commitMaxMs = 900;
const hashBytes = 16;

type Kept = { readonly info: SnapshotInfo; readonly tree: ReadonlyMap<Uuid, string> };

export class SimHistory implements Snapshots {
  readonly kept: Kept[] = [];
  /** What was wrong with snapshots; nothing, one hopes. */
  readonly wrong: string[] = [];
  readonly #dice: Dice;
  readonly #records: readonly Record[];

  constructor(dice: Dice, records: readonly Record[]) {
    this.#dice = dice;
    this.#records = records;
  }

  async commit(request: SnapshotRequest): Promise<Result<SnapshotInfo>> {
    await new Promise<void>((resolve) => setTimeout(resolve, this.#dice.below(commitMaxMs)));
    const base = this.kept.slice(-2).find(({ info }) => info.oid === request.base);
    if (request.whole !== true && base === undefined) return failure("E_SNAPSHOT_UNKNOWN", "not the newest ones");
    const tree = new Map(request.whole ? [] : base?.tree);
    for (const { uuid, json } of request.changed) {
      if (json === null) tree.delete(uuid);
      else tree.set(uuid, json);
    }
    const { lsn, stateHash, timeMs, reason, label = "" } = request;
    const oid = String(this.kept.length + 1).padStart(40, "0");
    const info = { oid, lsn, stateHash, timeMs, reason, label, objectCount: tree.size };
    this.#look(info, tree);
    this.kept.push({ info, tree });
    return success(info);
  }

  async list(): Promise<Result<readonly SnapshotInfo[]>> {
    return success(this.kept.map(({ info }) => info).reverse());
  }

  async read(oid: string): ReturnType<Snapshots["read"]> {
    const found = this.kept.find(({ info }) => info.oid === oid);
    if (!found) return failure("E_SNAPSHOT_UNKNOWN", oid);
    return success({ info: found.info, objects: found.tree, attachments: new Map() });
  }

  async name(): Promise<Result<void>> {
    return success(undefined);
  }

  async tidy(): ReturnType<Snapshots["tidy"]> {
    return success({ dropped: 0, notice: null });
  }

  #look({ lsn, stateHash, reason }: SnapshotInfo, tree: ReadonlyMap<Uuid, string>): void {
    const which = `I6: the snapshot of record ${lsn} (${reason})`;
    if (hashOf(tree) !== stateHash) this.wrong.push(`${which} is not what its hash says`);
    const state = foldOf(this.#records.slice(0, lsn).map(throughCodec));
    for (const [uuid, entity] of state.entities.entries()) {
      const expected = snapshotText(entity, state.provisional.get(uuid)) ?? undefined;
      const found = tree.get(uuid);
      if (found !== expected) this.wrong.push(`${which} has ${found} for ${expected}`);
    }
    // What was deleted stays until a snapshot has it as it last was.
    for (const uuid of tree.keys()) {
      if (!state.entities.has(uuid) && !state.tombstones.has(uuid)) this.wrong.push(`${which} has ${uuid}, unheard of`);
    }
  }
}

function hashOf(tree: ReadonlyMap<Uuid, string>): string {
  const sum = Buffer.alloc(hashBytes);
  for (const json of tree.values()) {
    const digest = createHash("sha256").update(json).digest();
    for (let index = 0; index < hashBytes; index += 1) {
      sum[index] = (sum[index] as number) ^ (digest[index] as number);
    }
  }
  return sum.toString("hex");
}
