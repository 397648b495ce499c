/** What the dice do to a world: users edit on both sides, messages dawdle, cables are pulled, the hub dies. */
import type { Input } from "#electron/core/input.ts";
import type { Links } from "#electron/core/links.ts";
import { reviewQueue } from "#electron/core/review.ts";
import type { State } from "#electron/core/state.ts";
import type { EditorScene } from "#electron/demo/editor-scene.ts";
import type { Outgoing } from "#electron/demo/outgoing.ts";
import { type Choice, choices } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import type { EntityKind, Fields } from "#shared/scene/fields.ts";
import { checkHeld } from "./invariants.ts";
import type { Dice } from "./random.ts";
import type { SimEditor, World } from "./world.ts";

export type Faults = {
  readonly cut: number;
  readonly crash: number;
  readonly powerCut: number;
  /** How often a person turns safe mode on, decides about what it holds, or leaves it. */
  readonly review?: number;
  /** How often another document is opened in an editor. */
  readonly open?: number;
  /** Of the cuts: the hub hears of it much later. */
  readonly halfOpen?: number;
  /** How often an editor reads too slowly for a while. */
  readonly clog?: number;
};

export const noFaults: Faults = { cut: 0, crash: 0, powerCut: 0 };
export const allFaults: Faults = { cut: 0.01, crash: 0.004, powerCut: 0.5 };

export const reviewed: Faults = { ...noFaults, review: 0.02 };
/** What is drawn only here: the seeds of the others must mean what they meant. */
export const cruelFaults: Faults = { ...allFaults, review: 0.005, open: 0.004, halfOpen: 0.5, clog: 0.01 };
export const reviewedFaults: Faults = { ...allFaults, review: 0.02 };

export function runScript(world: World, steps: number, faults: Faults): void {
  for (let step = 0; step < steps; step += 1) {
    const editor = world.dice.pick(world.editors) as SimEditor;
    if (world.dice.chance(0.35)) editRandomly(world, editor);
    move(world, editor);
    if (world.dice.chance(0.3)) world.flush();
    if (world.dice.chance(0.3)) world.tick(world.dice.below(120));
    if (isDrawn(world, faults.review)) reviewRandomly(world, (input) => world.turn([input]));
    if (isDrawn(world, faults.open)) openAnother(world, editor);
    if (isDrawn(world, faults.clog)) world.clog(editor, world.dice.below(2_000));
    if (world.dice.chance(faults.cut)) world.cut(editor, isDrawn(world, faults.halfOpen) ? world.dice.below(2_000) : 0);
    if (world.dice.chance(faults.crash)) world.crash(world.dice.chance(faults.powerCut));
    if (editor.connection === null && world.dice.chance(0.3)) world.connect(editor);
    if (world.person.chance(0.03)) decide(world, 1);
  }
}

/** A person looks at what is held back and decides about some of it, one way or another. */
function decide(world: World, share: number): void {
  for (const uuid of [...world.state.quarantine.keys()]) {
    if (!world.person.chance(share) || !world.state.quarantine.has(uuid)) continue;
    const keep = world.person.pick(choices) as Choice;
    world.witness.note(`a person keeps ${keep}`, uuid);
    world.decided += 1;
    world.turn([{ kind: "release", uuids: [uuid], keep }]);
  }
}

/** Without the fault no dice fall for it. */
function isDrawn({ dice }: Dicey, probability: number | undefined): boolean {
  return probability !== undefined && dice.chance(probability);
}

function move(world: World, editor: SimEditor): void {
  if (world.dice.chance(0.5)) world.capture(editor);
  if (editor.connection !== null && world.dice.chance(0.5)) world.deliverUp(editor, 1 + world.dice.below(4));
  if (world.dice.chance(0.5)) world.deliverDown(editor);
}

/** No more faults and no more edits: everything must come to rest. Returns the steps it took. */
export function settle(world: World): number {
  for (const editor of world.editors) editor.up.push(...editor.model.release());
  for (let step = 1; step <= 400; step += 1) {
    for (const editor of world.editors) {
      world.connect(editor);
      world.capture(editor);
      while (editor.up.length > 0 || editor.down.length > 0) {
        world.deliverUp(editor, 50);
        world.flush();
        for (let count = editor.down.length; count > 0; count -= 1) world.deliverDown(editor);
      }
    }
    world.tick(50);
    world.flush();
    // What waits for a person, differences after a crash or a pause after failures, has one who looks now and then.
    const isLookedAt = step >= 100 && step % 20 === 0;
    if (isLookedAt && world.state.head.mode === "safe") world.turn([{ kind: "safe-mode", on: false, reason: "" }]);
    if (isLookedAt && world.state.head.mode === "paused") world.turn([{ kind: "pause", paused: false }]);
    if (step > 40 && step % 20 === 0) checkHeld(world);
    if (step > 40 && step % 20 === 0) decide(world, 0.5);
    const isAsking = [...world.links.batches.values()].some(({ isAudit }) => !isAudit);
    const isSettled = world.state.provisional.size + world.state.quarantine.size === 0 && !isAsking;
    if (isSettled && step > 60 && world.editors.every(isQuiet)) return step;
  }
  throw new Error(
    `not quiet: ${world.state.provisional.size} provisional, ${world.links.batches.size} batches, mode ${world.state.head.mode}`,
  );
}

/** A person approves or refuses some or all of what is held, or switches safe mode. */
export function reviewRandomly({ dice, links, state }: Reviewed, say: (input: Input) => void): void {
  const isSafe = state.head.mode === "safe";
  if (!isSafe || dice.chance(0.2)) return say({ kind: "safe-mode", on: !isSafe, reason: "Somebody said so." });
  const held = [...reviewQueue(state, links).keys()];
  const uuids = held.filter(() => dice.chance(0.5));
  say({ kind: dice.chance(0.5) ? "approve" : "refuse", uuids });
}

/** The user opens another file in the middle of it all: something of what stood there, and something new. */
export function openAnother({ dice }: Dicey, editor: SimEditor): void {
  const saved = asSaved(dice, editor.model.scene);
  editor.up.length = 0;
  editor.up.push(...openSaved(editor, { name: `Scene ${dice.below(100)}`, saved }));
}

/** The editor's process ends without a word; another one opens what was saved of the document. */
export function dieAndReturn({ dice }: Dicey, { model: dead }: SimEditor, reborn: SimEditor): void {
  openSaved(reborn, { name: "Saved", saved: asSaved(dice, dead.scene) });
}

type Saved = readonly { readonly uuid: Uuid; readonly kind: EntityKind; readonly fields: Fields }[];

/** Some of what stands there, without a word on who wrote it when. */
function asSaved(dice: Dice, scene: EditorScene): Saved {
  const kept = scene.uuids().filter(() => dice.chance(0.5));
  const isThere = new Set(kept);
  return kept.map((uuid) => {
    return { uuid, kind: scene.kindOf(uuid) ?? "object", fields: standing(scene.read(uuid) ?? {}, isThere) };
  });
}

function openSaved({ model, user }: SimEditor, { name, saved }: { name: string; saved: Saved }): Outgoing[] {
  const said = model.open({ uuid: null, name, saved: true }, () => {
    for (const { uuid, kind, fields } of saved) model.scene.add(uuid, kind, fields);
  });
  user.forget();
  return said;
}

/** Nothing hangs below or lies in what is not in the file. */
function standing(fields: Fields, isThere: ReadonlySet<Uuid>): Fields {
  const { parent } = fields;
  const collections = fields.collections as readonly Uuid[] | undefined;
  return {
    ...fields,
    ...(typeof parent === "string" && !isThere.has(parent) ? { parent: null } : {}),
    ...(collections ? { collections: collections.filter((uuid) => isThere.has(uuid)) } : {}),
  };
}

/** Whoever has the dice. */
type Dicey = { readonly dice: Dice };
type Reviewed = Dicey & { readonly state: State; readonly links: Links };

function isQuiet(editor: SimEditor): boolean {
  return editor.up.length === 0 && editor.down.length === 0 && editor.model.unanswered === 0;
}

export function editRandomly(world: Dicey, editor: SimEditor): void {
  const { dice } = world;
  const all = [...editor.model.scene.uuids()];
  const objects = all.filter((uuid) => editor.model.scene.kindOf(uuid) === "object");
  const target = dice.pick(objects);
  const action = dice.next();
  if (target === undefined || action < 0.2) return void create(world, editor, objects);
  if (editor.model.held.size > 0 && dice.chance(0.5)) return void editor.up.push(...editor.model.release());
  if (action < 0.5) moveRandomly(world, editor, target);
  else if (action < 0.6) editor.user.rename(target, `Thing ${dice.below(1_000)}`);
  else if (action < 0.7) editor.user.setVisible(target, dice.chance(0.5));
  else if (action < 0.8) editor.user.reparent(target, dice.chance(0.3) ? null : (dice.pick(objects) ?? null));
  else if (action < 0.85) editor.user.duplicate(target);
  else if (action < 0.92) editor.user.delete(target);
  else if (action < 0.96) editor.user.undo();
  else if (editor.connection !== null) editor.up.push(...editor.model.grab([target]));
}

export function moveRandomly(world: Dicey, editor: SimEditor, target: Uuid): void {
  editor.user.move(target, [place(world), place(world), place(world)]);
}

function create(world: Dicey, editor: SimEditor, objects: readonly Uuid[]): void {
  const { dice } = world;
  if (dice.chance(0.1)) return void editor.user.createCollection(`Group ${dice.below(100)}`);
  const parent = dice.chance(0.4) ? (dice.pick(objects) ?? null) : null;
  const type = dice.pick(["empty", "empty", "camera", "light"]) as string;
  editor.user.createObject({ type, name: `New ${dice.below(1_000)}`, parent, translation: [place(world), 0, 0] });
}

function place(world: Dicey): number {
  return Math.round((world.dice.next() - 0.5) * 2_000) / 100;
}
