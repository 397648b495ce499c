/** How a record reads in the timeline. */
import { expect, it } from "vitest";
import type { RecordOf } from "#electron/core/record.ts";
import { State } from "#electron/core/state.ts";
import { timelineRowOf } from "#electron/hub/timeline-view.ts";
import { uuidOf } from "#tests/core/desk.ts";

const edit: RecordOf<"edit"> = { type: "edit", timeMs: 1, batch: 1, reason: "repair", role: null, ops: [] };

it.each([
  [{ name: "Tree", visible: true }, "Sent again: Changed name, visible"],
  [{}, "Sent again: each editor's own version"],
])("[ENG-37] the hub's own change of %o", (fields, summary) => {
  const ops = [{ op: "set" as const, uuid: uuidOf(1), stamp: 1, fields }];
  expect(timelineRowOf(new State(), 1, { ...edit, ops }).summary).toBe(summary);
});
