/** The decisions of the views that need no page: keys, list moves, words, counts, the client's envelope. */
import { describe, expect, it } from "vitest";
import { createActions } from "#renderer/actions.ts";
import { byDay, newestAndNotable, rowsWithRuns } from "#renderer/features/snapshots/snapshot-groups.ts";
import { createHubClient } from "#renderer/hub-client.ts";
import { commandFor, keyRows } from "#renderer/keys.ts";
import { counted } from "#renderer/messages/words.ts";
import { createHubStore } from "#renderer/store/hub-store.ts";
import { createUiStore, preferencesOf, showObject, views } from "#renderer/store/ui-store.ts";
import { targetOf } from "#renderer/ui/list-keys.ts";
import { ago } from "#renderer/ui/moments.ts";
import type { SnapshotRow } from "#shared/ipc/view.ts";
import { failure, success } from "#shared/result.ts";
import { type Answers, fakeClient } from "./fake-client.ts";

const page = { isText: false, isDialog: false };
const press = (key: string, change = {}) => ({ key, ctrl: false, shift: false, alt: false, ...change });

describe("keys", () => {
  it("digits lead to the views in the order of the rail", () => {
    const led = ["1", "2", "3", "4", "5", "6"].map((key) => commandFor(press(key), page));
    expect(led.map((command) => command?.kind === "view" && views[command.index])).toEqual(views.slice(0, 6));
  });

  it("Ctrl S takes a snapshot and Ctrl Shift S is safe mode", () => {
    expect(commandFor(press("s", { ctrl: true }), page)?.kind).toBe("snapshot");
    expect(commandFor(press("S", { ctrl: true, shift: true }), page)?.kind).toBe("safe-mode");
    expect(commandFor(press("s"), page)).toBeNull();
  });

  it("single characters belong to a text field that has the focus, Ctrl keys do not", () => {
    const typing = { isText: true, isDialog: false };
    expect(commandFor(press("1"), typing)).toBeNull();
    expect(commandFor(press("/"), typing)).toBeNull();
    expect(commandFor(press("p", { ctrl: true }), typing)?.kind).toBe("pause");
  });

  it("a dialog keeps every key", () => {
    expect(commandFor(press("p", { ctrl: true }), { isText: false, isDialog: true })).toBeNull();
  });

  it("? and / work with and without Shift, as keyboards differ", () => {
    expect(commandFor(press("?", { shift: true }), page)?.kind).toBe("keys");
    expect(commandFor(press("?"), page)?.kind).toBe("keys");
    expect(commandFor(press("/", { shift: true }), page)?.kind).toBe("search");
  });

  it("no two commands share a key", () => {
    const keys = keyRows.filter((row) => row.command !== null).map((row) => row.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("moving in a list", () => {
  const at = (index: number) => ({ at: index, last: 9, pageRows: 4 });
  it.each([
    ["ArrowDown", -1, 0],
    ["j", 3, 4],
    ["J", 9, 9],
    ["k", 3, 2],
    ["ArrowUp", 0, 0],
    ["PageDown", 7, 9],
    ["PageUp", 2, 0],
    ["Home", 5, 0],
    ["End", 5, 9],
    ["x", 5, null],
  ])("%s from row %d leads to %s", (key, from, to) => {
    expect(targetOf(key, at(from))).toBe(to);
  });

  it("an empty list leads nowhere", () => {
    expect(targetOf("End", { at: -1, last: -1, pageRows: 4 })).toBeNull();
  });
});

describe("words", () => {
  it("count in the singular and in the plural", () => {
    expect([counted(1, "object"), counted(2_000, "object"), counted(2, "mismatch", "mismatches")]).toEqual([
      "1 object",
      "2,000 objects",
      "2 mismatches",
    ]);
  });

  it("say how long ago, and never a time in the future", () => {
    const say = (ageMs: number) => ago(1_000_000_000 - ageMs, 1_000_000_000);
    expect([-5_000, 4_000, 42_000, 65_000, 7_300_000, 90_000_000, 200_000_000].map(say)).toEqual([
      "just now",
      "just now",
      "42 s ago",
      "1 min ago",
      "2 h ago",
      "yesterday",
      "2 days ago",
    ]);
  });
});

describe("snapshots in lists", () => {
  const snapshot = (hour: number, reason: SnapshotRow["reason"], label = ""): SnapshotRow => ({
    oid: String(hour).padStart(40, "0"),
    lsn: hour,
    timeMs: new Date(2026, 10, 22, hour).getTime(),
    reason,
    label,
    objects: 1,
  });
  const rows = [
    snapshot(22, "final"),
    snapshot(21, "idle"),
    snapshot(20, "final", "Kept"),
    snapshot(19, "final"),
    snapshot(18, "manual"),
    snapshot(-3, "exit"),
  ];
  const hours = (some: readonly SnapshotRow[]) => some.map((row) => row.lsn);

  it("stand under their day, newest first", () => {
    const days = byDay(rows.toReversed());
    expect(days.map(([, some]) => hours(some))).toEqual([[22, 21, 20, 19, 18], [-3]]);
  });

  it("automatic ones in a row stand behind the newest, a named or notable one stands alone", () => {
    expect(rowsWithRuns(rows).map(hours)).toEqual([[22, 21], [20], [19], [18], [-3]]);
  });

  it("a short list is the newest and then what has a reason", () => {
    expect(hours(newestAndNotable(rows, 3))).toEqual([22, 20, 18]);
    expect(newestAndNotable([], 3)).toEqual([]);
  });
});

describe("the place in the window", () => {
  it("showing an object leaves no filter that could hide it", () => {
    const ui = createUiStore();
    ui.setState({ objectFilter: { search: "gate", state: "held", sort: "changed" } });
    showObject(ui, "u");
    expect(ui.getState()).toMatchObject({ view: "objects", selected: "u", inspectorOpen: true });
    expect(ui.getState().objectFilter).toEqual({ search: "", state: null, sort: "changed" });
  });

  it("a view that no longer exists is Home", () => {
    expect(createUiStore({ ...preferencesOf(createUiStore().getState()), view: "gone" }).getState().view).toBe("home");
  });
});

describe("the client", () => {
  it("turns a bridge that throws into a failure", async () => {
    const hub = createHubClient({ request: () => Promise.reject(new Error("gone")), on: () => () => undefined });
    expect(await hub.request("status", null)).toMatchObject({ ok: false, failure: { code: "E_IPC", cause: "gone" } });
  });

  it("hands on the envelope's value and failure", async () => {
    const envelope = { ok: false, failure: { code: "E_DISK", message: "Full.", uuid: "u" } };
    const hub = createHubClient({ request: async () => envelope, on: () => () => undefined });
    expect(await hub.request("status", null)).toMatchObject(envelope);
  });
});

describe("actions", () => {
  type Toast = { title?: unknown; description?: unknown; actionProps?: { onClick?: (event: never) => void } };
  function acting(answers: Answers) {
    const shown: Toast[] = [];
    const hub = fakeClient(answers);
    const add = (toast: Toast) => String(shown.push(toast));
    const toasts = { add, close: () => undefined } as unknown as Parameters<typeof createActions>[0]["toasts"];
    const ui = createUiStore();
    return { hub, shown, ui, actions: createActions({ hub, store: createHubStore(), ui, toasts }) };
  }
  const undo = "a".repeat(40);
  const oid = "b".repeat(40);

  it("a rollback offers an undo, which rolls back to the snapshot taken before it", async () => {
    const { hub, shown, actions } = acting({ "snapshot-rollback": () => success({ undo, changed: 55, lsn: 9 }) });
    expect(await actions.rollBack(oid)).toBe(true);
    expect(shown[0]).toMatchObject({ title: "Rolled back", description: "55 objects are as in the snapshot." });
    shown[0]?.actionProps?.onClick?.(undefined as never);
    await Promise.resolve();
    expect(hub.asked).toEqual([
      ["snapshot-rollback", { oid }],
      ["snapshot-rollback", { oid: undo }],
    ]);
  });

  it("a refusal is shown with the hub's sentence and nothing else is said", async () => {
    const { shown, actions } = acting({ "snapshot-rollback": () => failure("E_HALTED", "The engine is stopped.") });
    expect(await actions.rollBack(oid)).toBe(false);
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatchObject({ title: "The rollback did not happen", description: "The engine is stopped." });
  });

  it("a snapshot is taken without asking; its name can be given afterwards", async () => {
    const row = { oid, lsn: 1, timeMs: 1, reason: "manual", label: "", objects: 3 } as const;
    const { hub, shown, ui, actions } = acting({ "snapshot-take": () => success(row) });
    await actions.takeSnapshot();
    expect(hub.asked).toEqual([["snapshot-take", { label: "" }]]);
    shown[0]?.actionProps?.onClick?.(undefined as never);
    expect(ui.getState().dialog).toEqual({ kind: "name-snapshot", oid, label: "" });
  });
});
