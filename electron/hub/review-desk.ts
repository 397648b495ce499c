/** The review queue for the window: its rows in readable values, and a person's word on them as an engine's input. */
import type { Links } from "#electron/core/links.ts";
import { type ReviewField, type ReviewItem, reviewQueue } from "#electron/core/review.ts";
import { nameOf, type State } from "#electron/core/state.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import { type ReviewRow, reviewRowsMax } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { FieldValue } from "#shared/scene/fields.ts";
import type { CoreHub } from "./core-hub.ts";
import { valueText } from "./detail-view.ts";

export function reviewRows(state: State, links: Links): RequestAnswer<"review"> {
  const items = [...reviewQueue(state, links).values()];
  return { rows: items.slice(0, reviewRowsMax).map((item) => rowOf(state, item)), total: items.length };
}

function rowOf(state: State, { uuid, kind, name, change, by, timeMs, fields }: ReviewItem): ReviewRow {
  const shown = fields.map((field) => ({
    field: field.name,
    before: textOf(state, field, field.before),
    after: textOf(state, field, field.after),
  }));
  return { uuid, kind, name, change, by, timeMs, fields: shown };
}

/** Parents, meshes and collections by name: a person knows no uuids. */
function textOf(state: State, { name }: ReviewField, value: FieldValue | undefined): string {
  if (value === undefined) return "";
  const isReference = name === "parent" || name === "data" || name === "collections";
  if (!isReference || value === null) return valueText(name, value);
  const uuids = typeof value === "string" ? [value] : (value as readonly string[]);
  const names = uuids.map((uuid) => nameOf(state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity) || uuid);
  return names.join(", ").slice(0, 1_500);
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
