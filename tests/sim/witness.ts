/**
 * What the hub promised, kept by somebody who is not the hub: every change it heard, every acknowledgement it let out,
 * every record it wrote. From that, the invariants that must hold at every moment, also across crashes:
 *
 *   I1 nothing acknowledged is lost · I2 nothing is applied twice or half · I4 nothing dead comes back by an old word ·
 *   I8 queues stay within their limits · I9 the same seed gives the same trace; and of I3, that nothing is final before
 *   everybody who was asked about it has answered (questions.ts).
 *
 * I3, I5 and I7 belong to a world at rest or just restarted: invariants.ts. Each violation throws with its number.
 */
import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { limits } from "#electron/core/limits.ts";
import type { Links } from "#electron/core/links.ts";
import type { Record, RecordOf } from "#electron/core/record.ts";
import type { Sides, State } from "#electron/core/state.ts";
import type { EditorModel } from "#electron/demo/editor-model.ts";
import type { Outgoing } from "#electron/demo/outgoing.ts";
import type { Uuid } from "#shared/ids.ts";
import { fieldNamesOf, laneTransforms } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { FieldName } from "#shared/scene/fields.ts";
import { FoldedLog } from "./fold.ts";
import { type Claim, Promises } from "./promises.ts";
import { Questions } from "./questions.ts";

/** Of the trace, the latest entries are kept for people. */
const tailLength = 40;

/** The editor that spoke, or was spoken to. */
type Witnessed = { readonly role: Role; readonly model: EditorModel };

function changeKey({ identity }: EditorModel, epoch: number, seq: number): string {
  return `${identity.instance} ${epoch} ${seq}`;
}

export class Witness {
  /** Every change that was heard, by the editor's process, epoch and number. */
  readonly #heard = new Map<string, Claim[]>();
  /** Of each role, by change: what was refused of it. Forgotten where the hub begins anew. */
  readonly #answers = { blender: new Map<string, string>(), unity: new Map<string, string>() };
  /** What was accepted and not refused. */
  readonly #accepted = new Promises();
  readonly #questions = new Questions();
  /** The log as it was written: a recovered one must be a beginning of it, and hold what was told of it. */
  readonly log = new FoldedLog();
  #toldLsn = 0;
  /** The group that the log did not take: nobody heard of it, but a beginning of it may be found after a restart. */
  #refused: readonly Record[] = [];
  /** What an editor wrote, and the record that has it: twice is once too often. */
  #written = new Map<Uuid, Map<string, number>>();
  #dead = new Map<Uuid, number>();
  /** What each user made of what is held back. */
  #sides = new Map<Uuid, Sides>();
  readonly #trace = createHash("sha256");
  readonly tail: string[] = [];
  /**
   * Changes that may still come again, and records that may still be asked for, by a snapshot that was long under way.
   * A day needs a bound; in minutes there are fewer.
   */
  lookBackMax = 20_000;
  /** Told of everything that happens, in order; for looking at one seed. */
  watch: ((what: string, detail: unknown) => void) | null = null;
  readonly #chanceNames = new Set<string>();

  /** I9: of everything that happened so far, in order. */
  get traceHash(): string {
    return this.#trace.copy().digest("hex");
  }

  /** A name that the product draws by itself and that decides nothing: it is not part of the trace. */
  disregard(name: string): void {
    this.#chanceNames.add(name);
  }

  note(what: string, detail: unknown): void {
    this.watch?.(what, detail);
    let line = `${what} ${JSON.stringify(detail)}`;
    for (const name of this.#chanceNames) line = line.replaceAll(name, "…");
    this.#trace.update(line);
    this.tail.push(line.slice(0, 300));
    if (this.tail.length > tailLength) this.tail.shift();
  }

  /** A message of an editor reached the hub. */
  heard({ role, model }: Witnessed, outgoing: Outgoing): void {
    this.note(`${role} → hub`, outgoing);
    const lsn = this.log.lastLsn;
    if (outgoing.kind === "frame") {
      const { lane, epoch, seq, stamp, rows } = outgoing.frame;
      if (lane !== laneTransforms) return;
      const claims = rows.map((row) => ({ uuid: row.uuid, stamp, fields: fieldNamesOf(row.mask), lsn }));
      this.#expect(changeKey(model, epoch, seq), claims);
    } else if (outgoing.message.kind === "change") {
      const { epoch, seq, stamp, ops } = outgoing.message;
      const claims = ops.map((op) => {
        const fields = op.op === "delete" ? "deleted" : (Object.keys(op.fields) as FieldName[]);
        return { uuid: op.uuid, stamp, fields, lsn } as const;
      });
      this.#expect(changeKey(model, epoch, seq), claims);
    } else if (outgoing.message.kind === "verified") this.#questions.answered(role, outgoing.message);
  }

  /** What comes again was heard when it came first. */
  #expect(key: string, claims: Claim[]): void {
    if (this.#heard.has(key)) return;
    this.#heard.set(key, claims);
    if (this.#heard.size > this.lookBackMax) this.#heard.delete(this.#heard.keys().next().value ?? "");
  }

  /** A message left the hub. */
  told({ role, model }: Witnessed, message: DownMessage, state: State): void {
    this.note(`hub → ${role}`, message);
    if (message.kind === "verify") this.#questions.asked(role, message);
    if (message.kind !== "accepted") return;
    const { epoch, seq, lsn, refused } = message;
    this.#toldLsn = Math.max(this.#toldLsn, lsn);

    const refusedUuids = new Set(refused.map(({ uuid }) => uuid));
    const key = changeKey(model, epoch, seq);
    if (this.#heard.has(key)) this.#checkSameAnswer(role, key, [...refusedUuids].join(" "));
    const claims = (this.#heard.get(key) ?? []).filter(({ uuid }) => !refusedUuids.has(uuid));
    this.#accepted.add(state, claims, `${role}'s change ${seq}, accepted,`);
  }

  /** I2: what comes again is answered as it was, and not carried out again ([WIRE-10]). */
  #checkSameAnswer(role: Role, number: string, refused: string): void {
    const before = this.#answers[role].get(number);
    const text = `I2: ${role}'s change ${number} was answered before, with "${before}" refused and now "${refused}"`;
    assert(before === undefined || before === refused, text);
    this.#answers[role].set(number, refused);
  }

  logged(lsn: number, record: Record): void {
    this.note(`record ${lsn}`, record);
    const { lastLsn } = this.log;
    assert(lsn === lastLsn + 1, `I2: record ${lsn} follows record ${lastLsn}`);
    this.log.append(record);
    this.#questions.logged(lsn, record);
    this.#account(lsn, record);
    if (this.log.forgetBefore(this.#toldLsn - this.lookBackMax)) this.#accountAnew();
  }

  refused(records: readonly Record[]): void {
    this.#refused = records;
  }

  /** The hub was started again, and its log ends here. */
  recovered(lastLsn: number): void {
    this.note("recovered", lastLsn);
    this.#questions.forget();
    for (const answers of Object.values(this.#answers)) answers.clear();
    for (const record of this.#refused) if (this.log.lastLsn < lastLsn) this.logged(this.log.lastLsn + 1, record);
    this.#refused = [];
    const writtenLsn = this.log.lastLsn;
    assert(lastLsn >= this.#toldLsn, `I1: the log ends at ${lastLsn}, and ${this.#toldLsn} was acknowledged`);
    assert(lastLsn <= writtenLsn, `I2: the log ends at ${lastLsn}, and ${writtenLsn} was written`);
    if (lastLsn === writtenLsn) return;
    this.log.cutBehind(lastLsn);
    this.#accepted.cutBehind(lastLsn);
    for (const claims of this.#heard.values()) {
      for (const claim of claims) claim.lsn = Math.min(claim.lsn, lastLsn);
    }
    this.#accountAnew();
  }

  /** After every turn. */
  checkTurn(state: State, links: Links): void {
    this.#questions.check(links, state);
    assert(state.tombstones.size <= limits.tombstonesMax, "I8: tombstones");
    assert(state.counters.size <= limits.countersMax, "I8: counters");
    assert(links.bounces.size <= limits.bounceWatchMax, "I8: bounces");
    for (const [role, link] of links.byRole) {
      assert(link.deferred.length <= limits.deferredMax, "I8: deferred");
      const asked = [...links.batches.values()].filter(({ state, waiting }) => state === "asked" && waiting.has(role));
      assert(asked.length <= limits.batchesInFlightMax, `I8: ${asked.length} batches asked of ${role}`);
    }
  }

  /** I1, at the end: whatever was accepted since the beginning is still there, or something newer is. */
  checkAccepted(state: State): void {
    this.#accepted.check(state);
  }

  /** From the records that are there. */
  #accountAnew(): void {
    this.#written = new Map();
    this.#dead = new Map();
    this.#sides = new Map();
    for (const [lsn, record] of this.log.entries()) this.#account(lsn, record);
  }

  #account(lsn: number, record: Record): void {
    if (record.type === "transforms") {
      for (const row of record.rows) {
        const stamp = "stamp" in row && typeof row.stamp === "number" ? row.stamp : record.stamp;
        for (const name of fieldNamesOf(row.mask)) this.#once(row.uuid, `${name} ${stamp}`, lsn);
      }
    }
    if (record.type === "hold") {
      for (const { operation, sides } of record.members) {
        if (operation.op === "create") this.#revive(operation.uuid, operation.stamp, lsn);
        this.#sides.set(operation.uuid, sides);
      }
    }
    if (record.type === "quarantine") this.#sides.delete(record.uuid);
    if (record.type === "claim") this.#claim(lsn, record);
    if (record.type !== "edit") return;
    for (const op of record.ops) {
      if (op.op === "create") this.#revive(op.uuid, op.stamp, lsn);
      else if (op.op === "delete") {
        this.#once(op.uuid, `deleted ${op.stamp}`, lsn);
        this.#dead.set(op.uuid, Math.max(op.stamp, this.#dead.get(op.uuid) ?? 0));
      } else if (record.role !== null) {
        for (const name of Object.keys(op.fields)) this.#once(op.uuid, `${name} ${op.stamp}`, lsn);
      }
    }
  }

  /** I1: only what its user said later takes the place of what he said of something held back. */
  #claim(lsn: number, { uuid, role, side }: RecordOf<"claim">): void {
    const sides = this.#sides.get(uuid) ?? {};
    const before = sides[role];
    this.#sides.set(uuid, { ...sides, [role]: side });
    if (before === undefined || before.stamp === 0) return;
    const text = `I1: record ${lsn} takes ${role}'s version of ${uuid} back, which is of ${before.stamp}`;
    assert(side.stamp > before.stamp, text);
    if (before.kind === "gone" || side.kind === "gone") return;
    for (const name of Object.keys(before.fields)) assert(name in side.fields, `${text}: ${name}`);
  }

  #once(uuid: Uuid, claim: string, lsn: number): void {
    const written = this.#written.get(uuid) ?? new Map<string, number>();
    const before = written.get(claim);
    assert(before === undefined, `I2: record ${lsn} says again what record ${before} said: ${uuid} ${claim}`);
    this.#written.set(uuid, written.set(claim, lsn));
  }

  /** What is made anew begins without a past. */
  #revive(uuid: Uuid, stamp: number, lsn: number): void {
    const deadSince = this.#dead.get(uuid);
    assert(deadSince === undefined || stamp > deadSince, `I4: record ${lsn} brings ${uuid} back by an older word`);
    this.#dead.delete(uuid);
    this.#written.delete(uuid);
  }
}
