/**
 * Thirty times one of the three processes is killed with SIGKILL while both artists work: what was logged is there
 * afterwards, nothing is there twice, and the link comes back without a click.
 */
import { strict as assert } from "node:assert";
import path from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { Dice } from "#tests/sim/random.ts";
import { expectEditorsEqual, pause, Studio } from "./studio.ts";

const kills = Number(process.env.KILLS ?? 30);
const seed = Number(process.env.SEED ?? 71);
const file = () => path.join(studio.folder, "castle.blend");

let studio: Studio;

beforeAll(openStudio);

async function openStudio(): Promise<void> {
  studio = await Studio.open();
  // What was being written each time an editor died is held back, and the anchors are always being written ([ENG-44]).
  studio.person = () => studio.decideAll();
  await studio.blender.do({ do: "create", type: "empty", name: "blender anchor" });
  await studio.unity.do({ do: "create", type: "empty", name: "unity anchor" });
  await studio.save(file());
}

afterAll(async () => {
  await studio?.close();
});

type Victim = "hub" | "blender" | "unity";

const dice = new Dice(seed);

/** Both artists create and move, as fast as they can, until told to stop. */
async function editUntil(isOver: () => boolean, round: number): Promise<void> {
  const artist = async (side: "blender" | "unity") => {
    for (let step = 0; !isOver(); step += 1) {
      const name = `${side} ${round}.${step}`;
      const create = side === "blender" ? { location: [step, round, 0] } : { translation: [step, round, 0] };
      await studio[side].do({ do: "create", type: "empty", name, ...create });
      if (step % 2 === 0) await studio[side].do({ do: "move", object: `${side} anchor`, by: [0.25, 0, 0] });
      await pause(dice.below(30));
    }
  };
  // A command to a process that is killed meanwhile fails; that is what the round is about.
  await Promise.allSettled([artist("blender"), artist("unity")]);
}

async function restart(victim: Victim): Promise<void> {
  if (victim === "hub") await studio.startHub();
  else if (victim === "blender") await studio.startBlender(file());
  else await studio.startUnity();
}

describe("kill -9", () => {
  for (let round = 1; round <= kills; round += 1) {
    const victim = (["hub", "blender", "unity"] as const)[round % 3] as Victim;
    it(`[ENG-1] [ENG-2] R13: loses nothing of what was logged: round ${round}, the ${victim}`, async () => {
      try {
        await killInMidEdit(victim, round);
      } catch (error) {
        await reopen();
        throw error;
      }
    });
  }
});

async function killInMidEdit(victim: Victim, round: number): Promise<void> {
  let isOver = false;
  const editing = editUntil(() => isOver, round);
  await pause(100 + dice.below(900));
  const logged = await studio.hubScene();
  await pause(dice.below(50));
  await studio[victim].kill();
  if (dice.chance(0.3)) await studio[victim === "blender" ? "unity" : "blender"].do({ do: "save" });
  isOver = true;
  await editing;
  await restart(victim);
  const scene = await expectEditorsEqual(studio);
  for (const [uuid, { name }] of logged) assert(scene.has(uuid), `${name} (${uuid}) was logged and is gone`);
  const names = [...scene.values()].map((fields) => fields["name"]);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  assert.deepEqual(twice, [], `nothing is there twice; ${await history(twice[0])}`);
}

/** What a failed round left behind must not fail the next one. */
async function reopen(): Promise<void> {
  await studio.close();
  await openStudio();
}

/** How a thing came to be there twice, for the message of a failed test. */
async function history(name: unknown): Promise<string> {
  if (typeof name !== "string") return "";
  const filter = { uuid: null, kinds: [], writer: null, search: name };
  const { rows } = await studio.ask("timeline", { before: null, limit: 20, filter });
  return rows.map((row) => `${row.lsn} ${row.kind} ${row.writer} ${row.uuids[0]} ${row.summary}`).join("\n");
}
