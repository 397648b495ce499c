/**
 * Coalescing: what one editor moved several times within a turn is one move (stage 4, phase 3).
 *
 * Only neighbouring transform frames of one connection are merged, so that nothing overtakes anything and a change that
 * is missing between them, as one that was turned away for lack of room, is missed ([WIRE-10]). The merged
 * frame carries the newest stamp and the lowest base, and answers for every sequence number in it. Each row keeps the
 * stamp it was made with: whether it counts is decided by that one ([WIRE-9]); an old move gets no newer by travelling
 * with a new one.
 */

import type { Uuid } from "#shared/ids.ts";
import { joinRows, laneTransforms, type TransformFrame, type TransformRow } from "#shared/protocol/binary.ts";
import { wireLimits } from "#shared/protocol/limits.ts";
import type { Change } from "./change.ts";
import type { Input, WireInput } from "./input.ts";

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
  const { frame, seqs, stamps } = event;
  return { kind: "frame", frame, seqs: seqs ?? [frame.seq], ...(stamps ? { stamps } : {}) };
}

type FrameChange = Extract<Change, { kind: "frame" }>;

/** Neighbouring frames of one connection, laid over each other. One that stays alone is passed on as it came. */
class Gathering {
  readonly #first: WireInput;
  readonly #alone: FrameChange;
  readonly #seqs: number[];
  #base: number;
  /** All frames, oldest first, and the newest row of each entity in them; empty while the first is alone. */
  readonly #frames: TransformFrame[] = [];
  readonly #newest = new Map<Uuid, TransformRow>();

  constructor(first: WireInput, change: FrameChange) {
    this.#first = first;
    this.#alone = change;
    this.#base = change.frame.lsn;
    this.#seqs = [...change.seqs];
  }

  /** False: it does not fit, or would leave a part of an older row beside a newer one; nothing happened. */
  takes({ frame, seqs }: FrameChange): boolean {
    const { frame: own } = this.#alone;
    if (seqs[0] !== (this.#seqs.at(-1) as number) + 1) return false;
    const size = Math.max(this.#newest.size, own.rows.length);
    if (frame.epoch !== own.epoch || size + frame.rows.length > wireLimits.rowsPerFrameMax) return false;
    if (this.#frames.length === 0) this.#add(own);
    if (frame.rows.some(({ uuid, mask }) => ((this.#newest.get(uuid)?.mask ?? 0) & ~mask) !== 0)) return false;
    this.#add(frame);
    this.#seqs.push(...seqs);
    this.#base = Math.min(this.#base, frame.lsn);
    return true;
  }

  #add(frame: TransformFrame): void {
    this.#frames.push(frame);
    for (const row of frame.rows) this.#newest.set(row.uuid, row);
  }

  close(): Coalesced {
    const frames = this.#frames;
    if (frames.length < 2) return { input: this.#first, change: this.#alone };
    const count = frames.reduce((sum, { rows }) => sum + rows.length, 0);
    const isNewest = (row: TransformRow) => this.#newest.get(row.uuid) === row;
    // Mostly none was moved twice, and the lists stay as they came.
    const isEach = count === this.#newest.size;
    const lists = frames.map(({ rows }) => (isEach ? rows : rows.filter(isNewest)));
    const stamps: number[] = [];
    let stamp = 0;
    for (const [at, frame] of frames.entries()) {
      stamp = Math.max(stamp, frame.stamp);
      for (let left = lists[at]?.length ?? 0; left > 0; left -= 1) stamps.push(frame.stamp);
    }
    const frame: TransformFrame = { ...this.#alone.frame, lsn: this.#base, stamp, rows: joinRows(lists) };
    const change: FrameChange = { kind: "frame", frame, seqs: this.#seqs, stamps };
    return { input: withFrame(this.#first, change), change };
  }
}

/** The merged frame as an input, for the case that it must wait. */
function withFrame(input: WireInput, change: FrameChange): WireInput {
  const { connection } = input.event;
  return { kind: "wire", event: { ...change, connection: connection as number } };
}
