/**
 * A hub of a hundred lines for the scripted editors' own tests: registers, last writer wins, forward to the others.
 *
 * It keeps nothing on disk and checks nothing: what it has in common with the real one is the protocol that it speaks.
 */
import type { EditorModel } from "#electron/demo/editor-model.ts";
import type { Outgoing } from "#electron/demo/outgoing.ts";
import { fieldsOfRow } from "#electron/demo/transform-row.ts";
import type { Uuid } from "#shared/ids.ts";
import { decodeTransforms, encodeTransforms, laneTransforms } from "#shared/protocol/binary.ts";
import { type DownMessage, downMessageSchema } from "#shared/protocol/down.ts";
import type { StampedOperation } from "#shared/protocol/operation.ts";
import { type UpMessageOf, upMessageSchema, type VerifiedItem } from "#shared/protocol/up.ts";
import type { EntityKind, FieldName, FieldValue } from "#shared/scene/fields.ts";

type Register = { value: FieldValue; stamp: number };
export type Entity = { kind: EntityKind; fields: Map<FieldName, Register> };

const log = "99999999-9999-4999-8999-999999999999";
const project = "66666666-6666-4666-8666-666666666666";

export class TinyHub {
  readonly entities = new Map<Uuid, Entity>();
  readonly tombstones = new Map<Uuid, number>();
  readonly verified: { editor: EditorModel; items: readonly VerifiedItem[] }[] = [];
  /** Everything that editors said, by kind; echoes would show here. */
  readonly said: string[] = [];
  readonly #editors: EditorModel[] = [];
  #lsn = 0;
  #stamp = 0;

  /** Links an editor; its listing is taken in, and it is brought up to date. */
  link(editor: EditorModel): void {
    editor.hello("0".repeat(64));
    this.#editors.push(editor);
    const stamp = this.#stamp;
    const place = { session: project, project, projectName: "Test", log, lsn: this.#lsn, stamp };
    this.tell(editor, { kind: "welcome", protocol: 1, mode: "live", resumed: false, ...place });
    this.tell(editor, {
      kind: "apply",
      epoch: editor.epoch,
      lsn: this.#lsn,
      reason: "resync",
      ops: this.#everything(),
    });
  }

  unlink(editor: EditorModel): void {
    this.#editors.splice(this.#editors.indexOf(editor), 1);
    editor.disconnected();
  }

  tell(editor: EditorModel, message: DownMessage): void {
    this.hear(editor, editor.receive(downMessageSchema.parse(JSON.parse(JSON.stringify(message)))));
  }

  /** Takes what an editor says, through JSON and bytes as on the wire. */
  hear(editor: EditorModel, outgoing: readonly Outgoing[]): void {
    for (const one of outgoing) {
      if (one.kind === "frame") this.#hearFrame(editor, one);
      else this.#hearMessage(editor, upMessageSchema.parse(JSON.parse(JSON.stringify(one.message))));
    }
  }

  /** Captures what every user did, until nobody has anything to say; returns the number of rounds it took. */
  settle(): number {
    for (let round = 0; round < 10; round += 1) {
      const before = this.said.length;
      for (const editor of this.#editors) this.hear(editor, editor.capture());
      if (this.said.length === before) return round;
    }
    throw new Error("the editors never fell silent");
  }

  #hearFrame(editor: EditorModel, outgoing: Extract<Outgoing, { kind: "frame" }>): void {
    const decoded = decodeTransforms(encodeTransforms(outgoing.frame));
    if (!decoded.ok) throw new Error(decoded.failure.message);
    const { lane, rows, stamp, epoch, seq } = decoded.value;
    this.said.push(lane === laneTransforms ? "frame" : "read-back");
    if (lane !== laneTransforms) return;
    this.#take(
      editor,
      rows.map((row) => ({ op: "set", uuid: row.uuid, fields: fieldsOfRow(row), stamp }) as const),
    );
    this.tell(editor, { kind: "accepted", epoch, seq, lsn: this.#lsn, refused: [] });
  }

  #hearMessage(editor: EditorModel, message: ReturnType<typeof upMessageSchema.parse>): void {
    this.said.push(message.kind);
    if (message.kind === "change") {
      const { epoch, seq, stamp } = message;
      const ops = message.ops.map((operation) => ({ ...operation, stamp }) as StampedOperation);
      this.#take(editor, ops);
      this.tell(editor, { kind: "accepted", epoch, seq, lsn: this.#lsn, refused: [] });
    } else if (message.kind === "index") {
      this.#takeIndex(editor, message);
    } else if (message.kind === "verified") {
      this.verified.push({ editor, items: message.items });
    }
  }

  #takeIndex(editor: EditorModel, { entities, deleted }: UpMessageOf<"index">): void {
    const ops: StampedOperation[] = [];
    for (const { uuid, kind, fields, stamp, stamps } of entities) {
      ops.push({ op: "create", uuid, kind, fields: {}, stamp } as StampedOperation);
      for (const [name, value] of Object.entries(fields)) {
        const own = stamps?.[name as FieldName] ?? stamp;
        ops.push({ op: "set", uuid, fields: { [name]: value }, stamp: own } as StampedOperation);
      }
    }
    this.#take(editor, [...ops, ...deleted.map((one) => ({ op: "delete", ...one }) as const)]);
  }

  #take(from: EditorModel, ops: readonly StampedOperation[]): void {
    this.#lsn += 1;
    for (const operation of ops) this.#fold(operation);
    for (const other of this.#editors) {
      if (other === from) continue;
      this.tell(other, { kind: "apply", epoch: other.epoch, lsn: this.#lsn, reason: "edit", ops: [...ops] });
    }
  }

  #fold(operation: StampedOperation): void {
    const { uuid, stamp } = operation;
    this.#stamp = Math.max(this.#stamp, stamp);
    if (operation.op === "delete") {
      this.entities.delete(uuid);
      this.tombstones.set(uuid, stamp);
      return;
    }
    if (operation.op === "create" && !this.entities.has(uuid) && stamp >= (this.tombstones.get(uuid) ?? 0)) {
      this.entities.set(uuid, { kind: operation.kind, fields: new Map() });
    }
    const fields = this.entities.get(uuid)?.fields;
    for (const [key, value] of Object.entries(operation.fields)) {
      const name = key as FieldName;
      if (stamp > (fields?.get(name)?.stamp ?? -1)) fields?.set(name, { value: value as FieldValue, stamp });
    }
  }

  #everything(): StampedOperation[] {
    return [...this.entities].map(([uuid, { kind, fields }]) => {
      const stamp = Math.max(1, ...[...fields.values()].map((register) => register.stamp));
      const values = Object.fromEntries([...fields].map(([name, { value }]) => [name, value]));
      return { op: "create", uuid, kind, fields: values, stamp } as StampedOperation;
    });
  }
}
