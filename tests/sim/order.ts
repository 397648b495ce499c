/**
 * R11: the order in which things stand in maps and sets decides nothing. A copy of the hub's mind with all of them
 * shuffled plans the same turn, and must want the same: the same records, the same messages to each editor.
 *
 * What may differ is the order within a list of operations, and what watch mode looks at next.
 */
import { strict as assert } from "node:assert";
import type { Facts, Input } from "#electron/core/input.ts";
import { Links } from "#electron/core/links.ts";
import type { Plan } from "#electron/core/plan.ts";
import { plan } from "#electron/core/plan.ts";
import { State } from "#electron/core/state.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import { Dice } from "./random.ts";

type Mind = { readonly state: State; readonly links: Links };
type Target = { set(key: string, value: unknown): void };
type Turn = { readonly inputs: readonly Input[]; readonly facts: Facts };

/** Plans the turn on two copies of the mind, one of them shuffled; throws when they want different things. */
export function checkOrder(mind: Mind, { inputs, facts }: Turn, seed: number): void {
  const dice = new Dice(seed);
  const [straight, shuffled] = [null, dice].map((order) => {
    const { state, links } = copyOf(mind, order);
    return wishes(
      plan(state, links, { inputs: structuredClone(inputs), facts: { ...facts, newUuid: () => someUuid } }),
    );
  });
  assert.deepEqual(shuffled, straight, "R11: the order of a map decides something");
}

const someUuid = "00000000-0000-4000-8000-00000000000f";

function copyOf({ state, links }: Mind, dice: Dice | null): Mind {
  const copy = new State();
  copy.head = state.head;
  for (const name of [
    "entities",
    "tombstones",
    "provisional",
    "quarantine",
    "counters",
    "marked",
    "present",
  ] as const) {
    const target: Target = copy[name];
    const entries: Iterable<readonly [string, unknown]> = state[name].entries();
    for (const [key, value] of inOrder(dice, entries)) target.set(key, value);
  }
  for (const [batch, uuids] of inOrder(dice, state.undecided.entries()))
    copy.undecided.set(batch, inOrder(dice, uuids));
  copy.commit();
  const plain = Object.assign(new Links(), structuredClone({ ...links }));
  plain.audit.dueMs = Number.POSITIVE_INFINITY;
  return { state: copy, links: Object.assign(plain, shuffledWithin(dice, plain)) };
}

/** All that is known of each editor. They themselves come one after the other, and batches by their numbers. */
function shuffledWithin(dice: Dice | null, links: Links): Partial<Links> {
  for (const link of links.byRole.values()) {
    const { known, doubted, unconfirmed } = link;
    link.known = new Set(inOrder(dice, known));
    link.doubted = new Set(inOrder(dice, doubted));
    link.unconfirmed = new Map(inOrder(dice, unconfirmed));
  }
  const { blocked, bounces, unexplained } = links;
  return {
    blocked: new Map(inOrder(dice, blocked)),
    bounces: new Map(inOrder(dice, bounces)),
    unexplained: new Map(inOrder(dice, unexplained)),
  };
}

function inOrder<Item>(dice: Dice | null, items: Iterable<Item>): Item[] {
  const all = [...items];
  if (dice === null) return all;
  for (let at = all.length - 1; at > 0; at -= 1) {
    const other = dice.below(at + 1);
    [all[at], all[other]] = [all[other] as Item, all[at] as Item];
  }
  return all;
}

/** What the turn wants, by whom it is for; lists of operations in an order of their own. */
function wishes({ records, effects }: Plan): unknown {
  const said = new Map<string, string[]>();
  for (const effect of effects) {
    const to = "connection" in effect ? String(effect.connection) : effect.kind;
    said.set(to, [...(said.get(to) ?? []), textOf(effect)]);
  }
  return { records: records.map(textOf), said: [...said].sort(([one], [other]) => (one < other ? -1 : 1)) };
}

const lists = new Set(["ops", "rows", "items", "transforms", "refused", "conflicts", "uuids"]);

function textOf(value: unknown): string {
  const sorted = JSON.parse(JSON.stringify(value), (key, item: unknown) => {
    if (!lists.has(key) || !Array.isArray(item)) return item;
    return item.map((one) => canonicalJson(one as Json)).sort();
  });
  return canonicalJson(sorted as Json);
}
