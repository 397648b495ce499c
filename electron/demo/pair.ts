/**
 * The demo pair: two scripted editors on the hub's real sockets, so that a machine without Blender and Unity has
 * something alive to show.
 *
 * Owns: the pace. One step at a time, in turns; a drag lasts about a second. While the hub is paused, in safe mode or
 * away, nobody touches anything.
 * Must never: outlive `stop`, or build a second castle where one stands.
 */
import { randomUUID } from "node:crypto";
import { type Vec3, vec3 } from "#shared/math/vector.ts";
import { building, type Chance, type Drag, isBuilt, living } from "./castle.ts";
import { ScriptedEditor } from "./scripted-editor.ts";

export type DemoPairOptions = {
  /** The folder of the discovery file. */
  readonly home: string;
  readonly seed?: number;
  /** Between two steps. */
  readonly stepMs?: number;
};

const defaultStepMs = 900;
const dragFrameMs = 33;
const dragFrames = 24;
/** From the moment both may play to the first step: the hub brings both up to date first. */
const settleMs = 1_500;

export async function startDemoPair({ home, seed = 1, stepMs = defaultStepMs }: DemoPairOptions) {
  const blender = demoEditor(home, { role: "blender", name: "Blender (demo)", version: "4.2" });
  const unity = demoEditor(home, { role: "unity", name: "Unity (demo)", version: "2022.3" });
  const play = new Play([blender, unity], { chance: seeded(seed), stepMs });
  for (const editor of [blender, unity]) editor.start();
  play.start();
  return {
    editors: [blender, unity] as const,
    stop: async (): Promise<void> => {
      play.stop();
      await Promise.all([blender.stop(), unity.stop()]);
    },
  };
}

function demoEditor(home: string, identity: { role: "blender" | "unity"; name: string; version: string }) {
  const editor = new ScriptedEditor({ home, identity });
  editor.model.open({ uuid: randomUUID(), name: "Castle demo", saved: true }, () => undefined);
  return editor;
}

type Pace = { readonly chance: Chance; readonly stepMs: number };

class Play {
  readonly #editors: readonly ScriptedEditor[];
  readonly #pace: Pace;
  #timer: NodeJS.Timeout | null = null;
  #drag: { readonly editor: ScriptedEditor; readonly goal: Drag; frame: number; readonly from: Vec3 } | null = null;
  #turn = 0;
  #built: number | null = null;
  #isSettled = false;

  constructor(editors: readonly ScriptedEditor[], pace: Pace) {
    this.#editors = editors;
    this.#pace = pace;
  }

  start(): void {
    this.#next(0);
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#letGo();
  }

  #next(waitMs: number): void {
    this.#timer = setTimeout(() => this.#step(), waitMs);
  }

  #step(): void {
    const mayPlay = this.#editors.every(({ model, state }) => state === "linked" && model.mode === "live");
    if (!mayPlay || !this.#isSettled) {
      this.#isSettled = mayPlay;
      this.#letGo();
      this.#next(settleMs);
    } else if (this.#drag) {
      this.#dragOn();
    } else {
      this.#begin();
    }
  }

  #begin(): void {
    const { chance, stepMs } = this.#pace;
    const editor = this.#editors[this.#turn % this.#editors.length] as ScriptedEditor;
    this.#built ??= isBuilt(editor) ? building.length : 0;
    const step = building[this.#built] ?? living[Math.floor(chance() * living.length)];
    this.#built += 1;
    this.#turn += 1;
    const goal = step?.(editor, chance) ?? null;
    const from = goal && editor.model.scene.read(goal.uuid)?.translation;
    if (goal && Array.isArray(from)) {
      editor.say(editor.model.grab([goal.uuid]));
      this.#drag = { editor, goal, frame: 0, from: vec3(from as number[]) };
    }
    this.#next(this.#drag ? dragFrameMs : stepMs);
  }

  #dragOn(): void {
    const drag = this.#drag;
    if (!drag) return;
    drag.frame += 1;
    const { editor, goal, frame, from } = drag;
    const done = (1 - Math.cos((frame / dragFrames) * Math.PI)) / 2;
    const place = from.map((start, axis) => start + ((goal.to[axis] ?? 0) - start) * done);
    if (editor.model.scene.has(goal.uuid)) editor.user.move(goal.uuid, place);
    if (frame >= dragFrames) this.#letGo();
    this.#next(this.#drag ? dragFrameMs : this.#pace.stepMs);
  }

  #letGo(): void {
    const editor = this.#drag?.editor;
    this.#drag = null;
    if (editor) editor.say(editor.model.release());
  }
}

/** Mulberry32: small, seeded, good enough to choose between steps. */
function seeded(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
