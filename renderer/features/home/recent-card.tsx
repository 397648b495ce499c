/** What the hub found worth telling, newest first; each leads to its object. */
import { CircleAlert, Info, type LucideIcon, TriangleAlert } from "lucide-react";
import { useApp } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { showObject } from "#renderer/store/ui-store.ts";
import { TextButton } from "#renderer/ui/button.tsx";
import { Card } from "#renderer/ui/card.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import type { Notice } from "#shared/ipc/view.ts";
import styles from "./recent-card.module.css";
import rows from "./rows.module.css";

const shownMax = 4;
const renewMs = 2_000;
const icons: { readonly [Level in Notice["level"]]: LucideIcon } = {
  info: Info,
  warning: TriangleAlert,
  error: CircleAlert,
};

export function RecentCard({ notices }: { readonly notices: readonly Notice[] }) {
  const { ui } = useApp();
  const nowMs = useNow(renewMs);
  const newest = notices.toSorted((left, right) => right.id - left.id).slice(0, shownMax);
  return (
    <Card title={texts.home.recent}>
      {newest.length === 0 && <p className={rows.nothing}>{texts.home.nothingRecent}</p>}
      <ul>
        {newest.map(({ id, level, message, timeMs, uuid }) => {
          const Icon = icons[level];
          return (
            <li key={id} className={rows.row}>
              <Icon size={16} className={styles.icon} data-level={level} aria-hidden="true" />
              <div className={styles.main}>
                <p className={styles.message}>{message}</p>
                <p className={rows.why}>
                  {ago(timeMs, nowMs)}{" "}
                  {uuid !== null && <TextButton onClick={() => showObject(ui, uuid)}>{texts.home.show}</TextButton>}
                </p>
              </div>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
