/** The history through its public calls, checked with real git. */
import { describe, expect, it } from "vitest";
import { changesOf, fsck, git, jsonOf, opened, request, tempProject, uuidOf, valueOrThrow } from "./temp-project.ts";

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
});
