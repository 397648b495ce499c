/**
 * Domain reload, Play Mode, broken wires, crashes, offline work, other scenes: nothing
 * acknowledged is lost, nothing comes twice.
 */
import type { Suite } from "../run.ts";
import { equal, near, sleep, until } from "./rig.ts";

const untouched = { translation: [0, 0, 0], rotation: [0, 0, 0, 1], scale: [1, 1, 1] };
const idA = "bbbbbbbb-0000-4000-8000-000000000001";

function empty(uuid: string, name: string): Record<string, unknown> {
  const fields = { name, type: "empty", parent: null, collections: [], data: null, visible: true, ...untouched };
  return { op: "create", uuid, kind: "object", fields };
}

export const surviving: Suite = {
  "a domain reload in mid-stream loses no edit and needs no new listing": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    rig.hub.apply([empty(idA, "Remote")]);
    await rig.settled();
    rig.hub.accepts = false;
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await sleep(100);
    await rig.do("rename", { object: a, name: "Renamed" });
    await rig.do("reload");
    rig.hub.accepts = true;
    await until("the link is back", () => rig.hub.hellos === 2 && rig.hub.isLinked);
    await rig.settled();
    near(rig.hub.field(a, "translation"), [1, 0, 0], "the move that was in flight");
    equal(rig.hub.field(a, "name"), "Renamed", "the rename that was not sent yet");
    equal(rig.hub.of("index").length, 1, "[WIRE-16] listings");
    const [first, second] = rig.hub.of("hello");
    equal([second?.instance, second?.epoch], [first?.instance, first?.epoch], "the same process, the same epoch");
    equal(rig.hub.of("bye").at(-1)?.reason, "reload", "goodbye");
    await rig.quiet();
  },

  "the user's undo history still works after a domain reload": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await rig.settled();
    await rig.do("reload");
    await until("the link is back", () => rig.hub.hellos === 2);
    await rig.settled();
    await rig.do("undo");
    await until("undone", () => JSON.stringify(rig.hub.field(a, "translation")) === "[0,0,0]");
  },

  "a broken wire: unanswered changes go again with their seq, new ones follow": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    rig.hub.apply([empty(idA, "Remote")]);
    await rig.settled();
    rig.hub.accepts = false;
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await sleep(150);
    rig.hub.drop();
    await rig.do("move", { object: a, by: [1, 0, 0] });
    rig.hub.accepts = true;
    await until("the link is back", () => rig.hub.hellos === 2 && rig.hub.isLinked);
    await rig.settled();
    near(rig.hub.field(a, "translation"), [2, 0, 0], "place");
    equal(rig.hub.of("index").length, 1, "[WIRE-16] listings");
  },

  "a hub that forgot the session gets a new listing in a new epoch": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    rig.hub.resumes = false;
    rig.hub.drop();
    await rig.do("move", { object: a, by: [4, 0, 0] });
    await until("listed again", () => rig.hub.of("index").length === 2);
    await rig.settled();
    near(rig.hub.field(a, "translation"), [4, 0, 0], "work done without a link");
    const [first, second] = rig.hub.of("index");
    equal((second?.epoch ?? 0) > (first?.epoch ?? 0), true, "the epoch is higher");
    await rig.do("move", { object: a, by: [1, 0, 0] });
    await rig.settled();
    near(rig.hub.field(a, "translation"), [5, 0, 0], "numbering starts anew");
  },

  "Play Mode changes nothing, tells so, and what arrives meanwhile comes afterwards": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    await rig.settled();
    await rig.do("play");
    await until("playing is told", () => rig.hub.of("state").at(-1)?.activity === "playing");
    await rig.do("script", { object: a, translation: [99, 0, 0] });
    await sleep(1_300);
    near(rig.hub.field(a, "translation"), [0, 0, 0], "what happened in Play Mode");
    await rig.do("stop");
    await until("idle is told", () => rig.hub.of("state").at(-1)?.activity === "idle");
    rig.hub.move(a, [5, 0, 0]);
    await until("applied", async () => (await rig.shown(a)).translation[0] === 5);
    await rig.quiet();
    equal(Object.keys(await rig.dump()), [a], "identities");
  },

  "Play Mode without a domain reload is the same": async (rig) => {
    rig.options.push("--no-play-reload");
    await rig.link();
    const a = await rig.create("A", { type: "cube" });
    await rig.settled();
    await rig.do("play");
    await until("playing is told", () => rig.hub.of("state").at(-1)?.activity === "playing");
    await rig.do("script", { object: a, translation: [99, 0, 0] });
    rig.hub.move(a, [5, 0, 0]);
    await sleep(1_300);
    near((await rig.shown(a)).translation, [99, 0, 0], "nothing is written in Play Mode");
    await rig.do("stop");
    await until("what came meanwhile is applied", async () => (await rig.shown(a)).translation[0] === 5);
    await rig.quiet();
    equal(rig.hub.hellos, 1, "greetings");
    near(rig.hub.field(a, "translation"), [5, 0, 0], "what the hub has");
  },

  "kill -9: accepted but unsaved work comes back, offline work wins": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    const b = await rig.create("B");
    await rig.settled();
    await rig.do("save");
    await rig.do("move", { object: a, by: [1, 0, 0] });
    const c = await rig.create("C");
    await rig.do("delete", { object: b });
    await rig.settled();
    await rig.kill();
    await rig.open();
    await rig.listed();
    const page = rig.hub.of("index").at(-1);
    const listed = page?.entities.find(({ uuid }) => uuid === a);
    const known = rig.hub.entities.get(a)?.stamps["translation"] ?? 0;
    equal(
      (listed?.stamps?.translation ?? listed?.stamp ?? 0) < known,
      true,
      "[WIRE-14] the old place has its old stamp",
    );
    equal((listed?.stamp ?? 0) > 0, true, "the sidecar was found");
    equal(page?.deleted, [], "an unsaved creation is no deletion");
    equal(
      page?.entities.some(({ uuid }) => uuid === c),
      false,
      "C was never saved",
    );
    near(rig.hub.field(a, "translation"), [1, 0, 0], "the hub keeps the accepted place");
  },

  "kill -9: what was made and saved without a hub is the same thing afterwards": async (rig) => {
    await rig.link();
    await rig.do("save");
    await rig.kill();
    await rig.hub.stop();
    await rig.open();
    await rig.do("create", { name: "A" });
    await rig.do("save");
    await rig.hub.start();
    await rig.listed();
    const [told] = rig.hub.entities.keys();
    await rig.kill();
    await rig.open();
    await rig.listed();
    equal([...rig.hub.entities.keys()], [told], "one thing, one identity");
  },

  "[WIRE-21] kill -9 after the first link and before a save makes nobody a stranger": async (rig) => {
    await rig.open();
    await rig.do("create", { name: "A" });
    await rig.do("create", { name: "B", type: "cube" });
    await rig.do("save");
    await rig.hub.start();
    await rig.listed();
    await rig.settled();
    const known = [...rig.hub.entities.keys()].sort();
    await rig.do("move", { object: "A", by: [2, 0, 0] });
    await rig.settled();
    await rig.kill();
    await rig.open();
    await rig.listed();
    await rig.settled();
    equal([...rig.hub.entities.keys()].sort(), known, "everything is who it was");
    near(rig.hub.field(rig.hub.named("A"), "translation"), [2, 0, 0], "the accepted place");
    await rig.do("save");
    await rig.kill();
    await rig.open();
    await rig.listed();
    equal([...rig.hub.entities.keys()].sort(), known, "and stays it when it is saved");
  },

  "work done without a hub is told when it is back, deletions too": async (rig) => {
    await rig.link();
    const a = await rig.create("A");
    const b = await rig.create("B");
    await rig.settled();
    await rig.do("save");
    await rig.kill();
    await rig.hub.stop();
    await rig.open();
    await rig.do("move", { object: "A", by: [2, 0, 0] });
    await rig.do("delete", { object: "B" });
    await rig.hub.start();
    await rig.listed();
    await rig.settled();
    near(rig.hub.field(a, "translation"), [2, 0, 0], "the offline move");
    equal([rig.hub.entities.has(b), rig.hub.tombstones.has(b)], [false, true], "the offline deletion");
  },

  "without a sidecar everything is listed with stamp 0": async (rig) => {
    await rig.open();
    await rig.do("create", { name: "A" });
    await rig.do("save");
    await rig.hub.start();
    await rig.listed();
    equal(
      rig.hub.of("index")[0]?.entities.map(({ stamp, stamps }) => [stamp, stamps]),
      [[0, null]],
      "[WIRE-14] stamps",
    );
  },

  "another scene is another epoch, listed from the start": async (rig) => {
    await rig.link();
    await rig.create("A");
    await rig.settled();
    await rig.do("save");
    await rig.do("new");
    await until("listed again", () => rig.hub.of("index").length === 2);
    const [first, second] = rig.hub.of("index");
    equal((second?.epoch ?? 0) > (first?.epoch ?? 0), true, "[WIRE-11] the epoch is raised");
    equal([second?.entities.length, second?.deleted.length], [0, 0], "an empty scene, nothing deleted");
    await rig.do("open", { path: "Assets/Main.unity" });
    await until("listed again", () => rig.hub.of("index").length === 3);
    equal(rig.hub.of("index")[2]?.entities.length, 1, "the first scene again");
  },

  "[WIRE-11] what was on its way to the scene before does not reach the one that is open now": async (rig) => {
    await rig.link();
    await rig.create("A");
    await rig.settled();
    const late = rig.hub.epoch;
    await rig.do("new");
    await until("listed again", () => rig.hub.of("index").length === 2);
    const op = { op: "create" as const, uuid: crypto.randomUUID(), kind: "object" as const, stamp: rig.hub.stamp() };
    const ops = [{ ...op, fields: { name: "Late", type: "empty" as const } }];
    rig.hub.send({ kind: "apply", epoch: late, lsn: rig.hub.lsn + 1, reason: "edit", ops });
    rig.hub.send({ kind: "verify", epoch: late, batch: 3, lsn: rig.hub.lsn, transforms: [], items: [] });
    await rig.create("B");
    await rig.settled();
    const names = Object.values(await rig.dump()).map((one) => one["name"]);
    equal(names, ["B"], "objects in the new scene");
    equal(rig.hub.of("verified"), [], "answers to a question about the old one");
  },

  "[WIRE-10] [WIRE-11] a late answer about the scene before settles nothing in the one that is open now": async (
    rig,
  ) => {
    await rig.link();
    await rig.create("A");
    await rig.settled();
    const late = rig.hub.epoch;
    await rig.do("new");
    await rig.listed();
    rig.hub.accepts = false;
    const b = await rig.create("B");
    await until("B is under way", async () => (await rig.state()).outgoing === 1);
    const message = "It was a circle.";
    rig.hub.send({ kind: "accepted", epoch: late, seq: 1, lsn: rig.hub.lsn, refused: [] });
    rig.hub.send({ kind: "rejected", epoch: late, seq: 1, code: "E_CYCLE", message, retry: false });
    rig.hub.send({ kind: "reindex", epoch: late, code: "E_INDEX_INCOMPLETE" });
    rig.hub.apply([empty(idA, "Remote")]);
    await until("what came after them is there", async () => (await rig.dump())[idA] !== undefined);
    equal((await rig.state()).outgoing, 1, "changes that wait for an answer");
    equal(rig.hub.of("index").length, 2, "listings");
    equal(rig.hub.of("request"), [], "what was asked for");
    rig.hub.accepts = true;
    rig.hub.drop();
    await rig.settled();
    near(rig.hub.field(b, "translation"), [0, 0, 0], "B, sent again");
  },

  "[WIRE-16] another scene that is opened during the greeting is listed, whatever the hub resumes": async (rig) => {
    await rig.link();
    await rig.create("A");
    await rig.settled();
    await rig.do("save");
    rig.hub.beforeWelcome = () => rig.do("new");
    rig.hub.drop();
    await rig.listed();
    const [first, second] = rig.hub.of("index");
    equal((second?.epoch ?? 0) > (first?.epoch ?? 0), true, "[WIRE-11] the epoch is raised");
    equal([second?.entities.length, second?.deleted.length], [0, 0], "the new scene, nothing deleted");
    await rig.create("B");
    await rig.settled();
    equal(rig.hub.problems, [], "numbers begin again");
  },
};
