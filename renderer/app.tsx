/** The window: top bar, rail, the view in sight, status bar, and the one dialog that may be open. */
import { type ComponentType, useEffect, useRef } from "react";
import styles from "./app.module.css";
import { useHubState, useUi } from "./app-context.tsx";
import { Conflicts } from "./features/conflicts/conflicts.tsx";
import { Failures } from "./features/failures/failures.tsx";
import { Dialogs } from "./features/frame/dialogs.tsx";
import { Rail } from "./features/frame/rail.tsx";
import { StatusBar } from "./features/frame/status-bar.tsx";
import { TopBar } from "./features/frame/top-bar.tsx";
import { Unread, useIsUnread } from "./features/frame/unread.tsx";
import { useKeys } from "./features/frame/use-keys.ts";
import { Home } from "./features/home/home.tsx";
import { Objects } from "./features/objects/objects.tsx";
import { Review } from "./features/review/review.tsx";
import { Settings } from "./features/settings/settings.tsx";
import { Setup } from "./features/setup/setup.tsx";
import { Snapshots } from "./features/snapshots/snapshots.tsx";
import { Timeline } from "./features/timeline/timeline.tsx";
import { texts } from "./messages/texts.ts";
import { viewWords } from "./messages/words.ts";
import type { View } from "./store/ui-store.ts";
import { ViewBoundary } from "./ui/view-boundary.tsx";

const viewComponents: { readonly [Name in View]: ComponentType } = {
  home: Home,
  objects: Objects,
  timeline: Timeline,
  failures: Failures,
  snapshots: Snapshots,
  setup: Setup,
  settings: Settings,
  review: Review,
  conflicts: Conflicts,
};

export function App() {
  useKeys();
  useLook();
  const view = useUi((state) => state.view);
  const main = useRef<HTMLElement>(null);
  const seen = useRef(view);
  // A new view begins at its own start for the keyboard too, not at what was pressed to get there.
  useEffect(() => {
    if (seen.current === view) return;
    seen.current = view;
    if (document.activeElement === document.body || !document.activeElement?.isConnected) main.current?.focus();
  }, [view]);
  const Shown = useIsUnread(view) ? Unread : viewComponents[view];
  return (
    <div className={styles.window}>
      <TopBar />
      <Rail />
      <main ref={main} className={styles.main} tabIndex={-1} aria-label={viewWords[view]} data-view={view}>
        {view !== "home" && <h1 className={styles.unseen}>{viewWords[view]}</h1>}
        <ViewBoundary key={view} {...texts.broken}>
          <Shown />
        </ViewBoundary>
      </main>
      <StatusBar />
      <Dialogs />
    </div>
  );
}

/** Row height and stillness are styles: they follow the settings through attributes of the page. */
function useLook(): void {
  const settings = useHubState((state) => state.settings);
  useEffect(() => {
    document.documentElement.dataset.density = settings?.density ?? "comfortable";
    document.documentElement.dataset.calm = settings?.calm ? "yes" : "no";
  }, [settings]);
}
