/**
 * R27: the hub's own process on a file system that a power cut damages, with editors on real sockets, and the power cut
 * in the middle of its writes: while it works and while it starts.
 *
 * After each cut the medium is looked at before any editor comes back: each accepted change is there, no change is half
 * there, the dead stay dead, and real git finds the history clean. Then a hub starts on it again.
 */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { ScriptedEditor } from "#electron/demo/scripted-editor.ts";
import { openHub } from "#electron/hub.ts";
import { realClock } from "#electron/ports/clock.ts";
import type { Uuid } from "#shared/ids.ts";
import { scaled } from "#tests/hostile/scale.ts";
import { ask, must, settleMs } from "#tests/hub/hub-questions.ts";
import { KillableHub } from "#tests/hub/killable-hub.ts";
import { agree, linked, type Random, randomFrom, startEditor } from "#tests/hub/live-hub.ts";
import { fsck, gitFolder } from "#tests/snapshots/temp-project.ts";
import { randomFate } from "#tests/wal/fake-disk.ts";
import { FuseMount, fuseProblem } from "./fuse-mount.ts";
import { VolatileFiles } from "./volatile-files.ts";

const seed = Number(process.env["SEED"] ?? 1);
const cuts = scaled(3, 200);
const groupSize = 30;
const movesMax = 12;
/** One in so many is cut while the hub starts. */
const startsPerCut = 4;
/** Changes and syncs on the disk until the power goes; a commit has two, a snapshot some twenty. */
const operationsMax = 40;
/** After that nothing more would be written: the power goes all the same. */
const quietMs = 1_500;

const problem = await fuseProblem();
const missing = problem === null ? "" : `, SKIPPED: no FUSE here (${problem})`;

let folders: { home: string; elsewhere: string; mounted: string };
let editors: ScriptedEditor[] = [];
let files: VolatileFiles;
let mount: FuseMount | null = null;
const hub = new KillableHub();
beforeEach(() => {
  const make = (name: string) => fs.mkdtempSync(path.join(os.tmpdir(), `vibesync-power-${name}-`));
  folders = { home: make("home"), elsewhere: make("elsewhere"), mounted: make("mounted") };
  files = new VolatileFiles();
});
afterEach(async () => {
  await hub.end();
  await mount?.close();
  mount = null;
  await Promise.all(editors.map((editor) => editor.stop()));
  editors = [];
  for (const folder of Object.values(folders)) fs.rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<void> {
  mount = await FuseMount.open(folders.mounted, files);
  await hub.start(folders.mounted, folders.home);
}

/** Takes the power after so many more operations, or when it has been quiet; the hub dies at that moment. */
async function cutAfter(operations: number, fateSeed: number): Promise<void> {
  let dead: Promise<void> | null = null;
  files.cutAfter(operations, () => {
    dead = hub.kill();
  });
  const endMs = performance.now() + quietMs;
  while (dead === null && performance.now() < endMs) await delay(1);
  if (dead === null) files.cutAfter(0, () => {});
  await (dead ?? hub.kill());
  await mount?.close();
  mount = null;
  files = files.afterCut(randomFate(fateSeed));
}

/** The objects on the medium and their names, by a hub that no editor can find, on a copy of it. */
async function readMedium(): Promise<ReadonlyMap<Uuid, string>> {
  const home = folders.elsewhere;
  const projectFolder = path.join(home, "copy");
  files.copyTo(projectFolder);
  const opened = must(await openHub({ projectFolder, home, hubVersion: "0.1.0", clock: realClock }));
  const { objects } = must(await ask(opened, "objects", null));
  await opened.close();
  if (fs.existsSync(gitFolder(projectFolder))) fsck(projectFolder);
  fs.rmSync(projectFolder, { recursive: true });
  return new Map(objects.map(({ uuid, name }) => [uuid, name]));
}

const isAccepted = (editor: ScriptedEditor) =>
  expect.poll(() => editor.model.unanswered + editor.model.dirty.size, { timeout: settleMs, interval: 2 }).toBe(0);

/** What must be there, what must not, and what is there whole or not at all. */
class Told {
  /** By the name that was accepted last. */
  readonly alive = new Map<Uuid, string>();
  readonly dead = new Set<Uuid>();
  readonly groups: Uuid[][] = [];

  async tell({ author, round, random }: Work): Promise<void> {
    const kept = author.user.createObject({ name: `Kept ${round}` });
    const doomed = author.user.createObject({ name: `Doomed ${round}` });
    await isAccepted(author);
    author.user.delete(doomed);
    const renamed = random.pick([kept, ...this.#shownBy(author)]);
    author.user.rename(renamed, `Renamed ${round}`);
    await isAccepted(author);
    this.alive.set(kept, `Kept ${round}`).set(renamed, `Renamed ${round}`);
    this.dead.add(doomed);
  }

  /** What the other made just before the cut may still be on its way to it. */
  #shownBy({ model }: ScriptedEditor): Uuid[] {
    return [...this.alive.keys()].filter((uuid) => model.scene.has(uuid));
  }

  /** More that may be there or not. */
  leaveUnsaid({ author, random }: Work): void {
    const objects = this.#shownBy(author);
    for (let move = random.below(movesMax); move > 0; move -= 1) {
      author.user.move(random.pick(objects), [random.below(100), random.below(100), 0]);
    }
    this.groups.push(
      Array.from({ length: groupSize }, (_, part) => author.user.createObject({ name: `Part ${part}` })),
    );
  }

  check(there: ReadonlyMap<Uuid, string>): void {
    const others = [...this.alive].filter(([uuid, name]) => there.get(uuid) !== name);
    expect(others.map(([uuid, name]) => `${uuid}: ${there.get(uuid)} instead of ${name}`)).toEqual([]);
    expect([...this.dead].filter((uuid) => there.has(uuid))).toEqual([]);
    const counts = this.groups.map((group) => group.filter((uuid) => there.has(uuid)).length);
    expect(counts.filter((count) => count !== 0 && count !== groupSize)).toEqual([]);
  }
}

type Work = { readonly author: ScriptedEditor; readonly round: number; readonly random: Random };

async function work(told: Told, round: number, random: Random): Promise<void> {
  await linked(...editors);
  await expect.poll(() => editors.map(({ model }) => model.mode), { timeout: settleMs }).toEqual(["live", "live"]);
  const author = random.pick(editors);
  await told.tell({ author, round, random });
  told.leaveUnsaid({ author, round, random });
}

it.skipIf(problem !== null)(
  `[ENG-1] [ENG-15] [WAL-7] [WAL-10] R27: ${cuts} power cuts, seed ${seed}: accepted is there, half is not${missing}`,
  async () => {
    const random = randomFrom(seed);
    const told = new Told();
    editors = [startEditor(folders.home, "blender"), startEditor(folders.home, "unity")];
    for (let cut = 0; cut < cuts; cut += 1) {
      await start();
      if (cut === 0 || random.below(startsPerCut) > 0) await work(told, cut, random);
      await cutAfter(1 + random.below(operationsMax), seed * 10_000 + cut);
      told.check(await readMedium());
    }
    await start();
    await linked(...editors);
    await agree(editors[0] as ScriptedEditor, editors[1] as ScriptedEditor);
    for (const { model } of editors) {
      told.check(new Map(Array.from(model.scene.uuids(), (uuid) => [uuid, String(model.scene.read(uuid)?.name)])));
    }
  },
  scaled(120_000, 3_000_000),
);
