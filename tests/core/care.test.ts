/** Whatever an editor fails at, and whoever waits or is held back for it: in the end it was told everything. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { limits } from "#electron/core/limits.ts";
import { fieldOf } from "#electron/core/state.ts";
import { transformFieldsOf } from "#electron/core/transform.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { DownMessageOf } from "#shared/protocol/down.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import type { FieldName, Fields } from "#shared/scene/fields.ts";
import { scaled } from "#tests/hostile/scale.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const things = [1, 2, 3].map(uuidOf);
const histories = scaled(150, 3_000);

/** Unity as what it was told: it shows that, or says that it could not apply it. */
class Mirror {
  readonly scene = new Map<string, { [name: string]: unknown }>();
  readonly #desk: Desk;
  #read = 0;

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  listen(): void {
    const connection = this.#desk.connectionOf("unity");
    const effects = this.#desk.effects.slice(this.#read);
    this.#read = this.#desk.effects.length;
    for (const effect of effects) {
      if (!("connection" in effect) || effect.connection !== connection) continue;
      if (effect.kind === "send" && effect.message.kind === "apply") this.#apply(effect.message);
      if (effect.kind === "send-frame") {
        for (const row of effect.frame.rows) this.#set(row.uuid, transformFieldsOf(row));
      }
    }
  }

  #apply({ ops }: DownMessageOf<"apply">): void {
    for (const operation of ops) {
      if (operation.op === "delete") this.scene.delete(operation.uuid);
      else this.#set(operation.uuid, operation.fields);
    }
  }

  #set(uuid: string, fields: Fields): void {
    this.scene.set(uuid, { ...this.scene.get(uuid), ...fields });
  }

  /** Both editors answer all that they were asked; Unity fails at what `fails` names. */
  answer(fails: ReadonlySet<string>): void {
    this.listen();
    for (const role of ["blender", "unity"] as const) {
      // Whoever was silent for too long is asked again as soon as it says anything.
      this.#desk.say(role, { kind: "held", epoch: 1, uuids: [] });
      const isOpen = ({ batch }: DownMessageOf<"verify">) => this.#desk.links.batches.get(batch)?.waiting.has(role);
      for (const asked of this.#desk.told(role, "verify").filter(isOpen)) {
        if (role === "blender") this.#desk.verify(role, {}, asked);
        else this.#desk.say(role, this.#verified(asked, fails));
      }
    }
    this.listen();
  }

  #verified(
    { batch, transforms, items }: DownMessageOf<"verify">,
    fails: ReadonlySet<string>,
  ): UpMessageOf<"verified"> {
    const placing: FieldName[] = ["translation", "rotation", "scale"];
    const asked = [...transforms.map((uuid) => ({ uuid, fields: placing })), ...items];
    const answers = asked.map(({ uuid, fields }) => {
      const shown = this.scene.get(uuid);
      if (fails.has(uuid)) return { uuid, fields: {}, failed: "E_APPLY" as const };
      if (!shown) return { uuid, fields: {}, missing: true };
      return { uuid, fields: Object.fromEntries(fields.map((name) => [name, shown[name]])) };
    });
    return { kind: "verified", epoch: 1, batch, items: answers } as UpMessageOf<"verified">;
  }
}

const uuid = fc.constantFrom(...things);
const step = fc.oneof(
  fc.record({ do: fc.constant("move" as const), uuid, x: fc.integer({ min: -9, max: 9 }) }),
  fc.record({ do: fc.constant("name" as const), uuid, x: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ do: fc.constant("fail" as const), uuid, x: fc.integer({ min: 10, max: 99 }) }),
  fc.record({ do: fc.constant("answer" as const), fails: fc.subarray(things) }),
  fc.record({ do: fc.constant("wait" as const), ms: fc.constantFrom(25, 300, 700, 3_000) }),
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Unity fails at one change until that is taken back, and shows what was agreed before. */
function failAt(desk: Desk, mirror: Mirror, { uuid: failing, x }: { uuid: string; x: number }): void {
  desk.change("blender", { op: "set", uuid: failing, fields: { name: `Bad ${x}` } });
  desk.tick(limits.batchWindowMs);
  mirror.answer(new Set([failing]));
  desk.tick(limits.lookAgainMs);
  mirror.answer(new Set([failing]));
  for (let look = 1; look <= 3; look += 1) {
    desk.tick(limits.lookAgainMs);
    mirror.answer(new Set());
  }
}

function act(desk: Desk, mirror: Mirror, one: Step): void {
  if (one.do === "wait") desk.tick(one.ms);
  else if (one.do === "fail") failAt(desk, mirror, one);
  else if (one.do === "answer") mirror.answer(new Set(one.fails));
  else if (one.do === "name") desk.change("blender", { op: "set", uuid: one.uuid, fields: { name: `Name ${one.x}` } });
  else {
    const row = { uuid: one.uuid, mask: 1, flags: 0, values: [one.x, 0, 0, 0, 0, 0, 0, 0, 0, 0] };
    const { seq, stamp } = desk.changeOf("blender", []);
    const frame = { lane: laneTransforms, seq, epoch: 1, lsn: 0, stamp, rows: [row] };
    desk.take({ kind: "wire", event: { kind: "frame", connection: desk.connectionOf("blender"), frame } });
  }
}

/** Nobody fails any more, and a person releases what is held, until there is nothing left to say. */
function settle(desk: Desk, mirror: Mirror): void {
  const none = new Set<string>();
  for (let round = 0; round < 200; round += 1) {
    for (const held of [...desk.state.quarantine.keys()]) desk.take({ kind: "release", uuids: [held], keep: "agreed" });
    if (desk.state.head.mode === "paused") desk.take({ kind: "pause", paused: false });
    if (desk.state.head.mode === "safe") desk.take({ kind: "safe-mode", on: false, reason: "" });
    desk.tick(limits.batchWindowMaxMs);
    mirror.answer(none);
  }
}

it(`[ENG-44] [ENG-7] ${histories} histories of failures end with both editors showing what was agreed`, () => {
  const met = { waited: 0, held: 0, cleared: 0 };
  const property = fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
    const desk = new Desk();
    desk.boot();
    desk.link("blender");
    desk.link("unity");
    const mirror = new Mirror(desk);
    const creations = things.map((thing): Operation => {
      return { op: "create", uuid: thing, kind: "object", fields: objectFields() };
    });
    desk.change("blender", ...creations);
    for (const one of steps) act(desk, mirror, one);
    settle(desk, mirror);
    met.held += desk.recordsOf("quarantine").length;
    met.cleared += desk.recordsOf("memory").length;
    met.waited += desk.effects.filter((one) => one.kind === "notice" && one.message.includes("failed again")).length;
    const { provisional, quarantine } = desk.state;
    expect([provisional.size, quarantine.size, desk.links.byRole.get("blender")?.deferred]).toEqual([0, 0, []]);
    for (const thing of things) {
      const entity = desk.state.entities.get(thing);
      for (const name of ["name", "translation", "visible"] as const) {
        expect(mirror.scene.get(thing)?.[name], `${thing} ${name}`).toEqual(fieldOf(entity, name));
      }
    }
  });
  fc.assert(property, { numRuns: histories });
  for (const count of Object.values(met)) expect(count).toBeGreaterThan(0);
}, 120_000);
