/** The history through its public calls, checked with real git. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  changesOf,
  fsck,
  git,
  gitFolder,
  jsonOf,
  opened,
  request,
  tempProject,
  uuidOf,
  valueOrThrow,
} from "./temp-project.ts";

describe("a snapshot", () => {
  it("[SNAP-1] is a commit of a plain bare repository that git reads and finds clean", async () => {
    const project = tempProject();
    const store = await opened(project);
    expect(store.opening).toEqual({ isNew: true, head: null, repairs: [] });
    const first = valueOrThrow(await store.commit(request(7, changesOf(40), { label: "Blocked out" })));
    valueOrThrow(await store.commit(request(9, [{ uuid: uuidOf(3), json: jsonOf(3, 1) }])));

    fsck(project);
    expect(git(project, "symbolic-ref", "HEAD").trim()).toBe("refs/heads/main");
    expect(git(project, "log", "--format=%s|%an|%at").trim().split("\n")).toEqual([
      "Final state|VibeSync|1790000013",
      "Final state: Blocked out|VibeSync|1790000010",
    ]);
    expect(git(project, "show", `${first.oid}:${uuidOf(3).slice(0, 2)}/${uuidOf(3)}.json`)).toBe(jsonOf(3, 0));
    expect(git(project, "show", `HEAD:${uuidOf(3).slice(0, 2)}/${uuidOf(3)}.json`)).toBe(jsonOf(3, 1));
  });

  it("[SNAP-2] comes back exactly, and a removed object is gone from then on", async () => {
    const project = tempProject();
    const store = await opened(project);
    const first = valueOrThrow(await store.commit(request(1, changesOf(300))));
    const second = valueOrThrow(await store.commit(request(2, [{ uuid: uuidOf(0), json: null }])));
    const before = valueOrThrow(await store.read(first.oid));
    expect(before.objects).toEqual(new Map(changesOf(300).map(({ uuid, json }) => [uuid, json])));
    expect(before.info).toEqual(first);
    const after = valueOrThrow(await store.read(second.oid));
    expect(after.objects.has(uuidOf(0))).toBe(false);
    expect(after.objects.size).toBe(299);
    expect(second.objectCount).toBe(299);
  });

  it("[SNAP-2] a whole commit drops what it does not name, and the same state again writes nothing new", async () => {
    const project = tempProject();
    const store = await opened(project);
    valueOrThrow(await store.commit(request(1, changesOf(50))));
    const whole = valueOrThrow(await store.commit(request(2, changesOf(20), { whole: true })));
    expect(whole.objectCount).toBe(20);
    const count = objectCount(project);
    const again = valueOrThrow(await store.commit(request(3, changesOf(20), { whole: true })));
    expect(valueOrThrow(await store.read(again.oid)).objects.size).toBe(20);
    expect(objectCount(project)).toBe(count + 1);
    const empty = valueOrThrow(await store.commit(request(4, [], { whole: true })));
    expect(valueOrThrow(await store.read(empty.oid)).objects.size).toBe(0);
    fsck(project);
  });

  it("[SNAP-10] that is committed again after its answer got lost is the same snapshot", async () => {
    const project = tempProject();
    const store = await opened(project);
    const first = valueOrThrow(await store.commit(request(1, changesOf(5))));
    const changed = [{ uuid: uuidOf(1), json: jsonOf(1, 2) }];
    const second = valueOrThrow(await store.commit(request(2, changed, { base: first.oid })));
    const repeated = request(2, changed, { base: first.oid, timeMs: 1_800_000_000_000 });
    expect(valueOrThrow(await store.commit(repeated))).toEqual(second);
    expect(valueOrThrow(await (await opened(project)).commit(repeated))).toEqual(second);
    const manual = valueOrThrow(await store.commit(request(2, [], { reason: "manual", base: second.oid })));
    expect(manual.oid).not.toBe(second.oid);
    const stale = await store.commit(request(3, changed, { base: first.oid }));
    expect(stale).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT_UNKNOWN" } });
  });

  it("[SNAP-2] keeps the editors' own states in the snapshot that they were given to, and in no other", async () => {
    const project = tempProject();
    const store = await opened(project);
    const attachments = [
      { path: "blender", json: '{"scene":"A"}' },
      { path: "unity", json: '{"scene":"B"}' },
    ];
    const paired = valueOrThrow(await store.commit(request(1, changesOf(3), { attachments })));
    const plain = valueOrThrow(await store.commit(request(2, changesOf(3, 1))));
    expect(git(project, "show", `${paired.oid}:editors/unity.json`)).toBe('{"scene":"B"}');
    expect(valueOrThrow(await store.read(paired.oid)).attachments).toEqual(
      new Map(attachments.map(({ path, json }) => [path, json])),
    );
    expect(valueOrThrow(await store.read(plain.oid)).attachments.size).toBe(0);
    for (const path of ["../HEAD", "a/b", "", "Blender", "x".repeat(65)]) {
      const refused = await store.commit(request(3, [], { attachments: [{ path, json: "{}" }] }));
      expect(refused).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT" } });
    }
    fsck(project);
  });

  it("[SNAP-7] says its LSN, state, reason and label in trailers, whatever the label holds", async () => {
    const project = tempProject();
    const store = await opened(project);
    const label = "Ein Türm 🗼\n\nVibeSync-LSN: 99\u0000\u2028 end ".padEnd(400, "·");
    const info = valueOrThrow(await store.commit(request(7, changesOf(2), { label, reason: "manual" })));
    expect(info.label).toHaveLength(200);
    expect(info).toMatchObject({ lsn: 7, stateHash: "state-7", reason: "manual", objectCount: 2 });
    expect(info.label).toMatch(/^Ein Türm 🗼 VibeSync-LSN: 99 end ·+$/u);
    expect(valueOrThrow(await (await opened(project)).list({ limit: 1 }))).toEqual([info]);
    expect(git(project, "log", "-1", "--format=%(trailers:key=VibeSync-LSN,valueonly)").trim()).toBe("7");
  });

  it("[SNAP-9] is listed newest first, page by page", async () => {
    const project = tempProject();
    const store = await opened(project);
    for (let lsn = 1; lsn <= 7; lsn += 1) valueOrThrow(await store.commit(request(lsn, changesOf(1, lsn))));
    const first = valueOrThrow(await store.list({ limit: 3 }));
    const next = valueOrThrow(await store.list({ limit: 9, before: first[2]?.oid ?? "" }));
    expect([...first, ...next].map(({ lsn }) => lsn)).toEqual([7, 6, 5, 4, 3, 2, 1]);
    expect(await store.list({ limit: 3, before: "nothing" })).toMatchObject({
      ok: false,
      failure: { code: "E_SNAPSHOT_UNKNOWN" },
    });
  });

  it("[SNAP-9] is named, renamed and unnamed without a new commit; a damaged list of names is set aside", async () => {
    const project = tempProject();
    const store = await opened(project);
    const { oid } = valueOrThrow(await store.commit(request(1, changesOf(1), { label: "taken with" })));
    const labelAfter = async (label: string): Promise<string | undefined> => {
      valueOrThrow(await store.name(oid, label));
      return valueOrThrow(await (await opened(project)).list({ limit: 1 }))[0]?.label;
    };
    expect(await labelAfter("Before the storm")).toBe("Before the storm");
    expect(await labelAfter("After it")).toBe("After it");
    expect(git(project, "rev-parse", "HEAD").trim()).toBe(oid);
    expect(await labelAfter("")).toBe("taken with");
    expect((await store.name("0".repeat(40), "x")).ok).toBe(false);

    writeFileSync(join(gitFolder(project), "vibesync", "names.json"), '{"version":1,"names":');
    expect((await opened(project)).opening.repairs).toEqual([{ kind: "names-set-aside", as: "names.damaged-1.json" }]);
    expect(readFileSync(join(gitFolder(project), "vibesync", "names.damaged-1.json"), "utf8")).toContain("names");
  });

  it("[SNAP-3] is readable by its owner alone", async () => {
    const project = tempProject();
    const store = await opened(project);
    valueOrThrow(await store.commit(request(1, changesOf(2))));
    const names = readdirSync(gitFolder(project), { recursive: true, encoding: "utf8" });
    const shared = names.filter((name) => (statSync(join(gitFolder(project), name)).mode & 0o077) !== 0);
    expect(names.length).toBeGreaterThan(10);
    expect(shared).toEqual([]);
  });
});

/** Objects in packs, by git's own count. */
function objectCount(project: string): number {
  return Number(/^in-pack: (\d+)$/m.exec(git(project, "count-objects", "-v"))?.[1]);
}
