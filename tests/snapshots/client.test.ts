/** The worker and its client: real threads, killed, silenced and broken. */
import { describe, expect, it, onTestFinished } from "vitest";
import { realClock } from "#electron/ports/clock.ts";
import { realDisk } from "#electron/ports/disk.ts";
import type { SnapshotOpening } from "#electron/ports/snapshots.ts";
import { SnapshotClient, type SnapshotClientParts, startsMax } from "#electron/snapshots/client.ts";
import { inlineLink, workerLink } from "#electron/snapshots/link.ts";
import type { SnapshotLink } from "#electron/snapshots/messages.ts";
import type { Result } from "#shared/result.ts";
import { changesOf, fsck, jsonOf, opened, request, tempProject, uuidOf, valueOrThrow } from "./temp-project.ts";

const workerFile = new URL("./worker-entry.mjs", import.meta.url);

function threadLink(): SnapshotLink {
  return workerLink(workerFile);
}

function clientOf(parts: Partial<SnapshotClientParts>): SnapshotClient {
  const client = new SnapshotClient({ connect: threadLink, clock: realClock, ...parts });
  onTestFinished(() => client.close());
  return client;
}

/** A link that hears nothing and says nothing, as a thread that hangs. */
function deafLink(): SnapshotLink {
  return { post: () => undefined, listen: () => undefined, stop: async () => undefined };
}

const kinds: readonly [string, () => SnapshotLink][] = [
  ["a thread of its own", threadLink],
  ["this thread", () => inlineLink(realDisk)],
];

describe("the snapshot client", () => {
  it.each(kinds)("[SNAP-11] answers every call from %s", async (_, connect) => {
    const project = tempProject();
    const client = clientOf({ connect });
    expect((await client.list({ limit: 5 })).ok).toBe(false);
    expect(valueOrThrow(await client.open(project))).toEqual({ isNew: true, head: null, repairs: [] });
    const info = valueOrThrow(await client.commit(request(1, changesOf(20))));
    expect((await client.name(info.oid, "Blocked out")).ok).toBe(true);
    expect(valueOrThrow(await client.list({ limit: 5 }))).toEqual([{ ...info, label: "Blocked out" }]);
    expect(valueOrThrow(await client.read(info.oid)).objects.get(uuidOf(3))).toBe(jsonOf(3, 0));
    expect(valueOrThrow(await client.tidy())).toEqual({ dropped: 0, notice: null });
    const unknown = await client.read("0".repeat(40));
    expect(unknown.ok ? "" : unknown.failure.code).toBe("E_SNAPSHOT_UNKNOWN");
    fsck(project);
  });

  it("[SNAP-11] a worker killed in the middle of a commit is a coded failure, and the next call goes on", async () => {
    const project = tempProject();
    /** So much that the worker is at it for a second. */
    const many = 30_000;
    const links: SnapshotLink[] = [];
    const reopenings: Result<SnapshotOpening>[] = [];
    const connect = (): SnapshotLink => {
      const link = threadLink();
      links.push(link);
      return link;
    };
    const client = clientOf({ connect, onReopened: (result) => reopenings.push(result) });
    valueOrThrow(await client.open(project));
    const first = valueOrThrow(await client.commit(request(1, changesOf(10))));
    const dying = client.commit(request(2, changesOf(many, 1), { base: first.oid }));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await links[0]?.stop();
    const failed = await dying;
    expect(failed.ok ? "" : failed.failure.code).toBe("E_SNAPSHOT");

    const second = valueOrThrow(await client.commit(request(2, changesOf(many, 1), { base: first.oid })));
    expect(links).toHaveLength(2);
    expect(reopenings).toMatchObject([{ ok: true, value: { isNew: false } }]);
    expect(valueOrThrow(await client.list({ limit: 9 })).map(({ oid }) => oid)).toEqual([second.oid, first.oid]);
    await client.close();
    fsck(project);
    expect((await opened(project)).opening).toMatchObject({ head: { lsn: 2, objectCount: many }, repairs: [] });
  });

  it("[SNAP-11] workers killed at any moment leave a clean history that the last one completes", async () => {
    const project = tempProject();
    let link = threadLink();
    const client = clientOf({ connect: () => (link = threadLink()) });
    await link.stop();
    valueOrThrow(await client.open(project));
    const outcomes: boolean[] = [];
    for (let lsn = 1; lsn <= startsMax - 1; lsn += 1) {
      const dying = client.commit(request(lsn, changesOf(400, lsn), { whole: true }));
      await new Promise((resolve) => setTimeout(resolve, lsn * 97));
      await link.stop();
      outcomes.push((await dying).ok);
      fsck(project);
    }
    expect(outcomes).toContain(false);
    const last = valueOrThrow(await client.commit(request(startsMax, changesOf(400, startsMax), { whole: true })));
    const expected = new Map(changesOf(400, startsMax).map(({ uuid, json }) => [uuid, json]));
    expect(valueOrThrow(await client.read(last.oid)).objects).toEqual(expected);
    await client.close();
    fsck(project);
  });

  it("[SNAP-11] a worker that says nothing is given up after the limit", async () => {
    const client = clientOf({ connect: deafLink, silenceMs: 30 });
    const result = await client.open(tempProject());
    expect(result).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT", cause: "it said nothing for 30 ms" } });
  });

  it("[SNAP-11] a worker that keeps dying is not started without end", async () => {
    let starts = 0;
    const connect = (): SnapshotLink => {
      starts += 1;
      return workerLink(new URL("./no-such-worker.mjs", import.meta.url));
    };
    const client = clientOf({ connect });
    for (let call = 0; call < startsMax + 3; call += 1) {
      expect(await client.list({ limit: 1 })).toMatchObject({ ok: false, failure: { code: "E_SNAPSHOT" } });
    }
    expect(starts).toBe(startsMax);
  });

  it.each(kinds)(
    "[SNAP-11] a broken rule in %s is told as a bug, and the next call starts afresh",
    async (_, connect) => {
      const client = clientOf({ connect });
      valueOrThrow(await client.open(tempProject()));
      const bug = await client.commit(request(1, [{ uuid: "not a uuid", json: "{}" }]));
      expect(bug).toMatchObject({ ok: false, failure: { code: "E_BUG" } });
      expect(valueOrThrow(await client.commit(request(1, changesOf(3)))).objectCount).toBe(3);
    },
  );

  it("[SNAP-11] closing fails what waits and leaves nothing behind", async () => {
    const client = clientOf({});
    valueOrThrow(await client.open(tempProject()));
    const waiting = client.commit(request(1, changesOf(500)));
    await client.close();
    expect(await waiting).toMatchObject({ ok: false, failure: { cause: "the project was closed" } });
  });
});
