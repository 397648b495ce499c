/**
 * What every view may use: the hub, the two stores, the actions and the page cache, made once in main.tsx.
 *
 * Must never: be a place for state. It carries the same objects for as long as the window lives.
 */
import { createContext, useContext } from "react";
import { useStore } from "zustand";
import { BugError } from "#shared/assert.ts";
import type { Actions } from "./actions.ts";
import type { PageCache } from "./cache/timeline-pages.ts";
import type { HubClient } from "./hub-client.ts";
import type { HubState, HubStore } from "./store/hub-store.ts";
import type { UiState, UiStore } from "./store/ui-store.ts";

export type App = {
  readonly hub: HubClient;
  readonly store: HubStore;
  readonly ui: UiStore;
  readonly actions: Actions;
  readonly pages: PageCache;
};

export const AppContext = createContext<App | null>(null);

export function useApp(): App {
  const app = useContext(AppContext);
  if (app === null) throw new BugError("a view was drawn outside of AppContext");
  return app;
}

export function useHubState<Part>(select: (state: HubState) => Part): Part {
  return useStore(useApp().store, select);
}

export function useUi<Part>(select: (state: UiState) => Part): Part {
  return useStore(useApp().ui, select);
}
