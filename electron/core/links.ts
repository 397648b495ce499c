/**
 * What the hub knows about the editors right now. It is forgotten at exit: after a restart every editor says it anew.
 *
 * A session is one socket's life. What must outlive a socket (which changes were answered, how far an editor got) is
 * kept in the editor's `Link`, one per role.
 */
import type { Uuid } from "#shared/ids.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import type { Document, Role } from "#shared/protocol/handshake.ts";
import type { Activity, IndexedEntity, VerifiedItem } from "#shared/protocol/up.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import type { Answered } from "./answered.ts";
import type { Audit } from "./audit.ts";
import type { Refusal } from "./decide.ts";
import type { Deciding } from "./decision.ts";
import type { WireInput } from "./input.ts";
import type { Decision, Unexplained } from "./review.ts";
import type { Register } from "./state.ts";
import type { ConnectionId } from "./wire-event.ts";

/**
 * `listing`: its index is coming in. `paired`: the index is merged and the paired snapshot is being taken; nothing is
 * sent before it is on disk. `linked`: edits flow.
 */
export type Phase = "listing" | "paired" | "linked";

/** A listing that is merged some objects a turn; `at` is the next of `queue`. */
export type Merging = {
  readonly listed: ReadonlyMap<Uuid, IndexedEntity>;
  readonly queue: readonly IndexedEntity[];
  at: number;
  readonly differences: Difference[];
  /** Came back from before the oldest deletion that is remembered. */
  readonly returned: Uuid[];
};

/** A value that an editor shows otherwise than agreed, with no stamp to say why. */
export type Difference = {
  readonly uuid: Uuid;
  readonly name: FieldName;
  readonly register: Register;
  readonly value: FieldValue;
};

/**
 * What an editor may lack, sent some objects a turn; `sinceLsn`: what is newer it is told after, in another round of
 * twice as many a turn: who is told more slowly than things move would never be up to date.
 */
export type Arrears = {
  readonly uuids: readonly Uuid[];
  at: number;
  readonly sinceLsn: number;
  readonly round: number;
};

export type Link = {
  readonly role: Role;
  /** Null while it is away: no socket, but its place is kept until `patienceUntilMs`. */
  connection: ConnectionId | null;
  patienceUntilMs: number;
  instance: Uuid;
  editorName: string;
  editorVersion: string;
  plugin: string;
  document: Document;
  epoch: number;
  phase: Phase;
  activity: Activity;
  unsaved: boolean;
  sinceMs: number;
  /** Silent for too long at its main thread; treated as busy until it answers. */
  silent: boolean;
  /** Its send buffer is full: it is left to catch up. */
  clogged: boolean;
  /** The changes of this epoch that were answered. */
  answered: Answered;
  /** The next change may have any number: what it says first after a listing. */
  mayJump: boolean;
  /** What of its latest changes was refused, by number: a change that comes again is answered as it was. */
  refusals: Map<number, readonly Refusal[]>;
  /** Everything up to here was sent to it. */
  cursor: number;
  /** Where it was brought up to date with its listing: only from there on it can say what it has seen. */
  listedLsn: number;
  /** The newest position sent with something in it: who has reached it has seen all that is behind `cursor`. */
  sentLsn: number;
  /** Held entities of which it may show the other editor's version: it is to get its own again. */
  unshown: Set<Uuid>;
  /** The newest stamp that one of those came with. */
  shownStamp: number;
  /** The entities that stand in its scene. */
  known: Set<Uuid>;
  /** Entities of which it said something that does not count, or that it did not confirm: it is told what they are. */
  doubted: Set<Uuid>;
  /** While all else is held: what it was told only as it was agreed, and is to hear the rest of. */
  readonly withheld: Set<Uuid>;
  /** What became final without its word, because it was away, busy or silent: asked for when it is back. */
  unconfirmed: Map<Uuid, Set<FieldName>>;
  held: ReadonlySet<Uuid>;
  /** What it has read back in the last moments, oldest first: it may still die of it. */
  shownLately: Shown[];
  /** What was being written to it when it fell silent, or its socket broke without a goodbye. */
  underWay: readonly Uuid[];
  roundTripMs: number | null;
  /** Pages of the index so far. */
  pages: IndexedEntity[];
  pageNext: number;
  deleted: { uuid: Uuid; stamp: number }[];
  /** The editor's listing, kept until the editor was brought up to date with it. */
  listed: ReadonlyMap<Uuid, IndexedEntity> | null;
  /** While its listing is merged: what is still to be looked at. */
  merging: Merging | null;
  /** While it is brought up to date: what is still to be looked at. */
  arrears: Arrears | null;
  /** Messages that wait until a structural change they touch is verified, oldest first. */
  deferred: WireInput[];
  /** Structural operations it may still send; refilled with time. */
  tokens: number;
  tokensMs: number;
  /** The last status sent to it, to send only changes. */
  statusSent: DownMessageOf<"status"> | null;
};

/** What a batch is about, of one entity. No name is in `fields` twice. */
export type BatchItem = { readonly fields: readonly FieldName[]; readonly isDeleted: boolean };

/**
 * A `verify` on its way. It leaves when `lsn` is on the medium; until then the editor does not know of it, and
 * `deadlineMs`, when it counts as busy, moves along.
 */
export type Question = { readonly lsn: number; deadlineMs: number };

/** A set of provisional values that the editors are asked to read back. */
export type Batch = {
  readonly id: number;
  readonly isStructural: boolean;
  /** Only this editor is asked (after catching up); null asks all. */
  readonly only: Role | null;
  /** Asked to see whether all is as agreed (audit.ts), not because anything was written. */
  readonly isAudit: boolean;
  /** A person's word: sent and verified although everything else is held. A rollback counts as approved. */
  readonly decision: Decision | null;
  /** The one entity it is about, because of what is remembered of that (memory.ts). */
  readonly alone: Uuid | null;
  /** While everything else is held: the sockets that were told of the decision, by connection and epoch. */
  readonly told: Set<string>;
  readonly items: Map<Uuid, BatchItem>;
  readonly firstLsn: number;
  lsn: number;
  openedMs: number;
  changedMs: number;
  /** Editors asked and not answered yet; empty before it is closed. */
  readonly waiting: Map<Role, Question>;
  /** What the editors read back so far. */
  readonly answers: Map<Role, Map<Uuid, VerifiedItem>>;
  /** Editors whose user holds something in it: asked again at this time, without a deadline. */
  readonly heldUntil: Map<Role, number>;
  attempt: number;
  state: "open" | "asked";
};

/** What an editor has read back, until it has outlived it. Without the answers, which are many times as much. */
export type Shown = Pick<Batch, "isAudit" | "only" | "items"> & { readonly untilMs: number };

/** Safe mode for this reason ends by itself when the scenes match; for any other reason a person ends it. */
export const crashReason = "VibeSync stopped unexpectedly last time; the scenes are being compared.";

export type Bounce = { role: Role; count: number; sinceMs: number };

export class Links {
  readonly byRole = new Map<Role, Link>();
  readonly batches = new Map<number, Batch>();
  /** The batch that collects cosmetic changes; null when there is none. */
  openBatch: number | null = null;
  /** Until then everything takes the slow path: an operation fails all over the scene. Follows from the counters. */
  carefulUntilMs = 0;
  readonly bounces = new Map<Uuid, Bounce>();
  /** When each editor last changed anything. */
  readonly wroteMs = new Map<Role, number>();
  /** Entities in unverified structural batches → the batch. */
  readonly blocked = new Map<Uuid, number>();
  /** True after a crash until both editors' whole scenes were compared: safe mode then ends by itself. */
  crashCheck = false;
  /** The comparison found something that a person was told to look at. */
  isAskedAfterCrash = false;
  /**
   * While a crash is being checked: what an editor showed otherwise than agreed, with no stamp to say why. Kept here
   * until a person decides; after a restart the next listing says it again.
   */
  readonly unexplained = new Map<Uuid, Unexplained>();
  /** What a person decided while everything else is held, and the editor of this role was not told yet. */
  readonly owed = new Map<Role, Map<Uuid, Decision>>();
  /** How often in a row an editor ended while something was being written to it. */
  readonly losses = new Map<Role, number>();
  /** After a crash nobody may resume before its whole scene was compared. */
  readonly mustList = new Set<Role>();
  /** A person's word on held changes that is being carried out. */
  deciding: Deciding | null = null;
  /** How many held changes were decided in this run. */
  decided = 0;
  readonly audit: Audit = { queue: [], dueMs: 0 };
  /** The highest stamp that an editor said, refused changes included: those are in no record, but in its scene. */
  heardStamp = 0;
  refusalTokens = 0;
  refusalTokensMs = 0;
  /** Refusals counted but not logged, by the key of their counter. */
  readonly unlogged = new Map<string, number>();

  /** Entities that an editor was just brought up to date with and has not shown yet. */
  beingChecked(): ReadonlySet<Uuid> {
    const uuids = new Set<Uuid>();
    for (const { only, isAudit, items } of this.batches.values())
      if (only !== null && !isAudit) for (const uuid of items.keys()) uuids.add(uuid);
    return uuids;
  }

  hear(stamp: number): void {
    this.heardStamp = Math.max(this.heardStamp, stamp);
  }

  ofConnection(connection: ConnectionId | null): Link | undefined {
    for (const link of this.byRole.values()) if (link.connection === connection && connection !== null) return link;
    return undefined;
  }
}

const receptiveActivities: ReadonlySet<Activity> = new Set(["idle", "editing"]);

/** Whether the editor itself can take messages now ([WIRE-28]); the hub's mode is another matter. */
export function isReachable(link: Link): boolean {
  return (
    link.connection !== null &&
    link.phase === "linked" &&
    receptiveActivities.has(link.activity) &&
    !link.silent &&
    !link.clogged
  );
}
