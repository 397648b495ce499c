/**
 * R16 over a real socket, against a whole hub: what cannot be read is answered, counted and shown, and neither the
 * scene nor the other editor notices.
 */
import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { decodeFrame, decodeText } from "#electron/transport/codec.ts";
import type { Discovery } from "#shared/protocol/discovery.ts";
import { failuresOf, stateText } from "#tests/hub/hub-questions.ts";
import { agree, LiveHub, linked, type Random, randomFrom } from "#tests/hub/live-hub.ts";
import { type Client, type Door, greetedClient, hello } from "#tests/transport/wire-harness.ts";
import { mutatedFrame, mutatedText } from "./mutations.ts";
import { scaled, seed } from "./scale.ts";

const visits = scaled(60, 2_000);
/** So many unreadable frames close a socket [WIRE-29]. */
const framesPerVisit = 5;

let live: LiveHub;
beforeEach(async () => {
  live = new LiveHub();
  await live.open();
});
afterEach(() => live.end());

function doorOf({ home }: LiveHub): Door {
  const { port, token } = JSON.parse(fs.readFileSync(path.join(home, "hub.json"), "utf8")) as Discovery;
  return { wire: { port }, token };
}

/** Something that no healthy editor says. */
function unreadable(random: Random): string | Buffer {
  for (;;) {
    const isText = random.below(3) > 0;
    const said = isText ? mutatedText(random) : mutatedFrame(random);
    const bytes = Buffer.from(said as string);
    if (bytes.length < 100_000 && !(isText ? decodeText(bytes) : decodeFrame(bytes)).ok) return said;
  }
}

async function visit(door: Door, random: Random): Promise<Client> {
  const client = await greetedClient(door, { ...hello, role: "unity" });
  for (let count = 0; count < framesPerVisit; count += 1) client.send(unreadable(random));
  return client;
}

it(`[WIRE-29] [ENG-22] R16: ${visits * framesPerVisit} unreadable frames, seed ${seed}: no effect`, async () => {
  const random = randomFrom(seed);
  const blender = live.start("blender");
  await linked(blender);
  const castle = blender.user.createObject({ name: "../../etc/passwd", translation: [1, 2, 3] });
  blender.user.createObject({ name: "CON", parent: castle });
  await agree(blender, blender);
  await expect.poll(() => blender.model.unanswered + blender.model.dirty.size).toBe(0);
  const before = await stateText(live.hub);
  for (let count = 0; count < visits; count += 1) {
    const client = await visit(doorOf(live), random);
    expect((await client.closed).code).toBe(1008);
    const answers = client.received.filter((one) => !Buffer.isBuffer(one) && one.kind === "rejected");
    expect(answers).toHaveLength(framesPerVisit);
  }
  expect(await stateText(live.hub)).toBe(before);
  expect(live.hub.status().mode).toBe("live");
  const counted = async () => {
    const rows = await failuresOf(live.hub);
    return rows.filter(({ operation }) => operation === "connection").reduce((sum, { count }) => sum + count, 0);
  };
  await expect.poll(counted).toBe(visits * framesPerVisit);
  blender.user.move(castle, [4, 5, 6]);
  await expect.poll(() => blender.model.unanswered + blender.model.dirty.size).toBe(0);
  expect(await stateText(live.hub)).not.toBe(before);
}, 120_000);
