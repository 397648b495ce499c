/** Identities as bytes and back, however many there are. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { sharedText, uuidFromBytes, uuidToBytes } from "#shared/ids.ts";

/** Many more than the table of texts begins with, so that it grows while they are read. */
const count = 60_000;

it("a uuid read from its bytes is the one that was written, first and again, among any number of others", () => {
  const uuids = Array.from({ length: count }, () => randomUUID());
  const bytes = new Uint8Array(count * 16);
  for (const [index, uuid] of uuids.entries()) uuidToBytes(uuid, bytes, index * 16);
  for (let round = 0; round < 3; round += 1) {
    const wrong = uuids.filter((uuid, index) => uuidFromBytes(bytes, index * 16) !== uuid);
    expect(wrong).toEqual([]);
  }
  expect(uuids.filter((uuid) => sharedText(uuid) !== uuid)).toEqual([]);
});
