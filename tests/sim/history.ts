/**
 * The snapshot history in memory, as `.git_safety` would have it: it outlives the hub. Every snapshot is looked at as
 * it is taken: its tree is what its hash says, and what the log makes at the record it names (I6).
 */
import { createHash } from "node:crypto";
import type { Entity, Provisional } from "#electron/core/state.ts";
import { snapshotText } from "#electron/hub/snapshot-feed.ts";
import type { SnapshotInfo, SnapshotRequest, Snapshots } from "#electron/ports/snapshots.ts";
import type { Uuid } from "#shared/ids.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { FoldedLog } from "./fold.ts";
import type { Dice } from "./random.ts";

/** A commit on a busy disk. */
const commitMaxMs = 900;
const hashBytes = 16;

/** Snapshots that are kept; of more than the two newest nobody asks for the tree. */
const keptMax = 100;

type Kept = { readonly info: SnapshotInfo; readonly tree: ReadonlyMap<Uuid, string> };

export class SimHistory implements Snapshots {
  readonly kept: Kept[] = [];
  /** What was wrong with snapshots; nothing, one hopes. */
  readonly wrong: string[] = [];
  readonly #dice: Dice;
  readonly #log: FoldedLog;
  readonly #texts = new SnapshotTexts();
  #count = 0;

  constructor(dice: Dice, log: FoldedLog) {
    this.#dice = dice;
    this.#log = log;
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
    this.#count += 1;
    const oid = String(this.#count).padStart(40, "0");
    const info = { oid, lsn, stateHash, timeMs, reason, label, objectCount: tree.size };
    this.#look(info, tree);
    this.kept.push({ info, tree });
    if (this.kept.length > keptMax) this.kept.shift();
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
    if (this.#texts.hashOf(tree) !== stateHash) this.wrong.push(`${which} is not what its hash says`);
    const state = this.#log.stateAt(lsn);
    for (const [uuid, entity] of state.entities.entries()) {
      const expected = this.#texts.of(entity, state.provisional.get(uuid));
      const found = tree.get(uuid);
      if (found !== expected) this.wrong.push(`${which} has ${found} for ${expected}`);
    }
    // What was deleted stays until a snapshot has it as it last was.
    for (const uuid of tree.keys()) {
      if (!state.entities.has(uuid) && !state.tombstones.has(uuid)) this.wrong.push(`${which} has ${uuid}, unheard of`);
    }
  }
}

/** Texts and hashes of what did not change since it was last looked at are not made again. */
class SnapshotTexts {
  readonly #texts = new WeakMap<Entity, { readonly provisional: Provisional | undefined; text: string | undefined }>();
  #digests = new Map<string, Buffer>();

  of(entity: Entity, provisional: Provisional | undefined): string | undefined {
    const known = this.#texts.get(entity);
    if (known && known.provisional === provisional) return known.text;
    const text = snapshotText(entity, provisional) ?? undefined;
    this.#texts.set(entity, { provisional, text });
    return text;
  }

  /** The sum of the hashes of all texts. */
  hashOf(tree: ReadonlyMap<Uuid, string>): string {
    const sum = Buffer.alloc(hashBytes);
    const digests = new Map<string, Buffer>();
    for (const json of tree.values()) {
      const digest = this.#digests.get(json) ?? createHash("sha256").update(json).digest();
      digests.set(json, digest);
      for (let index = 0; index < hashBytes; index += 1) {
        sum[index] = (sum[index] as number) ^ (digest[index] as number);
      }
    }
    this.#digests = digests;
    return sum.toString("hex");
  }
}
