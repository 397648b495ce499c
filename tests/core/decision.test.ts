/** A person's word on thousands of held changes: a slice a turn, whole at every point where the log may end. */
import { beforeEach, describe, expect, it } from "vitest";
import { evolve } from "#electron/core/evolve.ts";
import { limits } from "#electron/core/limits.ts";
import type { Record, RecordOf } from "#electron/core/record.ts";
import { heldCount } from "#electron/core/review.ts";
import { parentOf, State } from "#electron/core/state.ts";
import type { Uuid } from "#shared/ids.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

const count = 3_000;
const perChange = 1_000;
/** Each tenth stands at the top, the others below the one before. */
const chainLength = 10;
const agreed = uuidOf(1);

let desk: Desk;
let begunLsn: number;
const uuids = Array.from({ length: count }, (_, index) => uuidOf(0x10_000 + index));

beforeEach(() => {
  desk = new Desk();
  desk.boot();
  desk.link("blender");
  desk.link("unity");
  desk.change("blender", { op: "create", uuid: agreed, kind: "object", fields: objectFields() });
  desk.tick(300);
  desk.verify("unity");
  desk.verify("blender");
  desk.take({ kind: "safe-mode", on: true, reason: "Said so." });
  for (let at = 0; at < count; at += perChange) {
    const ops = uuids.slice(at, at + perChange).map((uuid, index) => {
      const parent = (at + index) % chainLength === 0 ? null : (uuids[at + index - 1] ?? null);
      return { op: "create", uuid, kind: "object", fields: objectFields({ parent }) } as const;
    });
    desk.change("blender", ...ops);
  }
  begunLsn = desk.state.head.lsn;
  expect(held()).toBe(count);
  desk.hasPatience = true;
});

const held = () => heldCount(desk.state, desk.links);
const isDeciding = () => desk.links.deciding !== null;
const written = () =>
  desk.records.slice(begunLsn).filter((record): record is RecordOf<"edit"> => record.type === "edit");

/** How many operations each turn wrote, until it is done. */
function turnsOf(kind: "approve" | "refuse"): number[] {
  const sizes: number[] = [];
  const turn = (act: () => void) => {
    const before = written().length;
    act();
    sizes.push(
      written()
        .slice(before)
        .reduce((sum, { ops }) => sum + ops.length, 0),
    );
  };
  turn(() => desk.take({ kind, uuids: null }));
  while (isDeciding()) turn(() => desk.tick(25));
  return sizes;
}

/** The state at every record of the decision, where a crash may end the log. */
function* prefixes(): Generator<State> {
  const state = new State();
  for (const [index, record] of (desk.records as readonly Record[]).entries()) {
    evolve(state, index + 1, record);
    if (index + 1 > begunLsn) yield state;
  }
}

describe.each(["approve", "refuse"] as const)("to %s all of it", (kind) => {
  it("[ENG-41] takes many turns, each of which writes one record at most", () => {
    const sizes = turnsOf(kind);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(count);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(limits.opsPerRecordMax);
    expect(held()).toBe(0);
    expect(desk.links.decided).toBe(count);
  });

  it("[ENG-41] [ENG-42] is whole wherever a crash ends it: what it decided needs nothing that is still held", () => {
    turnsOf(kind);
    const decided = new Set<Uuid>();
    for (const { ops } of written()) {
      for (const { uuid } of ops) {
        const parent = parentOf(desk.state.entities.get(uuid));
        if (kind === "approve" && parent !== null) expect(decided.has(parent)).toBe(true);
        decided.add(uuid);
      }
    }
    for (const state of prefixes())
      for (const entity of state.entities.values()) {
        const parent = parentOf(entity);
        if (parent !== null && !state.entities.has(parent)) throw new Error(`${entity.uuid} hangs below nothing`);
      }
  });

  it("[ENG-41] keeps edits waiting until it is done, and then takes them in their order", () => {
    desk.take({ kind, uuids: null });
    expect(isDeciding()).toBe(true);
    desk.change("blender", { op: "set", uuid: agreed, fields: { name: "First" } });
    desk.change("blender", { op: "set", uuid: agreed, fields: { name: "Second" } });
    desk.change("unity", { op: "set", uuid: agreed, fields: { visible: false } });
    expect(desk.state.entities.get(agreed)?.registers.name?.value).toBe("Thing");
    while (isDeciding()) desk.tick(25);
    expect(desk.state.entities.get(agreed)?.registers.name?.value).toBe("Second");
    const [last] = written().slice(-3);
    expect(last?.role).toBe("blender");
    expect(desk.told("blender", "accepted").slice(-2)).toHaveLength(2);
    expect(held()).toBe(1);
  });

  it.each([
    ["safe mode is left", { kind: "safe-mode", on: false, reason: "" }],
    ["the hub ends", { kind: "close" }],
    ["somebody decides again", { kind: kind === "approve" ? "refuse" : "approve", uuids: null }],
  ] as const)("[ENG-43] is complete before %s", (_, input) => {
    desk.take({ kind, uuids: null });
    desk.take(input);
    expect(desk.links.decided).toBe(count);
    const reasons = new Set(written().map(({ reason }) => reason));
    expect(reasons).toEqual(new Set([kind === "approve" ? "approve" : "revoke"]));
  });
});

it("[ENG-41] a decision that a crash cut short leaves the rest in the queue", () => {
  desk.take({ kind: "approve", uuids: null });
  while (written().length < 3) desk.tick(25);
  const folded = new State();
  for (const [index, record] of desk.records.entries()) evolve(folded, index + 1, record);
  expect(heldCount(folded, desk.links)).toBe(count - 3 * limits.opsPerRecordMax);
});
