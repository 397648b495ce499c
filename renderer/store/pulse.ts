/**
 * The last sixty seconds of edits, for the lanes on Home and the strip above the Timeline.
 *
 * Owns: a ring of quarter-second buckets with one count per writer, and the drawing-ready view of it. Nothing here
 * grows.
 * Must never: be read as a record of what happened; the Timeline is that.
 */
import type { TimelineRow } from "#shared/ipc/view.ts";

export const bucketMs = 250;
export const bucketCount = 240;

export type Bucket = { readonly blender: number; readonly unity: number; readonly faults: number };

export type Pulse = {
  /** Counts the rows that are young enough to be shown. */
  add(rows: readonly TimelineRow[], nowMs: number): void;
  /** `bucketCount` buckets, oldest first; the last one is the running quarter second. */
  read(nowMs: number): readonly Bucket[];
  clear(): void;
};

type Slot = { index: number; blender: number; unity: number; faults: number };

export function createPulse(): Pulse {
  const slots: Slot[] = Array.from({ length: bucketCount }, () => emptySlot(-1));

  function slotAt(index: number): Slot {
    const place = index % bucketCount;
    const slot = slots[place];
    if (slot && slot.index === index) return slot;
    const fresh = emptySlot(index);
    slots[place] = fresh;
    return fresh;
  }

  return {
    add(rows, nowMs) {
      const newest = Math.floor(nowMs / bucketMs);
      for (const row of rows) {
        const index = Math.min(newest, Math.floor(row.timeMs / bucketMs));
        if (index <= newest - bucketCount || !isDrawn(row)) continue;
        const slot = slotAt(index);
        const amount = Math.max(1, row.entities);
        if (row.kind === "fault" || row.kind === "revoke") slot.faults += amount;
        else if (row.writer === "blender") slot.blender += amount;
        else if (row.writer === "unity") slot.unity += amount;
      }
    },
    read(nowMs) {
      const newest = Math.floor(nowMs / bucketMs);
      return Array.from({ length: bucketCount }, (_, age) => {
        const index = newest - bucketCount + 1 + age;
        const slot = slots[((index % bucketCount) + bucketCount) % bucketCount];
        return slot && slot.index === index ? slot : nothing;
      });
    },
    clear() {
      slots.fill(emptySlot(-1));
    },
  };
}

const nothing: Bucket = { blender: 0, unity: 0, faults: 0 };

function emptySlot(index: number): Slot {
  return { index, blender: 0, unity: 0, faults: 0 };
}

function isDrawn(row: TimelineRow): boolean {
  return row.kind === "edit" || row.kind === "transform" || row.kind === "fault" || row.kind === "revoke";
}

/** Edits per whole second, `seconds` of them, oldest first; for the strip and for its description in words. */
export function editsPerSecond(buckets: readonly Bucket[]): readonly Bucket[] {
  const perSecond = 1_000 / bucketMs;
  const sums: Bucket[] = [];
  for (let at = 0; at + perSecond <= buckets.length; at += perSecond) {
    sums.push(buckets.slice(at, at + perSecond).reduce(sumOf, nothing));
  }
  return sums;
}

export function sumOf(left: Bucket, right: Bucket): Bucket {
  return {
    blender: left.blender + right.blender,
    unity: left.unity + right.unity,
    faults: left.faults + right.faults,
  };
}
