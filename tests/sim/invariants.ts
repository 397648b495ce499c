/** What must hold of a world at rest; each throws with what is wrong. */
import { strict as assert } from "node:assert";
import { isHome } from "#electron/core/hierarchy.ts";
import { versionOf } from "#electron/core/sides.ts";
import { registersOf, type State } from "#electron/core/state.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import type { Uuid } from "#shared/ids.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { type FieldName, type Fields, type FieldValue, hasField } from "#shared/scene/fields.ts";
import { plainState } from "#tests/core/state-text.ts";
import type { Witness } from "./witness.ts";
import type { SimEditor } from "./world.ts";

/** What both simulations have. */
export type Settled = {
  readonly state: State;
  readonly witness: Witness;
  readonly editors: readonly SimEditor[];
};

export function checkInvariants(world: Settled): void {
  checkSame(world.state, world.witness.log.refolded());
  world.witness.checkAccepted(world.state);
  checkHierarchy(world);
  checkNothingHeldBack(world);
  for (const editor of world.editors) checkEditor(world, editor);
}

/** I3: the live state at LSN n equals the replayed state at LSN n ([ENG-2]). */
export function checkReplay(world: Settled): void {
  const { log } = world.witness;
  checkSame(world.state, log.stateAt(log.lastLsn));
}

export function checkSame(one: State, other: State): void {
  const [found, expected] = [one, other].map((state) => linesOf(state, JSON.stringify));
  if (found?.join("\n") === expected?.join("\n")) return;
  assert.deepEqual(linesOf(one, canonical), linesOf(other, canonical));
}

const canonical = (item: unknown) => canonicalJson(item as Json);

/** A state as text, in an order that does not depend on how it came about. */
function linesOf(state: State, textOf: (item: unknown) => string): string[] {
  return Object.entries(plainState(state)).flatMap(([key, value]) => {
    const items = Array.isArray(value) ? value : [value];
    return items.map((item) => `${key} ${textOf(item)}`).sort();
  });
}

/** While a person is waited for: only conflicts are held, all are there as agreed, nobody hangs below a gone one. */
export function checkHeld(world: Settled): void {
  for (const [uuid, { code, message }] of world.state.quarantine.entries()) {
    assert.equal(code, "E_CONFLICT", message);
    assert(world.state.entities.has(uuid), `${uuid} is held and not there`);
  }
  for (const entity of world.state.entities.values()) {
    const parent = entity.registers.parent?.value;
    if (typeof parent !== "string" || world.state.quarantine.has(entity.uuid)) continue;
    assert(isHome(world.state, parent), `${entity.uuid} hangs below ${parent}, which an editor lacks`);
  }
  checkHierarchy(world);
}

/** Each editor goes on showing its own version of what is held back, with all else at rest ([ENG-37]). */
export function checkVersions({ state, editors }: Pick<Settled, "state" | "editors">): void {
  for (const [uuid, { stamp }] of state.quarantine.entries()) {
    if (stamp === 0 || !state.entities.has(uuid)) continue;
    for (const { role, model } of editors) {
      const version = versionOf(state, uuid, role);
      if (version === null) continue;
      const shown = model.scene.read(uuid);
      assert(shown, `${role} does not show ${uuid}, which is held back`);
      checkShown(version, shown, `${role}, of ${uuid},`);
    }
  }

  function checkShown(version: Fields, shown: Fields, who: string): void {
    for (const [name, value] of Object.entries(version) as [FieldName, FieldValue][]) {
      // What it hung from was deleted since.
      if (name === "parent" && value !== null && !state.entities.has(value as Uuid)) continue;
      const text = `${who} shows ${name} as ${JSON.stringify(shown[name])}, its version is ${JSON.stringify(value)}`;
      assert(isSameValue(name, value, shown[name]), text);
    }
  }
}

/** Everything was decided; nobody lied and nothing broke for good: there is no other reason to hold anything back. */
function checkNothingHeldBack(world: Settled): void {
  const held = [...world.state.quarantine.entries()].map(([uuid, { message }]) => `${uuid}: ${message}`);
  assert.deepEqual(held, []);
}

/** No orphan, no cycle, no dead entity alive. */
function checkHierarchy(world: Settled): void {
  for (const entity of world.state.entities.values()) {
    assert(!world.state.tombstones.has(entity.uuid), `${entity.uuid} lives and is dead`);
    const seen = new Set([entity.uuid]);
    let parent = entity.registers.parent?.value;
    while (typeof parent === "string") {
      assert(!seen.has(parent), `${entity.uuid} is in a cycle`);
      seen.add(parent);
      const above = world.state.entities.get(parent);
      assert(above, `${entity.uuid} has a parent that does not exist`);
      parent = above.registers.parent?.value;
    }
  }
}

function checkEditor(world: Settled, editor: SimEditor): void {
  const { scene } = editor.model;
  const agreed = [...world.state.entities.keys()];
  const surplus = scene.uuids().filter((uuid) => !world.state.entities.has(uuid));
  const missing = agreed.filter((uuid) => !scene.has(uuid));
  assert(surplus.length === 0, `${editor.role} still has ${surplus.join(" ")}`);
  assert(missing.length === 0, `${editor.role} lacks ${missing.join(" ")}`);
  for (const uuid of agreed) {
    const entity = world.state.entities.get(uuid);
    const live = scene.read(uuid) ?? {};
    for (const [name, register] of entity ? registersOf(entity) : []) {
      if (!entity || !hasField(entity.kind, name)) continue;
      const value = live[name] as FieldValue | undefined;
      const text = `${editor.role} ${uuid} ${name}: ${JSON.stringify(value)} is not ${JSON.stringify(register.value)}`;
      assert(isSameValue(name, register.value, value), text);
    }
  }
}
