/**
 * R23: identities as a model says them: who is alive, who is dead since when, and which write counts. fast-check makes
 * up the orders, stale stamps and restarts; every answer and every step's state is compared with the model.
 */
import fc from "fast-check";
import { it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import type { Record } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { decodeRecord, encodeRecord } from "#electron/engine/record-codec.ts";
import { decodeState, encodeState } from "#electron/engine/state-codec.ts";
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import { stampOf } from "#shared/scene/stamp.ts";
import { longTestMs, scaled } from "#tests/hostile/scale.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";
import { stateText } from "./state-text.ts";

const runs = scaled(300, 100_000);
const commandsMax = 40;
/** So few, and stamps so near to each other, that all of them meet. */
const uuidsMax = 3;
const lamportMax = 12;
/** Longer than the loop guard remembers. */
const restMs = 1_001;

type Alive = {
  readonly createdStamp: number;
  readonly name: string;
  readonly nameStamp: number;
  readonly rest: number;
};
type Model = { readonly alive: Map<Uuid, Alive>; readonly dead: Map<Uuid, number> };
type Act = { readonly role: Role; readonly uuid: Uuid; readonly lamport: number };

const stampBy = ({ role, lamport }: Act) => stampOf(lamport, role);
/** A deletion counts only above the stamp with which the thing is there. */
const presence = ({ createdStamp, nameStamp, rest }: Alive) => Math.max(createdStamp, Math.min(nameStamp, rest));

function fail(what: string): never {
  throw new Error(what);
}

function same(found: unknown, expected: unknown, what: string): void {
  const [one, other] = [JSON.stringify(found), JSON.stringify(expected)];
  if (one !== other) fail(`${what}: ${one} instead of ${other}`);
}

function compare({ alive, dead }: Model, { state }: Desk): void {
  const living = [...state.entities.values()].map(({ uuid, registers }) => [uuid, registers.name?.value]);
  same(living.sort(), [...alive].map(([uuid, { name }]) => [uuid, name]).sort(), "who is alive");
  const gone = [...state.tombstones.entries()].map(([uuid, { stamp }]) => [uuid, stamp]);
  same(gone.sort(), [...dead].sort(), "who is dead");
  for (const uuid of dead.keys()) if (state.entities.has(uuid)) fail(`${uuid} is both`);
}

/** Says it and checks the answer: the code, or "" when nothing was refused. */
function say(desk: Desk, act: Act, { operation, code }: { operation: Operation; code: string }): void {
  desk.say(act.role, { ...desk.changeOf(act.role, [operation]), stamp: stampBy(act) });
  const answer = desk.told(act.role, "accepted").at(-1);
  same(
    answer?.refused.map((one) => one.code),
    code === "" ? [] : [code],
    `answer to ${operation.op}`,
  );
  desk.tick(restMs);
}

class Create implements fc.Command<Model, Desk> {
  readonly #act: Act;
  constructor(act: Act) {
    this.#act = act;
  }
  check = () => true;
  run(model: Model, desk: Desk): void {
    const { uuid } = this.#act;
    const stamp = stampBy(this.#act);
    const name = `made ${stamp}`;
    const died = model.dead.get(uuid) ?? -1;
    const before = model.alive.get(uuid);
    const operation: Operation = { op: "create", uuid, kind: "object", fields: objectFields({ name }) };
    say(desk, this.#act, { operation, code: !before && stamp <= died ? "E_TOMBSTONED" : "" });
    if (before) {
      const isNewer = stamp > before.nameStamp;
      const kept = isNewer ? { name, nameStamp: stamp } : {};
      model.alive.set(uuid, { ...before, ...kept, rest: Math.max(before.rest, stamp) });
    } else if (stamp > died) {
      model.dead.delete(uuid);
      model.alive.set(uuid, { createdStamp: stamp, name, nameStamp: stamp, rest: stamp });
    }
    compare(model, desk);
  }
  toString = () => `create ${JSON.stringify(this.#act)}`;
}

class Rename implements fc.Command<Model, Desk> {
  readonly #act: Act;
  constructor(act: Act) {
    this.#act = act;
  }
  /** Of somebody nobody ever heard of the editor is asked for its whole scene: another story. */
  check = ({ alive, dead }: Model) => alive.has(this.#act.uuid) || dead.has(this.#act.uuid);
  run(model: Model, desk: Desk): void {
    const { uuid } = this.#act;
    const stamp = stampBy(this.#act);
    const name = `named ${stamp}`;
    const before = model.alive.get(uuid);
    say(desk, this.#act, { operation: { op: "set", uuid, fields: { name } }, code: before ? "" : "E_TOMBSTONED" });
    if (before && stamp > before.nameStamp) model.alive.set(uuid, { ...before, name, nameStamp: stamp });
    compare(model, desk);
  }
  toString = () => `rename ${JSON.stringify(this.#act)}`;
}

class Delete implements fc.Command<Model, Desk> {
  readonly #act: Act;
  constructor(act: Act) {
    this.#act = act;
  }
  check = () => true;
  run(model: Model, desk: Desk): void {
    const { uuid } = this.#act;
    const stamp = stampBy(this.#act);
    const before = model.alive.get(uuid);
    say(desk, this.#act, { operation: { op: "delete", uuid }, code: "" });
    if (stamp > (before ? presence(before) : (model.dead.get(uuid) ?? 0))) {
      model.alive.delete(uuid);
      model.dead.set(uuid, stamp);
    }
    compare(model, desk);
  }
  toString = () => `delete ${JSON.stringify(this.#act)}`;
}

/** The hub dies: what its log and what a checkpoint say is the state that was there. */
class Restart implements fc.Command<Model, Desk> {
  check = () => true;
  run(model: Model, desk: Desk): void {
    const folded = new State();
    for (const [index, record] of desk.records.entries()) evolve(folded, index + 1, reread(record));
    folded.commit();
    same(stateText(folded), stateText(desk.state), "the log's fold");
    const decoded = decodeState(encodeState(desk.state));
    if (!decoded.ok) return fail(decoded.failure.message);
    same(stateText(decoded.value), stateText(desk.state), "the checkpoint");
    compare(model, desk);
  }
  toString = () => "restart";
}

function reread(record: Record): Record {
  const decoded = decodeRecord(encodeRecord(record));
  return decoded.ok ? decoded.value : fail(decoded.failure.message);
}

const act: fc.Arbitrary<Act> = fc.record({
  role: fc.constantFrom("blender" as const, "unity" as const),
  uuid: fc.integer({ min: 1, max: uuidsMax }).map(uuidOf),
  lamport: fc.integer({ min: 1, max: lamportMax }),
});

/** Paused, so that nobody waits for anybody's verification: what counts is decided all the same. */
function pausedDesk(): Desk {
  const desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.take({ kind: "pause", paused: true });
  return desk;
}

it(
  `R23: [ENG-2] [ENG-5] [ENG-6] [ENG-14] ${runs} runs of commands: alive, dead and refused as the model says`,
  () => {
    const commands = fc.commands(
      [
        act.map((one) => new Create(one)),
        act.map((one) => new Rename(one)),
        act.map((one) => new Delete(one)),
        fc.constant(new Restart()),
      ],
      { maxCommands: commandsMax },
    );
    fc.assert(
      fc.property(commands, (script) => {
        fc.modelRun(() => ({ model: { alive: new Map(), dead: new Map() }, real: pausedDesk() }), script);
      }),
      { numRuns: runs },
    );
  },
  longTestMs,
);
