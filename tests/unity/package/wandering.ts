/**
 * Seeded random work on both sides at once, over the real hub, with a scripted Blender as the other editor: broken
 * wires, domain reloads, Play Mode, crashes in between. At the end, with what was held back decided, both editors show
 * the same scene. A failing seed
 * does the same steps again; their timing is the machine's.
 */
import path from "node:path";
import { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Hub } from "#electron/ports/hub.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import type { FieldName, FieldValue } from "#shared/scene/fields.ts";
import { decideAll } from "#tests/hub/person.ts";
import type { Suite } from "../run.ts";
import { type Rig, sleep, until } from "./rig.ts";

const stepsPerSeed = 60;
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const compared: readonly FieldName[] = [
  "name",
  "parent",
  "visible",
  "translation",
  "rotation",
  "scale",
  "type",
  "data",
];
const calmLooks = 5;
const lookMs = 300;

type Pair = { readonly rig: Rig; readonly blender: ScriptedEditor; readonly random: Random };
type Step = (pair: Pair) => Promise<unknown> | unknown;

const steps: readonly (readonly [weight: number, step: Step])[] = [
  [
    5,
    ({ rig, random }) =>
      rig.do("create", { name: named(random), type: random.of(["empty", "cube", "camera", "light"]) }),
  ],
  [4, (pair) => inUnity(pair, (object) => pair.rig.do("move", { object, by: pair.random.place() }))],
  [2, (pair) => inUnity(pair, (object) => pair.rig.do("rename", { object, name: named(pair.random) }))],
  [2, (pair) => inUnity(pair, (object) => pair.rig.do("toggle", { object }))],
  [3, (pair) => inUnity(pair, (object) => inUnity(pair, (parent) => pair.rig.do("parent", { object, parent })))],
  [1, (pair) => inUnity(pair, (object) => pair.rig.do("parent", { object, parent: null }))],
  [2, (pair) => inUnity(pair, (object) => pair.rig.do("duplicate", { object }))],
  [2, (pair) => inUnity(pair, (object) => pair.rig.do("delete", { object }))],
  [1, (pair) => inUnity(pair, (object) => pair.rig.do("script", { object, translation: pair.random.place() }))],
  [3, ({ rig }) => rig.do("undo")],
  [2, ({ rig }) => rig.do("redo")],
  [1, ({ rig }) => rig.do("reload")],
  [1, ({ rig }) => rig.do("save")],
  [1, ({ rig }) => rig.do("play").then(() => rig.do("stop"))],
  [1, ({ blender }) => blender.cut()],
  [5, ({ blender, random }) => blender.user.createObject({ name: named(random), translation: random.place() })],
  [4, (pair) => inBlender(pair, (object) => pair.blender.user.move(object, pair.random.place()))],
  [2, (pair) => inBlender(pair, (object) => pair.blender.user.rename(object, named(pair.random)))],
  [3, (pair) => inBlender(pair, (object) => inBlender(pair, (parent) => pair.blender.user.reparent(object, parent)))],
  [2, (pair) => inBlender(pair, (object) => pair.blender.user.duplicate(object))],
  [2, (pair) => inBlender(pair, (object) => pair.blender.user.delete(object))],
  [6, ({ random }) => sleep(random.below(60))],
];

export const wandering: Suite = Object.fromEntries(
  seeds.map((seed) => [`random work converges, seed ${seed}`, (rig: Rig) => wander(rig, new Random(seed))]),
);

async function wander(rig: Rig, random: Random): Promise<void> {
  const home = path.join(rig.folder, "home");
  const opened = await openHub({ projectFolder: rig.folder, home, hubVersion: "test", clock: realClock });
  if (!opened.ok) throw new Error(opened.failure.message);
  const identity = { role: "blender", name: "Blender (scripted)", version: "4.2" } as const;
  const blender = new ScriptedEditor({ home, identity, times: { backOffMaxMs: 500 } });
  blender.model.open({ uuid: random.uuid(), name: "test.blend", saved: true }, () => undefined);
  try {
    blender.start();
    await rig.open();
    await until("both are linked", async () => blender.state === "linked" && (await rig.state()).tracking);
    await walk({ rig, blender, random });
    await calm({ rig, blender, random }, opened.value);
  } finally {
    await blender.stop();
    await opened.value.close();
  }
}

async function walk(pair: Pair): Promise<void> {
  const total = steps.reduce((sum, [weight]) => sum + weight, 0);
  for (let count = 0; count < stepsPerSeed; count += 1) {
    let left = pair.random.below(total);
    const step = steps.find(([weight]) => {
      left -= weight;
      return left < 0;
    });
    await step?.[1](pair);
  }
}

/** Waits until the scenes are equal several times in a row; says how they differ when they do not become so. */
async function calm(pair: Pair, hub: Hub): Promise<void> {
  let differences: string[] = [];
  let calmCount = 0;
  await until("both scenes are equal and stay so", async () => {
    await sleep(lookMs);
    await decideAll(hub.handlers);
    const { stage, outgoing, incoming } = await pair.rig.state();
    const isBusy = stage !== "Live" || outgoing + incoming + pair.blender.model.unanswered > 0;
    differences = await compare(pair);
    calmCount = isBusy || differences.length > 0 ? 0 : calmCount + 1;
    return calmCount >= calmLooks;
  }).catch(async () => {
    const state = JSON.stringify(await pair.rig.state());
    const verdict = JSON.stringify(hub.status().verdict);
    throw new Error(`the editors differ: ${differences.slice(0, 6).join("; ")} (${state}, ${verdict})`);
  });
}

async function compare({ rig, blender }: Pair): Promise<string[]> {
  const shown = await rig.dump();
  const { scene } = blender.model;
  const differences: string[] = [];
  for (const uuid of new Set([...Object.keys(shown), ...scene.uuids()])) {
    const [unity, other] = [shown[uuid], scene.read(uuid)];
    if (unity === undefined || other === undefined) {
      differences.push(`${uuid} is only in ${unity === undefined ? "Blender" : "Unity"}`);
      continue;
    }
    if (scene.kindOf(uuid) !== "object") continue;
    for (const field of compared) {
      const isSame = isSameValue(field, unity[field] as FieldValue, other[field]);
      if (!isSame) differences.push(`${uuid} ${field}: ${unity[field]} in Unity, ${other[field]} in Blender`);
    }
  }
  return differences;
}

async function inUnity({ rig, random }: Pair, act: (uuid: string) => unknown): Promise<void> {
  const uuids = Object.entries(await rig.dump()).flatMap(([uuid, { kind }]) => (kind === "object" ? [uuid] : []));
  if (uuids.length === 0) return;
  try {
    await act(random.of(uuids));
  } catch (error) {
    // Blender's user deleted it between looking and doing.
    if (!String(error).includes("There is no object")) throw error;
  }
}

async function inBlender({ blender, random }: Pair, act: (uuid: string) => unknown): Promise<void> {
  const { scene } = blender.model;
  const uuids = scene.uuids().filter((uuid) => scene.kindOf(uuid) === "object");
  if (uuids.length > 0) await act(random.of(uuids));
}

function named(random: Random): string {
  return `N${random.below(1e6)}`;
}

/** Park and Miller's generator: small, and the same everywhere. */
class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed * 7919 + 1;
  }

  below(limit: number): number {
    this.#state = (this.#state * 48_271) % 2_147_483_647;
    return this.#state % limit;
  }

  of<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)] as Item;
  }

  uuid(): string {
    return `cccccccc-0000-4000-8000-${String(this.below(1e9)).padStart(12, "0")}`;
  }

  place(): [number, number, number] {
    return [this.below(200) / 8, this.below(200) / 8, this.below(200) / 8];
  }
}
