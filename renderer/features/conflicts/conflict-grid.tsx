/** What is held back, a row each; only the rows in sight exist. */
import { useMemo } from "react";
import { useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { markColumn } from "#renderer/ui/mark-column.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import queue from "#renderer/ui/queue.module.css";
import { rowHeightPx } from "#renderer/ui/row-height.ts";
import { type GridColumn, VirtualGrid } from "#renderer/ui/virtual-grid.tsx";
import type { ConflictRow } from "#shared/ipc/view.ts";
import styles from "./conflicts.module.css";

const words = texts.conflicts;
const renewMs = 10_000;

type ConflictGridProps = {
  readonly rows: readonly ConflictRow[];
  readonly active: string;
  readonly marked: ReadonlySet<string>;
  readonly onActive: (uuid: string) => void;
  readonly onMark: (uuid: string) => void;
};

export function ConflictGrid({ rows, active, marked, onActive, onMark }: ConflictGridProps) {
  const nowMs = useNow(renewMs);
  const density = useHubState((state) => state.settings?.density);
  const columns = useMemo<readonly GridColumn<ConflictRow>[]>(
    () => [
      markColumn({ word: words.mark, marked, onMark }),
      { id: "name", head: words.object, cell: ({ name }) => name },
      { id: "why", head: words.why, cell: ({ why }) => <span className={queue.dim}>{why}</span> },
      {
        id: "when",
        head: words.since,
        cell: ({ timeMs }) => <span className={queue.dim}>{ago(timeMs, nowMs)}</span>,
      },
    ],
    [nowMs, marked, onMark],
  );
  return (
    <VirtualGrid
      label={words.label}
      className={styles.grid}
      columns={columns}
      rows={rows}
      keyOf={(row) => row.uuid}
      rowPx={rowHeightPx(density)}
      selected={active}
      onSelect={onActive}
    />
  );
}
