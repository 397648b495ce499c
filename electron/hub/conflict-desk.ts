/** What is held back, for the window: each editor's version beside the agreed one, and a person's decision about it. */
import { versionOf } from "#electron/core/sides.ts";
import { type Entity, nameOf, type Quarantine, type State } from "#electron/core/state.ts";
import { valuesOf } from "#electron/core/whole.ts";
import type { Uuid } from "#shared/ids.ts";
import type { RequestAnswer, RequestArgument } from "#shared/ipc/contract.ts";
import { type ConflictRow, conflictRowsMax } from "#shared/ipc/view.ts";
import { roleWord } from "#shared/ipc/words.ts";
import { isSameValue } from "#shared/math/epsilon.ts";
import { type Role, roles } from "#shared/protocol/handshake.ts";
import { type Result, success } from "#shared/result.ts";
import { type FieldName, type Fields, fieldNames } from "#shared/scene/fields.ts";
import type { CoreHub } from "./core-hub.ts";
import { namedValueText } from "./detail-view.ts";

export function conflictRows(state: State): RequestAnswer<"conflicts"> {
  const held = [...state.quarantine.entries()].sort(([, one], [, other]) => one.lsn - other.lsn);
  const rows = held.slice(0, conflictRowsMax).flatMap(([uuid, quarantine]) => {
    const entity = state.entities.get(uuid);
    return entity ? [rowOf(state, entity, quarantine)] : [];
  });
  return { rows, total: state.quarantine.size };
}

function rowOf(state: State, entity: Entity, quarantine: Quarantine): ConflictRow {
  const { uuid, kind } = entity;
  const { code, timeMs, closure } = quarantine;
  const { blender, unity } = { blender: sideWord(quarantine, "blender"), unity: sideWord(quarantine, "unity") };
  const fields = differingFields(state, entity);
  const why = whyOf(quarantine, fields);
  return { uuid, kind, name: nameOf(entity), code, why, timeMs, closure, blender, unity, fields };
}

function sideWord({ sides }: Quarantine, role: Role): ConflictRow["blender"] {
  const side = sides[role];
  if (side === undefined) return "agreed";
  return side.kind === "gone" ? "gone" : "changed";
}

/** The fields of which not all three versions say the same. */
function differingFields(state: State, entity: Entity): ConflictRow["fields"] {
  const agreed = valuesOf(entity);
  const [blender, unity] = [versionOf(state, entity.uuid, "blender"), versionOf(state, entity.uuid, "unity")];
  const textIn = (fields: Fields | null, name: FieldName) => {
    const value = fields?.[name];
    return value === undefined ? "" : namedValueText(state, name, value);
  };
  return fieldNames
    .filter((name) => [blender, unity].some((one) => one && !isSameValue(name, agreed[name], one[name])))
    .map((field) => ({
      field,
      agreed: textIn(agreed, field),
      blender: textIn(blender, field),
      unity: textIn(unity, field),
    }));
}

function whyOf({ code, message, sides }: Quarantine, fields: ConflictRow["fields"]): string {
  if (code !== "E_CONFLICT") return message;
  const gone = roles.find((role) => sides[role]?.kind === "gone");
  if (gone === undefined) {
    const names = fields.filter(({ blender, unity }) => blender !== unity).map(({ field }) => field);
    return `Changed in Blender and in Unity at once: ${names.join(", ")}.`;
  }
  const other = roleWord[gone === "blender" ? "unity" : "blender"];
  if (fields.length > 0) return `Deleted in ${roleWord[gone]} while it was changed in ${other}.`;
  return `Deleted in ${roleWord[gone]} together with something that was changed in ${other} meanwhile.`;
}

export function decideConflicts(
  core: CoreHub,
  { uuids, keep }: RequestArgument<"release">,
): Result<RequestAnswer<"release">> {
  const { engine, opened, publisher } = core;
  if (engine.halted) return { ok: false, failure: engine.halted };
  const before = opened.state.quarantine.size;
  engine.now({ kind: "release", uuids: uuids as readonly Uuid[], keep });
  if (engine.halted) return { ok: false, failure: engine.halted };
  publisher.tell();
  return success({ decided: before - opened.state.quarantine.size });
}
