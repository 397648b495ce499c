/** Three objects and a child of the first, agreed by two editors, whose users then know nothing of each other. */
import { limits } from "#electron/core/limits.ts";
import { fieldOf } from "#electron/core/state.ts";
import type { Choice } from "#shared/choice.ts";
import type { Uuid } from "#shared/ids.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import type { Operation, StampedOperation } from "#shared/protocol/operation.ts";
import type { FieldName, Fields, FieldValue } from "#shared/scene/fields.ts";
import { Desk, objectFields, uuidOf } from "./desk.ts";

export const [one, two, three, child] = [uuidOf(101), uuidOf(102), uuidOf(103), uuidOf(104)];
export const set = (uuid: Uuid, fields: Fields): Operation => ({ op: "set", uuid, fields });
export const create = (uuid: Uuid, fields: Fields = {}): Operation => {
  return { op: "create", uuid, kind: "object", fields: objectFields(fields) };
};
export const remove = (uuid: Uuid): Operation => ({ op: "delete", uuid });

export class TwoPeople extends Desk {
  constructor() {
    super();
    this.boot();
    this.link("blender");
    this.link("unity");
    const objects = [create(one, { name: "One" }), create(two, { name: "Two" }), create(three, { name: "Three" })];
    this.change("blender", ...objects);
    this.change("blender", create(child, { name: "Child", parent: one }));
    this.confirm();
  }

  /** Both editors show what was agreed. */
  confirm(): void {
    for (let round = 0; round < 6; round += 1) {
      for (const role of ["blender", "unity"] as const) if (this.told(role, "verify").length > 0) this.verify(role);
      this.tick(limits.batchWindowMaxMs);
    }
  }

  /** Both at once: the second had not seen the first. */
  atOnce(first: Role, ofFirst: readonly Operation[], ofSecond: readonly Operation[]): void {
    const second = first === "blender" ? "unity" : "blender";
    const base = this.state.head.lsn;
    this.change(first, ...ofFirst);
    this.say(second, { ...this.changeOf(second, [...ofSecond]), base });
  }

  decide(uuid: Uuid, keep: Choice): void {
    this.take({ kind: "release", uuids: [uuid], keep });
  }

  value(uuid: Uuid, name: FieldName): FieldValue | undefined {
    return fieldOf(this.state.entities.get(uuid), name);
  }

  sidesOf(uuid: Uuid) {
    return this.state.quarantine.get(uuid)?.sides;
  }

  /** What an editor was told to do with an entity since the mark. */
  toldOf(role: Role, uuid: Uuid, from = 0): StampedOperation[] {
    const messages = this.told(role, "apply").slice(from);
    return messages.flatMap(({ ops }) => ops.filter((op) => op.uuid === uuid));
  }
}
