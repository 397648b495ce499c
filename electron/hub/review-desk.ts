/** The review queue for the window: its rows in readable values, and a person's word on them as an engine's input. */
import type { Links } from "#electron/core/links.ts";
import { type ReviewItem, reviewQueue } from "#electron/core/review.ts";
import type { State } from "#electron/core/state.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import { type ReviewRow, reviewRowsMax } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { CoreHub } from "./core-hub.ts";
import { namedValueText } from "./detail-view.ts";

export function reviewRows(state: State, links: Links): RequestAnswer<"review"> {
  const items = [...reviewQueue(state, links).values()];
  return { rows: items.slice(0, reviewRowsMax).map((item) => rowOf(state, item)), total: items.length };
}

function rowOf(state: State, { uuid, kind, name, change, by, timeMs, fields }: ReviewItem): ReviewRow {
  const shown = fields.map((field) => ({
    field: field.name,
    before: field.before === undefined ? "" : namedValueText(state, field.name, field.before),
    after: field.after === undefined ? "" : namedValueText(state, field.name, field.after),
  }));
  return { uuid, kind, name, change, by, timeMs, fields: shown };
}

export function decideReview(
  core: CoreHub,
  { decision, uuids }: RequestArgument<"review-decide">,
): Result<RequestAnswer<"review-decide">> {
  const { engine, links, opened, publisher } = core;
  if (engine.halted) return { ok: false, failure: engine.halted };
  if (opened.state.head.mode !== "safe") {
    return failure("E_UNEXPECTED", "Safe mode is off, so nothing is held. Look at the timeline for what was sent.");
  }
  const before = reviewQueue(opened.state, links);
  engine.now({ kind: decision, uuids: uuids ?? [...before.keys()] });
  if (engine.halted) return { ok: false, failure: engine.halted };
  publisher.tell();
  return success({ decided: before.size - reviewQueue(opened.state, links).size });
}
