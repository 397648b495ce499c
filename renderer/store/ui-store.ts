/**
 * Where the person is in the window: view, selection, filters, open dialogs. Nothing of it is known to the hub.
 *
 * Must never: hold a copy of anything the hub said; it names things by uuid or oid.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import { defaultPreferences, type Preferences } from "#renderer/cache/preferences.ts";
import type { Choice } from "#shared/choice.ts";
import type { TimelineFilter } from "#shared/ipc/contract.ts";
import type { ObjectFilter } from "./scene-objects.ts";
import { noFilter } from "./timeline-tail.ts";

/** In the order of their keys 1 to 6, settings, 7 and 8. */
export const views = [
  "home",
  "objects",
  "timeline",
  "failures",
  "snapshots",
  "setup",
  "settings",
  "review",
  "conflicts",
] as const;
export type View = (typeof views)[number];

/** One dialog at a time. */
type OpenDialog =
  | { readonly kind: "rollback"; readonly oid: string }
  | { readonly kind: "name-snapshot"; readonly oid: string; readonly label: string }
  | {
      readonly kind: "keep";
      readonly uuids: readonly string[];
      readonly keep: Choice;
      readonly names: readonly string[];
    }
  | { readonly kind: "refuse"; readonly uuids: readonly string[] | null; readonly count: number }
  | { readonly kind: "leave-safe" | "diagnostics" | "restore-snapshot" }
  | { readonly kind: "close-asked" }
  | { readonly kind: "keys" };

export type UiState = {
  readonly view: View;
  readonly selected: string | null;
  readonly objectFilter: ObjectFilter;
  readonly timelineFilter: TimelineFilter;
  readonly follow: boolean;
  readonly inspectorOpen: boolean;
  readonly dialog: OpenDialog | null;
  /** The search field of the view that is shown, or is about to be, is asked to take the cursor. */
  readonly searchAsked: boolean;
};

export type UiStore = StoreApi<UiState>;

export function createUiStore(preferences: Preferences = defaultPreferences): UiStore {
  return createStore<UiState>(() => ({
    view: isView(preferences.view) ? preferences.view : "home",
    selected: null,
    objectFilter: { search: "", state: null, sort: preferences.objectSort },
    timelineFilter: noFilter,
    follow: preferences.follow,
    inspectorOpen: preferences.inspectorOpen,
    dialog: null,
    searchAsked: false,
  }));
}

export function isView(name: string): name is View {
  return views.some((view) => view === name);
}

export function preferencesOf(state: UiState): Preferences {
  const { view, objectFilter, inspectorOpen, follow } = state;
  return { view, objectSort: objectFilter.sort, inspectorOpen, follow };
}

/** Shows an object that is held back, with its versions. */
export function showConflict(ui: UiStore, uuid: string): void {
  ui.setState({ view: "conflicts", selected: uuid });
}

/** Shows an object wherever it was named: its row is selected and no filter hides it. */
export function showObject(ui: UiStore, uuid: string): void {
  ui.setState(({ objectFilter }) => ({
    view: "objects",
    selected: uuid,
    inspectorOpen: true,
    objectFilter: { ...objectFilter, search: "", state: null },
  }));
}
