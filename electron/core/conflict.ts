/**
 * Two writes that did not know of each other: which of them counts (specification, phases 6 and 12).
 *
 * Pure: a total table over what is there and what comes. Who writes what the table says is decide.ts and sides.ts.
 * A write was not known when it is another writer's, behind the position that the change had seen ([WIRE-35]); the
 * hub's own writes are nobody's intent and never in conflict; what it repaired is still the person's who wrote it.
 */
import { isSameValue } from "#shared/math/epsilon.ts";
import type { Role } from "#shared/protocol/handshake.ts";
import {
  type FieldName,
  type Fields,
  type FieldValue,
  type FieldWeight,
  fieldSpec,
  transformFields,
} from "#shared/scene/fields.ts";
import { type Writer, writerOf } from "#shared/scene/stamp.ts";
import { type Entity, type Register, registersOf, writtenOf } from "./state.ts";
import type { Written } from "./transform.ts";

export type Weight = FieldWeight | "destructive";
export type Author = "human" | "automation";
export type Write = { readonly weight: Weight; readonly author: Author };

/**
 * `newer`: the higher stamp counts. `there`, `comes`: that one counts, whatever its stamp. `hold`: a person decides;
 * until then each editor goes on showing its own.
 */
export type Ruling = "newer" | "there" | "comes" | "hold";

/** What is there → what comes, of two people, where the two meet at all. */
const rulingOfPeople: { readonly [There in Weight]: { readonly [Comes in Weight]: Ruling } } = {
  cosmetic: { cosmetic: "newer", structural: "comes", destructive: "hold" },
  structural: { cosmetic: "there", structural: "hold", destructive: "hold" },
  destructive: { cosmetic: "hold", structural: "hold", destructive: "newer" },
};

/** A person counts more than an automation, whatever the two did; between equals the weights decide. */
export function ruling(there: Write, comes: Write): Ruling {
  if (there.author === comes.author) return rulingOfPeople[there.weight][comes.weight];
  return there.author === "human" ? "there" : "comes";
}

export function authorOf(writer: Writer): Author {
  return writer === "assistant" ? "automation" : "human";
}

/** Whether writes to these two fields bear on each other: a transform means nothing below another parent. */
export function doMeet(one: FieldName, other: FieldName): boolean {
  return one === other || (one === "parent" && isTransform(other)) || (other === "parent" && isTransform(one));
}

function isTransform(name: FieldName): boolean {
  return (transformFields as readonly FieldName[]).includes(name);
}

/** Who changes something, and up to which position in the log he had seen what others did. */
export type Seen = { readonly role: Role; readonly base: number };

/** Whether somebody else wrote this and the change did not know. */
export function isUnseen(written: Written | undefined | null, { role, base }: Seen): boolean {
  if (!written) return false;
  const { stamp, lsn } = written.intent ?? written;
  if (lsn <= base) return false;
  const writer = writerOf(stamp);
  return writer !== role && writer !== "hub" && writer !== "none";
}

/** What somebody else wrote to the entity that the change did not know of. */
export function unseenRegisters(entity: Entity, seen: Seen): [FieldName, Register][] {
  return registersOf(entity).filter(([, register]) => isUnseen(register, seen));
}

/** What a change of fields comes to, against what it had not seen. Fields in none of the lists merge. */
export type Finding = {
  /** Fields there that a person must decide about. */
  readonly disputed: ReadonlySet<FieldName>;
  /** Fields of the change that do not count. */
  readonly lost: ReadonlySet<FieldName>;
  /** Fields there that the change makes void. */
  readonly overruled: ReadonlySet<FieldName>;
};

const nothing: Finding = { disputed: new Set(), lost: new Set(), overruled: new Set() };

export function conflictOf(entity: Entity, fields: Fields, seen: Seen): Finding {
  const unseen = unseenRegisters(entity, seen);
  if (unseen.length === 0) return nothing;
  const found = { disputed: new Set<FieldName>(), lost: new Set<FieldName>(), overruled: new Set<FieldName>() };
  const coming = differingFields(entity, fields, unseen);
  const isSameParent = fields.parent !== undefined && !coming.includes("parent");
  for (const [there, register] of unseen) {
    for (const comes of coming) {
      if (!doMeet(there, comes) || (there === "parent" && comes !== there && isSameParent)) continue;
      const author = authorOf(writerOf((register.intent ?? register).stamp));
      switch (ruling({ weight: weightOf(there), author }, { weight: weightOf(comes), author: "human" })) {
        case "hold":
          found.disputed.add(there);
          break;
        case "there":
          found.lost.add(comes);
          break;
        case "comes":
          found.overruled.add(there);
          break;
        case "newer":
          break;
      }
    }
  }
  return found;
}

/**
 * What the change brings that the other did not mean, too. What the hub made of his value says nothing about that:
 * where it happens to be what comes, it would otherwise matter whose change came first.
 */
function differingFields(
  entity: Entity,
  fields: Fields,
  unseen: readonly (readonly [FieldName, Register])[],
): readonly FieldName[] {
  const repaired = unseen.filter(([, { intent }]) => intent !== undefined).map(([name]) => name);
  const changed = changedFields(entity, fields);
  return [...changed, ...repaired.filter((name) => fields[name] !== undefined && !changed.includes(name))];
}

/** Whether anything of a change would stand beside what was last there, had it come before the deletion. */
export function wouldCount(entity: Entity, { fields, stamp }: { fields: Fields; stamp: number }, seen: Seen): boolean {
  const { disputed, lost } = conflictOf(entity, fields, seen);
  if (disputed.size > 0) return true;
  return changedFields(entity, fields).some((name) => !lost.has(name) && stamp > (writtenOf(entity, name)?.stamp ?? 0));
}

function weightOf(name: FieldName): Weight {
  return fieldSpec(name).weight;
}

/** The fields that would have another value afterwards: equal within the tolerance is no conflict. */
function changedFields(entity: Entity, fields: Fields): FieldName[] {
  const values = new Map(registersOf(entity));
  return (Object.entries(fields) as [FieldName, FieldValue][])
    .filter(([name, value]) => !isSameValue(name, values.get(name)?.value, value))
    .map(([name]) => name);
}
