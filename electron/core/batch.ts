/**
 * Coalescing: what one editor moved several times within a turn is one move (stage 4, phase 3).
 *
 * Only neighbouring transform frames of one connection are merged, so that nothing overtakes anything. The merged
 * frame carries the newest stamp and answers for every sequence number in it.
 */

import type { Uuid } from "#shared/ids.ts";
import { laneTransforms, type TransformFrame, type TransformRow } from "#shared/protocol/binary.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Change } from "./change.ts";
import type { Input, WireInput } from "./input.ts";
import { laidOver } from "./transform.ts";

export type Coalesced = { readonly input: Input; readonly change: Change | null };

export function coalesce(inputs: readonly Input[]): Coalesced[] {
  const result: (Coalesced | Gathering)[] = [];
  /** Connection → the frames of its last inputs, as long as nothing else came in between. */
  const open = new Map<number, Gathering>();
  for (const input of inputs) {
    const change = changeOf(input);
    const connection = input.kind === "wire" ? input.event.connection : null;
    if (connection === null || change?.kind !== "frame") {
      if (connection !== null) open.delete(connection);
      result.push({ input, change });
    } else if (!open.get(connection)?.takes(change)) {
      const gathering = new Gathering(input as WireInput, change);
      open.set(connection, gathering);
      result.push(gathering);
    }
  }
  return result.map((one) => (one instanceof Gathering ? one.close() : one));
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

/** Neighbouring frames of one connection, laid over each other. One that stays alone is passed on as it came. */
class Gathering {
  readonly #first: WireInput;
  readonly #alone: FrameChange;
  readonly #seqs: number[];
  #rows: Map<Uuid, TransformRow> | null = null;
  #stamp: number;

  constructor(first: WireInput, change: FrameChange) {
    this.#first = first;
    this.#alone = change;
    this.#seqs = [...change.seqs];
    this.#stamp = change.frame.stamp;
  }

  /** False: it does not fit, and nothing happened. */
  takes({ frame, seqs }: FrameChange): boolean {
    const { frame: own } = this.#alone;
    const size = this.#rows?.size ?? own.rows.length;
    if (frame.epoch !== own.epoch || size + frame.rows.length > wireLimits.rowsPerFrameMax) return false;
    this.#rows ??= new Map(own.rows.map((row) => [row.uuid, row]));
    for (const row of frame.rows) this.#rows.set(row.uuid, mergeRows(this.#rows.get(row.uuid), row));
    this.#seqs.push(...seqs);
    this.#stamp = Math.max(this.#stamp, frame.stamp);
    return true;
  }

  close(): Coalesced {
    if (this.#rows === null) return { input: this.#first, change: this.#alone };
    const frame: TransformFrame = { ...this.#alone.frame, stamp: this.#stamp, rows: [...this.#rows.values()] };
    const change: FrameChange = { kind: "frame", frame, seqs: this.#seqs };
    return { input: withFrame(this.#first, change), change };
  }
}

function mergeRows(before: TransformRow | undefined, after: TransformRow): TransformRow {
  if (!before || (before.mask & ~after.mask) === 0) return after;
  return { ...after, mask: before.mask | after.mask, values: laidOver(before.values, after) };
}

/** The merged frame as an input, for the case that it must wait. */
function withFrame(input: WireInput, { frame, seqs }: FrameChange): WireInput {
  const { connection } = input.event;
  return { kind: "wire", event: { kind: "frame", connection: connection as number, frame, seqs } };
}
