/**
 * How two values that wait for the same channel become one.
 *
 * Owns: one accumulator per push channel. `take` hands out what may be sent at once and keeps the rest; the window ends
 * up in the same state as if every value had been sent by itself.
 * Must never: grow without bound. Timeline rows beyond the newest 500 are dropped: the window sees a full page, takes
 * it as its new beginning and asks for older rows by range.
 */
import type { PushChannel, PushValue } from "#shared/ipc/contract.ts";
import type { ObjectView, TimelineRow } from "#shared/ipc/view.ts";

export type Merge = {
  /** Sent at once and even to a hidden window: it asks a person for something. */
  readonly isUrgent: boolean;
  add(value: unknown): void;
  /** Undefined when there is nothing to send. */
  take(): unknown;
  isEmpty(): boolean;
};

const objectsPerPushMax = 10_000;
const rowsPerPushMax = 500;

export const merges: { readonly [Channel in PushChannel]: () => Merge } = {
  "status-changed": latest,
  "objects-changed": objectDeltas,
  "timeline-grew": newestRows,
  "failures-changed": latest,
  "snapshots-changed": latest,
  "close-asked": everyOne,
  "show-view": everyOne,
};

function latest(): Merge {
  let waiting: unknown;
  return {
    isUrgent: false,
    add(value) {
      waiting = value;
    },
    take() {
      const value = waiting;
      waiting = undefined;
      return value;
    },
    isEmpty: () => waiting === undefined,
  };
}

/** For rare events: each is sent by itself, in order. */
function everyOne(): Merge {
  const waiting: unknown[] = [];
  return {
    isUrgent: true,
    add(value) {
      waiting.push(value);
    },
    take: () => waiting.shift(),
    isEmpty: () => waiting.length === 0,
  };
}

function newestRows(): Merge {
  let rows: TimelineRow[] = [];
  return {
    isUrgent: false,
    add(value) {
      rows.push(...(value as PushValue<"timeline-grew">).rows);
      if (rows.length <= rowsPerPushMax) return;
      rows = rows.toSorted((left, right) => left.lsn - right.lsn).slice(-rowsPerPushMax);
    },
    take() {
      if (rows.length === 0) return undefined;
      const value = { rows };
      rows = [];
      return value;
    },
    isEmpty: () => rows.length === 0,
  };
}

/** Null marks a removed object; one entry an object, so the map is never larger than the scene and what left it. */
function objectDeltas(): Merge {
  let reset = false;
  const changed = new Map<string, ObjectView | null>();
  return {
    isUrgent: false,
    add(value) {
      const delta = value as PushValue<"objects-changed">;
      if (delta.reset) {
        reset = true;
        changed.clear();
      }
      for (const object of delta.upserts) changed.set(object.uuid, object);
      for (const uuid of delta.removed) changed.set(uuid, null);
    },
    take() {
      if (!reset && changed.size === 0) return undefined;
      const value = { reset, upserts: [] as ObjectView[], removed: [] as string[] };
      for (const [uuid, object] of changed) {
        if (value.upserts.length + value.removed.length === objectsPerPushMax) break;
        if (object === null) value.removed.push(uuid);
        else value.upserts.push(object);
        changed.delete(uuid);
      }
      reset = false;
      return value;
    },
    isEmpty: () => !reset && changed.size === 0,
  };
}
