/**
 * R13: an editor killed in every protocol state there is, on both sides. Real sockets, a real hub and disk; the same
 * with Blender's own process, which knows fewer states, is in tests/editors/kill.test.ts.
 *
 * Afterwards nothing accepted is lost or there twice, the dead stay dead, both scenes are the same, and the other
 * editor never noticed more than that somebody left.
 */
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import type { Uuid } from "#shared/ids.ts";
import { applyReasons, downMessageSchema } from "#shared/protocol/down.ts";
import { modes, type Role, roles } from "#shared/protocol/handshake.ts";
import { activities, upMessageSchema } from "#shared/protocol/up.ts";
import { agree, LiveHub, linked, newEditor } from "#tests/hub/live-hub.ts";
import { allDeaths, type Death } from "./deaths.ts";
import { Mortal } from "./mortal.ts";
import { scaled } from "./scale.ts";

/** In turns back as a new editor with an empty scene, and as the old one with its file. */
const repeats = scaled(4, 20);
/** Studios at work at once: each spends most of its time waiting for batches, and takes one of twenty ports. */
const studios = 6;
const reachedMsMax = 15_000;
const settleMs = 20_000;
/** What an editor that joins brings with it. */
const broughtAlong = 4;
const deaths = allDeaths();

type Case = { readonly role: Role; readonly state: string; readonly death: Death; readonly isReopened: boolean };
type Promised = { readonly cube: Uuid; readonly kept: Uuid; readonly doomed: Uuid };

const accepted = (editor: ScriptedEditor) =>
  expect.poll(() => editor.model.unanswered + editor.model.dirty.size, { timeout: settleMs, interval: 5 }).toBe(0);

/** One hub with its two editors, in which one editor after the other is killed. */
class Studio {
  readonly #live = new LiveHub();
  readonly #editors = new Map<Role, ScriptedEditor>();
  #round = 0;

  async open(): Promise<void> {
    await this.#live.open();
    for (const role of roles) this.#editors.set(role, this.#live.start(role));
    await linked(...this.#editors.values());
  }

  async end(): Promise<void> {
    await Promise.all([...this.#editors.values()].map((editor) => editor.stop()));
    await this.#live.end();
  }

  async kill({ role, death, isReopened }: Case): Promise<void> {
    this.#round += 1;
    const other = this.#editor(role === "blender" ? "unity" : "blender");
    const promised = await this.#promise(role, other);
    let drops = 0;
    const { model } = other;
    const disconnected = model.disconnected.bind(model);
    model.disconnected = () => {
      drops += 1;
      disconnected();
    };
    const mortal = await this.#die(role, death, { other, cube: promised.cube });
    const meanwhile = other.user.createCollection(`Meanwhile ${this.#round}`);
    await accepted(other);
    await death.after?.(this.#live.hub);
    await this.#comeBack(role, isReopened ? mortal : null);
    // What it died of twice is held back or pauses the hub, and a person decides ([ENG-44]).
    await this.#live.hub.handlers["set-paused"]({ paused: false });
    await agree(this.#editor(role), other, this.#live.hub);
    this.#look({ ...promised, meanwhile });
    expect(drops, "the other editor stayed linked").toBe(0);
    Reflect.deleteProperty(model, "disconnected");
  }

  #editor(role: Role): ScriptedEditor {
    const editor = this.#editors.get(role);
    if (!editor) throw new Error(`there is no ${role}`);
    return editor;
  }

  /** What must be there afterwards, and what must not. */
  async #promise(role: Role, other: ScriptedEditor): Promise<Promised> {
    const victim = this.#editor(role);
    const cube = other.user.createObject({ name: `Cube ${this.#round}` });
    const kept = victim.user.createCollection(`Kept ${this.#round}`);
    const doomed = victim.user.createCollection(`Doomed ${this.#round}`);
    await accepted(victim);
    victim.user.delete(doomed);
    await agree(victim, other);
    return { cube, kept, doomed };
  }

  async #die(role: Role, death: Death, { other, cube }: { other: ScriptedEditor; cube: Uuid }): Promise<Mortal> {
    const victim = death.joins ? await this.#newcomer(role) : this.#editor(role);
    death.prepare?.(victim);
    const mortal = new Mortal(victim, death.moment);
    if (death.joins) victim.start();
    await death.act?.({ hub: this.#live.hub, victim, other, cube });
    if (death.moment === null) mortal.die();
    const isReached = await Promise.race([mortal.dead.then(() => true), delay(reachedMsMax, false)]);
    expect(isReached, "the state was reached").toBe(true);
    Reflect.deleteProperty(victim.model, "hello");
    await victim.stop();
    return mortal;
  }

  async #newcomer(role: Role): Promise<ScriptedEditor> {
    await this.#editor(role).stop();
    const editor = newEditor(this.#live.home, role);
    for (let one = 0; one < broughtAlong; one += 1) editor.user.createObject({ name: `Brought ${this.#round}.${one}` });
    this.#editors.set(role, editor);
    return editor;
  }

  async #comeBack(role: Role, mortal: Mortal | null): Promise<void> {
    if (mortal) mortal.revive();
    else this.#editors.set(role, this.#live.start(role));
    await linked(this.#editor(role));
  }

  #look({ cube, kept, doomed, meanwhile }: Promised & { readonly meanwhile: Uuid }): void {
    for (const { model } of this.#editors.values()) {
      for (const uuid of [cube, kept, meanwhile])
        expect(model.scene.has(uuid), "what was accepted is there").toBe(true);
      expect(model.scene.has(doomed), "what was deleted is gone").toBe(false);
      const names = model.scene.uuids().map((uuid) => String(model.scene.read(uuid)?.name));
      const mine = names.filter((name) => /^(Kept|Meanwhile|Brought) /.test(name));
      expect(mine.length, "nothing is there twice").toBe(new Set(mine).size);
    }
  }
}

/** Takes case after case until there is none left; a failed one costs its studio. */
async function work(cases: Case[], failures: string[]): Promise<void> {
  let studio: Studio | null = null;
  for (let one = cases.shift(); one !== undefined; one = cases.shift()) {
    try {
      if (studio === null) {
        studio = new Studio();
        await studio.open();
      }
      await studio.kill(one);
    } catch (error) {
      const how = one.isReopened ? "back with its file" : "back with nothing";
      failures.push(`${one.role} ${one.state}, ${how}: ${error instanceof Error ? error.message : String(error)}`);
      await studio?.end();
      studio = null;
    }
  }
  await studio?.end();
}

describe("R13: an editor that is killed", () => {
  it("[WIRE-23] dies in each state that the wire, the hub's view of it and the modes can tell apart", () => {
    const kindsOf = ({ options }: typeof upMessageSchema | typeof downMessageSchema) =>
      options.map(({ shape }) => shape.kind.value);
    const heard = kindsOf(downMessageSchema).filter((kind) => kind !== "apply" && kind !== "challenge");
    const expected = [
      ...kindsOf(upMessageSchema).flatMap((kind) => [`before it says "${kind}"`, `as it has said "${kind}"`]),
      ...heard.map((kind) => `as it hears "${kind}"`),
      ...applyReasons.map((reason) => `as it hears "apply: ${reason}"`),
      ...[...activities, ...modes.filter((mode) => !/booting|indexing|halted/.test(mode))].map(
        (state) => `while it is "${state}"`,
      ),
    ];
    expect(expected.filter((state) => !deaths.has(state))).toEqual([]);
  });

  it.each(roles)(
    `[ENG-7] [ENG-26] [ENG-32] %s, in ${deaths.size} states, ${repeats} times each: the scenes are the same again`,
    async (role) => {
      const failures: string[] = [];
      const cases = [...deaths].flatMap(([state, death]) =>
        Array.from({ length: repeats }, (_, one): Case => ({ role, state, death, isReopened: one % 2 === 1 })),
      );
      await Promise.all(Array.from({ length: studios }, () => work(cases, failures)));
      expect(failures).toEqual([]);
    },
    600_000,
  );
});
