/** Which changes of the status are worth a desktop notification, and which are not. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createNotices, type DesktopNotice, editorLostMs, type Occasion } from "#electron/shell/notices.ts";
import type { StatusView, TimelineRow } from "#shared/ipc/view.ts";
import { statusWith, withLinks } from "./fixtures.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function setUp(isLooking = false) {
  const shown: DesktopNotice[] = [];
  const withdrawn: Occasion[] = [];
  const notices = createNotices({
    present: (notice) => void shown.push(notice),
    withdraw: (occasion) => void withdrawn.push(occasion),
    isLooking: () => isLooking,
  });
  return { notices, shown, withdrawn };
}

const conflicts = (count: number): StatusView => {
  const status = statusWith({});
  return { ...status, counts: { ...status.counts, conflict: count } };
};
const linked = withLinks(statusWith({}), "linked");

describe("desktop notices", () => {
  it("tell of conflicts once per rise, and go when the last is decided", () => {
    const { notices, shown, withdrawn } = setUp();
    for (const count of [0, 3, 3, 2, 0]) notices.status(conflicts(count));
    expect(shown.map(({ title, view }) => [title, view])).toEqual([["3 objects need a decision", "conflicts"]]);
    expect(withdrawn).toContain("conflict");
  });

  it("tell of an editor only after it stayed away for ten seconds", () => {
    const { notices, shown } = setUp();
    notices.status(linked);
    notices.status(withLinks(linked, "linked", "away"));
    vi.advanceTimersByTime(editorLostMs - 1);
    expect(shown).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(shown.map(({ occasion }) => occasion)).toEqual(["lost-unity"]);
  });

  it("stay silent about an editor that is back in time", () => {
    const { notices, shown } = setUp();
    notices.status(linked);
    notices.status(withLinks(linked, "away"));
    vi.advanceTimersByTime(editorLostMs / 2);
    notices.status(linked);
    vi.advanceTimersByTime(editorLostMs * 2);
    expect(shown).toEqual([]);
  });

  it("do not call editors lost when another project is opened", () => {
    const { notices, shown } = setUp();
    notices.status(linked);
    notices.status(withLinks(statusWith({ mode: "booting" }), "absent"));
    notices.status(withLinks(statusWith({}), "absent"));
    vi.advanceTimersByTime(editorLostMs * 2);
    expect(shown).toEqual([]);
  });

  it("tell of safe mode when it is entered, also right after a start", () => {
    const { notices, shown } = setUp();
    notices.status(statusWith({ mode: "booting", verdict: "waiting" }));
    notices.status(statusWith({ mode: "safe", verdict: "safe-mode", sentence: "The last run ended in a crash." }));
    notices.status(statusWith({ mode: "safe", verdict: "safe-mode" }));
    expect(shown).toMatchObject([{ occasion: "safe-mode", body: "The last run ended in a crash.", isUrgent: true }]);
  });

  it("tell of a rollback that is done", () => {
    const { notices, shown } = setUp();
    notices.timeline([{ kind: "rollback", code: null, summary: "55 objects rolled back" } as TimelineRow]);
    expect(shown).toMatchObject([{ occasion: "rollback", title: "Rolled back", view: "snapshots" }]);
  });

  it("stay silent while the person looks at the window", () => {
    const { notices, shown } = setUp(true);
    notices.status(conflicts(0));
    notices.status(conflicts(5));
    expect(shown).toEqual([]);
  });
});
