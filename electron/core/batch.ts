/**
 * Coalescing: what one editor moved several times within a turn is one move (stage 4, phase 3).
 *
 * Only neighbouring transform frames of one connection are merged, so that nothing overtakes anything. The merged
 * frame carries the newest stamp and answers for every sequence number in it.
 */
import { laneTransforms, maskBit, type TransformFrame, type TransformRow } from "#shared/protocol/binary.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Change } from "./change.ts";
import type { Input, WireInput } from "./input.ts";

export type Coalesced = { readonly input: Input; readonly change: Change | null };

export function coalesce(inputs: readonly Input[]): Coalesced[] {
  const result: Coalesced[] = [];
  /** Connection → the place in `result` of its last input, when that is a mergeable frame. */
  const open = new Map<number, number>();
  for (const input of inputs) {
    const change = changeOf(input);
    const connection = input.kind === "wire" ? input.event.connection : null;
    if (connection === null) {
      result.push({ input, change });
      continue;
    }
    const at = open.get(connection);
    const before = at === undefined ? undefined : result[at];
    const merged = change?.kind === "frame" && before?.change?.kind === "frame" ? merge(before.change, change) : null;
    if (merged && at !== undefined && before) {
      result[at] = { input: withFrame(input as WireInput, merged), change: merged };
      continue;
    }
    if (change?.kind === "frame") open.set(connection, result.length);
    else open.delete(connection);
    result.push({ input, change });
  }
  return result;
}

/** The change that an input carries, if it carries one. */
export function changeOf(input: Input): Change | null {
  if (input.kind !== "wire") return null;
  const { event } = input;
  if (event.kind === "message" && event.message.kind === "change") {
    return { kind: "text", message: event.message, seqs: [event.message.seq] };
  }
  if (event.kind !== "frame" || event.frame.lane !== laneTransforms) return null;
  return { kind: "frame", frame: event.frame, seqs: event.seqs ?? [event.frame.seq] };
}

type FrameChange = Extract<Change, { kind: "frame" }>;

function merge(a: FrameChange, b: FrameChange): FrameChange | null {
  if (a.frame.epoch !== b.frame.epoch) return null;
  const rows = new Map(a.frame.rows.map((row) => [row.uuid, row]));
  for (const row of b.frame.rows) rows.set(row.uuid, mergeRows(rows.get(row.uuid), row));
  if (rows.size > wireLimits.rowsPerFrameMax) return null;
  const stamp = Math.max(a.frame.stamp, b.frame.stamp);
  const frame: TransformFrame = { ...b.frame, stamp, rows: [...rows.values()] };
  return { kind: "frame", frame, seqs: [...a.seqs, ...b.seqs] };
}

const valuesAt = [
  [maskBit.translation, 0, 3],
  [maskBit.rotation, 3, 7],
  [maskBit.scale, 7, 10],
] as const;

function mergeRows(before: TransformRow | undefined, after: TransformRow): TransformRow {
  if (!before || (before.mask & ~after.mask) === 0) return after;
  const values = [...after.values];
  for (const [bit, from, to] of valuesAt) {
    if (after.mask & bit) continue;
    for (let index = from; index < to; index += 1) values[index] = before.values[index] as number;
  }
  return { ...after, mask: before.mask | after.mask, values };
}

/** The merged frame as an input, for the case that it must wait. */
function withFrame(input: WireInput, { frame, seqs }: FrameChange): WireInput {
  const { connection } = input.event;
  return { kind: "wire", event: { kind: "frame", connection: connection as number, frame, seqs } };
}
