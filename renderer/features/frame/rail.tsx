/**
 * The way between views: icon and word, keys 1 to 8. Setup and Settings are at the bottom; Conflicts and Review are
 * there when something waits in them.
 */
import {
  Activity,
  Box,
  GitCompareArrows,
  History,
  House,
  ListChecks,
  type LucideIcon,
  Plug,
  Settings,
  TriangleAlert,
} from "lucide-react";
import { useApp, useHubState, useUi } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { number, viewWords } from "#renderer/messages/words.ts";
import type { View } from "#renderer/store/ui-store.ts";
import { Tooltip } from "#renderer/ui/tooltip.tsx";
import styles from "./rail.module.css";

const entries: readonly { readonly view: View; readonly icon: LucideIcon; readonly keys: string }[] = [
  { view: "home", icon: House, keys: "1" },
  { view: "objects", icon: Box, keys: "2" },
  { view: "timeline", icon: Activity, keys: "3" },
  { view: "failures", icon: TriangleAlert, keys: "4" },
  { view: "conflicts", icon: GitCompareArrows, keys: "8" },
  { view: "review", icon: ListChecks, keys: "7" },
  { view: "snapshots", icon: History, keys: "5" },
  { view: "setup", icon: Plug, keys: "6" },
  { view: "settings", icon: Settings, keys: "Ctrl ," },
];

const countMax = 999;

export function Rail() {
  const { ui } = useApp();
  const shown = useUi((state) => state.view);
  const conflicts = useHubState((state) => state.status?.counts.conflict ?? 0);
  const isSafe = useHubState((state) => state.status?.mode === "safe");
  const isOffered: { readonly [Name in View]?: boolean } = {
    review: isSafe || shown === "review",
    conflicts: conflicts > 0 || shown === "conflicts",
  };
  return (
    <nav className={styles.rail} aria-label={texts.bar.views}>
      {entries
        .filter(({ view }) => isOffered[view] ?? true)
        .map(({ view, icon: Icon, keys }) => (
          <Tooltip key={view} text={viewWords[view]} keys={keys}>
            <button
              type="button"
              className={styles.entry}
              data-view={view}
              aria-current={view === shown ? "page" : undefined}
              onClick={() => ui.setState({ view })}
            >
              <Icon size={19} aria-hidden="true" />
              {viewWords[view]}
              {view === "conflicts" && conflicts > 0 && (
                <span className={styles.count}>{conflicts > countMax ? `${number(countMax)}+` : conflicts}</span>
              )}
            </button>
          </Tooltip>
        ))}
    </nav>
  );
}
