/**
 * Everything that a window must hear when it was hidden: the same answers it asks for when it loads, told as pushes.
 *
 * Must never: leave out a part because another one failed; what cannot be had now comes with its next change.
 */
import type { HandlersOf } from "#electron/ports/hub.ts";
import type { Push } from "./pusher.ts";

/** A full page: the window takes it as the new beginning of its live tail. */
const rowsMax = 500;
const objectsPerPushMax = 10_000;
const everything = { uuid: null, kinds: [], writer: null, search: "" };

type Asked = "status" | "objects" | "timeline" | "failures" | "snapshots";

export async function freshSet(handlers: HandlersOf<Asked>): Promise<readonly Push[]> {
  const [status, objects, timeline, failures, snapshots] = await Promise.all([
    handlers.status(null),
    handlers.objects(null),
    handlers.timeline({ before: null, limit: rowsMax, filter: everything }),
    handlers.failures(null),
    handlers.snapshots({ before: null, limit: 1 }),
  ]);
  const set: Push[] = [];
  if (status.ok) set.push(["status-changed", status.value]);
  if (objects.ok) {
    for (let at = 0; at === 0 || at < objects.value.objects.length; at += objectsPerPushMax) {
      const upserts = objects.value.objects.slice(at, at + objectsPerPushMax);
      set.push(["objects-changed", { reset: at === 0, upserts, removed: [] }]);
    }
  }
  if (timeline.ok) set.push(["timeline-grew", { rows: timeline.value.rows }]);
  if (failures.ok) set.push(["failures-changed", failures.value]);
  if (snapshots.ok) set.push(["snapshots-changed", { newest: snapshots.value.rows[0] ?? null }]);
  return set;
}
