/**
 * A day of simulated time with the whole hub (R9): four storms an hour, each with crashes and power cuts, and quiet
 * work in watch mode between them. Nothing may grow with the day but what is meant to: the log is bounded by its
 * checkpoints, memory by the scene.
 */
import { strict as assert } from "node:assert";
import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { project, walFolder } from "#tests/wal/log-script.ts";
import { checkInvariants } from "./invariants.ts";
import { editRandomly, moveRandomly } from "./script.ts";
import { noStackFaults, type StackFaults } from "./stack-faults.ts";
import { type StackEditor, StackWorld } from "./stack-world.ts";

const hours = 24;
const quarterMs = 900_000;
const stormMs = 25_000;
/** An editor in which nothing happens is looked through less often. */
const workingTickMs = 80;
const quietTickMs = 400;
/** A scene of a few rooms: a user who has more than this takes something away. */
const lookBackMax = 500;
const objectsMin = 55;
const objectsMax = 60;
/** Of the edits, once the scene is there. */
const surprises = 0.03;

const storms: StackFaults = {
  ...noStackFaults,
  edit: 0.1,
  cut: 0.004,
  halfOpen: 0.3,
  stall: 0.002,
  slowness: 0.05,
  crash: 0.035,
  powerCut: 0.5,
  slowSync: 0.1,
  clockJump: 0.002,
};

/** How things stand at the end of an hour. */
export type Hour = {
  readonly hour: number;
  readonly records: number;
  readonly heapBytes: number;
  readonly logBytes: number;
  readonly diskBytes: number;
  readonly crashes: number;
};

export async function soak(seed: number, onHour: (hour: Hour) => void): Promise<readonly Hour[]> {
  const world = new StackWorld(seed, storms);
  world.edit = steadyUser;
  world.witness.lookBackMax = lookBackMax;
  const told: Hour[] = [];
  await world.live(async () => {
    for (let hour = 1; hour <= hours; hour += 1) {
      if (hour > hours / 2) world.faults = { ...storms, crash: 0 };
      for (let quarter = 0; quarter < 4; quarter += 1) await liveThrough(world);
      checkInvariants(world);
      const now = measured(world, hour);
      told.push(now);
      onHour(now);
    }
  });
  return told;
}

async function liveThrough(world: StackWorld): Promise<void> {
  const endMs = world.nowMs + quarterMs;
  world.editorTickMs = workingTickMs;
  await world.storm(stormMs);
  await world.rest();
  world.editorTickMs = quietTickMs;
  await world.time.passUntil(endMs);
  assert.equal(world.unrest, "", "quiet after a quarter of an hour");
}

/** Mostly moves, now and then anything: what is deleted is remembered on purpose, and would grow with the day. */
function steadyUser(world: StackWorld, editor: StackEditor): void {
  const { scene } = editor.model;
  const objects = scene.uuids();
  const target = world.dice.pick(objects.filter((uuid) => scene.kindOf(uuid) === "object"));
  if (target === undefined || objects.length < objectsMin || world.dice.chance(surprises)) editRandomly(world, editor);
  else if (objects.length > objectsMax) editor.user.delete(world.dice.pick(objects) ?? target);
  else moveRandomly(world, editor, target);
}

function measured({ disk, state, crashes }: StackWorld, hour: number): Hour {
  const logBytes = disk.bytesBelow(walFolder(`${project}/.vibesync`));
  return { hour, crashes, records: state.head.lsn, heapBytes: heapBytes(), logBytes, diskBytes: disk.bytesBelow("/") };
}

/** What is really in use, without what only waits to be collected. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  collect();
  const { used_heap_size, external_memory } = getHeapStatistics();
  return used_heap_size + external_memory;
}
