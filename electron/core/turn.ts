/**
 * The desk on which one turn is planned: the state, the links, and what the turn produced so far.
 *
 * `log` is the only way to change the state: it numbers the record, applies it, and keeps it for the writer.
 */
import type { TransformFrame } from "#shared/protocol/binary.ts";
import type { DownMessage } from "#shared/protocol/down.ts";
import { type ErrorCode, errorSentence } from "#shared/protocol/error-code.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import { lamportOf, stampOf } from "#shared/scene/stamp.ts";
import type { Effect } from "./effect.ts";
import { evolve } from "./evolve.ts";
import { forward } from "./forward.ts";
import type { Facts } from "./input.ts";
import type { Links } from "./links.ts";
import type { Record } from "./record.ts";
import type { State } from "./state.ts";
import type { ConnectionId } from "./wire-event.ts";

type Fault = {
  readonly operation: string;
  readonly code: ErrorCode;
  readonly message?: string;
  readonly uuid?: string | null;
  readonly role?: Role | null;
};

export class Turn {
  readonly records: Record[] = [];
  readonly effects: Effect[] = [];
  readonly state: State;
  readonly links: Links;
  readonly facts: Facts;
  /** Work is left over that needs no input: another turn should follow at once. */
  hasMore = false;

  constructor(state: State, links: Links, facts: Facts) {
    this.state = state;
    this.links = links;
    this.facts = facts;
  }

  /** The position of the newest record, this turn's included. */
  get lsn(): number {
    return this.state.head.lsn;
  }

  log(record: Record): number {
    const lsn = this.state.head.lsn + 1;
    const decided = evolve(this.state, lsn, record);
    this.records.push(record);
    // First of all: a snapshot that the same turn asks for shows the state as it is after the turn.
    if (record.type === "final") this.effects.unshift({ kind: "finalised", uuids: decided });
    forward(this, lsn, record);
    return lsn;
  }

  /** Counts a failure in the log and in the counters. */
  fault({ operation, code, message, uuid, role }: Fault): void {
    const { nowMs } = this.facts;
    const text = (message ?? errorSentence[code]).slice(0, 1_000);
    this.log({ type: "fault", timeMs: nowMs, operation, code, message: text, uuid: uuid ?? null, role: role ?? null });
  }

  send(connection: ConnectionId | null, message: DownMessage, durableLsn = 0): void {
    if (connection !== null) this.effects.push({ kind: "send", connection, message, durableLsn });
  }

  sendFrame(connection: ConnectionId | null, frame: TransformFrame): void {
    if (connection !== null) this.effects.push({ kind: "send-frame", connection, frame, durableLsn: 0 });
  }

  notice(
    level: "info" | "warning" | "error",
    code: ErrorCode | null,
    message: string,
    uuid: string | null = null,
  ): void {
    this.effects.push({ kind: "notice", level, code, message, uuid });
  }

  /** A stamp above every stamp the hub has seen, those of refused changes included: what it puts back must win. */
  hubStamp(): number {
    const seen = Math.max(this.state.head.lamport, lamportOf(this.links.heardStamp));
    return stampOf(seen + 1, "hub");
  }
}
