/**
 * One process, one seed: the real core and two real editor models over a fake network, a fake clock and a fake log.
 *
 * Messages keep their order per direction, like a socket, but wait as long as the dice say. A cut loses what is on
 * the way; a crash of the hub loses what its log has not made durable, and everything it only remembered.
 */
import type { Effect } from "#electron/core/effect.ts";
import type { Facts, Input } from "#electron/core/input.ts";
import { Links } from "#electron/core/links.ts";
import { plan } from "#electron/core/plan.ts";
import { State } from "#electron/core/state.ts";
import type { EditorMessage, WireEvent } from "#electron/core/wire-event.ts";
import { EditorModel } from "#electron/demo/editor-model.ts";
import { EditorUser } from "#electron/demo/editor-user.ts";
import type { Outgoing } from "#electron/demo/outgoing.ts";
import type { TransformFrame } from "#shared/protocol/binary.ts";
import { decodeTransforms, encodeTransforms } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import { downMessageSchema } from "#shared/protocol/down.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { upMessageSchema } from "#shared/protocol/up.ts";
import { Dice } from "./random.ts";
import { Witness } from "./witness.ts";

type Down =
  | { readonly kind: "message"; readonly message: DownMessage }
  | { readonly kind: "frame"; readonly frame: TransformFrame };

export type SimEditor = {
  readonly role: Role;
  readonly model: EditorModel;
  readonly user: EditorUser;
  connection: number | null;
  up: Outgoing[];
  down: Down[];
};

const logId = "00000000-0000-4000-8000-000000000001";
const project = { id: "00000000-0000-4000-8000-000000000002", name: "Simulated" };

export class World {
  readonly dice: Dice;
  /** Decides about conflicts; dice of its own, so that a script is the same with and without them. */
  readonly person: Dice;
  decided = 0;
  readonly editors: readonly SimEditor[];
  readonly witness = new Witness();
  state = new State();
  links = new Links();
  nowMs = 1_000_000;
  /** May look, and must touch nothing. */
  beforeTurn: (inputs: readonly Input[], facts: Facts) => void = () => undefined;
  /** Of the log, which survives a crash of the process: how much survives a power cut. */
  #durable = 0;
  #nextConnection = 1;
  /** What the sockets will tell the hub, and when. */
  #unheard: { readonly atMs: number; readonly event: WireEvent }[] = [];
  #waiting: { effect: Extract<Effect, { kind: "send" | "send-frame" }> }[] = [];

  constructor(seed: number) {
    this.dice = new Dice(seed);
    this.person = new Dice(seed + 0x9e37);
    this.editors = (["blender", "unity"] as const).map((role) => this.#newEditor(role));
    this.turn([{ kind: "boot", pid: 1, version: "sim", recovered: "", crashed: false }]);
  }

  #newEditor(role: Role): SimEditor {
    const model = new EditorModel({ role, instance: this.dice.uuid(), name: role, version: "1" });
    return { role, model, user: new EditorUser(model, () => this.dice.uuid()), connection: null, up: [], down: [] };
  }

  connect(editor: SimEditor): void {
    if (editor.connection !== null) return;
    editor.connection = this.#nextConnection;
    this.#nextConnection += 1;
    this.witness.note(`${editor.role} connects`, null);
    const hello = editor.model.hello("0".repeat(64));
    this.turn([{ kind: "wire", event: { kind: "greeted", connection: editor.connection, hello, protocol: 1 } }]);
  }

  /** The editor's end is gone; the hub hears of it so much later. */
  cut(editor: SimEditor, hubHearsMs = 0): void {
    const { connection } = editor;
    if (connection === null) return;
    this.witness.note(`${editor.role} is cut off`, null);
    editor.connection = null;
    editor.up = [];
    editor.down = [];
    editor.model.disconnected();
    this.#later(hubHearsMs, { kind: "closed", connection });
  }

  /** It reads too slowly: the hub leaves it behind until its buffer is empty. */
  clog(editor: SimEditor, ms: number): void {
    const link = this.links.ofConnection(editor.connection);
    if (link === undefined || link.connection === null) return;
    this.witness.note(`${editor.role} is clogged`, ms);
    link.clogged = true;
    this.#later(ms, { kind: "drained", connection: link.connection });
  }

  #later(ms: number, event: WireEvent): void {
    if (ms === 0) this.turn([{ kind: "wire", event }]);
    else this.#unheard.push({ atMs: this.nowMs + ms, event });
  }

  /** The user's edits are looked for, as an editor's tick does. */
  capture(editor: SimEditor): void {
    editor.up.push(...editor.model.capture());
  }

  /** Up to `count` messages of one editor reach the hub, in one turn. */
  deliverUp(editor: SimEditor, count: number): void {
    const inputs: Input[] = [];
    for (const outgoing of editor.up.splice(0, count)) {
      this.witness.heard(editor, outgoing);
      inputs.push({ kind: "wire", event: eventOf(editor, outgoing) });
    }
    if (inputs.length > 0) this.turn(inputs);
  }

  deliverDown(editor: SimEditor): void {
    const down = editor.down.shift();
    if (!down) return;
    this.witness.note(`${editor.role} receives`, down.kind === "frame" ? "frame" : down.message.kind);
    const said = down.kind === "frame" ? editor.model.receiveFrame(down.frame) : editor.model.receive(down.message);
    editor.up.push(...said);
  }

  tick(ms: number): void {
    this.nowMs += ms;
    const due = this.#unheard.filter(({ atMs }) => atMs <= this.nowMs);
    this.#unheard = this.#unheard.filter(({ atMs }) => atMs > this.nowMs);
    this.turn([...due.map(({ event }): Input => ({ kind: "wire", event })), { kind: "tick" }]);
  }

  turn(inputs: readonly Input[]): void {
    const facts = { nowMs: this.nowMs, newUuid: () => this.dice.uuid(), durableLsn: this.#durable, project, logId };
    this.beforeTurn(inputs, facts);
    const draft = plan(this.state, this.links, { inputs, facts });
    for (const record of draft.records) this.witness.logged(this.witness.log.lastLsn + 1, record);
    this.state.commit();
    for (const effect of draft.effects) this.#perform(effect);
    this.witness.checkTurn(this.state, this.links);
  }

  /** The log reaches the medium; what waited for it leaves. */
  flush(): void {
    this.#durable = this.witness.log.lastLsn;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { effect } of waiting) this.#send(effect);
  }

  /** The hub dies. `powerCut`: with it everything that was not durable. */
  crash(powerCut: boolean): void {
    this.witness.note(powerCut ? "the power is cut" : "the hub crashes", null);
    for (const editor of this.editors) {
      editor.connection = null;
      editor.up = [];
      editor.down = [];
      editor.model.disconnected();
    }
    const { lastLsn } = this.witness.log;
    const keptLsn = powerCut ? this.#durable + this.dice.below(lastLsn - this.#durable + 1) : lastLsn;
    this.#waiting = [];
    this.#unheard = [];
    this.witness.recovered(keptLsn);
    this.links = new Links();
    this.state = this.witness.log.recovered();
    this.turn([{ kind: "boot", pid: 2, version: "sim", recovered: "", crashed: true }]);
    this.flush();
  }

  #perform(effect: Effect): void {
    if (effect.kind === "send" || effect.kind === "send-frame") {
      const isFree = effect.durableLsn <= this.#durable && !this.#isWaiting(effect.connection);
      if (isFree) this.#send(effect);
      else this.#waiting.push({ effect });
    } else if (effect.kind === "close") {
      const editor = this.editors.find(({ connection }) => connection === effect.connection);
      if (editor) this.cut(editor);
    } else if (effect.kind === "paired-snapshot") {
      const { role, epoch } = effect;
      this.turn([{ kind: "paired-snapshot", role, epoch, code: null }]);
    }
  }

  #isWaiting(connection: number): boolean {
    return this.#waiting.some(({ effect }) => effect.connection === connection);
  }

  #send(effect: Extract<Effect, { kind: "send" | "send-frame" }>): void {
    const editor = this.editors.find(({ connection }) => connection === effect.connection);
    if (!editor) return;
    if (effect.kind === "send") {
      const message = checkedDown(effect.message);
      this.witness.told(editor, message, this.state);
      editor.down.push({ kind: "message", message });
    } else editor.down.push({ kind: "frame", frame: checkedFrame(effect.frame) });
  }
}

export function eventOf(editor: SimEditor, outgoing: Outgoing): WireEvent {
  const connection = editor.connection as number;
  if (outgoing.kind === "frame") return { kind: "frame", connection, frame: checkedFrame(outgoing.frame) };
  const message = upMessageSchema.parse(JSON.parse(JSON.stringify(outgoing.message))) as EditorMessage;
  return { kind: "message", connection, message };
}

export function checkedDown(message: DownMessage): DownMessage {
  return downMessageSchema.parse(JSON.parse(JSON.stringify(message)));
}

export function checkedFrame(frame: TransformFrame): TransformFrame {
  const decoded = decodeTransforms(encodeTransforms(frame));
  if (!decoded.ok) throw new Error(decoded.failure.message);
  return decoded.value;
}
