/**
 * Changes that the hub has not answered yet: kept, and sent again with the same number and stamp, until it says that
 * they are durable [WIRE-12].
 *
 * Owns: the numbers of changes [WIRE-10] and what is in flight; from that, which fields are pending in a verification.
 */
import type { Uuid } from "#shared/ids.ts";
import { maskBit, type TransformFrame } from "#shared/protocol/binary.ts";
import type { UpMessageOf } from "#shared/protocol/up.ts";
import { type FieldName, transformFields } from "#shared/scene/fields.ts";
import type { Outgoing } from "./outgoing.ts";

type ChangeText = Omit<UpMessageOf<"change">, "seq">;
type ChangeFrame = Omit<TransformFrame, "seq">;

export class EditorOutbox {
  readonly #waiting = new Map<number, Outgoing>();
  #seq = 0;

  get size(): number {
    return this.#waiting.size;
  }

  pushText(text: ChangeText): Outgoing {
    return this.#push({ kind: "message", message: { ...text, seq: this.#nextSeq() } });
  }

  pushFrame(frame: ChangeFrame): Outgoing {
    return this.#push({ kind: "frame", frame: { ...frame, seq: this.#nextSeq() } });
  }

  /** The hub answered: accepted, or refused for good. */
  settle(seq: number): void {
    this.#waiting.delete(seq);
  }

  /** Everything unanswered, in the order it was made. */
  all(): Outgoing[] {
    return [...this.#waiting.values()];
  }

  /** A new epoch: what belonged to the old one is void, numbers start again. */
  clear(): void {
    this.#waiting.clear();
    this.#seq = 0;
  }

  pendingFields(uuid: Uuid): Set<FieldName> {
    const names = new Set<FieldName>();
    for (const outgoing of this.#waiting.values()) {
      for (const name of fieldsSaid(outgoing, uuid)) names.add(name);
    }
    return names;
  }

  isDeleting(uuid: Uuid): boolean {
    return this.all().some((outgoing) => {
      if (outgoing.kind === "frame" || outgoing.message.kind !== "change") return false;
      return outgoing.message.ops.some((operation) => operation.op === "delete" && operation.uuid === uuid);
    });
  }

  #nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  #push(outgoing: Outgoing): Outgoing {
    this.#waiting.set(this.#seq, outgoing);
    return outgoing;
  }
}

function fieldsSaid(outgoing: Outgoing, uuid: Uuid): FieldName[] {
  if (outgoing.kind === "frame") {
    const row = outgoing.frame.rows.find((one) => one.uuid === uuid);
    return row ? transformFields.filter((name) => row.mask & maskBit[name]) : [];
  }
  if (outgoing.message.kind !== "change") return [];
  const said = outgoing.message.ops.filter((operation) => operation.uuid === uuid);
  return said.flatMap((operation) => (operation.op === "delete" ? [] : (Object.keys(operation.fields) as FieldName[])));
}
