/** What the hub remembers of failures as the window lists it, and what it does because of each. Pure projection. */
import { tooManyFailures } from "#electron/core/escalation.ts";
import { counterKey, isOfDeaths, isWeighty } from "#electron/core/failure.ts";
import type { Links } from "#electron/core/links.ts";
import { standingOf } from "#electron/core/memory.ts";
import { type Counter, nameOf, type State } from "#electron/core/state.ts";
import type { Consequence, FailureRow } from "#shared/ipc/view.ts";
import { type Stop, stopRow } from "./failure-totals.ts";

type Seen = {
  readonly state: State;
  readonly links: Pick<Links, "unlogged" | "carefulUntilMs">;
  readonly nowMs: number;
  /** Why the engine stopped itself. */
  readonly stop: Stop | null;
};

/** Newest first, but before all what stopped the engine. */
export function failureRows(seen: Seen): FailureRow[] {
  const { state, links, stop } = seen;
  const rows = [...state.counters.values()].map((counter): FailureRow => {
    const { operation, code, uuid, role, firstMs, lastMs, message } = counter;
    const count = countOf(links, counter);
    const entity = uuid === null ? undefined : (state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity);
    const quarantined = uuid !== null && state.quarantine.has(uuid);
    const consequence = consequenceOf(seen, counter);
    const name = nameOf(entity);
    return { operation, code, uuid, role, name, count, firstMs, lastMs, message, quarantined, consequence };
  });
  rows.sort((a, b) => b.lastMs - a.lastMs);
  return stop ? [stopRow(stop, "engine"), ...rows] : rows;
}

/** Of each kind how often: what the rows say, without what only people need. */
export function* failureCounts({
  state,
  links,
  stop,
}: Omit<Seen, "nowMs">): Generator<Pick<FailureRow, "code" | "count">> {
  if (stop) yield stopRow(stop, "engine");
  for (const counter of state.counters.values()) yield { code: counter.code, count: countOf(links, counter) };
}

/** Refusals that came too fast to be logged one by one are counted with their kind. */
function countOf({ unlogged }: Seen["links"], counter: Counter): number {
  return counter.count + (unlogged.get(counterKey(counter)) ?? 0);
}

function consequenceOf({ state, links, nowMs }: Seen, counter: Counter): Consequence {
  const { uuid, code, strikes } = counter;
  if (uuid !== null && state.quarantine.has(uuid)) return "held";
  if (!isWeighty(counter)) return "none";
  const { mode, modeReason } = state.head;
  if ((mode === "safe" || mode === "paused") && modeReason === tooManyFailures(code)) return mode;
  const standing = uuid === null || strikes === 0 ? "good" : standingOf(state, uuid, nowMs);
  if (standing !== "good") return standing;
  return nowMs < links.carefulUntilMs && !isOfDeaths(counter) ? "care" : "none";
}
