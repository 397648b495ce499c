/** Messages from the hub, as a plugin must read them. */
import { ids, invalid, invalidText, type MessageCase, serverNonce, someProof, valid, without } from "./case.ts";

const welcome = {
  kind: "welcome",
  protocol: 1,
  session: ids.session,
  project: ids.project,
  projectName: "Castle",
  log: ids.log,
  lsn: 0,
  stamp: 0,
  mode: "indexing",
  resumed: false,
};
const accepted = { kind: "accepted", epoch: 1, seq: 1, lsn: 10, refused: [] };
const rejected = {
  kind: "rejected",
  epoch: 1,
  seq: 4,
  code: "E_CYCLE",
  message: "Cube cannot be its own parent.",
  retry: false,
};
const reindex = { kind: "reindex", epoch: 1, code: "E_UNKNOWN_ENTITY" };
const apply = {
  kind: "apply",
  epoch: 1,
  lsn: 12,
  reason: "edit",
  ops: [{ op: "set", uuid: ids.cube, fields: { visible: false }, stamp: 34 }],
};
const verify = {
  kind: "verify",
  epoch: 1,
  batch: 3,
  lsn: 12,
  transforms: [ids.cube],
  items: [{ uuid: ids.cube, fields: ["visible", "light.color"] }],
};
const status = { kind: "status", mode: "live", verdict: "live", peer: true, waiting: 0, conflicts: [] };

const right: readonly MessageCase[] = [
  valid("challenge", { kind: "challenge", nonce: serverNonce, proof: someProof }),
  valid("welcome, to be indexed", welcome),
  valid("welcome, resumed", {
    ...welcome,
    lsn: 9_007_199_254_740_991,
    stamp: 9_007_199_254_740_991,
    mode: "live",
    resumed: true,
  }),
  valid("refused", { kind: "refused", code: "E_SESSION_TAKEN", message: "Another Blender is linked." }),
  valid("accepted", accepted),
  valid("accepted, one operation refused", {
    ...accepted,
    refused: [{ uuid: ids.lamp, code: "E_TOMBSTONED", message: "Lamp was deleted in Unity." }],
  }),
  valid("rejected", rejected),
  valid("rejected, to be sent again", { ...rejected, code: "E_BUSY", retry: true }),
  valid("rejected, of no change", { ...rejected, seq: null, code: "E_STALE_EPOCH" }),
  valid("rejected, of what could not be read", { ...rejected, epoch: null, seq: null, code: "E_MALFORMED" }),
  ...["edit", "resync", "revoke", "rollback", "repair"].map((reason) => valid(`apply: ${reason}`, { ...apply, reason })),
  valid("apply: create, set, delete", {
    ...apply,
    ops: [
      { op: "create", uuid: ids.walls, kind: "collection", fields: { name: "Walls", parent: null }, stamp: 33 },
      { op: "create", uuid: ids.cube, kind: "object", fields: { name: "Cube" }, copiedFrom: ids.lamp, stamp: 33 },
      { op: "set", uuid: ids.cube, fields: { rotation: [0, 0, 0, 1] }, stamp: 49 },
      { op: "delete", uuid: ids.lamp, stamp: 50 },
    ],
  }),
  valid("apply without operations: the position alone", { ...apply, ops: [] }),
  valid("verify", verify),
  valid("verify, nothing to read", { ...verify, transforms: [], items: [] }),
  valid("final", { kind: "final", lsn: 12 }),
  ...["live", "waiting", "paused", "safe-mode", "needs-you", "stopped"].map((verdict) =>
    valid(`status: ${verdict}`, { ...status, verdict }),
  ),
  ...["booting", "indexing", "paused", "safe", "halted"].map((mode) => valid(`mode: ${mode}`, { ...status, mode })),
  valid("status, a conflict", { ...status, peer: false, waiting: 5, conflicts: [ids.cube] }),
  valid("reindex", reindex),
];

const wrong: readonly MessageCase[] = [
  invalidText("not JSON", "<html>"),
  invalid("null", null),
  invalid("unknown kind", { kind: "eval", code: "1" }),
  invalid("a message that only an editor sends", { kind: "bye", reason: "quit" }),
  invalid("an unknown member", { kind: "final", lsn: 1, extra: 1 }),
  invalidText("__proto__", '{"kind":"final","lsn":1,"__proto__":{"lsn":2}}'),
  invalid("challenge: proof too short", { kind: "challenge", nonce: serverNonce, proof: "00" }),
  invalid("welcome: no log", { ...welcome, log: null }),
  invalid("welcome: unknown mode", { ...welcome, mode: "turbo" }),
  invalid("welcome: resumed as text", { ...welcome, resumed: "yes" }),
  invalid("refused: unknown code", { kind: "refused", code: "E_BECAUSE", message: "" }),
  invalid("accepted: seq 0", { ...accepted, seq: 0 }),
  invalid("accepted: position with a fraction", { ...accepted, lsn: 0.5 }),
  invalid("accepted: without the list of refusals", without(accepted, "refused")),
  invalid("accepted: without an epoch", without(accepted, "epoch")),
  invalid("accepted: epoch 0", { ...accepted, epoch: 0 }),
  invalid("rejected: retry is missing", without(rejected, "retry")),
  invalid("rejected: without an epoch", without(rejected, "epoch")),
  invalid("apply: unknown reason", { ...apply, reason: "because" }),
  invalid("apply: operation without a stamp", { ...apply, ops: [{ op: "delete", uuid: ids.cube }] }),
  invalid("apply: a field that does not exist", {
    ...apply,
    ops: [{ op: "set", uuid: ids.cube, fields: { mass: 1 }, stamp: 34 }],
  }),
  invalid("verify: batch beyond 32 bits", { ...verify, batch: 4_294_967_296 }),
  invalid("verify: a field that does not exist", { ...verify, items: [{ uuid: ids.cube, fields: ["mass"] }] }),
  invalid("final: negative position", { kind: "final", lsn: -1 }),
  invalid("status: unknown verdict", { ...status, verdict: "fine" }),
  invalid("status: 101 conflicts", { ...status, conflicts: new Array(101).fill(ids.cube) }),
  invalid("reindex: no code", without(reindex, "code")),
  invalid("reindex: without an epoch", without(reindex, "epoch")),
];

export const messagesDown: readonly MessageCase[] = [...right, ...wrong];
