/**
 * The whole system in one process, from one seed: the real hub on a disk that loses power, two honest editors, cables
 * that break, stall and stay half open, clocks that jump. First with faults, then without: everything comes to rest.
 */
import { strict as assert } from "node:assert";
import { limits } from "#electron/core/limits.ts";
import type { State } from "#electron/core/state.ts";
import { EditorModel } from "#electron/demo/editor-model.ts";
import { EditorUser } from "#electron/demo/editor-user.ts";
import type { Wire, WireEvent } from "#electron/ports/wire.ts";
import { choices } from "#shared/choice.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Failure } from "#shared/result.ts";
import { FakeDisk, keepAll, randomFate } from "#tests/wal/fake-disk.ts";
import { freshProject } from "#tests/wal/log-life.ts";
import { Cable } from "./cable.ts";
import { SimHistory } from "./history.ts";
import { checkReplay, checkSame, checkVersions } from "./invariants.ts";
import { Dice } from "./random.ts";
import { dieAndReturn, editRandomly, openAnother, reviewRandomly } from "./script.ts";
import {
  type Cruelty,
  drawFaults,
  drawRareness,
  kind,
  never,
  type Rareness,
  type StackFaults,
} from "./stack-faults.ts";
import { openHub, StackHub } from "./stack-hub.ts";
import { unrestOf } from "./unrest.ts";
import { VirtualTime } from "./virtual-time.ts";
import { Witness } from "./witness.ts";
import { checkedDown, checkedFrame, eventOf, type SimEditor } from "./world.ts";

/** A person who waits for safe mode to end by itself, and then ends it. */
const patienceMs = 20_000;
/** Beyond this, what is not at rest never will be. */
const restMaxMs = 180_000;
const restartMs = 2_000;
/** How often somebody looks at what is held back, a round of about 125 ms. */
const decideChance = 0.02;
const wallStartMs = 1_790_000_000_000;

/** The editor's own end of a cable; the hub may not know yet that it is gone. */
export type StackEditor = SimEditor & { cable: Cable | null };

export class StackWorld {
  readonly dice: Dice;
  readonly time = new VirtualTime();
  readonly witness = new Witness();
  readonly history: SimHistory;
  readonly editors: readonly StackEditor[];
  faults: StackFaults;
  /** What people's clock shows, against the time that passes. */
  wallShiftMs = wallStartMs;
  hub: StackHub | null = null;
  disk: FakeDisk;
  /** How often an editor looks for what was done in it. */
  editorTickMs = 80;
  cruelty: Cruelty = kind;
  /** What a user does when something is done. */
  edit: (world: StackWorld, editor: StackEditor) => void = editRandomly;
  crashes = 0;
  /** How often each rare moment comes, at every occasion. */
  readonly #rareness: Rareness;
  #mayFail = true;
  #faultyUntilMs = 0;
  readonly #wrong: string[] = [];
  /** Of every third seed: who decides about what is held back waits until all else has come to rest. */
  readonly #isPatient: boolean;
  #nextConnection = 1;
  readonly #cables = new Map<number, { readonly cable: Cable; readonly editor: StackEditor }>();

  constructor(seed: number, faults?: StackFaults, rareness = faults ? never : undefined) {
    this.dice = new Dice(seed);
    this.#isPatient = seed % 3 === 0;
    this.#rareness = rareness ?? drawRareness(this.dice);
    this.faults = faults ?? drawFaults(this.dice);
    this.history = new SimHistory(this.dice, this.witness.log);
    this.disk = this.#newDisk(new FakeDisk(freshProject));
    this.editors = (["blender", "unity"] as const).map((role) => this.#newEditor(role));
  }

  get state(): State {
    assert(this.hub, "the hub is down");
    return this.hub.state;
  }

  get nowMs(): number {
    return this.time.nowMs;
  }

  /** A storm, then rest; throws with what is wrong. */
  async run(faultyMs: number): Promise<void> {
    await this.live(async () => {
      await this.storm(faultyMs);
      await this.rest();
    });
  }

  /** From the first start on, in its own time. */
  async live(days: () => Promise<void>): Promise<void> {
    const restore = this.time.install();
    try {
      this.#startHub();
      for (const editor of this.editors) this.#live(editor);
      await days();
    } finally {
      restore();
    }
  }

  /** Users work, and everything breaks that may. */
  async storm(faultyMs: number): Promise<void> {
    this.#mayFail = true;
    for (this.#faultyUntilMs = this.time.nowMs + faultyMs; this.time.nowMs < this.#faultyUntilMs; ) {
      await this.time.passUntil(this.time.nowMs + 1 + this.dice.below(250));
      this.#misfortune();
      this.#checkNothingWrong();
    }
  }

  #newDisk(disk: FakeDisk): FakeDisk {
    disk.syncGate = () => new Promise((resolve) => setTimeout(resolve, this.#syncMs()));
    disk.onOperation = ({ name }) => {
      const isFaulty = name === "datasync" && this.#mayFail && this.dice.chance(this.faults.syncFault);
      if (isFaulty) return { kind: "error", errno: "EIO" };
      const isFull = name === "write" && this.#isCruel(this.cruelty.fullDisk);
      return isFull ? { kind: "error", errno: "ENOSPC" } : undefined;
    };
    return disk;
  }

  #syncMs(): number {
    if (!this.#mayFail) return 2;
    return this.dice.chance(this.faults.slowSync) ? this.dice.below(1_500) : this.dice.below(20);
  }

  #newEditor(role: Role): StackEditor {
    const model = new EditorModel({ role, instance: this.dice.uuid(), name: role, version: "1" });
    const user = new EditorUser(model, () => this.dice.uuid());
    return { role, model, user, connection: null, cable: null, up: [], down: [] };
  }

  /** An editor's own clock: it connects again when it is alone, its user works, and it looks for what was done. */
  #live(editor: StackEditor): void {
    this.time.after(this.editorTickMs, () => this.#live(editor));
    if (editor.cable === null && this.hub && (!this.#mayFail || this.dice.chance(0.2))) this.#connect(editor);
    if (this.#mayFail && this.dice.chance(this.faults.edit)) this.edit(this, editor);
    editor.up.push(...editor.model.capture());
    this.#send(editor);
  }

  #connect(editor: StackEditor): void {
    const { time, dice } = this;
    const connection = this.#nextConnection;
    this.#nextConnection += 1;
    const cable = new Cable(connection, { time, dice, slowness: this.#mayFail ? this.faults.slowness : 0 });
    this.#cables.set(connection, { cable, editor });
    Object.assign(editor, { cable, connection, up: [] });
    const hello = editor.model.hello("0".repeat(64));
    this.witness.note(`${editor.role} connects`, connection);
    cable.carry("up", () => this.#toHub({ kind: "greeted", connection, hello, protocol: 1 }));
  }

  /** All that the editor has to say goes on its way. */
  #send(editor: StackEditor): void {
    for (const outgoing of editor.up.splice(0)) {
      const event = eventOf(editor, outgoing);
      editor.cable?.carry("up", () => {
        this.witness.heard(editor, outgoing);
        this.#toHub(event);
      });
    }
  }

  #toHub(event: WireEvent): void {
    this.hub?.engine.onWire(event);
  }

  /** The editor's end is gone; the hub hears of it so much later. */
  #cut(editor: StackEditor, hubHearsMs: number): void {
    const { cable } = editor;
    if (cable === null) return;
    this.witness.note(`${editor.role} is cut off`, hubHearsMs);
    cable.isBroken = true;
    Object.assign(editor, { cable: null, connection: null, up: [] });
    editor.model.disconnected();
    const { connection } = cable;
    this.time.after(hubHearsMs, () => this.#closed(connection));
  }

  #closed(connection: number): void {
    if (this.#cables.delete(connection)) this.#toHub({ kind: "closed", connection });
  }

  #wire(): Wire {
    const down = (connection: number, deliver: (editor: StackEditor) => void) => {
      const end = this.#cables.get(connection);
      end?.cable.carry("down", () => {
        deliver(end.editor);
        this.#send(end.editor);
        if (end.cable.isDrained) this.#toHub({ kind: "drained", connection });
      });
    };
    return {
      port: 1,
      send: (connection, message) => {
        const checked = checkedDown(message);
        const end = this.#cables.get(connection);
        if (end) this.witness.told(end.editor, checked, this.state);
        down(connection, ({ model, up }) => up.push(...model.receive(checked)));
      },
      sendFrame: (connection, frame) => {
        const checked = checkedFrame(frame);
        down(connection, ({ model, up }) => up.push(...model.receiveFrame(checked)));
      },
      bufferedBytes: (connection) => {
        const cable = this.#cables.get(connection)?.cable;
        return cable?.isClogged ? limits.bufferedBytesMax + 1 : 0;
      },
      close: (connection) => {
        const end = this.#cables.get(connection);
        if (!end) return;
        if (end.editor.cable === end.cable) this.#cut(end.editor, 0);
        else this.#closed(connection);
      },
      stop: () => Promise.resolve(),
    };
  }

  /** On a full disk it does not open; somebody makes room and tries again. */
  #startHub(): void {
    try {
      this.#openHub();
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith("E_DISK_FULL"))) throw error;
      this.witness.note("the disk is full", error.message);
      this.time.after(restartMs, () => this.#startHub());
    }
  }

  #openHub(): void {
    const { disk, dice, witness, history, time } = this;
    const clock = { nowMs: () => time.nowMs + this.wallShiftMs, monotonicMs: () => time.nowMs };
    this.hub = new StackHub({
      disk,
      dice,
      witness,
      history,
      clock,
      buggify: (moment) => this.#mayFail && dice.chance(this.#rareness[moment]),
      wire: this.#wire(),
      onHalt: (reason) => this.#halted(reason),
    });
    checkReplay(this);
    // I5: who recovers what was recovered finds the same.
    checkSame(this.state, openHub(new FakeDisk(disk.crash(keepAll)), clock).state);
  }

  /** The engine stops by itself for the disk's sake alone, and then a person restarts it. */
  #halted({ code, message }: Failure): void {
    if (code !== "E_WAL_FSYNC" && code !== "E_DISK_FULL") this.#wrong.push(`the hub halted: ${code} ${message}`);
    this.witness.note("the hub halts", code);
    this.time.after(restartMs, () => {
      if (this.hub?.engine.halted) this.#crash(false);
    });
  }

  /** The hub dies; after a power cut the disk is what had reached the medium, and something of the rest. */
  #crash(powerCut: boolean): void {
    this.crashes += 1;
    this.witness.note(powerCut ? "the power is cut" : "the hub crashes", null);
    for (const editor of this.editors) this.#cut(editor, 0);
    this.#cables.clear();
    this.time.forgetHub();
    this.hub = null;
    if (powerCut) this.disk = this.#newDisk(new FakeDisk(this.disk.crash(randomFate(this.dice.below(2 ** 31)))));
    this.time.after(this.dice.below(3_000), () => this.#startHub());
  }

  #misfortune(): void {
    const { dice, faults } = this;
    const editor = dice.pick(this.editors) as StackEditor;
    if (dice.chance(faults.cut)) this.#cut(editor, dice.chance(faults.halfOpen) ? dice.below(40_000) : 0);
    if (dice.chance(faults.stall)) editor.cable?.stall(dice.chance(0.5) ? "up" : "down", dice.below(9_000));
    if (dice.chance(faults.clockJump)) this.wallShiftMs = wallStartMs + (dice.pick(clockJumpsMs) ?? 0);
    if (dice.chance(faults.suspend)) this.#suspend();
    if (dice.chance(decideChance)) this.#decide();
    if (dice.chance(faults.swizzle)) for (const each of this.editors) this.#swizzle(each);
    if (dice.chance(faults.open)) this.#open(editor);
    if (dice.chance(faults.busy)) this.#busy(editor);
    if (this.#isCruel(this.cruelty.death)) this.#die(editor);
    if (this.hub && dice.chance(faults.review)) {
      const { engine, links, state } = this.hub;
      reviewRandomly({ dice, links, state }, (input) => engine.push(input));
    }
    if (this.hub && dice.chance(faults.crash)) this.#crash(dice.chance(faults.powerCut));
  }

  /** Without cruelty no dice fall for it. */
  #isCruel(chance: number): boolean {
    return this.#mayFail && chance > 0 && this.dice.chance(chance);
  }

  #swizzle({ cable }: StackEditor): void {
    for (const direction of ["up", "down"] as const) cable?.stall(direction, this.dice.below(9_000));
  }

  #open(editor: StackEditor): void {
    openAnother(this, editor);
    this.witness.note(`${editor.role} opens another document`, editor.model.epoch);
    this.#send(editor);
  }

  #die(editor: StackEditor): void {
    this.#cut(editor, 0);
    const reborn = this.#newEditor(editor.role);
    dieAndReturn(this, editor, reborn);
    this.witness.note(`${editor.role} dies`, reborn.model.identity.instance);
    const { model, user } = reborn;
    Object.assign(editor, { model, user, up: [] });
  }

  #busy(editor: StackEditor): void {
    const activity = this.dice.pick(["playing", "compiling", "rendering"] as const) ?? "playing";
    editor.up.push(...editor.model.setActivity(activity));
    this.#send(editor);
    this.time.after(this.dice.below(10_000), () => {
      editor.up.push(...editor.model.setActivity("idle"));
      this.#send(editor);
    });
  }

  /** The lid is closed over night. */
  #suspend(): void {
    this.witness.note("suspend", null);
    this.time.suspend(8 * hourMs);
    this.#faultyUntilMs += 8 * hourMs;
  }

  /** No more faults and no more edits. A person ends a safe mode that does not end by itself. */
  async rest(): Promise<void> {
    this.#mayFail = false;
    // People's clock is nobody's business: it may be wrong for ever.
    if (this.faults.clockJump > 0) this.wallShiftMs = wallStartMs - 24 * hourMs;
    for (const editor of this.editors) {
      this.#cut(editor, 0);
      editor.model.release();
    }
    const startMs = this.time.nowMs;
    for (let isQuiet = false; !isQuiet; ) {
      await this.time.passUntil(this.time.nowMs + 1_000);
      this.#checkNothingWrong();
      const restedMs = this.time.nowMs - startMs;
      assert(restedMs < restMaxMs, `I7: not quiet after ${restMaxMs} ms: ${this.unrest}`);
      if (restedMs > patienceMs && this.hub?.state.head.mode === "safe")
        this.hub.engine.push({ kind: "safe-mode", on: false, reason: "" });
      // After many failures it paused itself, and somebody has looked.
      if (restedMs > patienceMs && this.hub?.state.head.mode === "paused")
        this.hub.engine.push({ kind: "pause", paused: false });
      const isAllElseQuiet = this.unrest === `${this.hub?.state.quarantine.size} held back`;
      if (isAllElseQuiet) checkVersions(this);
      if (isAllElseQuiet || !this.#isPatient) this.#decide();
      isQuiet = restedMs > 5_000 && this.unrest === "";
    }
  }

  /** What was found where nobody would have heard an exception. */
  #checkNothingWrong(): void {
    assert.deepEqual([...this.#wrong, ...this.history.wrong], []);
  }

  /** A person chooses whose version of the oldest thing that is held back counts. */
  #decide(): void {
    const uuid = this.hub?.state.quarantine.keys().next().value;
    if (uuid === undefined || !this.dice.chance(0.5)) return;
    const keep = this.dice.pick(choices) ?? "agreed";
    this.witness.note(`a person keeps ${keep}`, uuid);
    this.hub?.engine.push({ kind: "release", uuids: [uuid], keep });
  }

  get unrest(): string {
    return unrestOf(this.hub, this.editors);
  }
}

const hourMs = 3_600_000;
/** An hour or a day off, and a board whose battery is empty. */
const clockJumpsMs = [0, hourMs, -hourMs, 24 * hourMs, -24 * hourMs, -wallStartMs];
