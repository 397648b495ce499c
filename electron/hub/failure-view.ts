/** What the hub remembers of failures as the window lists it, and what it does because of each. Pure projection. */
import { tooManyFailures } from "#electron/core/escalation.ts";
import { counterKey, isOfDeaths, isWeighty } from "#electron/core/failure.ts";
import type { Links } from "#electron/core/links.ts";
import { standingOf } from "#electron/core/memory.ts";
import { type Counter, nameOf, type State } from "#electron/core/state.ts";
import type { Consequence, FailureRow } from "#shared/ipc/view.ts";

type Seen = {
  readonly state: State;
  readonly links: Pick<Links, "unlogged" | "carefulUntilMs">;
  readonly nowMs: number;
};

/** Newest first; refusals that came too fast to be logged one by one are counted with their kind. */
export function failureRows(seen: Seen): FailureRow[] {
  const { state, links } = seen;
  const rows = [...state.counters.values()].map((counter): FailureRow => {
    const { operation, code, uuid, role, firstMs, lastMs, message } = counter;
    const count = counter.count + (links.unlogged.get(counterKey(counter)) ?? 0);
    const entity = uuid === null ? undefined : (state.entities.get(uuid) ?? state.tombstones.get(uuid)?.entity);
    const quarantined = uuid !== null && state.quarantine.has(uuid);
    const consequence = consequenceOf(seen, counter);
    const name = nameOf(entity);
    return { operation, code, uuid, role, name, count, firstMs, lastMs, message, quarantined, consequence };
  });
  return rows.sort((a, b) => b.lastMs - a.lastMs);
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
