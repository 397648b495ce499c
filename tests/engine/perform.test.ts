/** What may overtake what while a slow disk is waited for. */
import { beforeEach, describe, expect, it } from "vitest";
import { Outbox } from "#electron/engine/perform.ts";
import type { Wire } from "#electron/ports/wire.ts";
import { laneTransforms } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";

const notDurable = 9;
const accepted: DownMessage = { kind: "accepted", epoch: 1, seq: 1, lsn: notDurable, refused: [] };
const verify: DownMessage = { kind: "verify", epoch: 1, batch: 1, lsn: notDurable, transforms: [], items: [] };
const final: DownMessage = { kind: "final", lsn: notDurable };
const apply: DownMessage = { kind: "apply", epoch: 1, lsn: notDurable, reason: "edit", ops: [] };
const reindex: DownMessage = { kind: "reindex", epoch: 1, code: "E_INDEX_INCOMPLETE" };
const refusal: DownMessage = {
  ...accepted,
  refused: [{ uuid: "11111111-1111-4111-8111-111111111111", code: "E_CYCLE", message: "" }],
};

let left: string[];
let outbox: Outbox;
beforeEach(() => {
  left = [];
  const wire: Wire = {
    port: 1,
    send: (_, { kind }) => void left.push(kind),
    sendFrame: () => void left.push("frame"),
    bufferedBytes: () => 0,
    close: () => void left.push("close"),
    stop: () => Promise.resolve(),
  };
  outbox = new Outbox(wire, () => undefined);
});

const post = (message: DownMessage, durableLsn = 0) =>
  outbox.post({ kind: "send", connection: 1, message, durableLsn });
const frame = { lane: laneTransforms, seq: 0, epoch: 1, lsn: notDurable, stamp: 0, rows: [] };
const postFrame = () => outbox.post({ kind: "send-frame", connection: 1, frame, durableLsn: 0 });

describe("while the log is being synced", () => {
  it("[ENG-1] previews pass the answers, questions and finals that wait for it", () => {
    for (const message of [accepted, verify, final]) post(message, notDurable);
    postFrame();
    post(apply);
    expect(left).toEqual(["frame", "apply"]);
    outbox.durable(notDurable);
    expect(left).toEqual(["frame", "apply", "accepted", "verify", "final"]);
  });

  it.each([
    ["a structural change", apply],
    ["an answer that refuses something", refusal],
    ["a listing that is asked for", reindex],
  ])("[ENG-1] [WIRE-23] nothing passes %s, and afterwards all is in order", (_, firm) => {
    post(accepted, notDurable);
    post(firm, notDurable);
    postFrame();
    post(final, notDurable);
    outbox.post({ kind: "close", connection: 1 });
    expect(left).toEqual([]);
    outbox.durable(notDurable - 1);
    expect(left).toEqual([]);
    outbox.durable(notDurable);
    expect(left).toEqual(["accepted", firm.kind, "frame", "final", "close"]);
    postFrame();
    expect(left.at(-1)).toBe("frame");
  });
});
