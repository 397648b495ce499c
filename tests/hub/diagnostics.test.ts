/** A diagnostics bundle of a real project: open, halted, closed, damaged; and that nothing leaks. */
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { strFromU8, unzipSync } from "fflate";
import { afterEach, beforeEach, expect, it } from "vitest";
import { gatherDiagnostics, zipOf } from "#electron/hub/diagnostics.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { HubFacts } from "#electron/ports/hub.ts";
import { agree, LiveHub, linked } from "./live-hub.ts";

const telltales = ["Zuckerbäcker", "Geheimprojekt", "Hinterzimmer", "Wolkenkuckuck"];
let live: LiveHub;
let token = "";

beforeEach(async () => {
  live = new LiveHub();
  await live.open();
  token = (JSON.parse(fs.readFileSync(path.join(live.home, "hub.json"), "utf8")) as { token: string }).token;
});
afterEach(() => live.end());

/** Two editors, some objects with names that would be noticed, a rename, a deletion, a refused change. */
async function edit(): Promise<string> {
  const [blender, unity] = [live.start("blender"), live.start("unity")];
  await linked(blender, unity);
  const chair = blender.user.createObject({ name: "Zuckerbäcker", type: "empty", translation: [1, 2, 3] });
  const gone = blender.user.createObject({ name: "Hinterzimmer", type: "empty" });
  await agree(blender, unity);
  unity.user.rename(chair, "Geheimprojekt");
  unity.user.delete(gone);
  await agree(blender, unity);
  await live.hub.handlers["snapshot-take"]({ label: "Wolkenkuckuck" });
  return chair;
}

function gather({ hub = null as HubFacts | null, hidesNames = true }) {
  const home = os.tmpdir();
  const around = [{ path: "app.log", content: [`a bug: open '${live.projectFolder}/Geheimprojekt.blend'`] }];
  const people = [os.userInfo().username];
  const { projectFolder } = live;
  return gatherDiagnostics({ disk: realDisk, projectFolder, hub, around, folders: { home }, people, hidesNames });
}

function unzipped(files: ReturnType<typeof gather>): Map<string, string> {
  const entries = Object.entries(unzipSync(zipOf(files, Date.now())));
  return new Map(entries.map(([name, bytes]) => [name.replace("vibesync-diagnostics/", ""), strFromU8(bytes)]));
}

it("[ENG-40] the bundle of an open project says what happened, and no name, path or token", async () => {
  const chair = await edit();
  await expect.poll(() => gather({}).find(({ path: name }) => name === "operations.jsonl")?.text).toContain(chair);
  const files = unzipped(gather({ hub: live.hub.facts() }));
  const all = [...files.values()].join("\n");
  for (const secret of [...telltales, live.projectFolder, path.basename(live.projectFolder), live.home, token])
    expect(all, secret).not.toContain(secret);
  expect(JSON.parse(files.get("status.json") as string)).toMatchObject({
    mode: "live",
    project: { folder: "<project>" },
  });
  const records = (files.get("wal-tail.jsonl") as string)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(records[0]).toMatchObject({ lsn: 1, type: "boot" });
  const lsns = records.map(({ lsn }: { lsn: number }) => lsn);
  expect(lsns).toEqual(lsns.map((_: number, index: number) => index + 1));
  const created = JSON.stringify(records.find((record) => JSON.stringify(record).includes(chair)));
  expect(created).toMatch(/"name":"name-\d+"/);
});

it("[ENG-40] names stay when that is asked for; tokens and outside paths never do", async () => {
  const chair = await edit();
  const said = () => [...unzipped(gather({ hub: live.hub.facts(), hidesNames: false })).values()].join("\n");
  await expect.poll(said).toContain("Wolkenkuckuck");
  const all = said();
  for (const name of [...telltales, chair, "<project>/Geheimprojekt.blend"]) expect(all).toContain(name);
  for (const secret of [live.projectFolder, live.home, token]) expect(all).not.toContain(secret);
});

it("[ENG-40] a closed project and one with a damaged log still give a bundle", async () => {
  await edit();
  await live.close();
  const closed = unzipped(gather({}));
  expect([...closed.keys()]).not.toContain("status.json");
  expect(closed.get("wal-tail.jsonl")).toContain('"type":"close"');
  const segment = path.join(live.projectFolder, ".vibesync/wal/00000001.wal");
  const bytes = fs.readFileSync(segment);
  const at = bytes.indexOf("Hinterzimmer");
  bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
  fs.writeFileSync(segment, bytes);
  const damaged = unzipped(gather({}));
  expect(JSON.parse(damaged.get("files.json") as string).problems).toHaveLength(1);
  expect(damaged.get("wal-tail.jsonl")).toContain('"type":"boot"');
  for (const secret of [...telltales, live.projectFolder]) expect([...damaged.values()].join()).not.toContain(secret);
});

it("[ENG-40] the bundle of a halted hub has its reason, and making one writes nothing", async () => {
  await edit();
  const halted = { ...live.hub.facts().status, mode: "halted" as const, sentence: `Could not write ${live.home}/x.` };
  const before = listing(live.projectFolder);
  const files = unzipped(gather({ hub: { ...live.hub.facts(), status: halted } }));
  expect(JSON.parse(files.get("status.json") as string)).toMatchObject({
    mode: "halted",
    sentence: expect.stringMatching(/^Could not write path-/),
  });
  expect(listing(live.projectFolder).filter((name) => !before.includes(name) && !name.includes(".git_safety"))).toEqual(
    [],
  );
});

function listing(folder: string): string[] {
  return fs.readdirSync(folder, { recursive: true }).map(String);
}
