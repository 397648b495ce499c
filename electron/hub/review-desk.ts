/** The review queue for the window: its rows in readable values, and a person's word on them as an engine's input. */
import { setImmediate as breath, setTimeout as sleep } from "node:timers/promises";
import type { Links } from "#electron/core/links.ts";
import { heldItem, perhapsHeld, queueOf, type ReviewItem } from "#electron/core/review.ts";
import type { State } from "#electron/core/state.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import { type ReviewRow, reviewRowsMax } from "#shared/ipc/view.ts";
import { failure, type Result, success } from "#shared/result.ts";
import type { CoreHub } from "./core-hub.ts";
import { namedValueText } from "./detail-view.ts";

/** About as often as the engine has a turn of its own. */
const sliceMs = 25;

/** Rows made before anybody else has a word. */
const rowsPerSlice = 500;

/** A list of thousands is made in slices; what changes meanwhile is in the next one, which the window asks for. */
export async function reviewRows(state: State, links: Links): Promise<RequestAnswer<"review">> {
  const items: ReviewItem[] = [];
  await inSlices([...perhapsHeld(state, links)], (uuid) => {
    const item = heldItem(state, links, uuid);
    if (item) items.push(item);
  });
  const rows: ReviewRow[] = [];
  const oldest = [...queueOf(items).values()].slice(0, reviewRowsMax);
  await inSlices(oldest, (item) => rows.push(rowOf(state, item)));
  return { rows, total: items.length };
}

async function inSlices<Item>(items: readonly Item[], take: (item: Item) => unknown): Promise<void> {
  for (const [index, item] of items.entries()) {
    take(item);
    if (index % rowsPerSlice === rowsPerSlice - 1) await breath();
  }
}

function rowOf(state: State, { uuid, kind, name, change, by, timeMs, fields }: ReviewItem): ReviewRow {
  const shown = fields.map((field) => ({
    field: field.name,
    before: field.before === undefined ? "" : namedValueText(state, field.name, field.before),
    after: field.after === undefined ? "" : namedValueText(state, field.name, field.after),
  }));
  return { uuid, kind, name, change, by, timeMs, fields: shown };
}

/** Answers when it is carried out: a turn for some hundred changes. The status tells how many are left. */
export async function decideReview(
  core: CoreHub,
  { decision, uuids }: RequestArgument<"review-decide">,
): Promise<Result<RequestAnswer<"review-decide">>> {
  const { engine, links, opened, publisher } = core;
  if (engine.halted) return { ok: false, failure: engine.halted };
  if (opened.state.head.mode !== "safe") {
    return failure("E_UNEXPECTED", "Safe mode is off, so nothing is held. Look at the timeline for what was sent.");
  }
  const before = links.decided;
  engine.now({ kind: decision, uuids });
  while (links.deciding !== null && !engine.halted) await sleep(sliceMs);
  if (engine.halted) return { ok: false, failure: engine.halted };
  publisher.tell();
  return success({ decided: links.decided - before });
}
