/**
 * Ten thousand objects: prints what the first and the next commits, opening and reading cost. Times are not asserted.
 */
import { expect, it } from "vitest";
import { changesOf, fsck, jsonOf, opened, request, tempProject, uuidOf, valueOrThrow } from "./temp-project.ts";

const objectCount = 10_000;

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const startMs = performance.now();
  const value = await work();
  console.log(`${what}: ${(performance.now() - startMs).toFixed(1)} ms`);
  return value;
}

it("[SNAP-2] holds ten thousand objects, and a commit touches only what changed", { timeout: 120_000 }, async () => {
  const project = tempProject();
  const store = await opened(project);
  const whole = changesOf(objectCount);
  await timed("first commit", () => store.commit(request(1, whole, { whole: true })));
  let lsn = 1;
  for (const count of [1, 10, 100, 1_000]) {
    lsn += 1;
    const changed = Array.from({ length: count }, (_, at) => ({ uuid: uuidOf(at * 7), json: jsonOf(at * 7, lsn) }));
    const info = valueOrThrow(await timed(`${count} changed`, () => store.commit(request(lsn, changed))));
    expect(info.objectCount).toBe(objectCount);
  }
  const again = await timed("open", () => opened(project));
  const head = again.opening.head;
  const contents = valueOrThrow(await timed("read", () => again.read(head?.oid ?? "")));
  expect(contents.objects.size).toBe(objectCount);
  await timed("whole commit, all the same", () =>
    again.commit(
      request(
        9,
        Array.from(contents.objects, ([uuid, json]) => ({ uuid, json })),
        { whole: true },
      ),
    ),
  );
  expect(valueOrThrow(await timed("list", () => again.list({ limit: 50 })))).toHaveLength(6);
  await timed("git fsck", async () => fsck(project));
});
