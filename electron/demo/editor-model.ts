/**
 * A scripted editor without its socket: an honest partner of the hub, in memory, for the demo, the tests and the
 * simulator.
 *
 * Owns: the editor's side of docs/protocol.md. Messages go in, messages come out; the user's part is editor-user.ts.
 * Must never: know a socket, a timer, the time or a random number: the same calls give the same answers.
 */
import type { Uuid } from "#shared/ids.ts";
import { laneReadBack, rowFlag, type TransformFrame, type TransformRow } from "#shared/protocol/binary.ts";
import type { DownMessage, DownMessageOf } from "#shared/protocol/down.ts";
import type { Document, Hello, Mode, Role } from "#shared/protocol/handshake.ts";
import type { Activity, UpMessageOf, VerifiedItem } from "#shared/protocol/up.ts";
import { protocolVersion, protocolVersionMin } from "#shared/protocol/version.ts";
import { type FieldName, type FieldValue, transformFields } from "#shared/scene/fields.ts";
import { EditorApply } from "./editor-apply.ts";
import { type CaptureParts, capture, changedFields } from "./editor-capture.ts";
import { indexPages } from "./editor-index.ts";
import { EditorOutbox } from "./editor-outbox.ts";
import { EditorScene } from "./editor-scene.ts";
import { EditorShadow } from "./editor-shadow.ts";
import { reconcileUndo } from "./editor-undo.ts";
import { spaceFor } from "./native-space.ts";
import { type Outgoing, saying } from "./outgoing.ts";
import { fieldsOfRow, rowOf } from "./transform-row.ts";

export type EditorIdentity = {
  readonly role: Role;
  /** Once per editor process. */
  readonly instance: Uuid;
  readonly name: string;
  readonly version: string;
  /** Blender's `scale_length`. */
  readonly metresPerUnit?: number;
};

/** Rejections remembered, for the panel and for tests. */
const rejectionsMax = 100;
const noDocument: Document = { uuid: null, name: "untitled", saved: false };

export class EditorModel {
  readonly identity: EditorIdentity;
  readonly scene: EditorScene;
  /** What the user touched and capture has not looked at yet. */
  readonly dirty = new Set<Uuid>();
  readonly copies = new Map<Uuid, Uuid>();
  readonly #shadow: EditorShadow;
  readonly #apply: EditorApply;
  readonly #outbox = new EditorOutbox();
  #document: Document = noDocument;
  #epoch = 1;
  #activity: Activity = "idle";
  #project: Uuid | null = null;
  #log: Uuid | null = null;
  #appliedLsn = 0;
  #finalLsn = 0;
  /** A shadow of this document was made: differences are the user's. */
  #isKnown = false;
  #isLinked = false;
  #mode: Mode | null = null;
  #refusal: DownMessageOf<"refused"> | null = null;
  #rejections: DownMessageOf<"rejected">[] = [];

  constructor(identity: EditorIdentity) {
    this.identity = identity;
    this.scene = new EditorScene(spaceFor(identity.role, identity.metresPerUnit));
    this.#shadow = new EditorShadow(identity.role);
    this.#apply = new EditorApply(this.scene, this.#shadow);
  }

  get isLinked(): boolean {
    return this.#isLinked;
  }

  get epoch(): number {
    return this.#epoch;
  }

  /** The mode that the hub last told; null before the first welcome. */
  get mode(): Mode | null {
    return this.#mode;
  }

  get appliedLsn(): number {
    return this.#appliedLsn;
  }

  get finalLsn(): number {
    return this.#finalLsn;
  }

  /** Changes without an answer yet. */
  get unanswered(): number {
    return this.#outbox.size;
  }

  /** Why the hub did not let it in, until it does. */
  get refusal(): DownMessageOf<"refused"> | null {
    return this.#refusal;
  }

  /** The last changes that the hub refused, oldest first. */
  get rejections(): readonly DownMessageOf<"rejected">[] {
    return this.#rejections;
  }

  get held(): ReadonlySet<Uuid> {
    return this.#apply.held;
  }

  hello(nonce: string): Hello {
    const { role, instance, name, version } = this.identity;
    const mayResume = this.#isKnown && this.#log !== null;
    return {
      kind: "hello",
      protocol: { min: protocolVersionMin, max: protocolVersion },
      role,
      editor: { name, version },
      plugin: "demo",
      instance,
      project: this.#project,
      document: this.#document,
      epoch: this.#epoch,
      nonce,
      resume: mayResume ? { log: this.#log as Uuid, lsn: this.#appliedLsn } : null,
    };
  }

  /** The socket is gone; what the user does meanwhile is found at the next welcome. */
  disconnected(): void {
    this.#isLinked = false;
  }

  /** What the user did since the last call. Nothing while there is no link. */
  capture(): Outgoing[] {
    if (!this.#isLinked || this.dirty.size === 0) return [];
    const found = capture(this.#parts, this.dirty);
    this.dirty.clear();
    return found;
  }

  /** The user took something back: what the other side wrote last stays, the rest is an edit. */
  undone(): void {
    reconcileUndo({ scene: this.scene, shadow: this.#shadow });
    for (const uuid of [...this.scene.uuids(), ...this.#shadow.uuids()]) this.dirty.add(uuid);
  }

  /** Every change without an answer, again: after a rejection that asked for it. */
  resend(): Outgoing[] {
    return this.#isLinked ? this.#outbox.all() : [];
  }

  /** The user's edits are looked at first: a remote value must never overwrite one that nobody has seen. */
  receive(message: DownMessage): Outgoing[] {
    const found = this.capture();
    return this.isForAnotherDocument(message) ? found : [...found, ...this.#receive(message)];
  }

  /** It was on its way when another document was opened [WIRE-11]. */
  isForAnotherDocument(message: DownMessage): boolean {
    return "epoch" in message && message.epoch !== null && message.epoch !== this.#epoch;
  }

  receiveFrame(frame: TransformFrame): Outgoing[] {
    const found = this.capture();
    if (frame.epoch !== this.#epoch) return found;
    const { stamp, lsn, rows } = frame;
    const ops = rows.map((row) => ({ op: "set", uuid: row.uuid, fields: fieldsOfRow(row), stamp }) as const);
    this.#apply.take(ops, this.#appliedLsn);
    this.#appliedLsn = lsn;
    return found;
  }

  setActivity(activity: Activity): Outgoing[] {
    this.#activity = activity;
    return this.#isLinked ? [this.#state()] : [];
  }

  /** The user takes hold of objects (a drag, a field being typed in). */
  grab(uuids: readonly Uuid[]): Outgoing[] {
    for (const uuid of uuids) this.#apply.held.add(uuid);
    return this.#isLinked ? [this.#heldMessage()] : [];
  }

  /** The user lets go of everything: the edit is captured before what waited is applied. */
  release(): Outgoing[] {
    const found = this.capture();
    this.#apply.release();
    return this.#isLinked ? [...found, this.#heldMessage()] : [];
  }

  /** Another file: a new epoch without a shadow. `fill` builds its scene. */
  open(document: Document, fill: () => void): Outgoing[] {
    this.#document = document;
    this.#epoch += 1;
    this.#isKnown = false;
    this.#appliedLsn = 0;
    this.#outbox.clear();
    this.#shadow.clear();
    this.#apply.clear();
    this.scene.clear();
    fill();
    this.dirty.clear();
    this.copies.clear();
    return this.#isLinked ? this.#list() : [];
  }

  bye(reason: UpMessageOf<"bye">["reason"]): Outgoing[] {
    return [...this.capture(), saying({ kind: "bye", reason })];
  }

  get #parts(): CaptureParts {
    const { scene, copies } = this;
    const baseOf = (uuids: readonly Uuid[]) => this.#apply.firstWaiting(uuids, this.#appliedLsn);
    return { scene, shadow: this.#shadow, outbox: this.#outbox, epoch: this.#epoch, copies, baseOf };
  }

  #receive(message: DownMessage): Outgoing[] {
    switch (message.kind) {
      case "welcome":
        return this.#welcome(message);
      case "refused":
        this.#refusal = message;
        return [];
      case "accepted":
        this.#outbox.settle(message.seq);
        return [];
      case "rejected":
        this.#rejections = [...this.#rejections.slice(1 - rejectionsMax), message];
        if (message.seq !== null && !message.retry) this.#outbox.settle(message.seq);
        return [];
      case "apply":
        this.#apply.take(message.ops, this.#appliedLsn);
        this.#appliedLsn = message.lsn;
        return [];
      case "verify":
        this.#apply.take([], this.#appliedLsn);
        return this.#verify(message);
      case "final":
        this.#finalLsn = message.lsn;
        return [];
      case "status":
        this.#mode = message.mode;
        return [];
      case "reindex":
        return [...this.#list(), ...this.#outbox.all()];
      case "challenge":
        return [];
    }
  }

  #welcome(message: DownMessageOf<"welcome">): Outgoing[] {
    this.#isLinked = true;
    this.#refusal = null;
    this.#project = message.project;
    this.#log = message.log;
    this.#mode = message.mode;
    this.#shadow.observe(message.stamp);
    const held = this.held.size > 0 ? [this.#heldMessage()] : [];
    // Another file may have been opened since the greeting: what the hub resumes is the one before.
    if (!message.resumed || !this.#isKnown) return [...this.#list(), ...this.#outbox.all(), ...held];
    return [this.#state(), ...this.#outbox.all(), ...this.capture(), ...held];
  }

  #list(): Outgoing[] {
    // Nowhere to resume from until what the list lacked is there ([WIRE-16]).
    this.#appliedLsn = 0;
    this.#apply.forgetWaiting();
    const pages = indexPages(this.#parts, this.#isKnown);
    this.#isKnown = true;
    this.dirty.clear();
    return [this.#state(), ...pages.map(saying)];
  }

  #state(): Outgoing {
    const { dirty } = this;
    return saying({
      kind: "state",
      epoch: this.#epoch,
      activity: this.#activity,
      document: this.#document,
      unsaved: dirty.size > 0,
      undoSteps: 0,
    });
  }

  #heldMessage(): Outgoing {
    return saying({ kind: "held", epoch: this.#epoch, uuids: [...this.held] });
  }

  /** Read from the live scene [WIRE-25]. */
  #verify({ epoch, batch, transforms, items }: DownMessageOf<"verify">): Outgoing[] {
    const rows = transforms.map((uuid) => this.#readBackRow(uuid));
    const frame = { lane: laneReadBack, seq: batch, epoch, lsn: 0, stamp: 0, rows };
    const verified = saying({ kind: "verified", epoch, batch, items: items.map((item) => this.#readBack(item)) });
    return rows.length === 0 ? [verified] : [{ kind: "frame", frame }, verified];
  }

  #readBackRow(uuid: Uuid): TransformRow {
    const fields = this.scene.read(uuid);
    if (fields === undefined) return rowOf(uuid, {}, rowFlag.missing | (this.#isLeaving(uuid) ? rowFlag.pending : 0));
    const pending = this.#pending(uuid);
    const isPending = transformFields.some((name) => pending.has(name));
    const flags = (this.#apply.isWaiting(uuid) ? rowFlag.held : 0) | (isPending ? rowFlag.pending : 0);
    return rowOf(uuid, fields, flags);
  }

  #readBack({ uuid, fields: names }: DownMessageOf<"verify">["items"][number]): VerifiedItem {
    const live = this.scene.read(uuid);
    if (live === undefined)
      return { uuid, fields: {}, missing: true, ...(this.#isLeaving(uuid) ? { pending: ["name"] } : {}) };
    const fields: { [Name in FieldName]?: FieldValue } = {};
    for (const name of names) {
      const value = live[name];
      if (value !== undefined) fields[name] = value;
    }
    const known = this.#pending(uuid);
    // Asked only whether it is there: it was deleted, as far as the hub knows.
    const pending = names.length === 0 ? [...known] : names.filter((name) => known.has(name));
    return {
      uuid,
      fields,
      ...(pending.length > 0 ? { pending } : {}),
      ...(this.#apply.isWaiting(uuid) ? { held: true } : {}),
    } as VerifiedItem;
  }

  /** Its deletion is the user's, and not accepted yet. */
  #isLeaving(uuid: Uuid): boolean {
    return this.#shadow.has(uuid) || this.#outbox.isDeleting(uuid);
  }

  #pending(uuid: Uuid): Set<FieldName> {
    const pending = this.#outbox.pendingFields(uuid);
    for (const name of Object.keys(changedFields(this.#parts, uuid))) pending.add(name as FieldName);
    if (this.#apply.isParentPostponed(uuid)) pending.add("parent");
    return pending;
  }
}
