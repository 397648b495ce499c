/** An editor that dies while something is being written to it: remembered, written with care, and not for ever. */
import { beforeEach, describe, expect, it } from "vitest";
import { limits } from "#electron/core/limits.ts";
import { standingOf } from "#electron/core/memory.ts";
import { failureRows } from "#electron/hub/failure-view.ts";
import { errorSentence } from "#shared/protocol/error-code.ts";
import type { Operation } from "#shared/protocol/operation.ts";
import type { IndexedEntity } from "#shared/protocol/up.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const [one, two] = [uuidOf(1), uuidOf(2)];
const set = (uuid: string, fields: object): Operation => ({ op: "set", uuid, fields });
const create = (uuid: string): Operation => ({ op: "create", uuid, kind: "object", fields: objectFields() });
const listed = (uuid: string): IndexedEntity => ({ uuid, kind: "object", stamp: 0, fields: objectFields() });

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender", [listed(one), listed(two)]);
  desk.link("unity", [listed(one), listed(two)]);
  settle();
});

/** Both editors show what was agreed, until there is nothing left to ask. */
function confirm(): void {
  desk.tick(limits.batchWindowMs);
  for (let round = 0; round < 40; round += 1) {
    for (const role of ["blender", "unity"] as const) {
      const open = desk.told(role, "verify").filter(({ batch }) => desk.links.batches.get(batch)?.waiting.has(role));
      for (const asked of open) desk.verify(role, {}, asked);
    }
    desk.tick(20);
  }
  expect(desk.state.provisional.size).toBe(0);
}

/** And both have outlived it. */
function settle(): void {
  confirm();
  desk.tick(limits.editorLossLookBackMs);
  confirm();
}

/** Blender edits it, and Unity ends with that under way; another Unity comes and lists the scene as it was saved. */
function dieOf(...ops: Operation[]): void {
  if (ops.length > 0) desk.change("blender", ...ops);
  desk.die("unity");
  desk.link("unity", [listed(one), listed(two)]);
}

const lossOf = (uuid: string | null) => {
  const rows = failureRows({ state: desk.state, links: desk.links, nowMs: desk.nowMs, stop: null });
  return rows.find((row) => row.operation === "editor-lost" && row.uuid === uuid);
};
const standing = (uuid = one) => standingOf(desk.state, uuid, desk.nowMs);

describe("[ENG-44] an editor that ends without a word", () => {
  it("is remembered with what was being written to it, which goes alone and without a preview then", () => {
    dieOf(set(one, { name: "Boom" }));
    expect(lossOf(null)).toMatchObject({ role: "unity", code: "E_EDITOR_LOST", count: 1, consequence: "none" });
    expect(lossOf(null)?.message).toBe("Unity ended without a word while an object was being written to it.");
    expect(lossOf(one)).toMatchObject({ role: "unity", count: 1, consequence: "slow" });
    expect([standing(), standing(two)]).toEqual(["slow", "good"]);
  });

  it("twice in a row of the same one: it is held back, the notice says why, and all else goes on", () => {
    dieOf(set(one, { name: "Boom" }));
    dieOf();
    expect(desk.state.quarantine.get(one)).toMatchObject({ code: "E_EDITOR_LOST" });
    const notices = desk.effects.filter((effect) => effect.kind === "notice").map(({ message }) => message);
    expect(notices).toContain(
      "Boom is held back: an editor ended each time it was being written there. Release it to try again.",
    );
    expect(desk.state.head.mode).toBe("live");
    settle();
    desk.change("blender", set(two, { name: "Still here" }));
    expect(desk.told("unity", "apply").at(-1)).toMatchObject({ ops: [{ uuid: two, fields: { name: "Still here" } }] });
  });

  it("held back, it goes out again when a person releases it; and is held back at once if the editor ends again", () => {
    dieOf(set(one, { name: "Boom" }));
    dieOf();
    settle();
    desk.take({ kind: "release", uuids: [one], keep: "agreed" });
    dieOf();
    expect(desk.state.quarantine.get(one)).toMatchObject({ code: "E_EDITOR_LOST" });
    desk.take({ kind: "release", uuids: [one], keep: "agreed" });
    settle();
    expect(standing()).toBe("good");
    expect(desk.state.quarantine.size).toBe(0);
  });

  it("a moment after it showed it: it was drawing it then", () => {
    for (const name of ["Boom", "Bang"]) {
      desk.change("blender", set(one, { name }));
      confirm();
      desk.tick(limits.editorLossLookBackMs - 2_000);
      dieOf();
    }
    expect(desk.state.quarantine.get(one)).toMatchObject({ code: "E_EDITOR_LOST" });
  });

  it("is cleared when the editor has outlived it, not when it has shown it", () => {
    dieOf(set(one, { name: "Boom" }));
    confirm();
    desk.tick(limits.editorLossLookBackMs - 2_000);
    expect(standing()).toBe("slow");
    desk.tick(2_000);
    expect([standing(), lossOf(one)?.consequence]).toEqual(["good", "none"]);
    dieOf(set(one, { name: "Bang" }));
    expect(desk.state.quarantine.size).toBe(0);
  });

  it("with more under way than can be suspected: the second time VibeSync pauses itself, with the reason", () => {
    const many = Array.from({ length: limits.suspectsPerCrashMax + 1 }, (_, index) => uuidOf(50 + index));
    dieOf(...many.map(create));
    expect([desk.state.marked.size, desk.state.head.mode]).toEqual([0, "live"]);
    expect(lossOf(null)?.message).toContain(`${many.length} objects were being written to it`);
    dieOf();
    const modeReason = `Too many failures: ${errorSentence.E_EDITOR_LOST}`;
    expect(desk.state.head).toMatchObject({ mode: "paused", modeReason });
    expect(lossOf(null)?.consequence).toBe("paused");
    desk.take({ kind: "pause", paused: false });
    settle();
    desk.change("blender", set(one, { name: "Boom" }));
    dieOf();
    expect(desk.state.head.mode).toBe("live");
  });

  it("by something that is deleted: the second time VibeSync pauses itself, for that cannot be held back", () => {
    dieOf({ op: "delete", uuid: one });
    expect(lossOf(one)).toMatchObject({ count: 1 });
    dieOf();
    expect(desk.state.head.mode).toBe("paused");
  });

  it("while it hung: what it hung on is what counts, not what came later and was never sent", () => {
    desk.change("blender", set(one, { name: "Boom" }));
    desk.tick(limits.batchWindowMs);
    desk.tick(limits.verifyTimeoutMs);
    desk.change("blender", set(two, { name: "Later" }));
    dieOf();
    expect([lossOf(one)?.count, lossOf(two)]).toEqual([1, undefined]);
  });
});

describe("[ENG-44] accuses nobody", () => {
  it("when the editor said goodbye, or comes back as the same process", () => {
    desk.change("blender", set(one, { name: "Boom" }));
    desk.say("unity", { kind: "bye", reason: "quit" });
    dieOf();
    expect(lossOf(null)).toBeUndefined();
    settle();
    desk.change("blender", set(one, { name: "Bang" }));
    desk.drop("unity");
    desk.link("unity", [listed(one), listed(two)]);
    expect(lossOf(null)).toBeUndefined();
  });

  it("when nothing was on the way, or only what the editor wrote itself, or had outlived", () => {
    dieOf();
    desk.change("unity", set(one, { name: "Mine" }));
    dieOf();
    settle();
    desk.change("blender", set(two, { name: "Seen" }));
    settle();
    dieOf();
    expect(lossOf(null)).toBeUndefined();
  });

  it("while nothing is written to it: paused, in safe mode, playing", () => {
    desk.take({ kind: "pause", paused: true });
    dieOf(set(one, { name: "Kept" }));
    desk.take({ kind: "pause", paused: false });
    settle();
    const document = { uuid: null, name: "untitled", saved: false };
    desk.say("unity", { kind: "state", epoch: 1, activity: "playing", document, unsaved: false, undoSteps: 0 });
    dieOf(set(one, { name: "Later" }));
    expect(lossOf(null)).toBeUndefined();
  });
});
