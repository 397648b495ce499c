/** A state as text: what a test compares, and shows where two differ. */
import type { State } from "#electron/core/state.ts";
import { viewOf } from "#electron/engine/state-codec.ts";
import { canonicalJson, type Json } from "#shared/canonical-json.ts";

export function stateText(state: State): string {
  return canonicalJson(viewOf(state) as unknown as Json);
}
