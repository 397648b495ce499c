/** The held changes, a row each; only the rows in sight exist. */
import { useMemo } from "react";
import { useHubState } from "#renderer/app-context.tsx";
import { texts } from "#renderer/messages/texts.ts";
import { reviewWords, writerWords } from "#renderer/messages/words.ts";
import { markColumn } from "#renderer/ui/mark-column.tsx";
import { ago, useNow } from "#renderer/ui/moments.ts";
import queue from "#renderer/ui/queue.module.css";
import { rowHeightPx } from "#renderer/ui/row-height.ts";
import { type GridColumn, VirtualGrid } from "#renderer/ui/virtual-grid.tsx";
import type { ReviewRow } from "#shared/ipc/view.ts";
import styles from "./review.module.css";

const words = texts.review;
const renewMs = 10_000;

type ReviewGridProps = {
  readonly rows: readonly ReviewRow[];
  readonly active: string | null;
  readonly marked: ReadonlySet<string>;
  readonly onActive: (uuid: string) => void;
  readonly onMark: (uuid: string) => void;
};

export function ReviewGrid({ rows, active, marked, onActive, onMark }: ReviewGridProps) {
  const nowMs = useNow(renewMs);
  const density = useHubState((state) => state.settings?.density);
  const columns = useMemo(() => columnsOf(nowMs, marked, onMark), [nowMs, marked, onMark]);
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

function columnsOf(
  nowMs: number,
  marked: ReadonlySet<string>,
  onMark: (uuid: string) => void,
): readonly GridColumn<ReviewRow>[] {
  return [
    markColumn({ word: words.mark, marked, onMark }),
    { id: "change", head: words.change, cell: ({ change }) => <span data-change={change}>{reviewWords[change]}</span> },
    { id: "name", head: words.object, cell: ({ name }) => name },
    { id: "fields", head: words.fields, cell: (row) => <span className={queue.dim}>{summaryOf(row)}</span> },
    {
      id: "by",
      head: words.by,
      cell: ({ by, timeMs }) => (
        <span className={queue.dim}>{texts.objects.by(writerWords[by], ago(timeMs, nowMs))}</span>
      ),
    },
  ];
}

/** A single value is shown as it changes, several by name. */
function summaryOf({ change, fields }: ReviewRow): string {
  if (change === "created" || change === "deleted") return "";
  const [field] = fields;
  if (fields.length === 1 && field) return `${field.field}: ${field.before} → ${field.after}`;
  return fields.map((one) => one.field).join(", ");
}
