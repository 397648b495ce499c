/**
 * Carrying out a person's word on what safe mode holds, a slice a turn: ten thousand changes must not stop the hub.
 *
 * What goes together is found first, then it is written in an order in which nothing needs what comes after it, so that
 * a crash in between leaves nothing half decided: the rest is in the queue still ([ENG-41]). Edits wait meanwhile
 * (change.ts), and what else could change the scene completes it first. Before: review.ts. After: review-act.ts.
 */
import type { Uuid } from "#shared/ids.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { moveUp } from "./deletes.ts";
import type { Input } from "./input.ts";
import { limits } from "./limits.ts";
import { type Decision, heldItem, needsOf, perhapsHeld, type Queue, queueOf, type ReviewItem } from "./review.ts";
import { approved, housed, inOrder, refused } from "./review-act.ts";
import type { State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { write } from "./writing.ts";

/** Null: all that is held. */
type Wish = { readonly decision: Decision; readonly uuids: readonly Uuid[] | null };

export class Deciding {
  /** The one that the present slice is for. */
  turn: Turn;
  readonly decision: Decision;
  readonly #steps: Iterator<void>;
  #left = 0;

  constructor(turn: Turn, wish: Wish) {
    this.turn = turn;
    this.decision = wish.decision;
    this.#steps = carryOut(this, wish);
  }

  /** False: it is done. */
  next(turn: Turn): boolean {
    this.turn = turn;
    this.#left = limits.decisionStepsPerTurn;
    return this.#steps.next().done !== true;
  }

  /** True: the turn has had enough. */
  isEnough(steps = 1): boolean {
    this.#left -= steps;
    return this.#left <= 0;
  }
}

export function decide(turn: Turn, wish: Wish): void {
  turn.links.deciding = new Deciding(turn, wish);
}

/** One slice; with small decisions that is all. */
export function continueDecision(turn: Turn): void {
  if (turn.links.deciding?.next(turn) === false) turn.links.deciding = null;
  if (turn.links.deciding !== null) turn.hasMore = true;
}

export function completeDecision(turn: Turn): void {
  while (turn.links.deciding !== null) continueDecision(turn);
}

/** Whether a decision that is under way must be complete before this is taken. */
export function comesAfterDecision(input: Input): boolean {
  switch (input.kind) {
    case "approve":
    case "refuse":
    case "safe-mode":
    case "release":
    case "rollback":
    case "close":
      return true;
    case "wire":
      return input.event.kind === "message" && /^(index|request)$/.test(input.event.message.kind);
    default:
      return false;
  }
}

function* carryOut(deciding: Deciding, { decision, uuids }: Wish): Generator<void> {
  const { links } = deciding.turn;
  const queue = yield* heldNow(deciding);
  const chosen = (uuids ?? [...queue.keys()]).filter((uuid) => queue.has(uuid));
  const items = yield* together(deciding, queue, chosen);
  const plannedLsn = deciding.turn.lsn;
  const ops = yield* operations(deciding, items);
  for (let at = 0; at < ops.length; at += limits.opsPerRecordMax) {
    const part = ops.slice(at, at + limits.opsPerRecordMax);
    const { turn } = deciding;
    for (const { uuid } of part) links.unexplained.delete(uuid);
    const still = part.filter((operation) => isStillSo(turn.state, operation, plannedLsn));
    const writing = { role: null, reason: decision === "approve" ? "approve" : "revoke", decision } as const;
    const going = still.filter(({ op }) => op === "delete");
    write(turn, { ...writing, ops: still.filter(({ op }) => op !== "delete") });
    // Nobody decides here about what is held back, or what was hung there meanwhile: it moves up.
    moveUp(turn, new Set(going.map(({ uuid }) => uuid)), decision);
    write(turn, { ...writing, ops: going });
    if (deciding.isEnough(part.length * limits.decisionStepsPerWrite)) yield;
  }
  links.decided += items.length;
}

function* heldNow(deciding: Deciding): Generator<void, Queue> {
  const { state, links } = deciding.turn;
  const items: ReviewItem[] = [];
  for (const uuid of perhapsHeld(state, links)) {
    const item = heldItem(state, links, uuid);
    if (item) items.push(item);
    if (deciding.isEnough()) yield;
  }
  return queueOf(items);
}

/**
 * To approve: the chosen ones and all that they need in order to stand in the other editor. To refuse: and all that
 * would hang in the air without them.
 */
function* together(deciding: Deciding, queue: Queue, chosen: readonly Uuid[]): Generator<void, ReviewItem[]> {
  const { state } = deciding.turn;
  const along = new Map<Uuid, Uuid[]>();
  for (const item of queue.values()) {
    for (const [needing, needed] of needsOf(state, queue, item)) {
      const [from, to] = deciding.decision === "approve" ? [needing, needed] : [needed, needing];
      const known = along.get(from);
      if (known) known.push(to);
      else along.set(from, [to]);
    }
    if (deciding.isEnough()) yield;
  }
  // A set grows while it is walked.
  const found = new Set(chosen);
  for (const uuid of found) {
    for (const one of along.get(uuid) ?? []) found.add(one);
    if (deciding.isEnough()) yield;
  }
  return [...found].flatMap((uuid) => queue.get(uuid) ?? []);
}

/** In the order in which they are written. */
function* operations(deciding: Deciding, items: readonly ReviewItem[]): Generator<void, StampedOperation[]> {
  const isApproved = deciding.decision === "approve";
  const stamp = deciding.turn.hubStamp();
  const ops: StampedOperation[] = [];
  for (const item of items) {
    ops.push(isApproved ? approved(deciding.turn, item, stamp) : refused(deciding.turn, item, stamp));
    if (deciding.isEnough()) yield;
  }
  // These look at all of them at once: of many, each has a turn of its own.
  if (deciding.isEnough(ops.length)) yield;
  const all = housed(deciding.turn, ops);
  if (deciding.isEnough(all.length)) yield;
  return inOrder(deciding.turn, all);
}

/** What the hub itself had to put right meanwhile stays held. */
function isStillSo(state: State, { op, uuid }: StampedOperation, plannedLsn: number): boolean {
  if (state.quarantine.has(uuid)) return false;
  const entity = state.entities.get(uuid);
  // What is gone may be brought back, or be gone for good.
  return entity === undefined ? op !== "set" : op !== "create" && entity.lsn <= plannedLsn;
}
