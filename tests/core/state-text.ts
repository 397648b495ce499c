/** A state as a test compares it, and shows where two differ: what is saved of it, field by field. */
import { finalOf, type Provisional, type State } from "#electron/core/state.ts";
import { viewOf } from "#electron/engine/state-codec.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";
import type { FieldName } from "#shared/scene/fields.ts";

export function stateText(state: State): string {
  return canonicalJson(plainState(state) as Json);
}

export function plainState(state: State): { readonly [section: string]: unknown } {
  const view = viewOf(state);
  const tombstones = view.tombstones.map(({ pending, ...rest }) => {
    return pending ? { ...rest, pending: { ...pending, fields: plainFinals(pending.fields) } } : rest;
  });
  const provisional = view.provisional.slice(0, view.provisional.length);
  return { ...view, tombstones, provisional: provisional.map(([uuid, fields]) => [uuid, plainFinals(fields)]) };
}

/** Where a field goes back to is kept with the whole entity; only the field itself counts. */
function plainFinals(fields: Provisional): unknown {
  const plain = Object.entries(fields).map(([name, { batch }]) => {
    return [name, { batch, register: finalOf(fields, name as FieldName) }];
  });
  return Object.fromEntries(plain);
}
